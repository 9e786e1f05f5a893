//! A disk that cannot be written: when it is tried again, and what the log says of it.
//!
//! What must hold: a fault costs one attempt a second and one line a minute, however many records there are.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::disk::is_full;
use super::shelves::Counts;

/// How long a disk that failed is left alone.
const RETRY: Duration = Duration::from_secs(1);
/// How often a fault that lasts is told of.
const TELL: Duration = Duration::from_secs(60);

/// See the top of the file. One for both shelves, since they share the disk.
pub(super) struct Faults {
    folder: PathBuf,
    current: Option<LastingFault>,
}

struct LastingFault {
    retry: Duration,
    tell: Duration,
    /// Records that were unwritten before it.
    before: u64,
}

impl Faults {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            current: None,
        }
    }

    /// Whether the disk can be written, as far as it has been tried.
    pub(super) fn are_over(&self) -> bool {
        self.current.is_none()
    }

    /// Whether the disk is left alone now.
    pub(super) fn is_resting(&self, now: Duration) -> bool {
        self.current.as_ref().is_some_and(|fault| now < fault.retry)
    }

    /// It could not be written.
    pub(super) fn failed(&mut self, problem: &io::Error, counts: &Counts, now: Duration) {
        let unwritten = counts.unwritten.load(Ordering::Relaxed);
        counts.is_failing.store(true, Ordering::Relaxed);
        let fault = self.current.get_or_insert(LastingFault {
            retry: now,
            tell: now,
            before: unwritten,
        });
        fault.retry = now + RETRY;
        if now >= fault.tell {
            fault.tell = now + TELL;
            tracing::error!(
                folder = %self.folder.display(),
                %problem,
                unwritten = unwritten.saturating_sub(fault.before),
                fix = fix(problem),
                "the journal cannot be written: requests go on, and their newest records are in memory only"
            );
        }
    }

    /// It was written.
    pub(super) fn mended(&mut self, counts: &Counts) {
        if let Some(fault) = self.current.take() {
            let unwritten = counts.unwritten.load(Ordering::Relaxed);
            counts.is_failing.store(false, Ordering::Relaxed);
            tracing::info!(
                unwritten = unwritten.saturating_sub(fault.before),
                "the journal can be written again"
            );
        }
    }
}

/// What an operator can do about a disk that says this.
fn fix(problem: &io::Error) -> &'static str {
    if is_full(problem) {
        "free disk space there, or lower journal.keep_bytes"
    } else if problem.kind() == io::ErrorKind::ReadOnlyFilesystem {
        "see in `dmesg` why the file system is read-only, mount it for writing, and restart the server"
    } else {
        "look whether the disk fails (dmesg)"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fix_fits_what_the_disk_says() {
        let of = |errno: rustix::io::Errno| fix(&io::Error::from(errno));
        assert!(of(rustix::io::Errno::NOSPC).contains("journal.keep_bytes"));
        assert!(of(rustix::io::Errno::ROFS).contains("mount it for writing"));
        assert!(of(rustix::io::Errno::IO).contains("fails"));
    }
}
