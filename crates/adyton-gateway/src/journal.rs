//! The journal: a record of every request, kept in files and found by its id.
//!
//! ```text
//! worker 0 ── Recorder ─ ring ┐
//! worker 1 ── Recorder ─ ring ┼─ writer thread ─┬─ shelf: newest batches in memory, segments on disk ─ Journal (reads)
//! worker N ── Recorder ─ ring ┘                 └─ access log
//! ```
//!
//! What must hold:
//!
//! - A worker writes a record where it will be kept as it is ([`Entry`]) and copies it into a bounded ring: no lock, no
//!   system call, no wake-up. A full ring drops the record and counts it; an answer never waits for its record.
//! - Only the writer thread writes. Readers see whole records, while it writes.
//! - A file that is torn, cut, mixed up or full never panics and never stops the gateway: what cannot be read is left
//!   out, what cannot be written is counted.
//! - Disk and memory are bounded by [`JournalSettings`].
//!
//! Read next: [`recorder`](self::Recorder), `writer.rs`, `segment.rs` for the files, `search.rs` for reading.

mod access_log;
mod bounds;
mod encoding;
mod frame;
mod recorder;
mod search;
mod segment;
mod shelf;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::id::RequestId;
use adyton_core::journal::{Filter, JournalError, JournalReader, Page};
use adyton_core::record::Record;
use parking_lot::Mutex;

pub use encoding::entry::{Closing, Entry, Opening};
pub use recorder::Recorder;

use search::Budget;
use shelf::Shelf;
use writer::{Signals, Writer};

/// How long a read waits until the writer has taken what lies in the rings.
const FLUSH_WAIT: Duration = Duration::from_millis(500);

/// Where the journal lies and how much it keeps.
#[derive(Clone, Debug)]
pub struct JournalSettings {
    /// The folder of the segment files; made if it is missing.
    pub folder: PathBuf,
    /// `journal.keep_bytes`: the files together stay under this many bytes (never less than [`Self::KEEP_BYTES_MIN`]).
    pub keep_bytes: u64,
    /// `journal.keep_days`: records older than this go, a whole file at a time.
    pub keep_days: u32,
    /// This node's number, noted in the files.
    pub node: u16,
    /// The access log: one JSON line a request.
    pub access_log: AccessLog,
    /// Bytes of records that one worker's ring holds until the writer takes them: some ten thousand.
    pub ring_bytes: usize,
    /// Bytes of the newest records kept in memory, so that they can be explained even while the disk is full.
    pub recent_bytes: usize,
    /// How often the writer looks into the rings.
    pub poll: Duration,
}

impl JournalSettings {
    /// The least that `keep_bytes` can be.
    pub const KEEP_BYTES_MIN: u64 = 1024 * 1024;

    /// The defaults, in `folder`: 2 GiB, 30 days, no access log.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            keep_bytes: 2 * 1024 * 1024 * 1024,
            keep_days: 30,
            node: 0,
            access_log: AccessLog::Off,
            ring_bytes: 4 * 1024 * 1024,
            recent_bytes: 8 * 1024 * 1024,
            poll: Duration::from_millis(10),
        }
    }
}

/// Where the access log goes: one line a request when it ends, JSON, the fields of [`Record`] without its evidence.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum AccessLog {
    /// Nowhere.
    #[default]
    Off,
    /// To standard output. Lines are dropped and counted while nobody reads it.
    Stdout,
    /// Into a file, which is rotated: `access.log` becomes `access.log.1`, and so on.
    File {
        /// The file.
        path: PathBuf,
        /// It is rotated when it is larger than this.
        max_bytes: u64,
        /// How many old files stay.
        keep: u32,
    },
}

/// What went through the journal since it was opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct JournalCounts {
    /// Records that reached the writer.
    pub recorded: u64,
    /// Records dropped because a ring was full.
    pub dropped: u64,
    /// Records that could not be written to disk; the newest of them are in memory still.
    pub unwritten: u64,
    /// Lines of the access log that could not be written.
    pub unlogged: u64,
    /// Bytes on disk now.
    pub disk_bytes: u64,
    /// Segment files now.
    pub segments: u64,
}

/// The journal cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder or a file in it.
    #[error("the journal in {} cannot be opened: {problem}; give the server's user write access there", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        problem: std::io::Error,
    },
    /// The access log.
    #[error("the access log {} cannot be written: {problem}; change `journal.access_log` or the rights of its folder", path.display())]
    AccessLog {
        /// The file.
        path: PathBuf,
        /// What the system said.
        problem: std::io::Error,
    },
    /// The writer's thread.
    #[error("the journal's writer thread cannot be started: {0}; raise the limit of threads (ulimit -u)")]
    Thread(std::io::Error),
}

/// The journal of this node: reads it, and owns the thread that writes it.
pub struct Journal {
    shelf: Arc<Shelf>,
    signals: Arc<Signals>,
    thread: Mutex<Option<JoinHandle<()>>>,
    clock: Clock,
}

impl Journal {
    /// Opens the journal, repairs what a crash left, starts the writer, and gives one [`Recorder`] for each worker.
    pub fn open(
        settings: JournalSettings,
        workers: usize,
        clock: Clock,
    ) -> Result<(Self, Vec<Recorder>), OpenError> {
        let shelf = Arc::new(Shelf::open(&settings, &clock)?);
        let log = access_log::Sink::open(&settings.access_log)?;
        let signals = Arc::new(Signals::default());
        let (recorders, rings): (Vec<_>, Vec<_>) =
            (0..workers).map(|_| recorder::pair(settings.ring_bytes)).unzip();
        let writer = Writer::new(
            settings,
            rings,
            shelf.clone(),
            signals.clone(),
            log,
            clock.clone(),
        );
        let thread = std::thread::Builder::new()
            .name("journal".into())
            .spawn(move || writer.run())
            .map_err(OpenError::Thread)?;
        signals.attach(thread.thread().clone());
        let journal = Self {
            shelf,
            signals,
            thread: Mutex::new(Some(thread)),
            clock,
        };
        Ok((journal, recorders))
    }

    /// Waits until everything recorded before this call can be found; `false` if that took longer than `longest`.
    pub fn flush(&self, longest: Duration) -> bool {
        self.signals.flush(longest)
    }

    /// What went through so far.
    pub fn counts(&self) -> JournalCounts {
        self.shelf.counts()
    }

    /// Writes what is left, seals the last file and ends the writer. Later records are dropped. Safe to call twice.
    pub fn close(&self) {
        self.signals.close();
        if let Some(thread) = self.thread.lock().take()
            && thread.join().is_err()
        {
            tracing::error!("the journal's writer had ended early; records since then are lost");
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.close();
    }
}

impl JournalReader for Journal {
    fn find(&self, id: RequestId) -> Result<Option<Record>, JournalError> {
        if let Some(found) = search::find(&self.shelf, id)? {
            return Ok(Some(found));
        }
        // It may lie in a worker's ring still. Old ids cannot, unless their request took long.
        self.flush(FLUSH_WAIT);
        search::find(&self.shelf, id)
    }

    fn search(&self, filter: &Filter, before: Option<RequestId>, most: usize) -> Result<Page, JournalError> {
        self.flush(FLUSH_WAIT);
        search::search(&self.shelf, filter, before, most, &Budget::new(&self.clock))
    }
}

#[cfg(test)]
mod tests;
