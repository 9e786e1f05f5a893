//! The writer's side of one shelf: gathers frames, appends them to the newest segment, and starts and seals segments.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::disk;
use super::faults::Faults;
use super::free_space::FreeSpace;
use super::shelf::{Batch, Kind, Shelf};
use super::shelves::Shelves;

/// A segment is closed after this long, so that age can be kept by whole files.
const SEGMENT_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// See the top of the file.
pub(super) struct ShelfWriter {
    kind: Kind,
    shelves: Arc<Shelves>,
    /// What is gathered.
    pub(super) batch: Batch,
    open: Option<Open>,
}

/// The segment being written.
#[derive(Clone, Copy)]
struct Open {
    number: u64,
    /// When it was started, by the clock that never jumps.
    since: Duration,
}

impl ShelfWriter {
    pub(super) fn new(kind: Kind, shelves: Arc<Shelves>) -> Self {
        Self {
            kind,
            shelves,
            batch: Batch::default(),
            open: None,
        }
    }

    fn shelf(&self) -> &Shelf {
        self.shelves.of(self.kind)
    }

    /// Whether so much is gathered that it should be written.
    pub(super) fn is_full(&self) -> bool {
        self.batch.bytes.len() >= self.shelf().batch_bytes()
    }

    /// Writes what is gathered to disk, and keeps it in memory in any case.
    pub(super) fn put(&mut self, free_space: &mut FreeSpace, faults: &mut Faults, now: Duration) {
        if self.batch.records == 0 {
            return;
        }
        let batch = std::mem::take(&mut self.batch);
        let shelves = Arc::clone(&self.shelves);
        let counts = &shelves.counts;
        if faults.is_resting(now) {
            counts.unwritten.fetch_add(batch.records, Ordering::Relaxed);
        } else {
            free_space.keep(&shelves, now, batch.bytes.len());
            let written = match self.write(&batch, now) {
                Err(problem) if disk::is_full(&problem) && FreeSpace::make(&shelves, batch.bytes.len()) => {
                    self.write(&batch, now)
                }
                written => written,
            };
            match written {
                Ok(()) => {
                    free_space.wrote(batch.bytes.len());
                    faults.mended(counts);
                }
                Err(problem) => {
                    counts.unwritten.fetch_add(batch.records, Ordering::Relaxed);
                    faults.failed(&problem, counts, now);
                }
            }
        }
        counts.recorded.fetch_add(batch.records, Ordering::Relaxed);
        self.batch = self.shelf().remember(batch);
    }

    fn write(&mut self, batch: &Batch, now: Duration) -> io::Result<()> {
        let number = match self.open {
            Some(open) if now.saturating_sub(open.since) < SEGMENT_AGE => open.number,
            Some(_) | None => self.start(now)?,
        };
        // The file is written without the lock; readers learn of the batch when it is all there.
        let Some(append_point) = self.shelf().with(number, |segment| segment.append_point()) else {
            self.open = None;
            return Err(io::Error::other("the segment was deleted"));
        };
        append_point.write(&batch.bytes)?;
        let end = self.shelf().with(number, |segment| {
            segment.extend(batch.bytes.len(), &batch.spans, now);
            segment.end
        });
        if end.is_some_and(|end| end >= self.shelf().segment_bytes) {
            self.seal();
        }
        Ok(())
    }

    /// Starts a new segment.
    fn start(&mut self, now: Duration) -> io::Result<u64> {
        self.seal();
        let number = self.shelf().start()?;
        self.open = Some(Open { number, since: now });
        Ok(number)
    }

    /// Ends the segment that is being written. Without its index it is repaired at the next start, so a failure is no loss.
    fn seal(&mut self) {
        let Some(Open { number, .. }) = self.open.take() else {
            return;
        };
        let sealed = self
            .shelf()
            .with(number, |segment| (segment.index(), segment.append_point()));
        if let Some((index, append_point)) = sealed
            && append_point.write(&index).is_ok()
        {
            self.shelf()
                .with(number, |segment| segment.size = segment.end + index.len() as u64);
        }
        self.shelves.keep_size();
    }

    /// Leaves a file that somebody deleted: what is written into it could not be read after a restart.
    pub(super) fn leave_deleted(&mut self) {
        let Some(Open { number, .. }) = self.open else {
            return;
        };
        let is_deleted = self.shelf().with(number, |segment| segment.is_deleted());
        if is_deleted == Some(true) {
            tracing::warn!("the journal's newest file was deleted by somebody; a new one is started");
            self.shelf().lose(number);
            self.open = None;
        }
    }

    /// Seals the last segment and waits until it is on the disk.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let last = self.open.map(|open| open.number);
        self.seal();
        match last.and_then(|number| self.shelf().with(number, |segment| segment.file.clone())) {
            Some(file) => file.sync_data(),
            None => Ok(()),
        }
    }
}
