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
//! | [`authorise`] | may they? | 403 | what a caller may not use costs its owner no reservation |
//! | [`throttle`] | not too often? | 429 | refused callers cannot use up the reservations of others |
//! | [`limit`] | is the body within its limit, and was it signed? | 413, 408, 400, late 401 and 429, 503 where there is no memory for it | from here on bytes are read |
//! | [`dispatch`] | what does the model or back end say? | `ModelArts.*`, `MR.*`, `backend.*` | the state of the service is told to its callers only |
//!
//! So a wrong URL beats a wrong token, a wrong token beats a large body, and a large body beats a wrong signature over it:
//! that cannot be known before the last byte ([`limit`] proves what [`authenticate`] had to leave open).
//!
//! # Proofs
//!
//! A step takes what the steps before it have proven, beside what it works with, and gives a proof of its own, or why not
//! ([`Refused`]). The fields of a proof
//! are private to its step, so a step that is left out does not compile: [`dispatch`] takes a [`limit::Call`],
//! which takes a [`authorise::Grant`] and a [`throttle::Reservation`], and so on back to [`route::Found`]. What they are about is the
//! API; only [`route`] and [`dispatch`] ask what stands behind it.
//!
//! [`respond`] and [`record`] wrap the steps: also a panic, and a client that left, end as one answer and one record. Only they
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

/// What the steps of one worker work with. No step sees this: each takes what it needs. Belongs to one thread; nothing in it is
/// held across a wait but what is counted by `Rc`.
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
        // Whoever proves it may read why: the callers of an address that is none are known by nothing else.
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
    // Futures are pinned where they are made: `await` alone would copy each, with room for all that it ever holds.
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

/// A request from either door, through all steps; whatever becomes of it, it is answered and recorded under the id of its
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
