//! The pipeline: from a parsed head to one answer, one record, one count.
//!
//! # Why this order
//!
//! The steps that cost least and reveal least come first. The body is not read before the caller is known.
//!
//! | step | asks | refuses with | why here |
//! | --- | --- | --- | --- |
//! | [`route`] | which API is this? | `APIG.0101` 404, `request.host` 400 | everything else depends on the API; two look-ups |
//! | [`admit`] | is the head within its limits, and its body readable? | 414, 494, `request.expectation` and `request.transfer_coding` 400 | needs no secret, protects what follows |
//! | [`authenticate`] | who calls? | 401, `APIG.1009` | strangers learn nothing about the service |
//! | [`authorise`] | may they? | 403 | a caller without permission does not use up the owner's reservations |
//! | [`throttle`] | not too often? | 429 | refused callers cannot use up the reservations of others |
//! | [`limit`] | is the body within its limit, and was it signed? | 413, 408, 400, late 401 and 429, 503 if there is no memory for it | from here on bytes are read |
//! | [`dispatch`] | what does the model or back end say? | `ModelArts.*`, `MR.*`, `backend.*` | only its callers learn the state of the service |
//!
//! So a wrong URL is reported before a wrong token, a wrong token before a large body, and a large body before a wrong
//! signature over it: a signature cannot be verified before the last byte ([`limit`] proves what [`authenticate`] had to leave
//! open).
//!
//! # Proofs
//!
//! A step takes the proofs of the steps before it, and what it works with. It returns a proof of its own, or the reason why
//! not ([`Refused`]). The fields of a proof
//! are private to its step, so a step that is left out does not compile: [`dispatch`] takes a [`limit::Call`],
//! which takes a [`authorise::Grant`] and a [`throttle::Reservation`], and so on back to [`route::Found`]. All of them are
//! about the API; only [`route`] and [`dispatch`] ask what its back end is.
//!
//! [`respond`] and [`record`] wrap the steps, so that a panic and a client that left also end as one answer and one record. Only they
//! read the [`Trail`], which steps write: nothing is decided by it.

mod admit;
pub(crate) mod answer;
pub(crate) mod answerer;
mod authenticate;
mod authorise;
#[cfg(test)]
mod chain;
mod credentials;
pub(crate) mod dispatch;
pub(crate) mod envelope;
pub(crate) mod limit;
#[cfg(test)]
mod pieces;
pub(crate) mod record;
mod refused;
mod relay;
mod respond;
#[cfg(test)]
mod rig;
pub(crate) mod route;
pub(crate) mod throttle;

use std::cell::{Cell, RefCell};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;

use adyton_core::fact::Fact;
use adyton_identity::Identity;
use adyton_runtime::targets;
use futures_util::FutureExt as _;
use http::Response;

use crate::arrival::Arrival;
use crate::settings::GatewaySettings;
use crate::snapshot::{LiveView, SettingsView};
use crate::stamp::Stamps;
use crate::tick_clock::TickClock;
use crate::trail::Trail;
use crate::waits::Waits;
use crate::wire_state::WireState;
use answer::{Answer, AnswerBody};
use dispatch::Dispatcher;
use limit::{Bodies, LiveStates};
use record::{Recording, Records};
use refused::Refused;
use throttle::Quotas;

/// What the steps of one worker work with. No step sees this: each takes only what it needs. It belongs to one thread; only
/// what is counted by `Rc` is held across a wait.
pub(crate) struct Pipeline {
    pub(crate) live: LiveView,
    pub(crate) settings: SettingsView,
    pub(crate) time: Rc<TickClock>,
    pub(crate) waits: Rc<Waits>,
    pub(crate) stamps: Stamps,
    pub(crate) records: Rc<Records>,
    pub(crate) identity: Arc<Identity>,
    pub(crate) targets: RefCell<targets::Reader>,
    pub(crate) quotas: Quotas,
    pub(crate) bodies: Bodies,
    pub(crate) dispatcher: Dispatcher,
    /// Whether answers end their connections.
    pub(crate) draining: Cell<bool>,
}

/// All steps, in order.
async fn answer(
    parts: &Pipeline,
    settings: &GatewaySettings,
    arrival: Box<Arrival>,
    trail: &mut Trail,
) -> Result<Answer, Box<Refused>> {
    let live = parts.live.current(); // one state of the world for the whole request
    let slash = settings.encoded_slash;
    let found = route::find(&live, &parts.targets, slash, &arrival, trail).map_err(|mut refused| {
        // Whoever proves the credential may read why: nothing else identifies the callers of an unknown address.
        let holder = || {
            parts
                .identity
                .holder(&live, &credentials::as_signed(&arrival, slash))
        };
        refused.refusal.evidence.name_holder(holder);
        refused
    })?;
    let offer = admit::inspect(&settings.limits, found, arrival)?;
    let caller = authenticate::identify(&parts.identity, &live, slash, &offer, trail)?;
    let grant = authorise::decide(&live, offer, caller)?;
    let reservation = throttle::take(&parts.quotas, settings.default_per_second, &grant)?;
    trail.passed_head(parts.time.monotonic());
    // Futures are pinned where they are created: a plain `await` would copy each of them, at its largest size.
    let (bodies, time_limits) = (&parts.bodies, &settings.time_limits);
    let limits = &settings.limits;
    let whole = pin!(limit::read(
        bodies,
        limits,
        time_limits,
        grant,
        reservation,
        trail
    ))
    .await?;
    let newest = parts.live.current(); // who was revoked while the body came is refused
    let states = LiveStates {
        then: &live,
        now: &newest,
    };
    let pause = time_limits.body;
    let proven = limit::prove(bodies, &parts.identity, states, slash, pause, whole, trail);
    let call = pin!(proven).await?;
    trail.passed_body(parts.time.monotonic());
    pin!(dispatch::send(
        &parts.dispatcher,
        &parts.targets,
        bodies,
        settings,
        call,
        trail
    ))
    .await
}

/// Takes a request from either door through all steps. Whatever the outcome, it is answered and recorded under the id of its
/// [stamp](Arrival::stamp).
pub(crate) async fn pass(
    parts: &Pipeline,
    arrival: Box<Arrival>,
    wire: Option<Rc<WireState>>,
) -> Response<AnswerBody> {
    let settings = parts.settings.current();
    let mut recording = Recording::begin(&parts.records, &settings.hide_query_keys, &arrival, wire);
    let wants_latency = respond::wants_latency(&arrival.head.headers);
    let decided = {
        let steps = pin!(answer(parts, &settings, arrival, recording.trail()));
        AssertUnwindSafe(steps).catch_unwind().await
    };
    let decided = decided.unwrap_or_else(|_| Err(Refused::defect(Fact::StepPanicked)));
    let draining = parts.draining.get();
    pin!(respond::finish(
        &parts.waits,
        draining,
        recording,
        decided,
        wants_latency
    ))
    .await
}
