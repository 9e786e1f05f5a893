//! One connection's socket, and what the worker knows about it: whether its client has left, and whether it still sends a body
//! that nobody will read. Deadlines, idle limits and who has to go are `adyton-listener`'s, which is told here what happens.
//!
//! A socket that is closed while bytes wait in it resets the connection, and the client may lose the answer that it has not
//! read yet. So after an answer to an unread body the writing side is closed first, and what still arrives is thrown away
//! for a while ([`LINGER`], [`LINGER_BYTES`]).

use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use adyton_listener::{Contact, Notice};
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBufCursor, Write};

use crate::arrival::Peer;
use crate::listener::looks::{Look, Looks};
use crate::outbox::{Presence, Sign, Socket};
use crate::waits::{Wait, Waits};

/// How long a refused body is thrown away after the answer.
const LINGER: Duration = Duration::from_secs(15);
/// How much of it is.
const LINGER_BYTES: usize = 64 * 1024 * 1024;

/// What is to be seen of a client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum View {
    /// Nothing: it still sends its request, or no request is answered.
    Busy,
    /// All that it can do is leave: its request has come whole, with nothing behind it.
    Clear,
    /// It has sent more, which hides what comes behind; the kernel is asked now and then.
    Blocked,
}

/// A request body that was not read to its end.
pub(crate) struct Leftover {
    pub(crate) body: Incoming,
    /// Whether the client waits for `100 Continue` and was not told to go on.
    pub(crate) held_back: bool,
}

/// What the worker knows about a connection.
pub(crate) struct WireState {
    /// The other end.
    pub(crate) peer: Peer,
    /// The connection, as whoever judges connections sees it.
    pub(crate) contact: Arc<Contact>,
    busy: Cell<bool>,
    presence: Presence,
    /// What is to be seen of the client while its request is answered.
    view: Cell<View>,
    /// The next look at a client that has sent more.
    look: Look,
    leftover: RefCell<Option<Leftover>>,
    unread: Cell<bool>,
    /// The waker that the contact has.
    waker: RefCell<Option<Waker>>,
    /// The worker's time, as of its last tick.
    now: Rc<Cell<Duration>>,
}

impl WireState {
    pub(crate) fn new(
        peer: SocketAddr,
        contact: Arc<Contact>,
        presence: Presence,
        looks: &Rc<Looks>,
        now: Rc<Cell<Duration>>,
    ) -> Rc<Self> {
        Rc::new(Self {
            peer: Peer::at(peer.ip()),
            contact,
            busy: Cell::new(false),
            presence,
            view: Cell::new(View::Busy),
            look: Look::new(looks),
            leftover: RefCell::new(None),
            unread: Cell::new(false),
            waker: RefCell::new(None),
            now,
        })
    }

    /// A head has arrived.
    pub(crate) fn begin(&self) {
        self.busy.set(true);
        self.contact.begin(self.now.get());
    }

    /// The request has come to its end.
    pub(crate) fn is_whole(&self) {
        if self.busy.get() {
            self.view.set(View::Clear);
        }
    }

    /// The answer has ended.
    pub(crate) fn rest(&self) {
        self.busy.set(false);
        if self.view.replace(View::Busy) == View::Blocked {
            self.look.rest();
        }
        self.contact.rest(self.now.get());
    }

    /// For the connection's task, which waits for an answer: whether nobody is there any more to take it. A client that has
    /// closed its sending side counts as gone.
    pub(crate) fn has_left(&self, context: &mut Context<'_>) -> bool {
        match self.view.get() {
            View::Busy => return false,
            View::Clear => match self.presence.look(context) {
                Sign::Silent => return false,
                // The next request, sent ahead: what comes after it is looked for now and then.
                Sign::Speaks => self.view.set(View::Blocked),
                Sign::Left => return true,
            },
            View::Blocked => {}
        }
        self.look.is_due(context) && self.presence.has_hung_up()
    }

    /// Keeps a body that a step dropped before its end, for whoever writes the answer.
    pub(crate) fn leave(&self, leftover: Leftover) {
        *self.leftover.borrow_mut() = Some(leftover);
    }

    /// The body that was left, if any.
    pub(crate) fn take_leftover(&self) -> Option<Leftover> {
        self.leftover.borrow_mut().take()
    }

    /// The client may still send bytes that nobody reads: throw them away before the socket is closed.
    pub(crate) fn expect_more(&self) {
        self.unread.set(true);
    }

    /// For the connection's task: what it was told; and to be woken by the next.
    pub(crate) fn told(&self, context: &Context<'_>) -> Option<Notice> {
        self.contact.told(&mut self.waker.borrow_mut(), context)
    }
}

/// The socket, as hyper reads and writes it.
pub(crate) struct Wire {
    io: Socket,
    state: Rc<WireState>,
    linger: Wait,
    left: usize,
    shut: bool,
}

impl Wire {
    pub(crate) fn new(io: Socket, state: Rc<WireState>, waits: &Rc<Waits>) -> Self {
        Self {
            io,
            state,
            linger: Wait::new(waits),
            left: LINGER_BYTES,
            shut: false,
        }
    }

    fn wrote(&self, poll: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.flows(poll.is_ready());
        poll
    }

    fn flows(&self, flows: bool) {
        match flows {
            true => self.state.contact.flows(),
            false => self.state.contact.is_stuck(self.state.now.get()),
        }
    }

    /// Throws away what arrives, until the client closes or patience ends.
    fn poll_discard(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let mut space = [0u8; 16 * 1024];
        while self.left > 0 {
            match self.io.poll_readable(context) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Pending => {
                    return match self.linger.check(context, LINGER) {
                        Ok(()) => Poll::Pending,
                        Err(_) => Poll::Ready(()),
                    };
                }
            }
            match self.io.try_read(&mut space) {
                Ok(0) => return Poll::Ready(()),
                Ok(read) => self.left = self.left.saturating_sub(read),
                Err(problem) if problem.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return Poll::Ready(()),
            }
        }
        Poll::Ready(())
    }
}

impl Read for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.io).poll_read(context, buffer);
        if poll.is_ready() && !self.state.busy.get() {
            self.state.contact.heard(self.state.now.get());
        }
        poll
    }
}

impl Write for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.io).poll_write(context, bytes);
        self.wrote(poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.io).poll_write_vectored(context, pieces);
        self.wrote(poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.io).poll_flush(context);
        self.flows(!self.io.is_stuck());
        poll
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.shut {
            ready!(Pin::new(&mut self.io).poll_shutdown(context))?;
            self.shut = true;
        }
        if self.state.unread.get() {
            ready!(self.poll_discard(context));
        }
        Poll::Ready(Ok(()))
    }
}
