//! Looks at clients that have sent ahead and may have left behind it: each asks the kernel, so it is done once a second.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};

/// Who of one worker's connections waits for the next look.
#[derive(Default)]
pub(crate) struct Looks {
    round: Cell<u64>,
    waiting: RefCell<Vec<Waker>>,
}

impl Looks {
    /// The next look is due, for all.
    pub(crate) fn tick(&self) {
        self.round.set(self.round.get().wrapping_add(1));
        let waiting = self.waiting.take();
        waiting.into_iter().for_each(Waker::wake);
    }
}

/// The looks of one connection.
pub(crate) struct Look {
    looks: Rc<Looks>,
    seen: Cell<Option<u64>>,
}

impl Look {
    pub(crate) fn new(looks: &Rc<Looks>) -> Self {
        Self {
            looks: Rc::clone(looks),
            seen: Cell::new(None),
        }
    }

    /// Whether to look now; wakes the task for the next.
    pub(crate) fn is_due(&self, context: &Context<'_>) -> bool {
        let round = self.looks.round.get();
        let seen = self.seen.replace(Some(round));
        if seen == Some(round) {
            return false;
        }
        self.looks.waiting.borrow_mut().push(context.waker().clone());
        seen.is_some()
    }

    /// There is nothing to look for any more.
    pub(crate) fn stop(&self) {
        self.seen.set(None);
    }
}
