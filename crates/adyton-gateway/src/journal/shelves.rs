//! Both shelves together, as readers see them, and what is counted about them.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::counts::JournalCounts;
use super::settings::JournalSettings;
use super::shelf::keeping::delete;
use super::shelf::{BatchSource, Kind, Shelf};
use super::span::Span;

/// See the top of the file.
pub(super) struct Shelves {
    proven: Shelf,
    strangers: Shelf,
    pub(super) counts: Counts,
}

/// What the writer counts; any thread reads it.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) recorded: AtomicU64,
    pub(super) dropped: AtomicU64,
    pub(super) unwritten: AtomicU64,
    pub(super) left_out: AtomicU64,
    pub(super) unlogged: AtomicU64,
    pub(super) free_bytes: AtomicU64,
    pub(super) is_failing: AtomicBool,
}

impl Shelves {
    pub(super) fn open(settings: &JournalSettings) -> io::Result<Self> {
        let shelves = Self {
            proven: Shelf::open(settings, Kind::Proven)?,
            strangers: Shelf::open(settings, Kind::Strangers)?,
            counts: Counts::default(),
        };
        shelves.keep_size();
        Ok(shelves)
    }

    pub(super) fn of(&self, kind: Kind) -> &Shelf {
        match kind {
            Kind::Proven => &self.proven,
            Kind::Strangers => &self.strangers,
        }
    }

    /// All spans that can hold a request that arrived between the two moments.
    pub(super) fn spans(&self, from_ms: u64, to_ms: u64) -> Vec<(BatchSource, Span)> {
        let mut spans = self.proven.spans(from_ms, to_ms);
        spans.extend(self.strangers.spans(from_ms, to_ms));
        spans
    }

    /// Deletes what is over a shelf's size.
    pub(super) fn keep_size(&self) {
        for kind in Kind::ALL {
            self.of(kind).over_size().iter().for_each(delete);
        }
    }

    /// Deletes the oldest files until `bytes` are free or only the newest of each shelf are left; strangers' go first. Gives
    /// how many bytes went.
    pub(super) fn shed(&self, bytes: u64) -> u64 {
        let mut freed = 0;
        for shelf in [&self.strangers, &self.proven] {
            let gone = shelf.oldest(bytes.saturating_sub(freed));
            freed += gone.iter().map(|segment| segment.size).sum::<u64>();
            gone.iter().for_each(delete);
        }
        freed
    }

    pub(super) fn counts(&self) -> JournalCounts {
        let counts = &self.counts;
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let (proven, strangers) = (self.proven.size(), self.strangers.size());
        JournalCounts {
            recorded: get(&counts.recorded),
            dropped: get(&counts.dropped),
            unwritten: get(&counts.unwritten),
            left_out: get(&counts.left_out),
            unlogged: get(&counts.unlogged),
            proven_bytes: proven.0,
            strangers_bytes: strangers.0,
            segments: proven.1 + strangers.1,
            free_bytes: get(&counts.free_bytes),
            is_writable: !counts.is_failing.load(Ordering::Relaxed),
        }
    }
}
