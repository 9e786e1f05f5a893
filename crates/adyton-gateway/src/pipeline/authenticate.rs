//! Who calls? Everything about credentials is `adyton-identity`'s; this step says what the API accepts and shows it the head.
//!
//! The official signers send no hash of a JSON body, so a signature is proven only with the body's last byte: until then the
//! caller is provisional. A provisional caller is authorised and looks at the throttles, but only
//! [`limit`](crate::pipeline::limit), which reads the body, makes them verified.

use adyton_core::live::{Live, LiveService};
use adyton_core::service::Service;
use adyton_identity::{Accepts, Caller, Request, Standing, Visitor};
use adyton_sign::Head;
use http_body::Body as _;

use crate::arrival::{Arrival, Entrance};
use crate::pipeline::admit::Offer;
use crate::pipeline::outcome::Outcome;
use crate::trail::Trail;
use crate::worker::Worker;

/// Somebody known, perhaps not proven yet.
pub(crate) struct Known(Proof);

/// How they are known.
pub(crate) enum Proof {
    /// By the credentials in the request.
    Credentials(Standing),
    /// By the console's session: the control plane has verified it.
    Session(Caller),
}

impl Known {
    /// Who it is, or claims to be.
    pub(crate) fn claimed(&self) -> &Caller {
        match &self.0 {
            Proof::Credentials(standing) => standing.claimed(),
            Proof::Session(caller) => caller,
        }
    }
    /// Whether nothing is left to prove but a declared digest.
    pub(crate) fn is_proven(&self) -> bool {
        !matches!(&self.0, Proof::Credentials(Standing::Provisional(_)))
    }
    /// Whether the body's digest is wanted: for a signature, or because the client declared one.
    pub(crate) fn owes_digest(&self) -> bool {
        match &self.0 {
            Proof::Credentials(Standing::Provisional(_)) => true,
            Proof::Credentials(Standing::Verified(verified)) => verified.body_digest().is_some(),
            Proof::Session(_) => false,
        }
    }
    /// How they are known, for the step that proves it.
    pub(crate) fn into_proof(self) -> Proof {
        self.0
    }
}

/// Finds out who calls.
pub(crate) fn identify(
    worker: &Worker,
    live: &Live,
    offer: &Offer<'_>,
    trail: &mut Trail,
) -> Result<Known, Outcome> {
    let arrival = offer.arrival();
    let shown = |accepts: Accepts| {
        let request = as_signed(worker, arrival);
        let standing = worker.shared.identity.identify(live, &accepts, &request)?;
        Ok::<_, Outcome>(Proof::Credentials(standing))
    };
    let known = Known(match &arrival.door {
        Entrance::Address => shown(accepted(offer.found().service()))?,
        Entrance::PredictionTab(guest) => match &guest.visitor {
            // Apps call APIs, not the management address that the door is.
            Visitor::Credentials => shown(Accepts::IAM)?,
            Visitor::Session(caller) => Proof::Session(caller.clone()),
        },
    });
    // Whoever knows a key can claim to be its owner: `limit` notes the caller of a signature once it is proven.
    if known.is_proven() {
        trail.called_by(known.claimed().seen());
    }
    Ok(known)
}

/// What a service takes as credentials: users always, apps once one has been authorised.
fn accepted(live: &LiveService) -> Accepts {
    let Service {
        app_auth, app_code, ..
    } = live.service;
    Accepts {
        iam: true,
        app: app_auth,
        app_code,
    }
}

/// The request as its client signed it.
pub(crate) fn as_signed<'a>(worker: &Worker, arrival: &'a Arrival) -> Request<'a> {
    let head = arrival.sent();
    Request {
        head: Head {
            method: head.method.as_str(),
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            // HTTP/2 has no Host header, but the authority that the client signed as one.
            host: head
                .uri
                .authority()
                .map(|authority| authority.as_str().as_bytes()),
            headers: &head.headers,
        },
        source: arrival.source.address,
        private: arrival.source.private,
        has_body: !arrival.body.is_end_stream(),
        slash: worker.settings().encoded_slash,
    }
}
