//! Connections to instances: one pool for each worker, so that a call never leaves its core.
//!
//! - [`line`]: a connection, driven by whoever uses it.
//! - [`exchange`]: one request and the head of its answer, on a kept connection or a new one.
//! - [`relay`]: an answer's body on its way to the client.

pub(crate) mod exchange;
pub(crate) mod line;
pub(crate) mod relay;

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use line::Line;

/// How long a connection is kept without use. Model programs are asked to keep theirs for longer (200 s for containers), so
/// that it is this side that closes.
const KEEP: Duration = Duration::from_secs(60);

/// The idle connections of one worker.
pub(crate) struct Pool {
    idle: RefCell<HashMap<SocketAddr, Vec<Parked>>>,
    most: usize,
}

struct Parked {
    line: Line,
    since: Duration,
}

impl Pool {
    /// Keeps up to `most` idle connections to each instance.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            idle: RefCell::default(),
            most,
        }
    }

    /// An idle connection; the one that was used last, since it is the least likely to have been closed. Whether it still
    /// can take a request, [`Line::is_usable`] says.
    pub(crate) fn take(&self, address: SocketAddr) -> Option<Line> {
        self.idle
            .borrow_mut()
            .get_mut(&address)?
            .pop()
            .map(|parked| parked.line)
    }

    /// Keeps a connection whose answer has been read to its end.
    pub(crate) fn park(&self, address: SocketAddr, line: Line, now: Duration) {
        let mut idle = self.idle.borrow_mut();
        let parked = idle.entry(address).or_default();
        if parked.len() < self.most {
            parked.push(Parked { line, since: now });
        }
    }

    /// Lets go of connections that were not used for long.
    pub(crate) fn forget(&self, now: Duration) {
        self.idle.borrow_mut().retain(|_, parked| {
            parked.retain(|parked| now.saturating_sub(parked.since) < KEEP);
            !parked.is_empty()
        });
    }
}
