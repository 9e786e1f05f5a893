//! What is written in one turn of a worker goes out at the end of the turn.
//!
//! A worker wakes up with many sockets ready at once. Each answer that it sends at once may wake a client that was asleep,
//! which costs more than writing the answer (a signal to another core); by the time of the next answer the client sleeps
//! again. Sent together, the first answer wakes it and the others find it awake. So a [`Socket`] takes small writes into
//! memory, and the worker's [`Outbox`] sends them when the tasks that were ready have run: on a quiet worker that is at once.
//!
//! What must hold: bytes leave in the order in which they were written; large writes go past the memory, after what is in
//! it; what the kernel does not take waits for the socket to become writable, and the writer waits with it.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use bytes::BytesMut;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::io::{AsyncRead as _, ReadBuf};
use tokio_util::io::poll_read_buf;

use crate::stream::Stream;

/// Writes up to this many bytes wait for the end of the turn; so a connection holds no more than that.
const HELD_MAX: usize = 8 * 1024;

/// The sockets of one worker that have something to send.
#[derive(Default)]
pub(crate) struct Outbox {
    due: RefCell<Vec<Rc<Shared>>>,
    waker: RefCell<Option<Waker>>,
}

impl Outbox {
    /// Sends what is due, turn after turn, for as long as it is polled. A task that is woken goes behind those that are ready
    /// already: that is the end of the turn.
    pub(crate) async fn run(self: Rc<Self>) {
        let mut due = Vec::new();
        loop {
            poll_fn(|context| {
                if !self.due.borrow().is_empty() {
                    return Poll::Ready(());
                }
                self.waker.replace(Some(context.waker().clone()));
                Poll::Pending
            })
            .await;
            std::mem::swap(&mut due, &mut *self.due.borrow_mut());
            for socket in due.drain(..) {
                socket.send();
            }
        }
    }

    fn add(&self, socket: &Rc<Shared>) {
        self.due.borrow_mut().push(Rc::clone(socket));
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// A socket whose small writes wait for the end of the turn.
pub(crate) struct Socket {
    shared: Rc<Shared>,
    outbox: Rc<Outbox>,
}

struct Shared {
    io: RefCell<TokioIo<Stream>>,
    held: RefCell<Vec<u8>>,
    /// Whether the outbox will send what is held.
    is_due: Cell<bool>,
    /// Whether the kernel took only a part: the task that owns the socket waits until it takes more.
    is_stuck: Cell<bool>,
    failed: Cell<Option<ErrorKind>>,
    owner: RefCell<Option<Waker>>,
}

impl Shared {
    /// The end of the turn.
    fn send(&self) {
        self.is_due.set(false);
        let mut held = self.held.borrow_mut();
        if held.is_empty() {
            return;
        }
        let mut io = self.io.borrow_mut();
        match io.inner_mut().try_write(&held) {
            Ok(sent) if sent == held.len() && io.inner_mut().is_flushed() => return held.clear(),
            Ok(sent) => drop(held.drain(..sent)),
            Err(problem) if problem.kind() == ErrorKind::WouldBlock => {}
            Err(problem) => {
                held.clear();
                self.failed.set(Some(problem.kind()));
            }
        }
        // A stream that has taken everything may not have sent it: then its owner goes on with that.
        self.is_stuck.set(self.failed.get().is_none());
        drop((held, io));
        if let Some(owner) = self.owner.take() {
            owner.wake();
        }
    }

    /// Sends what is held, and waits until the kernel has taken all of it.
    fn poll_send(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(kind) = self.failed.get() {
            return Poll::Ready(Err(kind.into()));
        }
        let (mut held, mut io) = (self.held.borrow_mut(), self.io.borrow_mut());
        while !held.is_empty() {
            let sent = ready!(Pin::new(&mut *io).poll_write(context, &held))?;
            if sent == 0 {
                return Poll::Ready(Err(ErrorKind::WriteZero.into()));
            }
            held.drain(..sent);
        }
        ready!(Pin::new(&mut *io).poll_flush(context))?;
        self.is_stuck.set(false);
        Poll::Ready(Ok(()))
    }
}

impl Socket {
    pub(crate) fn new(stream: impl Into<Stream>, outbox: &Rc<Outbox>) -> Self {
        Self {
            shared: Rc::new(Shared {
                io: RefCell::new(TokioIo::new(stream.into())),
                held: RefCell::default(),
                is_due: Cell::new(false),
                is_stuck: Cell::new(false),
                failed: Cell::new(None),
                owner: RefCell::new(None),
            }),
            outbox: Rc::clone(outbox),
        }
    }

    /// To see whether the other side leaves, while somebody else owns the socket.
    pub(crate) fn presence(&self) -> Presence {
        Presence(Rc::clone(&self.shared))
    }

    /// Whether the other side takes less than is sent to it.
    pub(crate) fn is_stuck(&self) -> bool {
        self.shared.is_stuck.get()
    }

    /// Whether there is something to read, or the other side has closed.
    pub(crate) fn poll_readable(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.shared.io.borrow().inner().poll_read_ready(context)
    }

    /// Reads into the room that the buffer has; 0 says that the other side has closed.
    pub(crate) fn poll_read_more(
        &self,
        context: &mut Context<'_>,
        buffer: &mut BytesMut,
    ) -> Poll<io::Result<usize>> {
        let mut io = self.shared.io.borrow_mut();
        poll_read_buf(Pin::new(io.inner_mut()), context, buffer)
    }

    /// Reads into this space; 0 says that the other side has closed.
    pub(crate) fn poll_read_into(
        &self,
        context: &mut Context<'_>,
        space: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut io = self.shared.io.borrow_mut();
        let mut space = ReadBuf::new(space);
        ready!(Pin::new(io.inner_mut()).poll_read(context, &mut space))?;
        Poll::Ready(Ok(space.filled().len()))
    }

    /// Reads what is there.
    pub(crate) fn try_read(&self, space: &mut [u8]) -> io::Result<usize> {
        self.shared.io.borrow_mut().inner_mut().try_read(space)
    }

    /// Takes a small write, to be sent at the end of the turn; `None` when it has to go out by itself.
    fn hold(&self, context: &mut Context<'_>, pieces: &[IoSlice<'_>]) -> Option<usize> {
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        let shared = &self.shared;
        let mut held = shared.held.borrow_mut();
        if shared.is_stuck.get() || shared.failed.get().is_some() || held.len() + length > HELD_MAX {
            return None;
        }
        for piece in pieces {
            held.extend_from_slice(piece);
        }
        if !shared.is_due.replace(true) {
            let mut owner = shared.owner.borrow_mut();
            match owner.as_mut() {
                Some(owner) => owner.clone_from(context.waker()),
                None => *owner = Some(context.waker().clone()),
            }
            self.outbox.add(shared);
        }
        Some(length)
    }
}

/// Tells whether the other side of a socket is there.
pub(crate) struct Presence(Rc<Shared>);

/// What is known of the other side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sign {
    /// It says nothing: to be asked again.
    Silent,
    /// It has sent more, which hides what comes behind.
    Speaks,
    /// It has closed its sending side, or the connection.
    Left,
}

impl Presence {
    /// Looks without reading. A silent one wakes the task when it says something or leaves, and costs no system call.
    pub(crate) fn look(&self, context: &mut Context<'_>) -> Sign {
        let io = self.0.io.borrow();
        // Callers come over TCP.
        let Some(socket) = io.inner().tcp() else {
            return Sign::Silent;
        };
        let mut first = [0];
        match socket.poll_peek(context, &mut ReadBuf::new(&mut first)) {
            Poll::Pending => Sign::Silent,
            Poll::Ready(Ok(0) | Err(_)) => Sign::Left,
            Poll::Ready(Ok(_)) => Sign::Speaks,
        }
    }

    /// Whether the other side has closed its sending side, whatever it had sent before. Asks the kernel.
    pub(crate) fn has_hung_up(&self) -> bool {
        let io = self.0.io.borrow();
        let Some(socket) = io.inner().tcp() else {
            return false;
        };
        let mut asked = [PollFd::new(socket, PollFlags::RDHUP)];
        let answered = poll(&mut asked, Some(&Timespec::default()));
        let seen = asked[0].revents();
        answered.is_ok() && seen.intersects(PollFlags::RDHUP | PollFlags::HUP | PollFlags::ERR)
    }
}

impl Read for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.shared.io.borrow_mut()).poll_read(context, buffer)
    }
}

impl Write for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(length) = self.hold(context, &[IoSlice::new(bytes)]) {
            return Poll::Ready(Ok(length));
        }
        ready!(self.shared.poll_send(context))?;
        Pin::new(&mut *self.shared.io.borrow_mut()).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let Some(length) = self.hold(context, pieces) {
            return Poll::Ready(Ok(length));
        }
        ready!(self.shared.poll_send(context))?;
        Pin::new(&mut *self.shared.io.borrow_mut()).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// What waits for the end of the turn counts as sent, unless the other side does not take it.
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.shared.is_stuck.get() || self.shared.failed.get().is_some() {
            return self.shared.poll_send(context);
        }
        Pin::new(&mut *self.shared.io.borrow_mut()).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.shared.poll_send(context))?;
        Pin::new(&mut *self.shared.io.borrow_mut()).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use tokio::io::AsyncReadExt as _;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// Polls once.
    fn once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    /// A socket of a worker, and whoever is at the other end.
    async fn pair(outbox: &Rc<Outbox>) -> (Socket, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (near, far) = tokio::join!(TcpStream::connect(address), listener.accept());
        (
            Socket::new(near.expect("connected"), outbox),
            far.expect("accepted").0,
        )
    }

    async fn write(socket: &mut Socket, bytes: &[u8]) {
        let mut left = bytes;
        while !left.is_empty() {
            let sent = poll_fn(|context| Pin::new(&mut *socket).poll_write(context, left)).await;
            left = &left[sent.expect("it takes it")..];
        }
    }

    #[tokio::test]
    async fn small_writes_of_a_turn_leave_together_at_its_end() {
        let outbox = Rc::new(Outbox::default());
        let (mut socket, mut other) = pair(&outbox).await;
        let mut turns = pin!(Rc::clone(&outbox).run());
        for piece in [&b"one "[..], b"two "] {
            write(&mut socket, piece).await;
        }
        let mut space = [0; 64];
        let early = other.try_read(&mut space).map_err(|error| error.kind());
        assert_eq!(early, Err(ErrorKind::WouldBlock), "the turn is not over");
        assert!(once(turns.as_mut()).is_pending(), "it goes on for ever");
        let length = other.read(&mut space).await.expect("both");
        assert_eq!(&space[..length], b"one two ");
        assert!(!socket.is_stuck());
    }

    #[tokio::test]
    async fn a_large_write_goes_past_the_memory_behind_what_is_in_it() {
        let outbox = Rc::new(Outbox::default());
        let (mut socket, mut other) = pair(&outbox).await;
        write(&mut socket, b"head").await;
        let large = vec![b'x'; HELD_MAX + 1];
        write(&mut socket, &large).await;
        let mut got = vec![0; 4 + large.len()];
        other
            .read_exact(&mut got)
            .await
            .expect("all of it, without an end of the turn");
        assert_eq!(&got[..4], b"head");
        assert_eq!(got[4..], large);
        // Nothing is left to be sent twice.
        let mut turns = pin!(Rc::clone(&outbox).run());
        assert!(once(turns.as_mut()).is_pending());
        write(&mut socket, b"tail").await;
        assert!(once(turns.as_mut()).is_pending());
        let mut tail = [0; 4];
        other.read_exact(&mut tail).await.expect("the tail");
        assert_eq!(&tail, b"tail");
    }

    #[tokio::test]
    async fn a_client_that_left_is_seen_without_reading() {
        let outbox = Rc::new(Outbox::default());
        let (socket, other) = pair(&outbox).await;
        let presence = socket.presence();
        assert!(!presence.has_hung_up());
        let look = |context: &mut Context<'_>| match presence.look(context) {
            Sign::Silent => Poll::Pending,
            sign => Poll::Ready(sign),
        };
        assert!(once(pin!(poll_fn(look))).is_pending());
        drop(other);
        assert_eq!(poll_fn(look).await, Sign::Left);
        assert!(presence.has_hung_up());
    }
}
