//! May they? Users need the permission to predict in the service's project; apps an authorisation for its API. The decision
//! is `adyton-identity`'s; the grant that it leads to is made here and nowhere else.

use std::time::Duration;

use adyton_core::live::{Live, LiveService};
use adyton_identity::{Caller, policy};

use crate::arrival::Arrival;
use crate::pipeline::admit::Offer;
use crate::pipeline::authenticate::Known;
use crate::pipeline::refused::Refused;
use crate::pipeline::route::Found;

/// The caller may call this API, if they are who they claim to be.
pub(crate) struct Grant<'l> {
    found: Found<'l>,
    arrival: Box<Arrival>,
    known: Known,
}

impl<'l> Grant<'l> {
    /// The service that may be called.
    pub(crate) fn service(&self) -> &'l LiveService {
        self.found.service()
    }
    /// When the request arrived, by the monotonic clock.
    pub(crate) fn arrived(&self) -> Duration {
        self.arrival.stamp.monotonic
    }
    /// Whether the caller is proven already, or only with the body's last byte.
    pub(crate) fn is_proven(&self) -> bool {
        self.known.is_proven()
    }
    /// What was granted, what arrived, and who calls.
    pub(crate) fn into_parts(self) -> (Found<'l>, Box<Arrival>, Known) {
        (self.found, self.arrival, self.known)
    }
}

/// Decides.
pub(crate) fn decide<'l>(live: &Live, offer: Offer<'l>, known: Known) -> Result<Grant<'l>, Box<Refused>> {
    let found = offer.found();
    may_call(live, known.claimed(), found.service())?;
    Ok(Grant {
        found,
        arrival: offer.into_arrival(),
        known,
    })
}

/// Whether a caller may call a service, as policies are in `live`: decided by the head, and again with the last byte.
pub(crate) fn may_call(live: &Live, caller: &Caller, service: &LiveService) -> Result<(), Box<Refused>> {
    let service = &service.service;
    policy::may_call(live, caller, service.project, service.api).map_err(|denied| denied.rejection().into())
}
