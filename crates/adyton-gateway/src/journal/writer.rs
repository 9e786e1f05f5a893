//! The writer: one thread a node that takes records from the rings, writes them, and keeps the bounds.
//!
//! It looks into the rings by itself, every [`poll`](super::JournalSettings::poll), because waking it would cost the
//! workers a system call a request. Whoever wants to read what was just recorded asks through [`Signals::flush`].

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::thread::Thread;
use std::time::Duration;

use adyton_core::clock::Clock;
use parking_lot::{Condvar, Mutex};

use super::access_log::Sink;
use super::encoding::view::View;
use super::recorder::Ring;
use super::segment::{self, Segment};
use super::shelf::{Batch, Shelf};
use super::{JournalSettings, frame};

/// How often old files are looked for.
const TIDY: Duration = Duration::from_secs(1);
/// How often dropped records are told of, at most.
const TELL: Duration = Duration::from_secs(60);
/// A segment is closed after this long, so that age can be kept by whole files.
const SEGMENT_AGE_MS: u64 = 24 * 60 * 60 * 1000;

/// Between the writer and those who ask it for something.
#[derive(Default)]
pub(super) struct Signals {
    thread: OnceLock<Thread>,
    state: Mutex<Asked>,
    changed: Condvar,
}

#[derive(Default)]
struct Asked {
    flushes: u64,
    flushed: u64,
    is_closing: bool,
    has_ended: bool,
}

impl Signals {
    pub(super) fn attach(&self, thread: Thread) {
        // There is one writer: the first is the only one.
        let _ = self.thread.set(thread);
    }

    pub(super) fn flush(&self, longest: Duration) -> bool {
        let mut state = self.state.lock();
        state.flushes += 1;
        let mine = state.flushes;
        self.wake();
        self.changed.wait_while_for(
            &mut state,
            |state| state.flushed < mine && !state.has_ended,
            longest,
        );
        state.flushed >= mine || state.has_ended
    }

    pub(super) fn close(&self) {
        self.state.lock().is_closing = true;
        self.wake();
    }

    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}

/// Tells the waiting that the writer has ended, however it does.
struct Ending(Arc<Signals>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.state.lock().has_ended = true;
        self.0.changed.notify_all();
    }
}

/// See the top of the file.
pub(super) struct Writer {
    settings: JournalSettings,
    rings: Vec<Ring>,
    shelf: Arc<Shelf>,
    signals: Arc<Signals>,
    log: Sink,
    clock: Clock,
    batch: Batch,
    /// The number of the segment being written, and when its first record arrived.
    open: Option<(u64, u64)>,
    is_failing: bool,
    tidied: Duration,
    /// How many dropped records were told of, and when last.
    told: (u64, Duration),
}

impl Writer {
    pub(super) fn new(
        settings: JournalSettings,
        rings: Vec<Ring>,
        shelf: Arc<Shelf>,
        signals: Arc<Signals>,
        log: Sink,
        clock: Clock,
    ) -> Self {
        let tidied = clock.monotonic();
        Self {
            settings,
            rings,
            shelf,
            signals,
            log,
            clock,
            batch: Batch::default(),
            open: None,
            is_failing: false,
            tidied,
            told: (0, tidied),
        }
    }

    /// Works until it is told to close.
    pub(super) fn run(mut self) {
        let _ending = Ending(self.signals.clone());
        loop {
            let (asked, is_closing) = {
                let state = self.signals.state.lock();
                (state.flushes, state.is_closing)
            };
            self.turn();
            let mut state = self.signals.state.lock();
            if state.flushed < asked {
                state.flushed = asked;
                self.signals.changed.notify_all();
            }
            drop(state);
            if is_closing {
                return self.finish();
            }
            // A wake-up between the turn and here makes this return at once.
            std::thread::park_timeout(self.settings.poll);
        }
    }

    /// Takes what lies in the rings now, and writes it.
    fn turn(&mut self) {
        let mut dropped = 0;
        for at in 0..self.rings.len() {
            dropped += self.rings[at].dropped.load(Ordering::Relaxed);
            // What is there now, and no more: a busy worker must not keep the others waiting.
            let mut left = self.rings[at].frames.slots();
            while left > 0 {
                left = left.saturating_sub(self.take(at));
                if self.batch.bytes.len() >= self.shelf.batch_bytes() {
                    self.put();
                }
            }
        }
        self.put();
        self.shelf.dropped.store(dropped, Ordering::Relaxed);
        let lost = self.log.flush();
        self.shelf.unlogged.fetch_add(lost, Ordering::Relaxed);
        if self.clock.monotonic().saturating_sub(self.tidied) >= TIDY {
            self.tidy();
        }
    }

    /// Moves one frame from a ring to the batch, adds its checksum and writes its line; gives its length. Workers push whole
    /// frames, so a frame that begins is all there.
    fn take(&mut self, ring: usize) -> usize {
        let frames = &mut self.rings[ring].frames;
        let mut head = [0; frame::HEAD];
        let length = match frames.pop_entire_slice(&mut head) {
            Ok(()) => frame::declared(&head),
            Err(_) => None,
        };
        let start = self.batch.bytes.len();
        let moved = length.is_some_and(|length| {
            self.batch.bytes.extend_from_slice(&head);
            self.batch.bytes.resize(start + frame::HEAD + length, 0);
            frames
                .pop_entire_slice(&mut self.batch.bytes[start + frame::HEAD..])
                .is_ok()
        });
        if !moved {
            // Cannot happen: see above. What is in the ring could not be told apart any more, so it is let go of.
            self.batch.bytes.truncate(start);
            if let Ok(rest) = frames.read_chunk(frames.slots()) {
                rest.commit_all();
            }
            tracing::error!("a ring of the journal held something that is no record; it was emptied");
            return usize::MAX;
        }
        let written = &mut self.batch.bytes[start..];
        frame::seal(written);
        let length = written.len();
        if let Some(view) = View::of(&written[frame::HEAD..]) {
            let at_ms = view.fixed.id().at_ms();
            segment::note(&mut self.batch.spans, start as u64, length, at_ms);
            self.log.line(&view);
        }
        self.batch.records += 1;
        length
    }

    /// Writes the batch to disk, and keeps it in memory in any case.
    fn put(&mut self) {
        if self.batch.records == 0 {
            return;
        }
        let batch = std::mem::take(&mut self.batch);
        let written = self.write(&batch);
        match written {
            Ok(()) if self.is_failing => {
                self.is_failing = false;
                let unwritten = self.shelf.unwritten.load(Ordering::Relaxed);
                tracing::info!(unwritten, "the journal can be written again");
            }
            Ok(()) => {}
            Err(problem) => {
                self.shelf.unwritten.fetch_add(batch.records, Ordering::Relaxed);
                if !self.is_failing {
                    self.is_failing = true;
                    let folder = self.settings.folder.display();
                    tracing::error!(%folder, %problem, "the journal cannot be written; requests go on, records \
                        are kept in memory only. Free disk space there, or lower journal.keep_bytes");
                }
            }
        }
        self.shelf.recorded.fetch_add(batch.records, Ordering::Relaxed);
        self.batch = self.shelf.remember(batch);
    }

    fn write(&mut self, batch: &Batch) -> std::io::Result<()> {
        let at_ms = batch.spans.first().map_or(0, |span| span.min_ms);
        let number = match self.open {
            Some((number, since)) if at_ms < since.saturating_add(SEGMENT_AGE_MS) => number,
            Some(_) | None => self.start(at_ms)?,
        };
        // The file is written without the lock; readers learn of the batch when it is all there.
        let Some(target) = self.shelf.with(number, |segment| segment.target()) else {
            self.open = None;
            return Err(std::io::Error::other("the segment was deleted"));
        };
        target.write(&batch.bytes)?;
        let end = self.shelf.with(number, |segment| {
            segment.extend(batch.bytes.len(), &batch.spans);
            segment.end
        });
        if end.is_some_and(|end| end >= self.shelf.segment_bytes) {
            self.seal();
        }
        Ok(())
    }

    /// Starts a new segment.
    fn start(&mut self, at_ms: u64) -> std::io::Result<u64> {
        self.seal();
        let number = self.shelf.next_number();
        let segment = Segment::create(&self.settings.folder, number, self.settings.node)?;
        self.shelf.add(segment);
        self.open = Some((number, at_ms));
        Ok(number)
    }

    /// Ends the segment that is being written. Without its index it is repaired at the next start, so a failure is no loss.
    fn seal(&mut self) {
        let Some((number, _)) = self.open.take() else {
            return;
        };
        let sealed = self
            .shelf
            .with(number, |segment| (segment.index(), segment.target()));
        if let Some((index, target)) = sealed
            && target.write(&index).is_ok()
        {
            self.shelf
                .with(number, |segment| segment.size = segment.end + index.len() as u64);
        }
        self.tidy();
    }

    fn tidy(&mut self) {
        self.tidied = self.clock.monotonic();
        let dropped = self.shelf.dropped.load(Ordering::Relaxed);
        if dropped > self.told.0 && self.tidied >= self.told.1 {
            tracing::warn!(
                dropped,
                "the journal could not keep up and dropped records; is its disk slow?"
            );
            self.told = (dropped, self.tidied + TELL);
        }
        self.shelf
            .forget_old(self.clock.now().millis(), self.open.is_some());
    }

    /// The end: what is left in the rings was taken by the last turn.
    fn finish(mut self) {
        self.log.finish();
        let last = self.open.map(|(number, _)| number);
        self.seal();
        let file = last.and_then(|number| self.shelf.with(number, |segment| segment.file.clone()));
        if let Some(Err(problem)) = file.map(|file| file.sync_data()) {
            tracing::warn!(%problem, "the journal's last file could not be synced");
        }
    }
}
