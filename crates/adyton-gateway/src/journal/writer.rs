//! The writer: one thread a node that takes records from the rings, writes them, and keeps the bounds.
//!
//! It looks into the rings by itself, every [`poll`](super::settings::JournalSettings::poll), because waking it would cost the
//! workers a system call a request. Only when it has found nothing for a while does it sleep until the next record wakes it. Whoever wants to read what was just recorded asks through [`Signals::flush`].

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use adyton_core::clock::Clock;

use super::access_log::Sink;
use super::encoding::view::{self, View};
use super::faults::Faults;
use super::frame;
use super::free_space::FreeSpace;
use super::recorder::Ring;
use super::settings::JournalSettings;
use super::shelf::Kind;
use super::shelf::keeping::{PACE, SETTLED, delete};
use super::shelf_writer::ShelfWriter;
use super::shelves::Shelves;
use super::signals::{Signals, WriterEnd};
use super::span::{self, Arrivals};
use super::strangers::Strangers;
use super::tail::Tail;
use super::tallies::Tallies;

/// How often old files are looked for.
const TIDY: Duration = Duration::from_secs(1);
/// The same while nothing is recorded: then only others fill the disk.
const TIDY_CALM: Duration = Duration::from_secs(10);
/// It sleeps after so many turns in which nothing came.
const QUIET_TURNS: u32 = 10;
/// How often dropped records are told of, at most.
const TELL: Duration = Duration::from_secs(60);

/// See the top of the file.
pub(super) struct Writer {
    settings: JournalSettings,
    rings: Vec<Ring>,
    shelves: Arc<Shelves>,
    signals: Arc<Signals>,
    log: Sink,
    clock: Clock,
    proven: ShelfWriter,
    /// Of strangers.
    others: ShelfWriter,
    strangers: Strangers,
    tail: Tail,
    tallies: Arc<Tallies>,
    free_space: FreeSpace,
    faults: Faults,
    tidied: Duration,
    /// When a file went for its age last.
    aged: Option<Duration>,
    /// How many dropped records were told of, and when next.
    told: (u64, Duration),
}

/// What it is given when it is started.
pub(super) struct WriterParts {
    pub(super) rings: Vec<Ring>,
    pub(super) shelves: Arc<Shelves>,
    pub(super) signals: Arc<Signals>,
    pub(super) log: Sink,
    pub(super) tail: Tail,
    pub(super) tallies: Arc<Tallies>,
}

impl Writer {
    pub(super) fn new(settings: JournalSettings, parts: WriterParts, clock: Clock) -> Self {
        let WriterParts {
            rings,
            shelves,
            signals,
            log,
            tail,
            tallies,
        } = parts;
        let now = clock.monotonic();
        Self {
            proven: ShelfWriter::new(Kind::Proven, shelves.clone()),
            others: ShelfWriter::new(Kind::Strangers, shelves.clone()),
            strangers: Strangers::new(settings.strangers_per_second, now),
            tail,
            tallies,
            free_space: FreeSpace::new(&settings),
            faults: Faults::new(settings.folder.clone()),
            settings,
            rings,
            shelves,
            signals,
            log,
            clock,
            tidied: now,
            aged: None,
            told: (0, now),
        }
    }

    /// Works until it is told to close.
    pub(super) fn run(mut self) {
        let _ending = WriterEnd(self.signals.clone());
        self.free_space.keep(&self.shelves, self.clock.monotonic(), 0);
        let mut quiet = 0_u32;
        loop {
            let is_quiet = self.are_rings_empty();
            let orders = self.signals.orders();
            self.round(orders.is_awaited || orders.is_closing);
            self.signals.done(orders);
            if orders.is_closing {
                return self.finish();
            }
            quiet = if is_quiet { quiet.saturating_add(1) } else { 0 };
            if quiet < QUIET_TURNS {
                // A wake-up between the round and here makes this return at once.
                std::thread::park_timeout(self.settings.poll);
            } else {
                self.sleep();
            }
        }
    }

    fn are_rings_empty(&self) -> bool {
        self.rings.iter().all(|ring| ring.frames.slots() == 0)
    }

    /// Waits for the next record or order, or until old files are to be looked for.
    fn sleep(&self) {
        self.signals.sleeps(true);
        // A recorder asks without a fence whether to wake us, so one that pushed just now may have missed that we sleep. What it
        // pushed shows after one more pause.
        std::thread::park_timeout(self.settings.poll);
        let orders = self.signals.orders();
        if self.are_rings_empty() && !orders.is_awaited && !orders.is_closing {
            let is_calm = self.strangers.is_empty() && self.tail.is_quiet() && self.faults.are_over();
            std::thread::park_timeout(if is_calm { TIDY_CALM } else { TIDY });
        }
        self.signals.sleeps(false);
    }

    /// Takes what lies in the rings now, and writes it; where somebody waits for it, with the summaries of what is left out.
    fn round(&mut self, is_awaited: bool) {
        let now = self.clock.monotonic();
        self.tail.begin_round(now);
        if self.strangers.begin_window(now) {
            self.sum_up();
        }
        let mut dropped = 0;
        for at in 0..self.rings.len() {
            dropped += self.rings[at].dropped.load(Ordering::Relaxed);
            // What is there now, and no more: a busy worker must not keep the others waiting.
            let mut left = self.rings[at].frames.slots();
            while left > 0 {
                left = left.saturating_sub(self.take(at));
                if self.proven.is_full() || self.others.is_full() {
                    self.put(now);
                }
            }
        }
        if is_awaited {
            self.sum_up();
        }
        self.put(now);
        let counts = &self.shelves.counts;
        counts.dropped.store(dropped, Ordering::Relaxed);
        let lost = self.log.flush();
        counts.unlogged.fetch_add(lost, Ordering::Relaxed);
        if now.saturating_sub(self.tidied) >= TIDY {
            self.tidy(now);
        }
    }

    fn put(&mut self, now: Duration) {
        for shelf_writer in [&mut self.proven, &mut self.others] {
            shelf_writer.put(&mut self.free_space, &mut self.faults, now);
        }
    }

    /// Moves one frame from a ring to its shelf_writer, adds its checksum and writes its line; gives its length. Workers push whole
    /// frames, so a frame that begins is all there.
    fn take(&mut self, ring: usize) -> usize {
        let frames = &mut self.rings[ring].frames;
        let mut head = [0; frame::HEAD];
        let length = match frames.pop_entire_slice(&mut head) {
            Ok(()) => frame::declared(&head),
            Err(_) => None,
        };
        // A look, which takes nothing out.
        let kind = frames.read_chunk(view::KIND_AT + 1).ok().and_then(|start| {
            let (first, wrapped) = start.as_slices();
            first.iter().chain(wrapped).nth(view::KIND_AT).copied()
        });
        let is_of_stranger = kind.is_none_or(view::is_of_stranger);
        let shelf_writer = match is_of_stranger {
            false => &mut self.proven,
            true => &mut self.others,
        };
        let start = shelf_writer.batch.bytes.len();
        let moved = length.is_some_and(|length| {
            shelf_writer.batch.bytes.extend_from_slice(&head);
            shelf_writer.batch.bytes.resize(start + frame::HEAD + length, 0);
            frames
                .pop_entire_slice(&mut shelf_writer.batch.bytes[start + frame::HEAD..])
                .is_ok()
        });
        if !moved {
            // Cannot happen: see above. What is in the ring could not be told apart any more, so it is let go of.
            shelf_writer.batch.bytes.truncate(start);
            if let Ok(rest) = frames.read_chunk(frames.slots()) {
                rest.commit_all();
            }
            tracing::error!("a ring of the journal held something that is no record; it was emptied");
            return usize::MAX;
        }
        let written = &mut shelf_writer.batch.bytes[start..];
        let length = written.len();
        if let Some(view) = View::of(&written[frame::HEAD..]) {
            self.log.line(&view);
            self.tallies.note(&view);
            if is_of_stranger && !self.strangers.keeps(&view) {
                shelf_writer.batch.bytes.truncate(start);
                self.shelves.counts.left_out.fetch_add(1, Ordering::Relaxed);
                if self.strangers.is_full() {
                    self.sum_up();
                }
                return length;
            }
            self.tail.note(&view);
            let arrivals = Arrivals::at(view.fixed.id().at_ms());
            span::note(&mut shelf_writer.batch.spans, start as u64, length, arrivals);
        }
        frame::seal(&mut shelf_writer.batch.bytes[start..]);
        shelf_writer.batch.records += 1;
        length
    }

    /// Adds the summaries of what was left out.
    fn sum_up(&mut self) {
        for (mut summary, arrivals) in self.strangers.take() {
            frame::seal(&mut summary);
            if let Some(view) = View::of(&summary[frame::HEAD..]) {
                self.tail.note(&view);
            }
            let batch = &mut self.others.batch;
            let start = batch.bytes.len() as u64;
            batch.bytes.extend_from_slice(&summary);
            span::note(&mut batch.spans, start, summary.len(), arrivals);
            batch.records += 1;
        }
    }

    fn tidy(&mut self, now: Duration) {
        self.tidied = now;
        let dropped = self.shelves.counts.dropped.load(Ordering::Relaxed);
        if dropped > self.told.0 && now >= self.told.1 {
            tracing::warn!(
                dropped,
                "the journal could not keep up and dropped records; is its disk slow?"
            );
            self.told = (dropped, now + TELL);
        }
        self.proven.leave_deleted();
        self.others.leave_deleted();
        self.free_space.keep(&self.shelves, now, 0);
        self.shelves.keep_size();
        self.keep_age(now);
    }

    /// Deletes a file of each shelf that is over its age: one at a time, and only while the time of day can be believed.
    fn keep_age(&mut self, now: Duration) {
        if self.aged.is_some_and(|aged| now.saturating_sub(aged) < PACE) {
            return;
        }
        let Some(today) = self.clock.settled_now(SETTLED) else {
            return;
        };
        for kind in Kind::ALL {
            if let Some(old) = self.shelves.of(kind).over_age(today.millis(), now) {
                self.aged = Some(now);
                delete(&old);
            }
        }
    }

    /// The end: what is left in the rings was taken by the last round.
    fn finish(mut self) {
        self.log.finish();
        for shelf_writer in [&mut self.proven, &mut self.others] {
            if let Err(problem) = shelf_writer.finish() {
                tracing::warn!(%problem, "the journal's last file could not be synced");
            }
        }
    }
}
