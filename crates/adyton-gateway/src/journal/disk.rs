//! The disk under the journal: how much room it has, and how much of it the journal leaves alone.
//!
//! [`Disk`] is the one place where journal files are written and room is asked for, so that tests can fill a disk, make it
//! read-only or break it.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::fs::statvfs;

/// How much room a file system has, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Space {
    /// What a user without privileges may still take.
    pub free: u64,
    /// All of it.
    pub total: u64,
}

/// Where the journal's files lie.
pub trait Disk: Send + Sync + fmt::Debug {
    /// The room in the file system of `folder`.
    ///
    /// # Errors
    /// What the system said.
    fn space(&self, folder: &Path) -> io::Result<Space>;

    /// Writes all of `bytes` into `file` at `at`.
    ///
    /// # Errors
    /// What the system said; part of it may be written then.
    fn write(&self, file: &File, bytes: &[u8], at: u64) -> io::Result<()>;
}

/// The machine's own.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemDisk;

impl Disk for SystemDisk {
    fn space(&self, folder: &Path) -> io::Result<Space> {
        let seen = statvfs(folder)?;
        Ok(Space {
            free: seen.f_bavail.saturating_mul(seen.f_frsize),
            total: seen.f_blocks.saturating_mul(seen.f_frsize),
        })
    }

    fn write(&self, file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
        file.write_all_at(bytes, at)
    }
}

/// How much of a file system the journal leaves free: the smaller of the two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reserve {
    /// `journal.keep_free`, in bytes.
    pub bytes: u64,
    /// `journal.keep_free_percent`, of the whole file system.
    pub percent: u8,
}

impl Reserve {
    /// The bytes of a file system of `total` bytes that stay free.
    pub(super) fn of(self, total: u64) -> u64 {
        self.bytes.min(total / 100 * u64::from(self.percent.min(100)))
    }
}

impl Default for Reserve {
    fn default() -> Self {
        Self {
            bytes: 512 * 1024 * 1024,
            percent: 10,
        }
    }
}

/// Whether `problem` says that there is no room, so that deleting helps.
pub(super) fn is_full(problem: &io::Error) -> bool {
    matches!(problem.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// Whether `problem` may pass by itself: the disk is full, read-only or broken. Everything else is a wrong setting.
pub(super) fn may_pass(problem: &io::Error) -> bool {
    is_full(problem)
        || problem.kind() == ErrorKind::ReadOnlyFilesystem
        || problem.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}
