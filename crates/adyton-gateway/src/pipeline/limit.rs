//! Is the body within its limit, and did the caller sign it? This is the only place that reads bodies and answers 413.
//!
//! A declared length over the limit is refused without reading. A chunked body is read up to the limit, and a byte more is
//! refused; that wins over a signature that would not have matched. What a signature or a declared digest had to leave open
//! is proven here, and a caller who was revoked while the body arrived is refused. So `dispatch` only sees callers who are
//! verified against the current state, with the whole body. A compressed body counts as it was sent, and once more when
//! [`decoded`] for a model in this process.

use std::hash::BuildHasher as _;
use std::time::Duration;

use adyton_core::api::Api;
use adyton_core::live::Live;
use adyton_core::source::Source;
use adyton_identity::{Identity, Standing, Way, policy};
use adyton_sign::{BodyHasher, EncodedSlash};

use crate::arrival::Arrival;
use crate::pipeline::authorise::Grant;
use crate::pipeline::credentials;
use crate::pipeline::refused::Refused;
use crate::pipeline::route::Found;
use crate::pipeline::throttle::Reservation;
use crate::settings::{Limits, TimeLimits};
use crate::trail::Trail;

mod bodies;
mod body;
mod body_memory;
mod bound;
mod coding;
mod decoder;
#[cfg(test)]
mod tests;

pub(crate) use bodies::Bodies;
use bodies::Unproven;
use body::{Body, Reader};
use bound::Bound;
pub(crate) use coding::decoded;

/// A call whose body is whole. What a signature had to leave open is not proven yet.
pub(crate) struct Read<'l> {
    found: Found<'l>,
    arrival: Box<Arrival>,
    body: Body,
    reservation: Reservation,
    standing: Standing,
}

/// A call that may be made: allowed, proven, within its limits, with a reservation and the whole body.
pub(crate) struct Call<'l> {
    found: Found<'l>,
    sent: ToSend,
}

/// The part of a call that is sent on, whatever its back end.
pub(crate) struct ToSend {
    /// What arrived; its body has been read.
    pub(crate) arrival: Box<Arrival>,
    /// The body.
    pub(crate) body: Body,
    /// The reservation, to be spent when the call is handed over.
    pub(crate) reservation: Reservation,
    /// How the caller showed who they are.
    pub(crate) way: Way,
    /// How long the back end may take to begin its answer, if the API sets this.
    pub(crate) timeout: Option<Duration>,
}

impl<'l> Call<'l> {
    /// What was called, and what is to be sent there.
    pub(crate) fn into_parts(self) -> (Found<'l>, ToSend) {
        (self.found, self.sent)
    }
}

/// Reads the body.
pub(crate) async fn read<'l>(
    bodies: &Bodies,
    limits: &Limits,
    time_limits: &TimeLimits,
    grant: Grant<'l>,
    reservation: Reservation,
    trail: &mut Trail,
) -> Result<Read<'l>, Box<Refused>> {
    let (found, mut arrival, known) = grant.into_parts();
    let standing = known.into_standing();
    if standing.is_proven() {
        // The connection keeps its place until the answer.
        arrival.body.is_proven();
    }
    let hasher = standing.owes_digest().then(BodyHasher::new);
    let reader = Reader {
        bodies,
        time_limits,
        bound: Bound::of(limits, arrival.door()),
        unproven: unproven(&standing, &arrival),
    };
    let body = reader.read(&mut arrival.body, hasher, trail).await?;
    Ok(Read {
        found,
        arrival,
        body,
        reservation,
        standing,
    })
}

/// The live states that a request is judged by.
#[derive(Clone, Copy)]
pub(crate) struct LiveStates<'l> {
    /// That of its head.
    pub(crate) then: &'l Live,
    /// The newest.
    pub(crate) now: &'l Live,
}

/// Proves what the head alone could not. A body that was too large to keep before its caller
/// was proven waits `pause` for memory.
pub(crate) async fn prove<'l>(
    bodies: &Bodies,
    identity: &Identity,
    LiveStates { then, now }: LiveStates<'_>,
    slash: EncodedSlash,
    pause: Duration,
    read: Read<'l>,
    trail: &mut Trail,
) -> Result<Call<'l>, Box<Refused>> {
    let Read {
        found,
        arrival,
        mut body,
        mut reservation,
        standing,
    } = read;
    let api = found.api();
    let (way, is_proven) = (standing.claimed().way(), standing.is_proven());
    let signed = adyton_identity::SignedRequest {
        request: &credentials::as_signed(&arrival, slash),
        accepts: &credentials::accepted(&arrival, current(then, now, api)),
        digest: body.digest(),
        bytes: &body,
    };
    let caller = identity.still(standing, then, now, &signed, |caller| {
        policy::may_call(now, caller, api).map_err(|denied| denied.refusal())
    })?;
    if !is_proven {
        trail.called_by(caller.seen());
        reservation.reserve(bodies.time.monotonic())?;
        arrival.body.is_proven();
        body.proven(bodies, pause).await?;
    }
    let sent = ToSend {
        arrival,
        body,
        reservation,
        way,
        timeout: api.timeout,
    };
    Ok(Call { found, sent })
}

/// How a body is counted whose caller is proven only with its last byte.
fn unproven(standing: &Standing, arrival: &Arrival) -> Option<Unproven> {
    if standing.is_proven() {
        return None;
    }
    let seen = standing.claimed().seen();
    Some(Unproven {
        source: Source::of(arrival.remote.address),
        key: foldhash::fast::FixedState::default().hash_one(&*seen.id()),
    })
}

/// The API in its current state, for what it accepts; in its former state if it was deleted: dispatch reports that.
fn current<'s>(then: &Live, now: &'s Live, api: &'s Api) -> &'s Api {
    if then.revision() == now.revision() {
        return api;
    }
    now.api(api.id).map_or(api, |api| api)
}
