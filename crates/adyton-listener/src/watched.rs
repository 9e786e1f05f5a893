//! A socket that tells its [`ConnectionState`] when bytes come and when the other end stops taking them.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use adyton_core::clock::Clock;
use hyper::rt::{Read, ReadBufCursor, Write};

use crate::connection_state::ConnectionState;

/// A socket under watch.
pub struct Watched<I> {
    io: I,
    connection: Arc<ConnectionState>,
    clock: Clock,
}

impl<I> Watched<I> {
    /// Watches a socket.
    pub fn new(io: I, connection: Arc<ConnectionState>, clock: Clock) -> Self {
        Self {
            io,
            connection,
            clock,
        }
    }

    fn wrote<T>(&self, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match &poll {
            Poll::Pending => self.connection.is_stuck(self.clock.monotonic()),
            Poll::Ready(_) => self.connection.flows(),
        }
        poll
    }
}

impl<I: Read + Unpin> Read for Watched<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.io).poll_read(context, buffer);
        if poll.is_ready() {
            self.connection.heard(self.clock.monotonic());
        }
        poll
    }
}

impl<I: Write + Unpin> Write for Watched<I> {
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
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::task::Waker;
    use std::time::Duration;

    use adyton_core::clock::Timestamp;
    use hyper::rt::ReadBuf;

    use super::*;
    use crate::connection_state::{Deadlines, Notice};

    /// A socket that takes, and gives, only what it is told to.
    #[derive(Default)]
    struct Socket {
        takes: bool,
        gives: bool,
    }

    impl Read for Socket {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            mut buffer: ReadBufCursor<'_>,
        ) -> Poll<io::Result<()>> {
            if !self.gives {
                return Poll::Pending;
            }
            buffer.put_slice(b"x");
            Poll::Ready(Ok(()))
        }
    }

    impl Write for Socket {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            match self.takes {
                true => Poll::Ready(Ok(bytes.len())),
                false => Poll::Pending,
            }
        }
        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn watched() -> (Watched<Socket>, Arc<ConnectionState>, Clock) {
        let clock = Clock::manual(Timestamp::from_seconds(0));
        let state = ConnectionState::new(IpAddr::from([192, 0, 2, 1]), false, clock.monotonic());
        let io = Watched::new(Socket::default(), Arc::clone(&state), clock.clone());
        (io, state, clock)
    }

    #[test]
    fn whoever_takes_nothing_for_a_minute_is_let_go_and_one_byte_taken_is_enough() {
        let (mut io, state, clock) = watched();
        state.begin(clock.monotonic());
        let context = &mut Context::from_waker(Waker::noop());
        let judged = |clock: &Clock| state.judge(clock.monotonic(), &Deadlines::DEFAULT);
        assert!(Pin::new(&mut io).poll_write(context, b"answer").is_pending());
        clock.advance(Duration::from_secs(59));
        assert!(Pin::new(&mut io).poll_write(context, b"answer").is_pending());
        assert_eq!(judged(&clock), None);
        io.io.takes = true;
        assert!(Pin::new(&mut io).poll_write(context, b"answer").is_ready());
        clock.advance(Duration::from_secs(59));
        assert_eq!(judged(&clock), None, "it flows again");
        io.io.takes = false;
        assert!(Pin::new(&mut io).poll_write(context, b"answer").is_pending());
        clock.advance(Duration::from_secs(61));
        assert_eq!(judged(&clock), Some(Notice::Close));
    }

    #[test]
    fn a_connection_is_heard_when_bytes_come_and_not_when_it_is_asked() {
        let (mut io, state, clock) = watched();
        let context = &mut Context::from_waker(Waker::noop());
        let mut space = [0; 8];
        let mut read = |io: &mut Watched<Socket>| {
            let mut buffer = ReadBuf::new(&mut space);
            Pin::new(io).poll_read(context, buffer.unfilled())
        };
        clock.advance(Duration::from_secs(9));
        assert!(read(&mut io).is_pending());
        let judge = |after: u64| state.judge(Duration::from_secs(after), &Deadlines::DEFAULT);
        assert_eq!(judge(11), Some(Notice::Close), "it has said nothing");
        io.io.gives = true;
        assert!(read(&mut io).is_ready());
        assert_eq!(
            (judge(30), judge(31)),
            (None, Some(Notice::Close)),
            "its head is slow now"
        );
    }
}
