//! Is the body within its limit, and did the caller sign it? The only place that says 413, and the only one that reads.
//!
//! A declared length over the limit is refused without reading. A chunked body is read up to the limit, and a byte more is
//! refused; that wins over a signature that would not have matched. What a signature or a declared digest had to leave open
//! is proven here, and whoever was revoked while the body came is refused, so that `dispatch` only ever sees a caller who is
//! verified by what holds now, with the whole body. A compressed body counts as it was sent, and once more when
//! [`decoded`] for a model in this process.

use std::hash::BuildHasher as _;
use std::rc::Rc;

use adyton_core::live::{Live, LiveService, ServiceRoute};
use adyton_core::source::Source;
use adyton_identity::{Standing, Way, Whole};
use adyton_sign::BodyHasher;
use bytes::Bytes;

use crate::arrival::Arrival;
use crate::pipeline::authenticate;
use crate::pipeline::authorise::{self, Grant};
use crate::pipeline::outcome::Outcome;
use crate::pipeline::throttle::Turn;
use crate::trail::Trail;
use crate::worker::Worker;

mod body;
mod coding;
mod room;

use body::{Body, Bound, Unproven};
pub(crate) use coding::decoded;
pub(crate) use room::Room;

/// A call that may be made: allowed, proven, within its limits, with a turn reserved and the whole body.
pub(crate) struct Call<'l> {
    service: &'l LiveService,
    route: &'l ServiceRoute,
    arrival: Box<Arrival>,
    body: Body,
    turn: Turn,
    way: Way,
}

impl<'l> Call<'l> {
    /// The service called.
    pub(crate) fn service(&self) -> &'l LiveService {
        self.service
    }
    /// The path and method called.
    pub(crate) fn route(&self) -> &'l ServiceRoute {
        self.route
    }
    /// How the caller showed who they are.
    pub(crate) fn way(&self) -> Way {
        self.way
    }
    /// The body.
    pub(crate) fn body(&self) -> &Bytes {
        &self.body
    }
    /// What arrived, its body and the turn, to be sent.
    pub(crate) fn into_parts(self) -> (Box<Arrival>, Body, Turn) {
        (self.arrival, self.body, self.turn)
    }
}

/// Reads the body, and proves what the head alone could not.
pub(crate) async fn bounded<'l>(
    worker: &Rc<Worker>,
    live: &Live,
    grant: Grant<'l>,
    mut turn: Turn,
    trail: &mut Trail,
) -> Result<Call<'l>, Outcome> {
    let (found, mut arrival, known) = grant.into_parts();
    let standing = known.into_standing();
    let (way, is_proven) = (standing.claimed().way(), standing.is_proven());
    let bound = Bound::of(worker, arrival.door.door());
    let hasher = standing.owes_digest().then(BodyHasher::new);
    let unproven = unproven(&standing, &arrival);
    let mut body = body::read(worker, &mut arrival.body, bound, hasher, unproven, trail).await?;
    let newest = worker.live();
    let whole = Whole {
        request: &authenticate::as_signed(worker, &arrival),
        accepts: &authenticate::accepted(&arrival, current(live, &newest, found.service())),
        digest: body.digest(),
        bytes: &body,
    };
    let caller = worker
        .shared
        .identity
        .still(standing, live, &newest, &whole, |caller| {
            authorise::may_call(&newest, caller, found.service())
        })?;
    if !is_proven {
        trail.called_by(caller.seen());
        turn.reserve(worker.clock().monotonic())?;
    }
    if unproven.is_some() {
        arrival.body.is_proven();
        body.proven(worker).await?;
    }
    let (service, route) = (found.service(), found.route());
    Ok(Call {
        service,
        route,
        arrival,
        body,
        turn,
        way,
    })
}

/// By what a body is counted whose caller is proven only with its last byte; a proven caller keeps the connection's place.
fn unproven(standing: &Standing, arrival: &Arrival) -> Option<Unproven> {
    if standing.is_proven() {
        arrival.body.is_proven();
        return None;
    }
    let seen = standing.claimed().seen();
    Some(Unproven {
        source: Source::of(arrival.source.address),
        key: foldhash::fast::FixedState::default().hash_one(&*seen.id()),
    })
}

/// The service as it is now, for what it accepts; as it was, if it is gone: dispatch says so.
fn current<'s>(then: &Live, now: &'s Live, service: &'s LiveService) -> &'s LiveService {
    if then.revision() == now.revision() {
        return service;
    }
    now.service(service.service.id).map_or(service, |service| service)
}
