//! One connection to an instance, used by one request after another: bytes go out, the head of an answer comes in, then its
//! body.
//!
//! Whoever waits for the answer drives it; it has no task of its own, which would cost two wake-ups and a queue in every
//! request. An idle one is polled by nobody: that the other side has closed it is seen when it is used again.
//!
//! An instance may answer before it has read the whole request, so whoever waits for bytes also sends what is left.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use adyton_core::fact::Fact;
use bytes::{Buf as _, Bytes, BytesMut};
use http::{HeaderMap, Method};
use hyper::rt::Write as _;

use crate::outbox::Socket;
use crate::upstream::answer::{Head, HeadReader};
use crate::upstream::framing::{Framing, Taken};
use crate::upstream::request::OutgoingRequest;

/// The least that one read has room for, in bytes, and the most.
const ROOM: std::ops::RangeInclusive<usize> = 4 * 1024..=64 * 1024;

/// See the top of the file.
pub(crate) struct UpstreamConnection {
    socket: Socket,
    /// What has come and was not taken.
    buffer: BytesMut,
    /// How much the next read has room for.
    room: usize,
    heads: HeadReader,
    /// What is still to come of the answer's body.
    framing: Framing,
    /// Whether the instance takes another request after this answer.
    keeps: bool,
    unsent: Option<Unsent>,
    /// Why the rest of the request could not be sent. The answer may be here nevertheless.
    send_error: Option<io::Error>,
    /// What came behind the last chunk.
    trailers: Option<HeaderMap>,
}

/// A connection on which HTTP is over, because both sides agreed on another protocol.
pub(crate) struct Switched {
    /// What is written and read from now on.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "no caller may ask for another protocol yet")
    )]
    pub(crate) socket: Socket,
    /// What the instance has said in it already.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "no caller may ask for another protocol yet")
    )]
    pub(crate) first: Bytes,
}

/// A connection between two requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum IdleState {
    /// It takes another request.
    Quiet,
    /// It does not.
    Closed,
    /// The instance has said something that nobody asked for, which must not become an answer.
    Unasked,
}

/// What the socket did not take at once.
struct Unsent {
    head: Bytes,
    body: Bytes,
}

/// An answer that did not come, or not whole.
#[derive(Debug)]
pub(crate) enum BrokenAnswer {
    /// The connection ended.
    Closed(Vec<Fact>),
    /// What arrived is not HTTP.
    Nonsense(Box<Fact>),
}

impl UpstreamConnection {
    /// A connection on this socket. Boxed: it is handed on several times in every call, and lives for many.
    pub(crate) fn new(socket: Socket) -> Box<Self> {
        Box::new(Self {
            socket,
            buffer: BytesMut::new(),
            room: *ROOM.start(),
            heads: HeadReader::default(),
            framing: Framing::OVER,
            keeps: true,
            unsent: None,
            send_error: None,
            trailers: None,
        })
    }

    /// Gives the connection away, after an answer that changes the protocol.
    pub(crate) fn into_switched(self) -> Switched {
        Switched {
            socket: self.socket,
            first: self.buffer.freeze(),
        }
    }

    /// What came behind the last chunk of the answer, once its body is over.
    pub(crate) fn take_trailers(&mut self) -> Option<HeaderMap> {
        self.trailers.take()
    }

    /// What an idle connection is good for, as far as is known without asking the kernel.
    pub(crate) fn idle_state(&self) -> IdleState {
        match self.socket.try_read(&mut [0]) {
            Ok(0) => IdleState::Closed,
            Ok(_) => IdleState::Unasked,
            Err(problem) if problem.kind() == io::ErrorKind::WouldBlock => IdleState::Quiet,
            Err(_) => IdleState::Closed,
        }
    }

    /// What it is good for once the answer has been read to its end.
    pub(crate) fn end(&self) -> IdleState {
        let is_over = self.framing.is_over() && self.unsent.is_none() && self.send_error.is_none();
        match self.keeps && is_over {
            _ if self.framing.is_over() && !self.buffer.is_empty() => IdleState::Unasked,
            true => IdleState::Quiet,
            false => IdleState::Closed,
        }
    }

    /// Sends a request and waits for the head of its answer.
    pub(crate) async fn ask(&mut self, request: &OutgoingRequest) -> Result<Head, BrokenAnswer> {
        self.room = *ROOM.start();
        let mut fresh = Some(request);
        poll_fn(|context| {
            if let Some(request) = fresh.take() {
                self.begin(context, request);
            }
            self.poll_head(context, request.method() == Method::HEAD)
        })
        .await
    }

    /// Hands the request to the socket; what that does not take at once is kept.
    fn begin(&mut self, context: &mut Context<'_>, request: &OutgoingRequest) {
        let pieces = request.pieces().map(io::IoSlice::new);
        let sent = match Pin::new(&mut self.socket).poll_write_vectored(context, &pieces) {
            Poll::Ready(Ok(sent)) => sent,
            Poll::Ready(Err(problem)) => {
                self.send_error = Some(problem);
                return;
            }
            Poll::Pending => 0,
        };
        if sent < request.len() {
            let (head, body) = request.unsent(sent);
            self.unsent = Some(Unsent { head, body });
        }
    }

    fn poll_head(&mut self, context: &mut Context<'_>, bodiless: bool) -> Poll<Result<Head, BrokenAnswer>> {
        loop {
            match self.heads.take(&mut self.buffer, bodiless) {
                Ok(Some(head)) => {
                    self.framing = head.framing;
                    self.keeps = head.keeps;
                    return Poll::Ready(Ok(head));
                }
                Ok(None) => {}
                Err(problem) => return Poll::Ready(Err(BrokenAnswer::Nonsense(problem.0))),
            }
            match ready!(self.poll_more(context)) {
                Ok(0) if self.buffer.is_empty() => {
                    return Poll::Ready(Err(self.closed(Fact::ClosedBeforeAnswer)));
                }
                Ok(0) => return Poll::Ready(Err(self.closed(Fact::ClosedInHead))),
                Ok(_) => {}
                Err(problem) => {
                    let error = problem.to_string();
                    return Poll::Ready(Err(self.closed(Fact::BrokeBeforeAnswer { error })));
                }
            }
        }
    }

    /// The next piece of the answer's body; `None` at its end.
    pub(crate) fn poll_piece(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BrokenAnswer>>> {
        loop {
            match self.framing.take(&mut self.buffer) {
                Ok(Taken::Piece(piece)) => return Poll::Ready(Some(Ok(piece))),
                Ok(Taken::Over) => return Poll::Ready(None),
                Ok(Taken::Trailers(trailers)) => {
                    self.trailers = Some(trailers);
                    return Poll::Ready(None);
                }
                Ok(Taken::Nothing) => {}
                Err(problem) => {
                    return Poll::Ready(Some(Err(BrokenAnswer::Nonsense(Box::new(problem.into())))));
                }
            }
            let fact = match ready!(self.poll_more(context)) {
                Ok(0) if self.framing == Framing::UntilClose => {
                    self.framing = Framing::OVER;
                    return Poll::Ready(None);
                }
                Ok(0) => Fact::ClosedInAnswer,
                Ok(_) => continue,
                Err(problem) => Fact::BrokeInAnswer {
                    error: problem.to_string(),
                },
            };
            return Poll::Ready(Some(Err(self.closed(fact))));
        }
    }

    /// A piece of the answer's body that has come with what was read before, if one has.
    ///
    /// # Errors
    /// What has come breaks the rules.
    pub(crate) fn piece_at_hand(&mut self) -> Result<Option<Bytes>, BrokenAnswer> {
        match self.framing.take(&mut self.buffer) {
            Ok(Taken::Piece(piece)) => Ok(Some(piece)),
            Ok(Taken::Trailers(trailers)) => {
                self.trailers = Some(trailers);
                Ok(None)
            }
            Ok(Taken::Over | Taken::Nothing) => Ok(None),
            Err(problem) => Err(BrokenAnswer::Nonsense(Box::new(problem.into()))),
        }
    }

    /// The next piece of the answer's body; `None` at its end.
    pub(crate) async fn piece(&mut self) -> Option<Result<Bytes, BrokenAnswer>> {
        poll_fn(|context| self.poll_piece(context)).await
    }

    /// What is still to come of the body.
    pub(crate) fn left(&self) -> Framing {
        self.framing
    }

    /// Reads more, and sends what is left to send.
    fn poll_more(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.send_on(context);
        self.buffer.reserve(self.room);
        let read = ready!(self.socket.poll_read_more(context, &mut self.buffer))?;
        if read >= self.room {
            self.room = (self.room * 2).min(*ROOM.end());
        }
        Poll::Ready(Ok(read))
    }

    fn send_on(&mut self, context: &mut Context<'_>) {
        if self.send_error.is_none()
            && let Poll::Ready(Err(problem)) = self.poll_send(context)
        {
            self.unsent = None;
            self.send_error = Some(problem);
        }
    }

    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(Unsent { head, body }) = &mut self.unsent {
            let pieces = [&head[..], &body[..]].map(io::IoSlice::new);
            let sent = ready!(Pin::new(&mut self.socket).poll_write_vectored(context, &pieces))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            let of_head = sent.min(head.len());
            head.advance(of_head);
            body.advance(sent - of_head);
            if head.is_empty() && body.is_empty() {
                self.unsent = None;
            }
        }
        Pin::new(&mut self.socket).poll_flush(context)
    }

    /// The connection has ended; if sending had failed before, that is the cause.
    fn closed(&mut self, how: Fact) -> BrokenAnswer {
        self.keeps = false;
        let unsent = self.send_error.as_ref().map(|cause| Fact::RequestUnsent {
            error: cause.to_string(),
        });
        BrokenAnswer::Closed(std::iter::once(how).chain(unsent).collect())
    }
}
