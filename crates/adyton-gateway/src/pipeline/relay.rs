//! An answer's body on its way from who answers to the client, frame by frame, untouched.
//!
//! It holds what must live as long as the answer does: the call's place in the instance, the connection, and the record of
//! the request, which ends when the body does. A client that leaves drops it, and with it the connection to the instance.

use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::fact::Fact;
use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::pipeline::answerer::{Answerer, NoAnswer};
use crate::pipeline::record::Recording;
use crate::tick_clock::TickClock;
use crate::upstream::Origin;
use crate::upstream::connection::{BrokenAnswer, UpstreamConnection};
use crate::waits::{Wait, WaitEnd, Waits};

/// A body that broke off: the client's connection is closed, so that it cannot take the part for the whole.
#[derive(Debug, thiserror::Error)]
#[error("the response was cut off")]
pub(crate) struct RelayError;

/// For how long nothing may come, and since when nothing has.
pub(crate) struct Silence {
    wait: Wait,
    limit: Duration,
}

impl Silence {
    /// Nothing is waited for yet.
    pub(crate) fn new(waits: &Rc<Waits>, limit: Duration) -> Self {
        Self {
            wait: Wait::new(waits),
            limit,
        }
    }
}

/// A connection that an answer is read from, until it goes back to its origin, as of the time that the clock shows then.
pub(crate) struct BorrowedConnection {
    pub(crate) connection: Box<UpstreamConnection>,
    pub(crate) origin: Rc<Origin>,
    pub(crate) time: Rc<TickClock>,
}

impl BorrowedConnection {
    fn give_back(self) {
        self.origin.park(self.connection, self.time.ticked());
    }
}

/// A body in passing.
pub(crate) struct Relay {
    /// Until the body is over.
    borrowed: Option<BorrowedConnection>,
    /// A piece that came with the head.
    first: Option<Bytes>,
    answerer: Answerer,
    recording: Option<Recording>,
    silence: Silence,
    bytes: u64,
}

impl Relay {
    /// A body that comes over this connection, behind the piece that came with its head.
    pub(crate) fn new(
        borrowed: BorrowedConnection,
        first: Option<Bytes>,
        answerer: Answerer,
        silence: Silence,
    ) -> Box<Self> {
        Box::new(Self {
            borrowed: Some(borrowed),
            first,
            answerer,
            recording: None,
            silence,
            bytes: 0,
        })
    }

    /// Gives it the record to end.
    pub(crate) fn keep(&mut self, recording: Recording) {
        self.recording = Some(recording);
    }

    pub(crate) fn poll_frame(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, RelayError>>> {
        let Some(BorrowedConnection { connection, .. }) = &mut self.borrowed else {
            return Poll::Ready(None);
        };
        let piece = match self.first.take() {
            Some(first) => Poll::Ready(Some(Ok(first))),
            None => connection.poll_piece(context),
        };
        match piece {
            Poll::Ready(Some(Ok(piece))) => {
                let is_last = connection.left().is_over();
                self.silence.wait.end();
                self.bytes += piece.len() as u64;
                if let Some(recording) = &mut self.recording {
                    recording.sent(self.bytes);
                }
                if is_last {
                    self.end();
                }
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            Poll::Ready(None) => {
                let trailers = connection.take_trailers();
                self.end();
                Poll::Ready(trailers.map(|trailers| Ok(Frame::trailers(trailers))))
            }
            Poll::Ready(Some(Err(broken))) => {
                let (why, facts) = match broken {
                    BrokenAnswer::Closed(facts) => (NoAnswer::Closed, facts),
                    BrokenAnswer::Nonsense(fact) => (NoAnswer::Bad, vec![*fact]),
                };
                self.answerer.failed();
                self.break_off(self.answerer.reason(why), facts);
                Poll::Ready(Some(Err(RelayError)))
            }
            Poll::Pending => {
                let Silence { wait, limit } = &mut self.silence;
                let limit = *limit;
                let (reason, fact) = match wait.check(context, limit) {
                    Ok(()) => return Poll::Pending,
                    Err(WaitEnd::Over) => {
                        self.answerer.failed();
                        let fact = Fact::AnswerPaused { limit: limit.into() };
                        (self.answerer.reason(NoAnswer::Stalled), fact)
                    }
                    // Nothing that the instance did.
                    Err(WaitEnd::Cut) => (Reason::GatewayStopping, Fact::GatewayStopping),
                };
                self.break_off(reason, vec![fact]);
                Poll::Ready(Some(Err(RelayError)))
            }
        }
    }

    pub(crate) fn is_end_stream(&self) -> bool {
        self.borrowed.is_none()
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        let first = self.first.as_ref().map_or(0, Bytes::len) as u64;
        let left = match &self.borrowed {
            Some(borrowed) => borrowed.connection.left().length().map(|left| left + first),
            None => Some(0),
        };
        left.map_or_else(SizeHint::new, SizeHint::with_exact)
    }

    /// The last byte has come: the connection can take another request, and the record is complete.
    fn end(&mut self) {
        self.silence.wait.end();
        if let Some(borrowed) = self.borrowed.take() {
            borrowed.give_back();
        }
        if let Some(recording) = self.recording.take() {
            recording.finish();
        }
    }

    fn break_off(&mut self, reason: Reason, facts: Vec<Fact>) {
        let address = self
            .borrowed
            .take()
            .map(|borrowed| borrowed.origin.address().to_string())
            .unwrap_or_default();
        if let Some(mut recording) = self.recording.take() {
            let instance = self.answerer.instance();
            let evidence = Evidence::Instance {
                instance,
                address,
                after_ms: recording.age_ms(),
                attempts: 1,
                facts,
                error: String::new(),
            };
            recording.trail().refused(reason, evidence);
            recording.finish();
        }
    }
}

#[cfg(test)]
mod tests;
