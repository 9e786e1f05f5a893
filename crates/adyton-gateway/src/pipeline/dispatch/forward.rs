//! An instance or a back end that answers over HTTP: the call is sent on, the answer comes back untouched.

use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use adyton_core::endpoint::Address;
use adyton_core::fact::Fact;
use adyton_core::id::ServiceId;
use adyton_core::record::AnsweredBy;
use bytes::Bytes;
use http::Response;

use super::Dispatcher;
use super::attempt::{Attempt, TimeLimit};
use crate::gathered::Gathered;
use crate::pipeline::answer::{Answer, AnswerBody};
use crate::pipeline::answerer::{Answerer, NoAnswer};
use crate::pipeline::limit::ToSend;
use crate::pipeline::refused::Refused;
use crate::pipeline::relay::{self, BorrowedConnection, Relay};
use crate::settings::{GatewaySettings, TimeLimits};
use crate::trail::Trail;
use crate::upstream::Origin;
use crate::upstream::connection::{BrokenAnswer, UpstreamConnection};
use crate::upstream::exchange::{self, Answered, Failure, FailureKind};
use crate::upstream::public::Public;
use crate::upstream::request::{OutgoingRequest, RequestLine};
use crate::waits::{WaitEnd, Waits, within};

/// Answers of known length up to this many bytes are read whole before their head is sent: one write instead of two, and an
/// instance that breaks off in the middle is still refused properly.
const WHOLE_MAX: u64 = 64 * 1024;

/// Where a call goes.
pub(super) struct Destination<'a> {
    /// Who listens there.
    pub(super) address: &'a Address,
    pub(super) answerer: Answerer,
    /// The service whose API address stands before the path, if one does.
    pub(super) service: Option<ServiceId>,
    /// The path that is asked, encoded.
    pub(super) target: &'a str,
}

/// A call on its way.
struct Forwarding<'a> {
    dispatcher: &'a Dispatcher,
    time_limits: &'a TimeLimits,
    limit: TimeLimit,
    origin: Rc<Origin>,
    answerer: Answerer,
    began: Duration,
}

/// Sends a call on and gives its answer.
pub(super) async fn forward(
    dispatcher: &Dispatcher,
    settings: &GatewaySettings,
    to: Destination<'_>,
    sent: ToSend,
    trail: &mut Trail,
) -> Result<Answer, Box<Refused>> {
    let Destination {
        address,
        answerer,
        service,
        target,
    } = to;
    let ToSend {
        arrival,
        body,
        reservation,
        way,
        timeout,
    } = sent;
    let (pool, time_limits) = (&dispatcher.pool, &settings.time_limits);
    let origin = pool.origin(address.endpoint(), answerer.trust(), &settings.outgoing);
    let public = Public {
        arrival: &arrival,
        service,
        url: settings.public_url.as_deref(),
    };
    let prefix = public.prefix();
    let goes_to = RequestLine {
        base: address.base(),
        path: target,
        prefix: &prefix,
        host: origin.host(),
        id: arrival.stamp.id,
    };
    let mut request =
        OutgoingRequest::new(&arrival.head, &arrival.remote, way, &goes_to, Bytes::clone(&body));
    trail.dropped(request.take_dropped());
    let allowance = reservation.spend();
    let forwarding = Forwarding {
        dispatcher,
        time_limits,
        limit: TimeLimit::of(timeout, time_limits.prediction),
        origin,
        answerer,
        began: dispatcher.time.monotonic(),
    };
    // Pinned where they are: they are large, and would be copied on their way.
    let answered = pin!(forwarding.ask(&request, trail)).await?;
    let mut response = pin!(forwarding.receive(answered)).await?;
    public.relocate(response.headers_mut(), address);
    Ok(Answer {
        response,
        answered_by: AnsweredBy::Model,
        allowance,
    })
}

impl Forwarding<'_> {
    /// Sends the request, and waits for the head of its answer.
    async fn ask(&self, request: &OutgoingRequest, trail: &mut Trail) -> Result<Answered, Box<Refused>> {
        let Dispatcher {
            pool, waits, time, ..
        } = self.dispatcher;
        trail.waits(self.began);
        let answered = {
            let sent = pin!(exchange::send(
                pool,
                &self.origin,
                request,
                self.time_limits.connect
            ));
            within(waits, self.limit.span, sent).await
        };
        trail.waited(time.monotonic());
        match answered {
            Ok(Ok(answered)) => Ok(answered),
            Ok(Err(failure)) => Err(self.failed(failure)),
            Err(why) => Err(self.timed_out(why)),
        }
    }

    /// Takes the answer's head, and its body if that is short.
    async fn receive(self, answered: Answered) -> Result<Response<AnswerBody>, Box<Refused>> {
        let Answered { head, mut connection } = match answered.switched() {
            Err(answered) => answered,
            Ok(_) => {
                return Err(self.failed(Failure {
                    kind: FailureKind::BadAnswer,
                    facts: vec![Fact::ProtocolChanged],
                    attempts: 1,
                }));
            }
        };
        if head.status.is_server_error() {
            self.answerer.failed();
        }
        let is_short = connection
            .left()
            .length()
            .is_some_and(|length| length <= WHOLE_MAX);
        let body = if is_short {
            let read = pin!(whole(
                &self.dispatcher.waits,
                self.time_limits.stream,
                &mut connection
            ))
            .await;
            match read {
                Ok(Ok(whole)) => {
                    self.origin.park(connection, self.dispatcher.time.ticked());
                    AnswerBody::Whole(whole)
                }
                Ok(Err(broken)) => return Err(self.failed(Failure::of(broken, 1))),
                Err(why) => return Err(self.stalled(why)),
            }
        } else {
            // A body that breaks the rules at once is refused properly, before anything has gone out.
            match connection.piece_at_hand() {
                Ok(first) => {
                    let Dispatcher { waits, time, .. } = self.dispatcher;
                    let silence = relay::Silence::new(waits, self.time_limits.stream);
                    let borrowed = BorrowedConnection {
                        connection,
                        origin: self.origin,
                        time: Rc::clone(time),
                    };
                    AnswerBody::Relay(Relay::new(borrowed, first, self.answerer, silence))
                }
                Err(broken) => return Err(self.failed(Failure::of(broken, 1))),
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() = head.status;
        *response.headers_mut() = head.headers;
        if let Some(phrase) = head.phrase {
            response.extensions_mut().insert(phrase);
        }
        Ok(response)
    }

    /// As it stands now, for a refusal.
    fn attempt(&self) -> Attempt {
        Attempt {
            instance: self.answerer.instance(),
            address: self.origin.address().to_string(),
            waited: self.dispatcher.time.monotonic().saturating_sub(self.began),
        }
    }

    fn timed_out(&self, why: WaitEnd) -> Box<Refused> {
        // A gateway that stops says nothing of the instance.
        if why == WaitEnd::Over {
            self.answerer.failed();
        }
        self.attempt()
            .ended(why, self.answerer.reason(NoAnswer::Late), self.limit)
    }

    /// The answer has begun, and nothing more comes of it.
    fn stalled(&self, why: WaitEnd) -> Box<Refused> {
        if why == WaitEnd::Cut {
            return self.timed_out(why);
        }
        self.answerer.failed();
        let limit = self.time_limits.stream.into();
        Refused::new(
            self.answerer.reason(NoAnswer::Stalled),
            self.attempt().evidence(1, vec![Fact::AnswerPaused { limit }]),
        )
    }

    fn failed(&self, failure: Failure) -> Box<Refused> {
        self.answerer.failed();
        let why = match failure.kind {
            FailureKind::Refused => NoAnswer::Refused,
            FailureKind::AddressNotAllowed => NoAnswer::AddressNotAllowed,
            FailureKind::Closed => NoAnswer::Closed,
            FailureKind::BadAnswer => NoAnswer::Bad,
        };
        Refused::new(
            self.answerer.reason(why),
            self.attempt().evidence(failure.attempts, failure.facts),
        )
    }
}

/// Reads a short body; each piece may take as long as a pause may.
async fn whole(
    waits: &Rc<Waits>,
    pause: Duration,
    connection: &mut UpstreamConnection,
) -> Result<Result<Bytes, BrokenAnswer>, WaitEnd> {
    let mut whole = Gathered::default();
    while !connection.left().is_over() {
        match within(waits, pause, connection.piece()).await? {
            Some(Ok(piece)) => whole = whole.with(piece),
            Some(Err(broken)) => return Ok(Err(broken)),
            None => break,
        }
    }
    Ok(Ok(whole.into_bytes()))
}
