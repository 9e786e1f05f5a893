//! One connection to an instance, driven by the request that uses it.
//!
//! Hyper's connection is a future that must be polled while a request or an answer is under way. A task of its own for it
//! would cost two wake-ups and a queue in every request; so whoever waits for something from the connection polls it first
//! ([`Line::drive`]). An idle one is polled by nobody: that the other side has closed it is seen when it is used again.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{self, Connection, SendRequest};

use crate::outbox::Socket;

/// The most that a head of an answer may take, in bytes.
const HEAD_MAX: usize = 128 * 1024;

/// A connection, and what sends requests on it.
pub(crate) struct Line {
    sender: SendRequest<Full<Bytes>>,
    wire: Wire,
}

/// The connection's own work: writing what is to be sent, reading what comes.
pub(crate) struct Wire(Option<Box<Connection<Socket, Full<Bytes>>>>);

impl Line {
    /// A connection on this socket.
    pub(crate) async fn open(socket: Socket) -> hyper::Result<Self> {
        let mut builder = http1::Builder::new();
        builder.max_buf_size(HEAD_MAX);
        let (sender, connection) = builder.handshake(socket).await?;
        Ok(Self {
            sender,
            wire: Wire(Some(Box::new(connection))),
        })
    }

    /// Whether an idle connection takes a request now. One that the other side has closed meanwhile says so only when it is
    /// used: [`send`](Self::send) gives the request back then.
    pub(crate) async fn is_usable(&mut self) -> bool {
        if !self.sender.is_ready() {
            poll_fn(|context| {
                self.wire.poll(context);
                Poll::Ready(())
            })
            .await;
        }
        self.sender.is_ready()
    }

    /// Sends a request and waits for the head of its answer. The error holds the request if nothing of it was sent.
    pub(crate) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Full<Bytes>>>> {
        self.wire.drive(self.sender.try_send_request(request)).await
    }

    /// The connection's own work.
    pub(crate) fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }
}

impl Wire {
    /// Does what can be done now. A connection that has ended stays ended; whoever waits for something from it is told
    /// why by what they wait for.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) {
        if let Some(connection) = &mut self.0
            && let Poll::Ready(end) = Pin::new(connection).poll(context)
        {
            self.0 = None;
            if let Err(problem) = end {
                tracing::debug!(%problem, "a connection to an instance ended");
            }
        }
    }

    /// Waits for something that comes from this connection, and from nowhere else: it becomes ready only while the
    /// connection is polled, which is done here. So it is polled without a waker; with this task's, it would wake the task that
    /// is running already, for nothing.
    pub(crate) async fn drive<F: Future>(&mut self, wanted: F) -> F::Output {
        let mut wanted = pin!(wanted);
        let mut look = || wanted.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        poll_fn(|context| {
            if let Poll::Ready(done) = look() {
                return Poll::Ready(done);
            }
            self.poll(context);
            look()
        })
        .await
    }
}
