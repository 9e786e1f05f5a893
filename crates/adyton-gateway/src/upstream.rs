//! Connections to instances that answer over HTTP: one pool for each worker, so that a call never leaves its core.
//!
//! - [`connect`]: opens a connection, whatever it goes over; [`names`]: looks up where a name leads.
//! - [`outgoing`]: which addresses may be called, and who vouches for certificates.
//! - [`exchange`]: one request and the head of its answer, on a kept connection or a new one.
//! - [`connection`]: one that is open, driven by whoever uses it.
//! - [`request`]: the bytes that are sent; [`headers`]: which of the caller's lines are among them.
//! - [`public`]: the address that callers know a service by.
//! - [`answer`]: the head that comes back; [`framing`]: where the body behind it ends.
//!
//! This side of HTTP/1.1 is ours, where the callers' side is hyper's: a request here is a head and a whole body, which hyper's
//! client takes apart, queues and puts together again at a third of what a call costs. The parser is the same, `httparse`.

mod answer;
mod connect;
pub(crate) mod connection;
pub(crate) mod exchange;
mod framing;
pub(crate) mod headers;
mod names;
pub(crate) mod outgoing;
pub(crate) mod public;
pub(crate) mod request;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::endpoint::Endpoint;
use adyton_runtime::targets::crowding::{Connections, Crowding};
use http::HeaderValue;

pub(crate) use answer::HeadReader;
use connect::Connector;
use connection::{IdleState, UpstreamConnection};
pub(crate) use framing::Taken;
use outgoing::Outgoing;

use crate::metrics::Meters;
use crate::outbox::Outbox;
use crate::tick_clock::TickClock;
use crate::waits::Waits;

/// How long a connection is kept without use. Model programs are asked to keep theirs for longer (200 s for containers), so
/// that it is this side that closes.
const KEEP: Duration = Duration::from_secs(60);

/// How long an instance that spoke unasked is not trusted.
const DISTRUST: Duration = Duration::from_secs(10 * 60);

/// What connections are opened and waited for with.
pub(crate) struct Parts {
    pub(crate) outbox: Rc<Outbox>,
    pub(crate) waits: Rc<Waits>,
    pub(crate) time: Rc<TickClock>,
    pub(crate) meters: Arc<Meters>,
}

/// Who gave an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Trust {
    /// This node: an instance that it has started.
    Own,
    /// People: the back end of an API. It is checked where the address leads.
    Given,
}

type Origins = HashMap<Endpoint, Rc<Origin>, foldhash::fast::RandomState>;

/// Whom one worker has called.
pub(crate) struct Pool {
    parts: Parts,
    crowding: Arc<Crowding>,
    connector: Connector,
    /// Those at addresses of this node's own. A connection to one of them is never used for an address that people gave.
    own: RefCell<Origins>,
    /// Those at addresses that people gave.
    given: RefCell<Origins>,
    most: usize,
}

/// One endpoint of instances or back ends, and its idle connections.
pub(crate) struct Origin {
    endpoint: Endpoint,
    trust: Trust,
    /// What its connections were opened under.
    outgoing: Arc<Outgoing>,
    host: HeaderValue,
    idle: RefCell<Vec<Parked>>,
    /// Who else connects to it, and how often it was heard that kept connections are to be closed.
    connections: Arc<Connections>,
    heard: Cell<u64>,
    /// Whether the others were told that some are kept here.
    keeps: Cell<bool>,
    most: usize,
    /// When it said something that nobody asked for: for a while no connection to it is used twice, since what it says next could
    /// be taken for the answer to somebody else's request.
    unasked: Cell<Option<Duration>>,
}

struct Parked {
    connection: Box<UpstreamConnection>,
    since: Duration,
}

impl Pool {
    /// Keeps up to `most` idle connections to each instance.
    pub(crate) fn new(parts: Parts, most: usize, crowding: Arc<Crowding>) -> Self {
        Self {
            parts,
            crowding,
            connector: Connector::default(),
            own: RefCell::default(),
            given: RefCell::default(),
            most,
        }
    }

    /// Whoever is at an endpoint. What was connected to under other settings is not used any more.
    pub(crate) fn origin(&self, endpoint: &Endpoint, trust: Trust, outgoing: &Arc<Outgoing>) -> Rc<Origin> {
        let origins = match trust {
            Trust::Own => &self.own,
            Trust::Given => &self.given,
        };
        if let Some(known) = origins.borrow().get(endpoint)
            && Arc::ptr_eq(&known.outgoing, outgoing)
        {
            return Rc::clone(known);
        }
        let made = {
            let connections = self.crowding.at(endpoint);
            Rc::new(Origin {
                heard: Cell::new(connections.asked()),
                keeps: Cell::new(false),
                connections,
                endpoint: endpoint.clone(),
                trust,
                outgoing: Arc::clone(outgoing),
                // A host has only characters that a header can have.
                host: HeaderValue::try_from(endpoint.authority())
                    .unwrap_or(HeaderValue::from_static("localhost")),
                idle: RefCell::default(),
                most: self.most,
                unasked: Cell::new(None),
            })
        };
        origins.borrow_mut().insert(endpoint.clone(), Rc::clone(&made));
        made
    }

    /// Closes kept connections where somebody else waits for them, and tells the others where some are kept. For the ticks: a
    /// call does not stop for this.
    pub(crate) fn give_way(&self) {
        for origin in self.own.borrow().values().chain(self.given.borrow().values()) {
            let asked = origin.connections.asked();
            let is_asked = origin.heard.replace(asked) != asked;
            let mut idle = origin.idle.borrow_mut();
            if is_asked && !idle.is_empty() {
                idle.clear();
                origin.connections.closed();
            }
            origin.keeps(!idle.is_empty());
        }
    }

    /// Whether any connection is kept without use.
    pub(crate) fn keeps_any(&self) -> bool {
        let (own, given) = (self.own.borrow(), self.given.borrow());
        let mut all = own.values().chain(given.values());
        all.any(|origin| !origin.idle.borrow().is_empty())
    }

    /// Lets go of connections that were not used for long.
    pub(crate) fn forget(&self, now: Duration) {
        for origins in [&self.own, &self.given] {
            origins.borrow_mut().retain(|_, origin| {
                let mut idle = origin.idle.borrow_mut();
                idle.retain(|parked| now.saturating_sub(parked.since) < KEEP);
                !idle.is_empty() || !origin.is_trusted(now) || Rc::strong_count(origin) > 1
            });
        }
    }
}

impl Origin {
    /// Where it answers.
    pub(crate) fn address(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Who gave its address.
    pub(crate) fn trust(&self) -> Trust {
        self.trust
    }

    /// What its connections are opened under.
    pub(crate) fn outgoing(&self) -> &Arc<Outgoing> {
        &self.outgoing
    }

    /// Who else connects to it.
    pub(crate) fn connections(&self) -> &Connections {
        &self.connections
    }

    /// The address as `Host` names it.
    pub(crate) fn host(&self) -> &HeaderValue {
        &self.host
    }

    /// An idle connection that takes a request; the one that was used last, since it is the least likely to have been closed.
    fn take(&self, now: Duration) -> Option<Box<UpstreamConnection>> {
        loop {
            let connection = self.idle.borrow_mut().pop()?.connection;
            match connection.idle_state() {
                IdleState::Quiet => return Some(connection),
                IdleState::Closed => {}
                IdleState::Unasked => self.distrust(now),
            }
        }
    }

    /// Keeps a connection whose answer has been read to its end, if it can take another request.
    pub(crate) fn park(&self, connection: Box<UpstreamConnection>, now: Duration) {
        match connection.end() {
            IdleState::Quiet if !self.is_trusted(now) || !self.connections.may_keep() => {}
            IdleState::Quiet => {
                let mut idle = self.idle.borrow_mut();
                if idle.len() < self.most {
                    idle.push(Parked {
                        connection,
                        since: now,
                    });
                }
            }
            IdleState::Closed => {}
            IdleState::Unasked => self.distrust(now),
        }
    }

    fn keeps(&self, some: bool) {
        if self.keeps.replace(some) != some {
            self.connections.keeps(some);
        }
    }

    fn is_trusted(&self, now: Duration) -> bool {
        self.unasked
            .get()
            .is_none_or(|since| now.saturating_sub(since) >= DISTRUST)
    }

    fn distrust(&self, now: Duration) {
        self.idle.borrow_mut().clear();
        if self.is_trusted(now) {
            let address = &self.endpoint;
            tracing::warn!(%address, "an instance sends more than its answers; its connections are used only once for a while");
        }
        self.unasked.set(Some(now));
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.keeps(false);
    }
}

#[cfg(test)]
mod tests;
