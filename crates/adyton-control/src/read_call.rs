//! A caller of APIs, user or app, who reads what became of their own requests: the only way to a [`ReadCall`].
//!
//! Whatever counts as a credential at an API address counts here, also a key that is locked for calls. What is refused or not found
//! is counted by source and by caller, so that neither secrets nor ids can be tried.

use std::sync::Arc;

use adyton_core::refusal::Refusal;
use adyton_identity::{Accepts, Caller, Purpose, Request as Seen, SignedRequest};
use axum::body::Body;
use http::{HeaderMap, Request};

use crate::admission::{Parameters, seen_of};
use crate::audit::Draft;
use crate::body::read;
use crate::failure::{Failure, OperationResult};
use crate::payload::Payload;
use crate::remote::Remote;
use crate::shared::Shared;

/// A call of somebody known, who may read what is theirs.
pub(crate) struct ReadCall {
    pub(crate) shared: Arc<Shared>,
    /// Who reads.
    pub(crate) caller: Caller,
    pub(crate) remote: Remote,
    pub(crate) headers: HeaderMap,
    pub(crate) payload: Payload,
    parameters: Parameters,
}

impl ReadCall {
    /// Finds the caller, and proves them with the last byte.
    pub(crate) async fn admit(shared: Arc<Shared>, request: Request<Body>) -> OperationResult<Self> {
        let (mut parts, body) = request.into_parts();
        let parameters = Parameters::of(&mut parts).await?;
        let remote = Remote::noted(&parts)?;
        let audit = Draft::of(&parts);
        audit.path(&parameters, &shared.live());
        let too_often = |after| Failure::AskedInVain { after };
        let identity = &shared.identity;
        identity.may_read(None, remote.address).map_err(too_often)?;
        let body = read(body).await?;
        let live = shared.live();
        let seen = Seen {
            purpose: Purpose::Explanation,
            ..seen_of(&parts, remote, !body.is_empty())
        };
        let accepts = Accepts {
            session: remote.is_own,
            ..Accepts::ALL
        };
        let signed = SignedRequest {
            request: &seen,
            accepts: &accepts,
            digest: None,
            bytes: &body,
        };
        let found = identity
            .identify(&live, &accepts, &seen)
            .and_then(|standing| identity.still(standing, &live, &live, &signed, |_| Ok::<_, Refusal>(())));
        let caller = found.inspect_err(|_| identity.read_in_vain(None, remote.address))?;
        audit.caller(&caller, &parts.headers, true);
        identity
            .may_read(Some(caller.holder()), remote.address)
            .map_err(too_often)?;
        Ok(Self {
            caller,
            remote,
            parameters,
            headers: parts.headers,
            payload: Payload::new(parts.uri, body),
            shared: shared.clone(),
        })
    }

    /// A parameter of the path as it was sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.parameters.get(name).unwrap_or_default()
    }

    /// Notes that what was asked for is not there, or not theirs.
    pub(crate) fn asked_in_vain(&self) {
        let holder = self.caller.holder();
        self.shared
            .identity
            .read_in_vain(Some(holder), self.remote.address);
    }
}
