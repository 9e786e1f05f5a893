//! One worker's end of the journal: writes a record into its ring and goes on.
//!
//! What must hold: no lock and no system call here while records come, for then the writer looks into the rings by itself. Only
//! a writer that has found nothing for a while sleeps, and is woken by the next record. Strangers' records fill half of the ring
//! at most, so that a flood of them drops no tenant's.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use adyton_core::record::Record;
use rtrb::{Consumer, Producer, RingBuffer};

use super::encoding::entry::{Closing, Entry, Opening};
use super::encoding::whole;
use super::signals::Signals;

/// Buffers that are kept for the next requests; more are made while more requests are under way.
const SPARE_MAX: usize = 256;
/// A buffer that has grown over this, in bytes, is let go of.
const SPARE_BYTES: usize = 4 * 1024;

/// Takes the records of one worker. It stays on that worker's thread.
pub struct Recorder {
    ring: RefCell<Producer<u8>>,
    /// Bytes of the ring that strangers leave free.
    reserved: usize,
    spare: RefCell<Vec<Vec<u8>>>,
    dropped: Arc<AtomicU64>,
    signals: Arc<Signals>,
}

/// The writer's end of one ring: whole frames, one behind the other, without their checksums.
pub(super) struct Ring {
    pub(super) frames: Consumer<u8>,
    pub(super) dropped: Arc<AtomicU64>,
}

/// Both ends of a ring of `bytes`; `signals` leads to the writer at the other end.
pub(super) fn pair(bytes: usize, signals: &Arc<Signals>) -> (Recorder, Ring) {
    let (producer, frames) = RingBuffer::new(bytes.max(1));
    let dropped = Arc::new(AtomicU64::new(0));
    let recorder = Recorder {
        ring: RefCell::new(producer),
        reserved: bytes / 2,
        spare: RefCell::default(),
        dropped: dropped.clone(),
        signals: Arc::clone(signals),
    };
    (recorder, Ring { frames, dropped })
}

impl Recorder {
    /// Opens a record: a head has arrived.
    pub fn open(&self, opening: &Opening<'_>) -> Entry {
        Entry::open(self.buffer(), opening)
    }

    /// Closes a record and hands it to the writer; drops and counts it when the ring is full.
    pub fn close(&self, entry: Entry, closing: &Closing<'_>) {
        self.push(entry.close(closing), closing.is_of_stranger());
    }

    /// Hands over a record that was made elsewhere. Texts over their bounds are cut.
    pub fn record(&self, record: &Record) {
        self.push(whole::encode(self.buffer(), record), record.is_of_stranger());
    }

    /// How many records this recorder had to drop.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    fn buffer(&self) -> Vec<u8> {
        self.spare.borrow_mut().pop().unwrap_or_default()
    }

    fn push(&self, frame: Vec<u8>, is_of_stranger: bool) {
        let mut ring = self.ring.borrow_mut();
        let is_short = is_of_stranger && ring.slots() < self.reserved + frame.len();
        if is_short || ring.push_entire_slice(&frame).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        drop(ring);
        if self.signals.is_asleep() {
            self.signals.rouse();
        }
        let mut spare = self.spare.borrow_mut();
        if spare.len() < SPARE_MAX && frame.capacity() <= SPARE_BYTES {
            spare.push(frame);
        }
    }
}

/// What a recorder has handed over, for tests.
#[cfg(test)]
pub(crate) struct RecordedFrames(RefCell<Ring>);

#[cfg(test)]
impl RecordedFrames {
    /// A recorder without a journal, and what it hands over.
    pub(crate) fn by_recorder() -> (Recorder, Self) {
        let (recorder, ring) = pair(1 << 20, &Arc::default());
        (recorder, Self(RefCell::new(ring)))
    }

    /// The records since the last call.
    pub(crate) fn records(&self) -> Vec<Record> {
        let mut ring = self.0.borrow_mut();
        let slots = ring.frames.slots();
        let chunk = ring.frames.read_chunk(slots).expect("as much as there is");
        let (first, second) = chunk.as_slices();
        let bytes = [first, second].concat();
        chunk.commit_all();
        let mut rest = &bytes[..];
        let mut records = Vec::new();
        while let Some((head, payload)) = rest.split_first_chunk() {
            let (payload, next) = payload.split_at(super::frame::declared(head).expect("a length"));
            records.push(super::encoding::view::decode(payload).expect("a record"));
            rest = next;
        }
        records
    }
}
