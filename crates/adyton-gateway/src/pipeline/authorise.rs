//! May they? Users need the permission to predict in the API's project; apps an authorisation for it. The decision
//! is `adyton-identity`'s; the grant that it leads to is made here and nowhere else.

use std::time::Duration;

use adyton_core::api::Api;
use adyton_core::live::Live;
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
    /// The API that may be called.
    pub(crate) fn api(&self) -> &'l Api {
        self.found.api()
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
    may_call(live, known.claimed(), offer.found().api())?;
    let (found, arrival) = offer.into_parts();
    Ok(Grant {
        found,
        arrival,
        known,
    })
}

/// Whether a caller may call an API, as policies are in `live`: decided by the head, and again with the last byte.
pub(crate) fn may_call(live: &Live, caller: &Caller, api: &Api) -> Result<(), Box<Refused>> {
    policy::may_call(live, caller, api).map_err(|denied| denied.rejection().into())
}
