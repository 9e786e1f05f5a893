//! The pipeline: from a parsed head to one answer, one record, one count.
//!
//! # Why this order
//!
//! What costs least and reveals least comes first, and the body is not read before the caller is known.
//!
//! | step | asks | refuses with | why here |
//! | --- | --- | --- | --- |
//! | [`route`] | which API is this? | `APIG.0101` 404, `request.host` 400 | everything else depends on the API; two look-ups |
//! | [`admit`] | is the head within its limits, and its body readable? | 414, 494, `request.expectation` and `request.transfer_coding` 400 | needs no secret, protects what follows |
//! | [`authenticate`] | who calls? | 401, `APIG.1009` | nothing about the service is told to strangers |
//! | [`authorise`] | may they? | 403 | what a caller may not use costs its owner no turn |
//! | [`throttle`] | not too often? | 429 | refused callers cannot use up the turns of others |
//! | [`limit`] | is the body within its limit, and was it signed? | 413, 408, 400, late 401 | from here on bytes are read |
//! | [`dispatch`] | what does the model say? | `ModelArts.*`, `MR.*` | the state of the service is told to its callers only |
//!
//! So a wrong URL beats a wrong token, a wrong token beats a large body, and a large body beats a wrong signature over it:
//! that cannot be known before the last byte ([`limit`] proves what [`authenticate`] had to leave open).
//!
//! # Proofs
//!
//! A step takes what the steps before it have proven and gives a proof of its own, or an [`Outcome`]. The fields of a proof
//! are private to the file of its step, so a step that is left out does not compile: [`dispatch`] takes a [`limit::Call`],
//! which takes a [`authorise::Grant`] and a [`throttle::Turn`], and so on back to [`route::Found`].
//!
//! [`respond`] and [`record`] wrap the steps: also a panic, and a client that left, end as one answer and one record.

pub(crate) mod admit;
pub(crate) mod authenticate;
pub(crate) mod authorise;
pub(crate) mod dispatch;
pub(crate) mod limit;
pub(crate) mod outcome;
pub(crate) mod record;
pub(crate) mod respond;
pub(crate) mod route;
pub(crate) mod throttle;

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::rc::Rc;

use futures_util::FutureExt as _;
use http::{Request, Response};
use hyper::body::Incoming;

use crate::arrival::Arrival;
use crate::health;
use crate::listener::wire::WireState;
use crate::trail::Trail;
use crate::worker::Worker;
use outcome::{Answer, AnswerBody, Outcome};
use record::Recording;

/// All steps, in order.
pub(crate) async fn answer(
    worker: &Rc<Worker>,
    arrival: Box<Arrival>,
    trail: &mut Trail,
) -> Result<Answer, Outcome> {
    let live = worker.live(); // one state of the world for the whole request
    let found = route::find(worker, &live, &arrival, trail)?;
    let offer = admit::inspect(worker, found, arrival)?;
    let caller = authenticate::identify(worker, &live, &offer, trail)?;
    let grant = authorise::decide(&live, offer, caller)?;
    let turn = throttle::take(worker, &grant, trail.began())?;
    // Futures are pinned where they are made: `await` alone would copy each, with room for all that it ever holds.
    let call = pin!(limit::bounded(worker, &live, grant, turn, trail)).await?;
    pin!(dispatch::send(worker, call, trail)).await
}

/// A request from a connection: the service that hyper calls.
pub(crate) async fn serve(
    worker: Rc<Worker>,
    wire: Rc<WireState>,
    request: Request<Incoming>,
) -> Result<Response<AnswerBody>, Infallible> {
    if let Some(health) = health::answer(&worker, request.method(), request.uri().path()) {
        wire.rest();
        return Ok(health);
    }
    let arrival = Arrival::from_wire(request, &wire, &worker.settings(), worker.shared.loopback);
    Ok(pin!(pass(&worker, arrival, Some(wire))).await)
}

/// A request from either door, through all steps; whatever becomes of it, it is answered and recorded.
pub(crate) async fn pass(
    worker: &Rc<Worker>,
    arrival: Box<Arrival>,
    wire: Option<Rc<WireState>>,
) -> Response<AnswerBody> {
    let mut recording = Recording::begin(worker, &arrival, wire);
    let debug = respond::wants_latency(&arrival.head.headers);
    let outcome = {
        let steps = pin!(answer(worker, arrival, recording.trail()));
        AssertUnwindSafe(steps).catch_unwind().await
    };
    let outcome = outcome.unwrap_or_else(|_| Err(Outcome::defect("a step panicked")));
    pin!(respond::finish(worker, recording, outcome, debug)).await
}
