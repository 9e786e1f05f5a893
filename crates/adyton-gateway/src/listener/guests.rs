//! Who is in: the open connections of one worker, and the visits through the second door.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::listener::wire::{Notice, WireState};
use crate::settings::Patience;

/// The open connections and visits of one worker.
pub(crate) struct Guests {
    seats: RefCell<Vec<Option<Rc<WireState>>>>,
    free: RefCell<Vec<usize>>,
    present: Cell<usize>,
    most: usize,
    left: Notify,
}

impl Guests {
    /// Room for `most` connections.
    pub(crate) fn new(most: usize) -> Rc<Self> {
        Rc::new(Self {
            seats: RefCell::default(),
            free: RefCell::default(),
            present: Cell::new(0),
            most: most.max(1),
            left: Notify::new(),
        })
    }

    /// A connection comes in; it leaves when the place is dropped.
    pub(crate) fn enter(self: &Rc<Self>, state: Rc<WireState>) -> Place {
        self.present.set(self.present.get() + 1);
        let mut seats = self.seats.borrow_mut();
        let seat = match self.free.borrow_mut().pop() {
            Some(seat) => seat,
            None => {
                seats.push(None);
                seats.len() - 1
            }
        };
        seats[seat] = Some(state);
        Place {
            guests: Rc::clone(self),
            seat: Some(seat),
        }
    }

    /// Somebody comes in by the second door.
    pub(crate) fn visit(self: &Rc<Self>) -> Place {
        self.present.set(self.present.get() + 1);
        Place {
            guests: Rc::clone(self),
            seat: None,
        }
    }

    /// Waits until there is room for a connection.
    pub(crate) async fn room(&self) {
        while self.present.get() >= self.most {
            self.left.notified().await;
        }
    }

    /// Waits until nobody is in.
    pub(crate) async fn empty(&self) {
        while self.present.get() > 0 {
            self.left.notified().await;
        }
    }

    /// Tells every connection.
    pub(crate) fn tell_all(&self, notice: Notice) {
        self.each(|_| Some(notice));
    }

    /// Ends connections that are stuck, too slow or idle for too long.
    pub(crate) fn watch(&self, now: Duration, patience: &Patience) {
        self.each(|state| state.judge(now, patience));
    }

    fn each(&self, judge: impl Fn(&WireState) -> Option<Notice>) {
        for state in self.seats.borrow().iter().flatten() {
            if let Some(notice) = judge(state) {
                state.tell(notice);
            }
        }
    }
}

/// A guest's place, given back when dropped.
pub(crate) struct Place {
    guests: Rc<Guests>,
    seat: Option<usize>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.guests
            .present
            .set(self.guests.present.get().saturating_sub(1));
        if let Some(seat) = self.seat {
            self.guests.seats.borrow_mut()[seat] = None;
            self.guests.free.borrow_mut().push(seat);
        }
        self.guests.left.notify_waiters();
        self.guests.left.notify_one();
    }
}
