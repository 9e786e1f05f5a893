//! One worker's end of the journal: moves a record into its ring and goes on.
//!
//! What must hold: no lock, no system call, no wake-up here. The writer looks into the rings by itself.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use adyton_core::record::Record;
use rtrb::{Consumer, Producer, PushError, RingBuffer};

use super::bounds;

/// Takes the records of one worker. It stays on that worker's thread.
pub struct Recorder {
    ring: RefCell<Producer<Record>>,
    dropped: Arc<AtomicU64>,
}

/// The writer's end of one ring.
pub(super) struct Ring {
    pub(super) records: Consumer<Record>,
    pub(super) dropped: Arc<AtomicU64>,
}

/// Both ends of a ring that holds `capacity` records.
pub(super) fn pair(capacity: usize) -> (Recorder, Ring) {
    let (producer, records) = RingBuffer::new(capacity.max(1));
    let dropped = Arc::new(AtomicU64::new(0));
    let recorder = Recorder {
        ring: RefCell::new(producer),
        dropped: dropped.clone(),
    };
    (recorder, Ring { records, dropped })
}

impl Recorder {
    /// Hands the record to the writer; drops and counts it when the ring is full. Texts over their bounds are cut.
    pub fn record(&self, mut record: Record) {
        bounds::keep(&mut record);
        let refused = match self.ring.try_borrow_mut() {
            Ok(mut ring) => matches!(ring.push(record), Err(PushError::Full(_))),
            Err(_) => true,
        };
        if refused {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many records this recorder had to drop.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}
