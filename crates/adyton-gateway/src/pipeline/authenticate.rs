//! Who calls? Everything about credentials is `adyton-identity`'s; this step says what the API accepts and shows it the head.
//!
//! The official signers send no hash of a JSON body, so a signature is proven only with the body's last byte: until then the
//! caller is provisional. A provisional caller is authorised and looks at the throttles, but only
//! [`limit`](crate::pipeline::limit), which reads the body, makes them verified.

use adyton_core::address::Surface;
use adyton_core::api::{Api, Callers};
use adyton_core::live::Live;
use adyton_identity::{Accepts, Caller, Identity, Request, Standing, Visitor};
use adyton_sign::{EncodedSlash, Head};
use http_body::Body as _;

use crate::arrival::{Arrival, Entrance};
use crate::pipeline::admit::Offer;
use crate::pipeline::refused::Refused;
use crate::trail::Trail;

/// Somebody known, perhaps not proven yet.
pub(crate) struct Known(Standing);

impl Known {
    /// Who it is, or claims to be.
    pub(crate) fn claimed(&self) -> &Caller {
        self.0.claimed()
    }
    /// Whether nothing is left to prove but a declared digest.
    pub(crate) fn is_proven(&self) -> bool {
        self.0.is_proven()
    }
    /// How they are known, for the step that proves it.
    pub(crate) fn into_standing(self) -> Standing {
        self.0
    }
}

/// Finds out who calls. `slash` is what `%2F` in a signed path is.
pub(crate) fn identify(
    identity: &Identity,
    live: &Live,
    slash: EncodedSlash,
    offer: &Offer<'_>,
    trail: &mut Trail,
) -> Result<Known, Box<Refused>> {
    let arrival = offer.arrival();
    let known = Known(match session(arrival) {
        // The console's session: the control plane has verified it.
        Some(caller) => Standing::of_session(caller.clone()),
        None => {
            let accepts = accepted(arrival, offer.found().api());
            identity.identify(live, &accepts, &as_signed(arrival, slash))?
        }
    });
    // Whoever knows a key can claim to be its owner: `limit` notes the caller of a signature once it is proven.
    if known.is_proven() {
        trail.called_by(known.claimed().seen());
    }
    Ok(known)
}

fn session(arrival: &Arrival) -> Option<&Caller> {
    match &arrival.door {
        Entrance::PredictionTab(guest) => match &guest.visitor {
            Visitor::Session(caller) => Some(caller),
            Visitor::Credentials => None,
        },
        Entrance::Address => None,
    }
}

/// What is taken as credentials: what the API says; at the Prediction tab users alone: apps call APIs, not the management
/// address that the door is.
pub(crate) fn accepted(arrival: &Arrival, api: &Api) -> Accepts {
    let Callers { iam, app, app_code } = api.callers;
    match arrival.door {
        Entrance::Address => Accepts { iam, app, app_code },
        Entrance::PredictionTab(_) => Accepts::IAM,
    }
}

/// The request as its client signed it.
pub(crate) fn as_signed(arrival: &Arrival, slash: EncodedSlash) -> Request<'_> {
    let head = arrival.sent();
    Request {
        head: Head {
            method: head.method.as_str(),
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            // The absolute form names the host that the client signed.
            host: head
                .uri
                .authority()
                .map(|authority| authority.as_str().as_bytes()),
            headers: &head.headers,
        },
        source: arrival.remote.address,
        private: arrival.remote.private,
        has_body: !arrival.body.is_end_stream(),
        slash,
        surface: match arrival.door {
            Entrance::Address => Surface::Api,
            Entrance::PredictionTab(_) => Surface::PredictionTab,
        },
    }
}
