//! Time limits of one worker: everything that a request waits for, in one table that a tick looks through.
//!
//! A wait registers only when it really has to wait, so an answer made in process costs nothing here, and nothing costs a
//! timer of its own. Limits are kept to the tick ([`TICK`]): a wait ends at most that much later than it should.
//! When the gateway has to stop, [`Waits::cut`] ends all of them at once.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::tick_clock::TickClock;

/// How often a worker looks at its waits and connections.
pub(crate) const TICK: Duration = Duration::from_millis(50);

/// Why a wait ended without what it waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum WaitEnd {
    /// The time is over.
    Over,
    /// The gateway stops now.
    Cut,
}

struct WaitingFuture {
    deadline: Duration,
    waker: Waker,
    over: bool,
}

/// The waits of one worker.
pub(crate) struct Waits {
    entries: RefCell<Vec<Option<WaitingFuture>>>,
    free: RefCell<Vec<usize>>,
    cut: Cell<bool>,
    time: Rc<TickClock>,
}

impl Waits {
    pub(crate) fn new(time: Rc<TickClock>) -> Rc<Self> {
        Rc::new(Self {
            entries: RefCell::default(),
            free: RefCell::default(),
            cut: Cell::new(false),
            time,
        })
    }

    /// Ends the waits whose time is over.
    pub(crate) fn tick(&self) {
        let now = self.time.monotonic();
        let mut due = Vec::new();
        for entry in self.entries.borrow_mut().iter_mut().flatten() {
            if !entry.over && entry.deadline <= now {
                entry.over = true;
                due.push(entry.waker.clone());
            }
        }
        due.into_iter().for_each(Waker::wake);
    }

    /// Ends all waits, now and from now on.
    pub(crate) fn cut(&self) {
        self.cut.set(true);
        let all: Vec<Waker> = self
            .entries
            .borrow()
            .iter()
            .flatten()
            .map(|entry| entry.waker.clone())
            .collect();
        all.into_iter().for_each(Waker::wake);
    }

    /// Whether nobody waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.borrow().len() == self.free.borrow().len()
    }

    fn insert(&self, entry: WaitingFuture) -> usize {
        // A limit is kept by ticks.
        self.time.ask();
        let mut entries = self.entries.borrow_mut();
        if let Some(slot) = self.free.borrow_mut().pop() {
            entries[slot] = Some(entry);
            return slot;
        }
        entries.push(Some(entry));
        entries.len() - 1
    }
}

/// One wait. Given up when dropped.
pub(crate) struct Wait {
    waits: Rc<Waits>,
    slot: Option<usize>,
}

impl Wait {
    pub(crate) fn new(waits: &Rc<Waits>) -> Self {
        Self {
            waits: Rc::clone(waits),
            slot: None,
        }
    }

    /// Says whether to wait on. The limit counts from the first call since the wait began or [ended](Self::end).
    pub(crate) fn check(&mut self, context: &mut Context<'_>, limit: Duration) -> Result<(), WaitEnd> {
        if self.waits.cut.get() {
            return Err(WaitEnd::Cut);
        }
        let Some(slot) = self.slot else {
            let deadline = self.waits.time.monotonic().saturating_add(limit);
            let entry = WaitingFuture {
                deadline,
                waker: context.waker().clone(),
                over: false,
            };
            self.slot = Some(self.waits.insert(entry));
            return Ok(());
        };
        match &mut self.waits.entries.borrow_mut()[slot] {
            Some(entry) if entry.over => Err(WaitEnd::Over),
            Some(entry) => {
                entry.waker.clone_from(context.waker());
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// What was waited for came; the next check begins a new wait.
    pub(crate) fn end(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.waits.entries.borrow_mut()[slot] = None;
            self.waits.free.borrow_mut().push(slot);
        }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.end();
    }
}

/// Waits for `future`, no longer than `limit`.
pub(crate) async fn within<F: Future>(
    waits: &Rc<Waits>,
    limit: Duration,
    future: F,
) -> Result<F::Output, WaitEnd> {
    let mut future = pin!(future);
    let mut wait = Wait::new(waits);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Ok(output)),
        Poll::Pending => match wait.check(context, limit) {
            Ok(()) => Poll::Pending,
            Err(end) => Poll::Ready(Err(end)),
        },
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::future::ready;
    use std::task::Context;

    use adyton_core::clock::{Clock, Timestamp};

    use super::*;

    fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_wait_ends_at_the_tick_after_its_limit() {
        let clock = Clock::manual(Timestamp::from_seconds(1));
        let waits = Waits::new(TickClock::new(clock.clone()));
        let mut wait = pin!(within(&waits, Duration::from_secs(2), pending::<()>()));
        assert!(poll(wait.as_mut()).is_pending());
        clock.advance(Duration::from_millis(1_999));
        waits.tick();
        assert!(poll(wait.as_mut()).is_pending(), "a millisecond is left");
        clock.advance(Duration::from_millis(1));
        waits.tick();
        assert_eq!(poll(wait.as_mut()), Poll::Ready(Err(WaitEnd::Over)));
    }

    #[test]
    fn a_cut_ends_all_waits_and_what_is_ready_never_waits() {
        let waits = Waits::new(TickClock::new(Clock::manual(Timestamp::from_seconds(1))));
        assert_eq!(
            poll(pin!(within(&waits, Duration::ZERO, ready(7)))),
            Poll::Ready(Ok(7))
        );
        assert!(waits.entries.borrow().is_empty(), "nothing was registered");
        let mut wait = pin!(within(&waits, Duration::from_secs(9), pending::<()>()));
        assert!(poll(wait.as_mut()).is_pending());
        waits.cut();
        assert_eq!(poll(wait.as_mut()), Poll::Ready(Err(WaitEnd::Cut)));
    }

    #[test]
    fn places_of_ended_waits_are_used_again() {
        let waits = Waits::new(TickClock::new(Clock::manual(Timestamp::from_seconds(1))));
        for _ in 0..100 {
            let mut wait = Wait::new(&waits);
            let mut context = Context::from_waker(Waker::noop());
            assert!(wait.check(&mut context, Duration::from_secs(1)).is_ok());
        }
        assert_eq!(waits.entries.borrow().len(), 1);
        assert!(waits.is_empty());
    }

    #[test]
    fn whoever_has_to_wait_wakes_the_ticks() {
        let time = TickClock::new(Clock::manual(Timestamp::from_seconds(1)));
        let waits = Waits::new(Rc::clone(&time));
        let mut rest = pin!(time.until_asked());
        assert!(poll(rest.as_mut()).is_pending());
        let mut wait = pin!(within(&waits, Duration::from_secs(2), pending::<()>()));
        assert!(poll(wait.as_mut()).is_pending());
        assert!(!waits.is_empty());
        assert!(poll(rest.as_mut()).is_ready());
    }
}
