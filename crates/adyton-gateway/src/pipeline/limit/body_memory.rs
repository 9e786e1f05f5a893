//! The memory for bodies of proven callers of one worker, taken in steps as bytes arrive.
//!
//! Half-read bodies must not wait for each other, and a large body must not block a small one: older bodies go first; the
//! oldest of those that are still read goes on even when everything is taken, so one always comes to its end; and the last
//! eighth is for bodies of up to [`SMALL_STEPS`].

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Bytes of one step.
const STEP: u64 = 256 * 1024;
/// Steps that the bodies of one worker may take together: 512 MiB, some forty of the largest bodies.
const STEPS: usize = 2048;
/// Bodies up to so many steps may take the last eighth too.
const SMALL_STEPS: usize = 4;

/// All of it, in bytes.
pub(super) const WHOLE: u64 = STEPS as u64 * STEP;

/// The memory of one worker.
#[derive(Default)]
pub(crate) struct BodyMemory(Rc<RefCell<Table>>);

#[derive(Default)]
struct Table {
    taken: usize,
    /// Bodies that are still read, by age, and who of them waits.
    reading: BTreeMap<u64, Reading>,
    next: u64,
}

struct Reading {
    steps: usize,
    waker: Option<Waker>,
}

impl BodyMemory {
    /// A body begins to arrive; it holds nothing yet.
    pub(super) fn share(&self) -> MemoryShare {
        let mut table = self.0.borrow_mut();
        let age = table.next;
        table.next += 1;
        let reading = Reading {
            steps: 0,
            waker: None,
        };
        table.reading.insert(age, reading);
        MemoryShare {
            table: Rc::clone(&self.0),
            age,
            steps: 0,
        }
    }
}

/// What one body holds; given back when dropped.
pub(super) struct MemoryShare {
    table: Rc<RefCell<Table>>,
    age: u64,
    steps: usize,
}

impl MemoryShare {
    /// Waits until the share is as large as what has arrived.
    pub(super) async fn hold(&mut self, bytes: u64) {
        let wanted = usize::try_from(bytes.div_ceil(STEP)).unwrap_or(STEPS);
        poll_fn(|context| self.poll_grow(context, wanted)).await;
    }

    fn poll_grow(&mut self, context: &Context<'_>, wanted: usize) -> Poll<()> {
        let mut table = self.table.borrow_mut();
        while self.steps < wanted {
            let may = table.may_take(self.age, self.steps);
            let Some(own) = table.reading.get_mut(&self.age) else {
                return Poll::Ready(());
            };
            if !may {
                own.waker = Some(context.waker().clone());
                return Poll::Pending;
            }
            own.waker = None;
            own.steps += 1;
            self.steps += 1;
            table.taken += 1;
        }
        Poll::Ready(())
    }

    /// The body is whole: others that are still read may be the oldest now.
    pub(super) fn is_whole(&self) {
        let mut table = self.table.borrow_mut();
        if table.reading.remove(&self.age).is_some() {
            table.wake();
        }
    }
}

impl Drop for MemoryShare {
    fn drop(&mut self) {
        let mut table = self.table.borrow_mut();
        table.reading.remove(&self.age);
        table.taken -= self.steps;
        table.wake();
    }
}

impl Table {
    fn may_take(&self, age: u64, held: usize) -> bool {
        if self.taken >= ceiling(held) {
            return self
                .reading
                .first_key_value()
                .is_some_and(|(oldest, _)| *oldest == age);
        }
        let is_small = held < SMALL_STEPS;
        !self
            .reading
            .range(..age)
            .any(|(_, older)| older.waker.is_some() && (older.steps < SMALL_STEPS) == is_small)
    }

    /// Wakes as many of those who wait as may go on, older ones first.
    fn wake(&self) {
        let mut free = STEPS.saturating_sub(self.taken);
        for (at, reading) in self.reading.values().enumerate() {
            let Some(waker) = &reading.waker else { continue };
            let may = self.taken < ceiling(reading.steps) && free > 0;
            if may || at == 0 {
                free = free.saturating_sub(1);
                waker.wake_by_ref();
            }
        }
    }
}

/// How much may be taken before a body that holds so much has to wait.
fn ceiling(held: usize) -> usize {
    match held < SMALL_STEPS {
        true => STEPS,
        false => STEPS - STEPS / 8,
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;

    use super::*;

    const MIB: u64 = 1 << 20;

    fn holds(share: &mut MemoryShare, bytes: u64) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        pin!(share.hold(bytes)).poll(&mut context).is_ready()
    }

    #[test]
    fn full_memory_takes_small_bodies_and_brings_the_oldest_to_its_end() {
        let memory = BodyMemory::default();
        let mut large: Vec<MemoryShare> = (0..60).map(|_| memory.share()).collect();
        // All grow together, as far as there is room.
        let mut stopped = 0;
        for mib in 1..=12 {
            for share in &mut large {
                stopped += usize::from(!holds(share, mib * MIB));
            }
        }
        assert!(stopped > 0, "60 times 12 MiB are more than there is");
        assert!(holds(&mut memory.share(), 100 * 1024), "a small body finds room");
        assert!(holds(&mut large[0], 12 * MIB), "the oldest goes on");
        assert!(!holds(&mut large[1], 12 * MIB), "the second waits");
        large[0].is_whole();
        assert!(
            holds(&mut large[1], 12 * MIB),
            "it is the oldest that is still read"
        );
        drop(large);
        assert_eq!(memory.0.borrow().taken, 0);
        assert!(memory.0.borrow().reading.is_empty());
    }
}
