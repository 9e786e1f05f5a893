//! What readers and the writer share: the newest batches in memory, and the segments on disk.
//!
//! What must hold: the lock is held for look-ups and pushes in memory only, never while a file is read or written; a
//! reader copies what it needs ([`Place`]) and reads without the lock. A deleted file stays readable for whoever holds it.

use std::collections::VecDeque;
use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use adyton_core::clock::Clock;
use parking_lot::Mutex;

use super::segment::{self, Segment, Span};
use super::{JournalCounts, JournalSettings, OpenError};

/// The largest segment file.
const SEGMENT_MAX: u64 = 64 * 1024 * 1024;
/// The largest batch.
const BATCH_MAX: usize = 1024 * 1024;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Frames that were written together, as they lie on disk.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) bytes: Vec<u8>,
    /// Counted from the start of the batch.
    pub(super) spans: Vec<Span>,
    pub(super) records: u64,
}

impl Batch {
    /// The memory that it takes.
    fn weight(&self) -> usize {
        self.bytes.capacity()
    }

    /// Gives back memory that it does not need: one that was filled again may have far too much.
    fn trim(&mut self) {
        if self.bytes.capacity() / 4 > self.bytes.len() {
            self.bytes.shrink_to_fit();
        }
    }

    /// Empties it; the memory stays.
    fn clear(&mut self) {
        self.bytes.clear();
        self.spans.clear();
        self.records = 0;
    }
}

/// Where a span lies.
pub(super) enum Place {
    /// In memory.
    Memory(Arc<Batch>),
    /// In a file.
    Disk(Arc<File>),
}

impl Place {
    /// Calls `use_bytes` with the frames of `span`. A file that cannot be read gives its error.
    pub(super) fn read<T>(&self, span: &Span, use_bytes: impl FnOnce(&[u8]) -> T) -> io::Result<T> {
        match self {
            Place::Memory(batch) => {
                let start = span.offset as usize;
                let bytes = batch.bytes.get(start..start + span.length as usize);
                Ok(use_bytes(bytes.unwrap_or_default()))
            }
            Place::Disk(file) => {
                let mut bytes = vec![0u8; span.length as usize];
                file.read_exact_at(&mut bytes, span.offset)?;
                Ok(use_bytes(&bytes))
            }
        }
    }
}

/// See the top of the file.
pub(super) struct Shelf {
    state: Mutex<State>,
    keep_bytes: u64,
    keep_age: Duration,
    recent_bytes: usize,
    pub(super) segment_bytes: u64,
    pub(super) recorded: AtomicU64,
    pub(super) dropped: AtomicU64,
    pub(super) unwritten: AtomicU64,
    pub(super) unlogged: AtomicU64,
}

#[derive(Default)]
struct State {
    /// Oldest first; the last one is the one that is written, if `writing`.
    segments: VecDeque<Segment>,
    recent: VecDeque<Arc<Batch>>,
    recent_bytes: usize,
    next_number: u64,
}

impl Shelf {
    /// Opens all segments in the folder.
    pub(super) fn open(settings: &JournalSettings, clock: &Clock) -> Result<Self, OpenError> {
        let keep_bytes = settings.keep_bytes.max(JournalSettings::KEEP_BYTES_MIN);
        let state = open_folder(&settings.folder).map_err(|problem| OpenError::Folder {
            folder: settings.folder.clone(),
            problem,
        })?;
        let shelf = Self {
            state: Mutex::new(state),
            keep_bytes,
            keep_age: DAY * settings.keep_days.max(1),
            recent_bytes: settings.recent_bytes,
            segment_bytes: (keep_bytes / 8).min(SEGMENT_MAX),
            recorded: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            unwritten: AtomicU64::new(0),
            unlogged: AtomicU64::new(0),
        };
        shelf.forget_old(clock.now().millis(), false);
        Ok(shelf)
    }

    pub(super) fn counts(&self) -> JournalCounts {
        let state = self.state.lock();
        JournalCounts {
            recorded: self.recorded.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            unwritten: self.unwritten.load(Ordering::Relaxed),
            unlogged: self.unlogged.load(Ordering::Relaxed),
            disk_bytes: state.segments.iter().map(|segment| segment.size).sum(),
            segments: state.segments.len() as u64,
        }
    }

    /// A batch is written when it has this many bytes, or when the rings are empty.
    pub(super) fn batch_bytes(&self) -> usize {
        BATCH_MAX.min(self.segment_bytes as usize / 2)
    }

    /// The number for the next segment file.
    pub(super) fn next_number(&self) -> u64 {
        let mut state = self.state.lock();
        state.next_number += 1;
        state.next_number
    }

    /// Puts a segment on the shelf; the writer goes on writing it through [`Shelf::extend`].
    pub(super) fn add(&self, segment: Segment) {
        self.state.lock().segments.push_back(segment);
    }

    /// Runs `change` on the segment with this number.
    pub(super) fn with<T>(&self, number: u64, change: impl FnOnce(&mut Segment) -> T) -> Option<T> {
        let mut state = self.state.lock();
        let segment = state
            .segments
            .iter_mut()
            .rev()
            .find(|segment| segment.number == number)?;
        Some(change(segment))
    }

    /// Keeps a batch in memory, and lets the oldest go. Gives one that nobody reads any more, emptied, to be filled again: its
    /// memory is at hand, where new memory would cost a page fault every few records.
    pub(super) fn remember(&self, mut batch: Batch) -> Batch {
        batch.trim();
        let mut gone = Vec::new();
        let mut state = self.state.lock();
        state.recent_bytes += batch.weight();
        state.recent.push_back(Arc::new(batch));
        while state.recent_bytes > self.recent_bytes
            && let Some(oldest) = state.recent.pop_front()
        {
            state.recent_bytes -= oldest.weight();
            gone.push(oldest);
        }
        drop(state);
        let mut spare = gone
            .into_iter()
            .filter_map(Arc::into_inner)
            .next()
            .unwrap_or_default();
        spare.clear();
        spare
    }

    /// Deletes whole files, oldest first, that are over the size or the age. The one being written stays.
    pub(super) fn forget_old(&self, now_ms: i64, is_writing: bool) {
        let oldest_ms = u64::try_from(now_ms)
            .unwrap_or(0)
            .saturating_sub(self.keep_age.as_millis() as u64);
        // Room for the file being written, and for one batch over its end.
        let most = self.keep_bytes - self.segment_bytes - self.batch_bytes() as u64;
        let mut gone = Vec::new();
        let mut state = self.state.lock();
        let mut total: u64 = state.segments.iter().map(|segment| segment.size).sum();
        while state.segments.len() > usize::from(is_writing)
            && let Some(first) = state.segments.front()
            && (total > most || first.newest_ms().is_some_and(|newest| newest < oldest_ms))
        {
            total -= first.size;
            gone.extend(state.segments.pop_front());
        }
        drop(state);
        for segment in gone {
            if let Err(problem) = std::fs::remove_file(&segment.path) {
                tracing::warn!(file = %segment.path.display(), %problem, "an old journal file cannot be deleted");
            }
        }
    }

    /// All spans that can hold a request that arrived between the two moments: memory first, each newest first.
    pub(super) fn spans(&self, from_ms: u64, to_ms: u64) -> Vec<(Place, Span)> {
        let state = self.state.lock();
        let memory = state.recent.iter().rev().flat_map(|batch| {
            let met = batch.spans.iter().rev().filter(|span| span.meets(from_ms, to_ms));
            met.map(|span| (Place::Memory(batch.clone()), *span))
        });
        let disk = state.segments.iter().rev().flat_map(|segment| {
            let met = segment
                .spans
                .iter()
                .rev()
                .filter(|span| span.meets(from_ms, to_ms));
            met.map(|span| (Place::Disk(segment.file.clone()), *span))
        });
        memory.chain(disk).collect()
    }
}

fn open_folder(folder: &Path) -> io::Result<State> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if let Some(number) = entry.file_name().to_str().and_then(segment::number_of) {
            files.push((number, entry.path()));
        }
    }
    files.sort();
    let mut state = State {
        next_number: files.last().map_or(0, |(number, _)| *number),
        ..State::default()
    };
    for (number, path) in files {
        match Segment::open(path.clone(), number) {
            Ok(segment) => state.segments.extend(segment),
            // One file that cannot be read does not keep the gateway from starting.
            Err(problem) => {
                tracing::error!(file = %path.display(), %problem, "a journal file cannot be read and is left out");
            }
        }
    }
    Ok(state)
}
