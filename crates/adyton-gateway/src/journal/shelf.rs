//! One shelf of the journal: the newest batches in memory, and the segments on disk. Readers and the writer share it.
//!
//! There are two, with budgets of their own, so that what strangers send never costs a tenant's record: see [`Kind`].
//!
//! What must hold: the lock is held for look-ups and pushes in memory only, never while a file is read or written; a
//! reader copies what it needs ([`BatchSource`]) and reads without the lock. A deleted file stays readable for whoever holds it.

mod batch;
pub(super) mod keeping;

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

pub(super) use batch::{Batch, BatchSource};

use super::disk::{Disk, may_pass};
use super::segment::{self, Segment};
use super::settings::JournalSettings;
use super::span::Span;

/// The largest segment file.
const SEGMENT_MAX: u64 = 64 * 1024 * 1024;
/// The smallest bound of a segment file.
const SEGMENT_MIN: u64 = 128 * 1024;
/// A segment is at most this part of its file system, so that those which are never deleted are a small part, too.
const DISK_PART: u64 = 128;
/// The largest batch.
const BATCH_MAX: usize = 1024 * 1024;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Whose records a shelf has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Of requests that matched a service and whose caller was proven. Files of before there were two shelves lie here too.
    Proven,
    /// The rest: what anybody can send.
    Strangers,
}

impl Kind {
    /// Both.
    pub(super) const ALL: [Self; 2] = [Self::Proven, Self::Strangers];

    /// What the names of its files begin with.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Proven => "segment",
            Self::Strangers => "strangers",
        }
    }
}

/// See the top of the file.
pub(super) struct Shelf {
    kind: Kind,
    folder: PathBuf,
    node: u16,
    disk: Arc<dyn Disk>,
    state: Mutex<State>,
    keep_bytes: u64,
    keep_age: Duration,
    recent_bytes: usize,
    pub(super) segment_bytes: u64,
}

#[derive(Default)]
struct State {
    /// Oldest first; the last one is the one that is written, if any is.
    segments: VecDeque<Segment>,
    recent: VecDeque<Arc<Batch>>,
    recent_bytes: usize,
    next_number: u64,
}

impl Shelf {
    /// Opens all segments of this kind in the folder.
    pub(super) fn open(settings: &JournalSettings, kind: Kind) -> io::Result<Self> {
        let (keep_bytes, recent_bytes) = match kind {
            Kind::Proven => (settings.keep_bytes, settings.recent_bytes),
            Kind::Strangers => (settings.strangers_bytes, settings.recent_bytes / 4),
        };
        let keep_bytes = keep_bytes.max(JournalSettings::KEEP_BYTES_MIN);
        let state = open_folder(settings, kind)?;
        // What cannot be told does not bind.
        let total = match settings.disk.space(&settings.folder) {
            Ok(space) if space.total > 0 => space.total,
            Ok(_) | Err(_) => u64::MAX,
        };
        let segment_bytes = (keep_bytes / 8).min(SEGMENT_MAX).min(total / DISK_PART);
        Ok(Self {
            kind,
            folder: settings.folder.clone(),
            node: settings.node,
            disk: settings.disk.clone(),
            state: Mutex::new(state),
            keep_bytes,
            keep_age: DAY * settings.keep_days.max(1),
            recent_bytes,
            segment_bytes: segment_bytes.max(SEGMENT_MIN),
        })
    }

    /// Bytes and files on disk.
    pub(super) fn size(&self) -> (u64, u64) {
        let state = self.state.lock();
        (keeping::total(&state), state.segments.len() as u64)
    }

    /// A batch is written when it has this many bytes, or when the rings are empty.
    pub(super) fn batch_bytes(&self) -> usize {
        BATCH_MAX.min(self.segment_bytes as usize / 2)
    }

    /// Makes a new segment and puts it on the shelf; the writer goes on writing it through [`Shelf::with`]. Gives its number.
    pub(super) fn start(&self) -> io::Result<u64> {
        let number = {
            let mut state = self.state.lock();
            state.next_number += 1;
            state.next_number
        };
        let disk = self.disk.clone();
        let segment = Segment::create(&self.folder, self.kind.prefix(), number, self.node, disk)?;
        self.state.lock().segments.push_back(segment);
        Ok(number)
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

    /// Takes a segment off, whose file is gone.
    pub(super) fn lose(&self, number: u64) {
        self.state
            .lock()
            .segments
            .retain(|segment| segment.number != number);
    }

    /// Keeps a batch in memory, and lets the oldest go. Gives one that nobody reads any more, emptied, to be filled again: its
    /// memory is at hand, where new memory would cost a page fault every few records.
    pub(super) fn remember(&self, mut batch: Batch) -> Batch {
        batch.trim();
        // The next one is probably about as long.
        let capacity = batch.next_capacity();
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
        let spare = gone.into_iter().filter_map(Arc::into_inner);
        let mut spare = spare.max_by_key(Batch::weight).unwrap_or_default();
        spare.clear();
        spare.prepare(capacity);
        spare
    }

    /// All spans that can hold a request that arrived between the two moments: memory first, each newest first.
    pub(super) fn spans(&self, from_ms: u64, to_ms: u64) -> Vec<(BatchSource, Span)> {
        let state = self.state.lock();
        let memory = state.recent.iter().rev().flat_map(|batch| {
            let met = batch.spans.iter().rev().filter(|span| span.meets(from_ms, to_ms));
            met.map(|span| (BatchSource::Memory(batch.clone()), *span))
        });
        let disk = state.segments.iter().rev().flat_map(|segment| {
            let met = segment
                .spans
                .iter()
                .rev()
                .filter(|span| span.meets(from_ms, to_ms));
            met.map(|span| (BatchSource::Disk(segment.file.clone()), *span))
        });
        memory.chain(disk).collect()
    }
}

fn open_folder(settings: &JournalSettings, kind: Kind) -> io::Result<State> {
    let folder = &settings.folder;
    match segment::make_folder(folder) {
        Err(problem) if may_pass(&problem) => {
            // The writer makes it once it can.
            tracing::error!(folder = %folder.display(), %problem, "the journal's folder cannot be made yet");
            return Ok(State::default());
        }
        made => made?,
    }
    let files = files(folder, kind)?;
    let mut state = State {
        next_number: files.last().map_or(0, |(number, _)| *number),
        ..State::default()
    };
    for (number, path) in files {
        match Segment::open(path.clone(), number, settings.disk.clone()) {
            Ok(segment) => state.segments.extend(segment),
            // One file that cannot be read does not keep the gateway from starting.
            Err(problem) => {
                tracing::error!(file = %path.display(), %problem, "a journal file cannot be read and is left out");
            }
        }
    }
    Ok(state)
}

/// The files of this kind with their numbers, in the order in which they were written.
fn files(folder: &Path, kind: Kind) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if let Some(number) = name
            .to_str()
            .and_then(|name| segment::number_of(kind.prefix(), name))
        {
            files.push((number, entry.path()));
        }
    }
    files.sort();
    Ok(files)
}
