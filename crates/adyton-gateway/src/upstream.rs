//! Connections to instances: one pool for each worker, so that a call never leaves its core.
//!
//! - [`exchange`]: one request and the head of its answer, on a kept connection or a new one.
//! - [`relay`]: an answer's body on its way to the client.

pub(crate) mod exchange;
pub(crate) mod relay;

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::SendRequest;

/// What sends requests on one connection.
pub(crate) type Sender = SendRequest<Full<Bytes>>;

/// How long a connection is kept without use. Model programs are asked to keep theirs for longer (200 s for containers), so
/// that it is this side that closes.
const KEEP: Duration = Duration::from_secs(60);

/// The idle connections of one worker.
pub(crate) struct Pool {
    idle: RefCell<HashMap<SocketAddr, Vec<Parked>>>,
    most: usize,
}

struct Parked {
    sender: Sender,
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

    /// An idle connection that can take a request now; the one that was used last, since it is the least likely to have
    /// been closed.
    pub(crate) fn take(&self, address: SocketAddr) -> Option<Sender> {
        let mut idle = self.idle.borrow_mut();
        let parked = idle.get_mut(&address)?;
        parked.retain(|parked| !parked.sender.is_closed());
        let at = parked.iter().rposition(|parked| parked.sender.is_ready())?;
        Some(parked.remove(at).sender)
    }

    /// Keeps a connection whose answer has been read to its end.
    pub(crate) fn park(&self, address: SocketAddr, sender: Sender, now: Duration) {
        if sender.is_closed() {
            return;
        }
        let mut idle = self.idle.borrow_mut();
        let parked = idle.entry(address).or_default();
        if parked.len() < self.most {
            parked.push(Parked { sender, since: now });
        }
    }

    /// Lets go of connections that were not used for long, or were closed by the other side.
    pub(crate) fn forget(&self, now: Duration) {
        self.idle.borrow_mut().retain(|_, parked| {
            parked.retain(|parked| !parked.sender.is_closed() && now.saturating_sub(parked.since) < KEEP);
            !parked.is_empty()
        });
    }
}
