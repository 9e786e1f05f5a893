//! One connection's socket, and what the worker knows about it: whether its client has left, and whether it still sends a body
//! that nobody will read. Deadlines, idle limits and who has to go are `adyton-listener`'s, which is told here what happens.
//!
//! A socket that is closed while bytes wait in it resets the connection, and the client may lose the answer that it has not
//! read yet. So after an answer to an unread body the writing side is closed first, and what still arrives is thrown away
//! for a while ([`LINGER`], [`LINGER_BYTES`]).

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use adyton_core::source::Source;
use adyton_listener::{Claim, Contact, Kind, Notice};
use bytes::{Buf as _, Bytes, BytesMut};
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBufCursor, Write};

use crate::arrival::Peer;
use crate::listener::head::{HeadCount, Verdict};
use crate::listener::looks::{Look, Looks};
use crate::listener::unread;
use crate::outbox::{Presence, Sign, Socket};
use crate::waits::Wait;
use crate::worker::Worker;

/// How long a refused body is thrown away after the answer.
const LINGER: Duration = Duration::from_secs(15);
/// How much of it is.
const LINGER_BYTES: usize = 64 * 1024 * 1024;

/// Bytes of the beginning of a head that are kept for its record, when it does not come at once.
const START: usize = 512;

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
    /// Whether all that was to be sent has been: what is sent now, while no request is going on, is the parser's own refusal.
    clean: Cell<bool>,
    /// The head that is arriving.
    head: RefCell<HeadCount>,
    /// Its place in the memory of the unproven, once it had to be waited for.
    claim: RefCell<Option<Claim>>,
    /// How it begins, likewise.
    start: RefCell<Vec<u8>>,
    /// Whether it has more lines than the parser has room for.
    long: Cell<bool>,
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
            clean: Cell::new(true),
            head: RefCell::default(),
            claim: RefCell::default(),
            start: RefCell::default(),
            long: Cell::new(false),
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
        if self.head.take().reads() > 1 {
            self.claim.take();
            self.start.take();
        }
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
        self.clean.set(false);
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

    /// For the connection's task: whether a head is to be gathered outside of the parser, now that nothing is left to send.
    pub(crate) fn is_long(&self) -> bool {
        self.long.get() && self.clean.get() && !self.busy.get()
    }

    /// More of a head has come; `false` when others want the memory, and the connection is to end.
    fn holds(&self, worker: &Worker, bytes: usize) -> bool {
        let now = self.now.get();
        let mut claim = self.claim.borrow_mut();
        let claim = claim.get_or_insert_with(|| {
            let source = Source::of(self.peer.address);
            let owner = Arc::clone(&self.contact);
            let budget = &worker.shared.unproven;
            budget.claim(Kind::Head, source, None, owner, now)
        });
        claim.grow(bytes as u64, now)
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
    worker: Rc<Worker>,
    /// What the parser is given before anything else: a head that was gathered outside.
    given: Bytes,
    /// What the parser was not given.
    held_back: BytesMut,
    /// Whether others had their turn since the last piece of a head.
    waited: bool,
    linger: Wait,
    left: usize,
    shut: bool,
}

impl Wire {
    pub(crate) fn new(io: Socket, state: Rc<WireState>, worker: &Rc<Worker>) -> Self {
        Self {
            io,
            state,
            worker: Rc::clone(worker),
            given: Bytes::new(),
            held_back: BytesMut::new(),
            waited: false,
            linger: Wait::new(&worker.waits),
            left: LINGER_BYTES,
            shut: false,
        }
    }

    /// What is known about the connection.
    pub(crate) fn state(&self) -> &Rc<WireState> {
        &self.state
    }

    /// What the parser was not given.
    pub(crate) fn take_held_back(&mut self) -> BytesMut {
        self.held_back.split()
    }

    /// Gives a whole head to the next parser, with what came behind it.
    pub(crate) fn give_back(&mut self, head: Bytes) {
        self.given = head;
        self.state.long.set(false);
    }

    /// Reads more of a head that is gathered outside of the parser.
    pub(crate) fn poll_more(
        &mut self,
        context: &mut Context<'_>,
        head: &mut BytesMut,
    ) -> Poll<io::Result<usize>> {
        let mut space = self.worker.scratch.borrow_mut();
        let read = ready!(self.io.poll_read_into(context, &mut space))?;
        head.extend_from_slice(&space[..read]);
        match self.state.holds(&self.worker, head.len()) {
            true => Poll::Ready(Ok(read)),
            false => Poll::Ready(Err(io::ErrorKind::OutOfMemory.into())),
        }
    }

    /// After the last answer: throws away what the client still sends of a refused body, so that it reads its answer. By then
    /// the parser is gone with its buffers: only the socket waits.
    pub(crate) async fn linger(&mut self) {
        if !self.state.unread.get() {
            return;
        }
        poll_fn(|context| match self.state.told(context) {
            Some(Notice::Close) => Poll::Ready(()),
            Some(Notice::Finish) | None => self.poll_discard(context),
        })
        .await;
    }

    /// Answers in place of the parser, and ends the connection.
    pub(crate) async fn say(&mut self, mut answer: Bytes) {
        // A client that does not take it has none.
        let _ = poll_fn(|context| {
            while answer.has_remaining() {
                let sent = ready!(Pin::new(&mut *self).send(context, &[io::IoSlice::new(&answer)]))?;
                answer.advance(sent);
            }
            ready!(Pin::new(&mut *self).poll_flush(context))?;
            Pin::new(&mut *self).poll_shutdown(context)
        })
        .await;
    }

    /// Reads a piece of a head: counted, then given to the parser.
    fn poll_head(
        &mut self,
        context: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let state = &self.state;
        if state.long.get() {
            // The connection's task takes over as soon as nothing is left to send.
            return Poll::Pending;
        }
        let mut space = self.worker.scratch.borrow_mut();
        let mut head = state.head.borrow_mut();
        if head.reads() == 1 && state.start.borrow().is_empty() {
            // Still what the parser has just found to be only a part of a head.
            let kept = head.bytes().min(START).min(space.len());
            state.start.borrow_mut().extend_from_slice(&space[..kept]);
        }
        if head.reads() > 0 && !self.waited {
            // Whoever has to make room for this head gets a turn to do so before more of it is read.
            self.waited = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let room = buffer.remaining().min(space.len());
        let read = ready!(self.io.poll_read_into(context, &mut space[..room]))?;
        self.waited = false;
        state.contact.heard(state.now.get());
        if read == 0 {
            return Poll::Ready(Ok(()));
        }
        if head.reads() > 0 {
            let mut start = state.start.borrow_mut();
            let more = (START - start.len()).min(read);
            start.extend_from_slice(&space[..more]);
        }
        let verdict = head.add(&space[..read]);
        if head.reads() > 1 && !state.holds(&self.worker, head.bytes()) {
            // It was told to end.
            return Poll::Pending;
        }
        if verdict == Verdict::TooLong {
            self.held_back.extend_from_slice(&space[..read]);
            state.long.set(true);
            // The parser waits; the task that polls it looks at this afterwards.
            return Poll::Pending;
        }
        buffer.put_slice(&space[..read]);
        Poll::Ready(Ok(()))
    }

    /// In place of a refusal of the parser's own, one with an id and a record. `None` when it is no such refusal.
    fn refusal(&self, pieces: &[io::IoSlice<'_>]) -> Option<Bytes> {
        let state = &self.state;
        if state.busy.get() || !state.clean.get() {
            return None;
        }
        let said = pieces.iter().find(|piece| !piece.is_empty())?;
        let scratch = self.worker.scratch.borrow();
        let start = state.start.borrow();
        let start = match start.is_empty() {
            // What was read last is this head, in the same turn.
            true => &scratch[..state.head.borrow().bytes().min(scratch.len())],
            false => &start[..],
        };
        unread::by_parser(&self.worker, state, said, start)
    }

    /// Sends what hyper has written, or what takes the place of its refusal.
    fn write(&mut self, context: &mut Context<'_>, pieces: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let Some(refusal) = self.refusal(pieces) else {
            return self.send(context, pieces);
        };
        self.state.clean.set(false);
        // It is small and the first that is sent: the outbox takes it whole.
        match ready!(self.send(context, &[io::IoSlice::new(&refusal)]))? {
            sent if sent == refusal.len() => Poll::Ready(Ok(pieces.iter().map(|piece| piece.len()).sum())),
            _ => Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
        }
    }

    fn send(&mut self, context: &mut Context<'_>, pieces: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.state.clean.set(false);
        let poll = Pin::new(&mut self.io).poll_write_vectored(context, pieces);
        self.wrote(poll)
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
        if !self.given.is_empty() {
            let given = self.given.len().min(buffer.remaining());
            let mut buffer = buffer;
            buffer.put_slice(&self.given[..given]);
            self.given.advance(given);
            return Poll::Ready(Ok(()));
        }
        if self.state.busy.get() {
            return Pin::new(&mut self.io).poll_read(context, buffer);
        }
        self.poll_head(context, buffer)
    }
}

impl Write for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write(context, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.io).poll_flush(context);
        self.flows(!self.io.is_stuck());
        if poll.is_ready() {
            self.state.clean.set(true);
        }
        poll
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.shut {
            ready!(Pin::new(&mut self.io).poll_shutdown(context))?;
            self.shut = true;
        }
        Poll::Ready(Ok(()))
    }
}
