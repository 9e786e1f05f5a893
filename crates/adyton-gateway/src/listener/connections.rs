//! What the connections of one worker have in common.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use adyton_listener::{Budget, ConnectionSlots, ConnectionState};
use hyper::server::conn::http1;

use crate::explanations::Explanations;
use crate::looks::Looks;
use crate::outbox::Outbox;
use crate::pipeline::Pipeline;
use crate::settings::HEAD_BUFFER;

/// The most that is read of a head at once, in bytes.
const SCRATCH: usize = 16 * 1024;

/// The connections of one worker, and what they feed with requests.
pub(crate) struct Connections {
    /// Where requests go.
    pub(crate) pipeline: Rc<Pipeline>,
    /// The connections, and the calls at the Prediction tab.
    pub(crate) slots: Arc<ConnectionSlots>,
    /// Memory for whoever is not proven.
    pub(crate) unproven: Arc<Budget>,
    /// What is written in this turn.
    pub(crate) outbox: Rc<Outbox>,
    /// Looks whether clients have left.
    pub(crate) looks: Rc<Looks>,
    /// Where pieces of heads are read to, to be counted before the parser has them.
    pub(crate) scratch: RefCell<Vec<u8>>,
    /// Reads heads and bodies.
    pub(crate) parser: http1::Builder,
    /// Whether the listener is reached from this machine alone.
    pub(crate) loopback: bool,
    /// Whether the listener is somebody else's, who holds it open for the next server.
    pub(crate) is_inherited: bool,
    /// Who explains to callers what became of their requests.
    pub(crate) explanations: Explanations,
}

impl Connections {
    /// No connection yet. The listener is reached from this machine alone (`loopback`), or somebody else's (`is_inherited`).
    pub(crate) fn new(
        pipeline: Rc<Pipeline>,
        slots: Arc<ConnectionSlots>,
        unproven: Arc<Budget>,
        outbox: Rc<Outbox>,
        loopback: bool,
        is_inherited: bool,
        explanations: Explanations,
    ) -> Rc<Self> {
        Rc::new(Self {
            pipeline,
            slots,
            unproven,
            outbox,
            looks: Rc::default(),
            scratch: RefCell::new(vec![0; SCRATCH]),
            parser: parser(),
            loopback,
            is_inherited,
            explanations,
        })
    }

    /// A connection that was accepted, for whoever judges connections. A trusted proxy speaks for many callers.
    pub(crate) fn new_connection(&self, peer: SocketAddr) -> Arc<ConnectionState> {
        let settings = self.pipeline.settings.current();
        let is_proxy = settings
            .trusted_proxies
            .iter()
            .any(|range| range.contains(peer.ip()));
        ConnectionState::new(peer.ip(), is_proxy, self.pipeline.time.ticked())
    }
}

/// How hyper reads: its limits of size lie above ours, so that ours speak.
///
/// That a client has left while its request is answered is seen by us, not by hyper
/// ([`WireState::has_left`](crate::wire_state::WireState::has_left)): hyper would read for it, into a buffer that it has to
/// make anew for each request.
///
/// The number of header lines stays hyper's own, 100: for that many it has room on the stack, for more it allocates and
/// clears a slot for each of them on every request (1,000 slots were 8 % of a request's CPU time). They are counted before
/// (`head.rs`), and a head with more goes another way (`long.rs`).
fn parser() -> http1::Builder {
    let mut parser = http1::Builder::new();
    parser.half_close(true);
    // Ours follows the clock: see `TickClock::date`.
    parser.auto_date_header(false);
    parser.max_buf_size(usize::try_from(HEAD_BUFFER).unwrap_or(usize::MAX));
    parser
}
