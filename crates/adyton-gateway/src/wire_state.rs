//! What a request needs of the connection that it came on: the client's address, whether the client has left, and the body that
//! a step did not read to its end.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};

use adyton_listener::{ConnectionState, Notice};
use hyper::body::Incoming;

use crate::looks::{Look, Looks};
use crate::outbox::{Presence, Sign};
use crate::remote::Peer;
use crate::tick_clock::TickClock;

/// What is to be seen of a client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ClientView {
    /// Nothing: it still sends its request, or no request is answered.
    Busy,
    /// All that it can do is leave: its request has come whole, with nothing behind it.
    Clear,
    /// It has sent more, which hides what comes behind; the kernel is asked now and then.
    Blocked,
}

/// A request body that was not read to its end.
pub(crate) struct UnreadBody {
    pub(crate) body: Incoming,
    /// Whether the client waits for `100 Continue` and was not told to go on.
    pub(crate) held_back: bool,
}

/// What the worker knows about a connection.
pub(crate) struct WireState {
    /// The other end.
    pub(crate) peer: Peer,
    /// The connection, as whoever judges connections sees it.
    pub(crate) connection: Arc<ConnectionState>,
    busy: Cell<bool>,
    /// Whether all that was to be sent has been: what is sent now, while no request is going on, is the parser's own refusal.
    clean: Cell<bool>,
    presence: Presence,
    /// What is to be seen of the client while its request is answered.
    view: Cell<ClientView>,
    /// The next look at a client that has sent more.
    look: Look,
    leftover: RefCell<Option<UnreadBody>>,
    unread: Cell<bool>,
    /// The waker that the connection has.
    waker: RefCell<Option<Waker>>,
    time: Rc<TickClock>,
}

impl WireState {
    pub(crate) fn new(
        peer: SocketAddr,
        connection: Arc<ConnectionState>,
        presence: Presence,
        looks: &Rc<Looks>,
        time: Rc<TickClock>,
    ) -> Rc<Self> {
        Rc::new(Self {
            peer: Peer::at(peer.ip()),
            connection,
            busy: Cell::new(false),
            clean: Cell::new(true),
            presence,
            view: Cell::new(ClientView::Busy),
            look: Look::new(looks),
            leftover: RefCell::new(None),
            unread: Cell::new(false),
            waker: RefCell::new(None),
            time,
        })
    }

    /// A head has arrived.
    pub(crate) fn begin(&self) {
        self.busy.set(true);
        self.connection.begin(self.time.ticked());
    }

    /// The request has come to its end.
    pub(crate) fn is_whole(&self) {
        if self.busy.get() {
            self.view.set(ClientView::Clear);
        }
    }

    /// The answer has ended.
    pub(crate) fn answered(&self) {
        self.busy.set(false);
        self.clean.set(false);
        if self.view.replace(ClientView::Busy) == ClientView::Blocked {
            self.look.stop();
        }
        self.connection.answered(self.time.ticked());
    }

    /// For the connection's task, which waits for an answer: whether nobody is there any more to take it. A client that has
    /// closed its sending side counts as gone.
    pub(crate) fn has_left(&self, context: &mut Context<'_>) -> bool {
        match self.view.get() {
            ClientView::Busy => return false,
            ClientView::Clear => match self.presence.look(context) {
                Sign::Silent => return false,
                // The next request, sent ahead: what comes after it is looked for now and then.
                Sign::Speaks => self.view.set(ClientView::Blocked),
                Sign::Left => return true,
            },
            ClientView::Blocked => {}
        }
        self.look.is_due(context) && self.presence.has_hung_up()
    }

    /// Keeps a body that a step dropped before its end, for whoever writes the answer.
    pub(crate) fn leave(&self, leftover: UnreadBody) {
        *self.leftover.borrow_mut() = Some(leftover);
    }

    /// The body that was left, if any.
    pub(crate) fn take_leftover(&self) -> Option<UnreadBody> {
        self.leftover.borrow_mut().take()
    }

    /// The client may still send bytes that nobody reads: throw them away before the socket is closed.
    pub(crate) fn expect_more(&self) {
        self.unread.set(true);
    }

    /// Whether no request is going on.
    pub(crate) fn is_at_rest(&self) -> bool {
        !self.busy.get()
    }

    /// Whether all that was to be sent has been, and no request is going on: what is sent now is the parser's own refusal.
    pub(crate) fn is_clean(&self) -> bool {
        self.clean.get() && !self.busy.get()
    }

    /// Something is sent.
    pub(crate) fn sends(&self) {
        self.clean.set(false);
    }

    /// All that was to be sent has been.
    pub(crate) fn has_sent(&self) {
        self.clean.set(true);
    }

    /// Whether what the client still sends is to be thrown away before the socket is closed.
    pub(crate) fn expects_more(&self) -> bool {
        self.unread.get()
    }

    /// For the connection's task: what it was told; and to be woken by the next.
    pub(crate) fn told(&self, context: &Context<'_>) -> Option<Notice> {
        self.connection.told(&mut self.waker.borrow_mut(), context)
    }
}
