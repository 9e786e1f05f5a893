//! One connection's socket, as hyper reads and writes it: heads are counted before the parser sees them, and what the parser
//! refuses by itself is answered in its place. Deadlines, idle limits and who has to go are `adyton-listener`'s.
//!
//! A socket that is closed while bytes wait in it resets the connection, and the client may lose the answer that it has not
//! read yet. So after an answer to an unread body the writing side is closed first, and what still arrives is thrown away
//! for a while ([`LINGER`], [`LINGER_BYTES`]).

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use adyton_listener::Notice;
use bytes::{Buf as _, Bytes, BytesMut};
use hyper::rt::{Read, ReadBufCursor, Write};

use crate::listener::arriving::Arriving;
use crate::listener::connections::Connections;
use crate::listener::head::Verdict;
use crate::listener::unread;
use crate::outbox::Socket;
use crate::waits::Wait;
use crate::wire_state::WireState;

/// How long a refused body is thrown away after the answer.
const LINGER: Duration = Duration::from_secs(15);
/// How much of it is.
const LINGER_BYTES: usize = 64 * 1024 * 1024;

/// The socket, as hyper reads and writes it.
pub(crate) struct Wire {
    io: Socket,
    state: Rc<WireState>,
    arriving: Rc<Arriving>,
    connections: Rc<Connections>,
    /// What the parser is given before anything else: a head that was gathered outside.
    given: Bytes,
    /// What the parser was not given.
    held_back: BytesMut,
    /// Whether the parser has given up on a head that goes to another one: what it does to the socket is not done.
    handed_over: bool,
    /// Whether others had their turn since the last piece of a head.
    waited: bool,
    linger: Wait,
    left: usize,
    shut: bool,
}

impl Wire {
    pub(crate) fn new(
        io: Socket,
        state: Rc<WireState>,
        arriving: Rc<Arriving>,
        connections: &Rc<Connections>,
    ) -> Self {
        Self {
            io,
            state,
            arriving,
            connections: Rc::clone(connections),
            given: Bytes::new(),
            held_back: BytesMut::new(),
            handed_over: false,
            waited: false,
            linger: Wait::new(&connections.pipeline.waits),
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
        self.handed_over = false;
        self.held_back.split()
    }

    /// Gives a whole head to the next parser, with what came behind it.
    pub(crate) fn give_back(&mut self, head: Bytes) {
        self.given = head;
        self.arriving.is_gathered();
    }

    /// Reads more of a head that is gathered outside of the parser.
    pub(crate) fn poll_more(
        &mut self,
        context: &mut Context<'_>,
        head: &mut BytesMut,
    ) -> Poll<io::Result<usize>> {
        let connections = &self.connections;
        let mut space = connections.scratch.borrow_mut();
        let read = ready!(self.io.poll_read_into(context, &mut space))?;
        head.extend_from_slice(&space[..read]);
        let now = connections.pipeline.time.ticked();
        let held = self
            .arriving
            .holds_bytes(&connections.unproven, &self.state.connection, head.len(), now);
        match held {
            true => Poll::Ready(Ok(read)),
            false => Poll::Ready(Err(io::ErrorKind::OutOfMemory.into())),
        }
    }

    /// After the last answer: throws away what the client still sends of a refused body, so that it reads its answer. By then
    /// the parser is gone with its buffers: only the socket waits.
    pub(crate) async fn linger(&mut self) {
        if !self.state.expects_more() {
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
        let (state, arriving) = (&self.state, &self.arriving);
        if arriving.is_long() {
            // The connection's task takes over as soon as nothing is left to send.
            return Poll::Pending;
        }
        let mut space = self.connections.scratch.borrow_mut();
        arriving.keep(&space);
        if arriving.has_begun() && !self.waited {
            // Whoever has to make room for this head gets a turn to do so before more of it is read.
            self.waited = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let room = buffer.remaining().min(space.len());
        let read = ready!(self.io.poll_read_into(context, &mut space[..room]))?;
        self.waited = false;
        let now = self.connections.pipeline.time.ticked();
        state.connection.heard(now);
        if read == 0 {
            return Poll::Ready(Ok(()));
        }
        let verdict = arriving.add(&space[..read]);
        if !arriving.holds(&self.connections.unproven, &state.connection, now) {
            // It was told to end.
            return Poll::Pending;
        }
        if verdict == Verdict::TooLong {
            self.held_back.extend_from_slice(&space[..read]);
            arriving.is_too_long();
            // The parser waits; the task that polls it looks at this afterwards.
            return Poll::Pending;
        }
        buffer.put_slice(&space[..read]);
        Poll::Ready(Ok(()))
    }

    /// In place of a refusal of the parser's own, one with an id and a record. `None` when it is no such refusal.
    fn refusal(&self, pieces: &[io::IoSlice<'_>]) -> Option<Bytes> {
        if !self.state.is_clean() {
            return None;
        }
        let said = pieces.iter().find(|piece| !piece.is_empty())?;
        let scratch = self.connections.scratch.borrow();
        self.arriving.with_start(&scratch, |start| {
            unread::by_parser(&self.connections.pipeline, &self.state, said, start)
        })
    }

    /// Whether the parser refuses a head that lay in its buffer behind another request, where nobody could count its lines.
    fn gives_up(&self, pieces: &[io::IoSlice<'_>]) -> bool {
        let says = |status: &[u8]| pieces.iter().any(|piece| piece.get(9..12) == Some(status));
        self.state.is_clean() && !self.arriving.was_gathered() && says(b"431")
    }

    /// Sends what hyper has written, or what takes the place of its refusal.
    fn write(&mut self, context: &mut Context<'_>, pieces: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if self.handed_over || self.gives_up(pieces) {
            // The head is still in its buffer: the connection's task takes it from there.
            self.handed_over = true;
            self.arriving.is_too_long();
            return Poll::Ready(Ok(pieces.iter().map(|piece| piece.len()).sum()));
        }
        let Some(refusal) = self.refusal(pieces) else {
            return self.send(context, pieces);
        };
        self.state.sends();
        // It is small and the first that is sent: the outbox takes it whole.
        match ready!(self.send(context, &[io::IoSlice::new(&refusal)]))? {
            sent if sent == refusal.len() => Poll::Ready(Ok(pieces.iter().map(|piece| piece.len()).sum())),
            _ => Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
        }
    }

    fn send(&mut self, context: &mut Context<'_>, pieces: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.state.sends();
        let poll = Pin::new(&mut self.io).poll_write_vectored(context, pieces);
        self.flows(poll.is_ready());
        poll
    }

    fn flows(&self, flows: bool) {
        match flows {
            true => self.state.connection.flows(),
            false => self
                .state
                .connection
                .is_stuck(self.connections.pipeline.time.ticked()),
        }
    }

    /// Throws away what arrives, until the client closes, or for [`LINGER`] nothing comes.
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
        if !self.state.is_at_rest() {
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
            self.state.has_sent();
        }
        poll
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.shut && !self.handed_over {
            ready!(Pin::new(&mut self.io).poll_shutdown(context))?;
            self.shut = true;
        }
        Poll::Ready(Ok(()))
    }
}
