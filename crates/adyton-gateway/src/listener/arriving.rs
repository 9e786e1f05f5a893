//! The head that is arriving on a connection, as far as it has come.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

use adyton_listener::{Budget, Claim, ConnectionState, Kind};

use crate::listener::head::{HeadCount, Verdict};

/// Bytes of the beginning of a head that are kept for its record, when it does not come at once.
const START: usize = 512;

/// What is known of it, for the socket that reads it and for the connection's task.
#[derive(Default)]
pub(crate) struct Arriving {
    count: RefCell<HeadCount>,
    /// Its share of the memory of the unproven, once it had to be waited for.
    claim: RefCell<Option<Claim>>,
    /// How it begins, likewise.
    start: RefCell<Vec<u8>>,
    /// Whether it has more lines than the parser has room for.
    long: Cell<bool>,
    /// Whether it was gathered outside of the parser.
    gathered: Cell<bool>,
}

impl Arriving {
    /// It has come whole.
    pub(crate) fn end(&self) {
        self.gathered.set(false);
        if self.count.take().reads() > 1 {
            self.claim.take();
            self.start.take();
        }
    }

    /// Whether a part of it has come already.
    pub(crate) fn has_begun(&self) -> bool {
        self.count.borrow().reads() > 0
    }

    /// Whether it has more lines than the parser has room for.
    pub(crate) fn is_long(&self) -> bool {
        self.long.get()
    }

    /// It has: the parser is given no more of it.
    pub(crate) fn is_too_long(&self) {
        self.long.set(true);
    }

    /// It goes to a parser that has room for it.
    pub(crate) fn is_gathered(&self) {
        self.long.set(false);
        self.gathered.set(true);
    }

    /// Whether a parser that was made for it has it.
    pub(crate) fn was_gathered(&self) -> bool {
        self.gathered.get()
    }

    /// Before more of it is read: keeps the beginning of what was read last, which the parser has just found to be only a part.
    pub(crate) fn keep(&self, last: &[u8]) {
        let count = self.count.borrow();
        let mut start = self.start.borrow_mut();
        if count.reads() == 1 && start.is_empty() {
            start.extend_from_slice(&last[..count.bytes().min(START).min(last.len())]);
        }
    }

    /// More of it has come.
    pub(crate) fn add(&self, piece: &[u8]) -> Verdict {
        let mut count = self.count.borrow_mut();
        if count.reads() > 0 {
            let mut start = self.start.borrow_mut();
            let more = (START - start.len()).min(piece.len());
            start.extend_from_slice(&piece[..more]);
        }
        count.add(piece)
    }

    /// How it begins; `last` is what was read last.
    pub(crate) fn with_start<T>(&self, last: &[u8], read: impl FnOnce(&[u8]) -> T) -> T {
        let start = self.start.borrow();
        match start.is_empty() {
            // What was read last is this head, in the same turn.
            true => read(&last[..self.count.borrow().bytes().min(last.len())]),
            false => read(&start),
        }
    }

    /// Takes memory for what has come of it, if that was not all at once; `false` when others want the memory, and the
    /// connection is to end.
    pub(crate) fn holds(
        &self,
        budget: &Arc<Budget>,
        connection: &Arc<ConnectionState>,
        now: Duration,
    ) -> bool {
        let (reads, bytes) = {
            let count = self.count.borrow();
            (count.reads(), count.bytes())
        };
        reads <= 1 || self.holds_bytes(budget, connection, bytes, now)
    }

    /// Takes memory for as many bytes of a head that is gathered outside of the parser.
    pub(crate) fn holds_bytes(
        &self,
        budget: &Arc<Budget>,
        connection: &Arc<ConnectionState>,
        bytes: usize,
        now: Duration,
    ) -> bool {
        let mut claim = self.claim.borrow_mut();
        let claim = claim.get_or_insert_with(|| {
            let owner = Arc::clone(connection);
            budget.claim(Kind::Head, connection.source(), None, owner, now)
        });
        claim.grow(bytes as u64, now)
    }
}
