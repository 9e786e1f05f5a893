//! The journal: a record of every request, kept in files and found by its id.
//!
//! ```text
//! worker 0 ── Recorder ─ ring ┐                 ┌─ shelf of the matched and proven ┐ newest batches in memory,
//! worker 1 ── Recorder ─ ring ┼─ writer thread ─┼─ shelf of strangers             ─┴ segments on disk ─ Journal (reads)
//! worker N ── Recorder ─ ring ┘                 └─ access log, and the tail for those who follow
//! ```
//!
//! What must hold:
//!
//! - A worker writes a record where it will be kept as it is ([`Entry`]) and copies it into a bounded ring: no lock, and no
//!   system call unless the writer has fallen asleep. A full ring drops the record and counts it; an answer never waits for its record.
//! - Only the writer thread writes. Readers see whole records, while it writes.
//! - A file that is torn, cut, mixed up or full never panics and never stops the gateway: what cannot be read is left
//!   out, what cannot be written is counted.
//! - Disk and memory are bounded by [`JournalSettings`], and some of the disk stays free for others.
//! - Nothing that a stranger sends costs the record of a request that matched and was proven.
//! - No jump of the clock costs more than one file.
//!
//! Read next: [`recorder`](self::Recorder), `writer.rs`, `segment.rs` for the files, `shelf/keeping.rs` for what goes,
//! `search.rs` for reading.

mod access_line;
mod access_log;
mod bounds;
mod counts;
mod disk;
mod encoding;
mod faults;
mod frame;
mod free_space;
mod metrics;
mod open_error;
mod recorder;
mod search;
mod segment;
mod settings;
mod shelf;
mod shelf_writer;
mod shelves;
mod signals;
mod span;
mod strangers;
mod tail;
mod tallies;
mod writer;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::id::RequestId;
use adyton_core::journal::{Filter, JournalError, JournalReader, Page, Recorded};
use adyton_core::record::Record;
use adyton_core::tally::ServiceTally;
use parking_lot::Mutex;
use tokio::sync::broadcast;

pub use access_log::AccessLog;
pub use counts::JournalCounts;
pub use disk::{Disk, Reserve, Space, SystemDisk};
pub use encoding::entry::{Closing, Entry, Opening};
pub use open_error::OpenError;
#[cfg(test)]
pub(crate) use recorder::RecordedFrames;
pub use recorder::Recorder;
pub use settings::JournalSettings;

use search::Budget;
use shelves::Shelves;
use signals::Signals;
use tallies::Tallies;
use writer::{Writer, WriterParts};

/// How long a read waits until the writer has taken what lies in the rings.
const FLUSH_WAIT: Duration = Duration::from_millis(500);

/// The journal of this node: reads it, and owns the thread that writes it.
pub struct Journal {
    shelves: Arc<Shelves>,
    signals: Arc<Signals>,
    thread: Mutex<Option<JoinHandle<()>>>,
    clock: Clock,
    told: broadcast::Sender<Arc<Recorded>>,
    tallies: Arc<Tallies>,
}

impl Journal {
    /// Opens the journal, repairs what a crash left, starts the writer, and gives one [`Recorder`] for each worker.
    pub fn open(
        settings: JournalSettings,
        workers: usize,
        clock: Clock,
    ) -> Result<(Self, Vec<Recorder>), OpenError> {
        let opened = Shelves::open(&settings).map_err(|problem| OpenError::Folder {
            folder: settings.folder.clone(),
            problem,
        })?;
        let shelves = Arc::new(opened);
        let log = access_log::Sink::open(&settings.access_log)?;
        let signals = Arc::new(Signals::default());
        let (recorders, rings): (Vec<_>, Vec<_>) = (0..workers)
            .map(|_| recorder::pair(settings.ring_bytes, &signals))
            .unzip();
        let (told, tail) = tail::pair(clock.monotonic());
        let tallies = Arc::new(Tallies::default());
        let parts = WriterParts {
            rings,
            shelves: shelves.clone(),
            signals: signals.clone(),
            log,
            tail,
            tallies: tallies.clone(),
        };
        let writer = Writer::new(settings, parts, clock.clone());
        let thread = std::thread::Builder::new()
            .name("journal".into())
            .spawn(move || writer.run())
            .map_err(OpenError::Thread)?;
        signals.attach(thread.thread().clone());
        let journal = Self {
            shelves,
            signals,
            thread: Mutex::new(Some(thread)),
            clock,
            told,
            tallies,
        };
        Ok((journal, recorders))
    }

    /// Waits until everything recorded before this call can be found; `false` if that took longer than `longest`.
    pub fn flush(&self, longest: Duration) -> bool {
        self.signals.flush(longest)
    }

    /// What went through so far.
    pub fn counts(&self) -> JournalCounts {
        self.shelves.counts()
    }

    /// What went through so far, in Prometheus' text format.
    pub fn metrics(&self) -> String {
        metrics::render(&self.counts())
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
        if let Some(found) = search::find(&self.shelves, id)? {
            return Ok(Some(found));
        }
        // It may lie in a worker's ring still. Old ids cannot, unless their request took long.
        self.flush(FLUSH_WAIT);
        search::find(&self.shelves, id)
    }

    fn search(&self, filter: &Filter, before: Option<RequestId>, most: usize) -> Result<Page, JournalError> {
        self.flush(FLUSH_WAIT);
        search::search(&self.shelves, filter, before, most, &Budget::new(&self.clock))
    }

    fn left_out(&self, id: RequestId) -> Result<Option<Record>, JournalError> {
        self.flush(FLUSH_WAIT);
        search::left_out(&self.shelves, id)
    }

    fn take_tallies(&self) -> Vec<ServiceTally> {
        self.flush(FLUSH_WAIT);
        self.tallies.take()
    }

    fn follow(&self) -> broadcast::Receiver<Arc<Recorded>> {
        self.told.subscribe()
    }
}

#[cfg(test)]
mod tests;
