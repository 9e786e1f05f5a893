//! Who calls, in which project: the only way to a [`Call`].
//!
//! The order is that of the gateway, for the same reasons: the caller is found from the head, then the project of the path
//! and the action are decided, and only then is the body read, within its limit; a signature over the body is proven with its
//! last byte, before any function sees the call. Token and AK/SK count alike.

use std::str::FromStr;
use std::sync::Arc;

use adyton_core::digest::Sha256;
use adyton_core::id::ProjectId;
use adyton_core::live::Live;
use adyton_identity::{Accepts, Action, Caller, SignedRequest, Standing};
use adyton_listener::ConnectionState;
use axum::body::Body;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, Request};
use http_body::Body as _;

use crate::actor::{Actor, permitted};
use crate::admission::{Parameters, decide, seen, seen_of};
use crate::audit::Draft;
use crate::body::read;
use crate::failure::{Failure, OperationResult, Thing};
use crate::heading::Heading;
pub(crate) use crate::payload::Payload;
use crate::remote::Remote;
use crate::shared::Shared;

/// A call that anybody may make.
pub(crate) struct OpenCall {
    pub(crate) shared: Arc<Shared>,
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) payload: Payload,
    pub(crate) remote: Remote,
    /// What its record says.
    pub(crate) audit: Arc<Draft>,
}

impl OpenCall {
    /// Reads the body.
    pub(crate) async fn admit(shared: Arc<Shared>, request: Request<Body>) -> OperationResult<Self> {
        let (parts, body) = request.into_parts();
        let body = read(body).await?;
        Ok(Self {
            shared,
            remote: Remote::noted(&parts)?,
            audit: Draft::of(&parts),
            payload: Payload::new(parts.uri, body).open_to_all(&parts.headers),
            method: parts.method,
            headers: parts.headers,
        })
    }
    /// Whether the call shows credentials of somebody who may do this in their domain.
    pub(crate) fn permitted(&self, action: Action) -> OperationResult<()> {
        let live = self.shared.live();
        let body = self.payload.body();
        let request = seen(
            &self.method,
            self.payload.uri(),
            &self.headers,
            self.remote,
            !body.is_empty(),
        );
        let standing = self
            .shared
            .identity
            .identify(&live, &Accepts::MANAGEMENT, &request)?;
        let signed = SignedRequest {
            request: &request,
            accepts: &Accepts::MANAGEMENT,
            digest: None,
            bytes: body,
        };
        let caller: Caller = self
            .shared
            .identity
            .still(standing, &live, &live, &signed, |_| Ok::<_, Failure>(()))?;
        permitted(&live, &caller, action, None)
    }
}

/// A call of somebody known, who may make it.
pub(crate) struct Call {
    pub(crate) shared: Arc<Shared>,
    /// Who calls.
    pub(crate) actor: Actor,
    pub(crate) headers: HeaderMap,
    pub(crate) payload: Payload,
    pub(crate) remote: Remote,
    /// What its record says.
    pub(crate) audit: Arc<Draft>,
    parameters: Parameters,
}

impl Call {
    /// Finds the caller, decides, reads the body and proves it.
    pub(crate) async fn admit(
        shared: Arc<Shared>,
        heading: &Arc<Heading>,
        request: Request<Body>,
    ) -> OperationResult<Self> {
        let mut streamed = Streamed::admit(shared, heading, request).await?;
        let body = read(std::mem::take(&mut streamed.body)).await?;
        let digest = Sha256::of(&body);
        let mut call = streamed.prove(digest, &body)?;
        let uri = call.payload.uri().clone();
        call.payload = Payload::new(uri, body);
        Ok(call)
    }
    /// The project of the path, which is the caller's.
    pub(crate) fn project(&self) -> OperationResult<ProjectId> {
        self.actor
            .project
            .ok_or_else(|| Failure::defect("the address has no project"))
    }
    /// A parameter of the path as it was sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.parameters.get(name).unwrap_or_default()
    }
    /// An id of the path. A text that is no id looks like an unknown one.
    pub(crate) fn parameter<T: FromStr>(&self, name: &str, thing: Thing) -> OperationResult<T> {
        let text = self.text(name);
        text.parse().map_err(|_| Failure::missing(thing, text))
    }
}

/// A call whose body has not been read. Whoever reads it owes [`Streamed::prove`].
pub(crate) struct Streamed {
    heading: Arc<Heading>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) body: Body,
    pub(crate) parts: Parts,
    live: Arc<Live>,
    standing: Standing,
    remote: Remote,
    parameters: Parameters,
    project: Option<ProjectId>,
    audit: Arc<Draft>,
}

impl Streamed {
    /// Finds the caller and decides, all from the head.
    pub(crate) async fn admit(
        shared: Arc<Shared>,
        heading: &Arc<Heading>,
        request: Request<Body>,
    ) -> OperationResult<Self> {
        let (mut parts, body) = request.into_parts();
        let parameters = Parameters::of(&mut parts).await?;
        let remote = Remote::noted(&parts)?;
        let live = shared.live();
        let audit = Draft::of(&parts);
        audit.path(&parameters, &live);
        let has_body = !body.is_end_stream() && body.size_hint().exact() != Some(0);
        let standing =
            shared
                .identity
                .identify(&live, &Accepts::MANAGEMENT, &seen_of(&parts, remote, has_body))?;
        audit.caller(standing.claimed(), &parts.headers, standing.is_proven());
        let project = decide(&live, heading, standing.claimed(), &parameters)?;
        audit.name_thing(&live, project);
        if standing.is_proven()
            && let Some(connection) = parts.extensions.get::<Arc<ConnectionState>>()
        {
            // Its connection keeps its place until the answer.
            connection.proven();
        }
        Ok(Self {
            heading: heading.clone(),
            shared,
            body,
            parts,
            live,
            standing,
            remote,
            parameters,
            project,
            audit,
        })
    }
    /// Whether the head alone proves the caller, so that what the body says may be kept before it is whole. Otherwise
    /// whoever knows the public half of a key can send this.
    pub(crate) const fn is_proven(&self) -> bool {
        self.standing.is_proven()
    }
    /// Who the head says that calls; proven only where [`Streamed::is_proven`] says so.
    pub(crate) fn claimed(&self) -> &Caller {
        self.standing.claimed()
    }
    /// The project of the path, which is the caller's.
    pub(crate) fn project(&self) -> OperationResult<ProjectId> {
        self.project
            .ok_or_else(|| Failure::defect("the address has no project"))
    }
    /// Proves the call with the digest of its whole body; `bytes` are for the explanation of a wrong signature, and may be
    /// empty for a body that was not kept. Whoever was revoked while the body came is refused.
    pub(crate) fn prove(self, digest: Sha256, bytes: &[u8]) -> OperationResult<Call> {
        let newest = self.shared.live();
        let signed = SignedRequest {
            request: &seen_of(&self.parts, self.remote, true),
            accepts: &Accepts::MANAGEMENT,
            digest: Some(digest),
            bytes,
        };
        let still = |caller: &Caller| decide(&newest, &self.heading, caller, &self.parameters).map(drop);
        let caller = self
            .shared
            .identity
            .still(self.standing, &self.live, &newest, &signed, still)?;
        self.audit.caller(&caller, &self.parts.headers, true);
        Ok(Call {
            shared: self.shared,
            actor: Actor {
                caller,
                live: newest,
                project: self.project,
            },
            payload: Payload::new(self.parts.uri, Bytes::new()),
            headers: self.parts.headers,
            remote: self.remote,
            audit: self.audit,
            parameters: self.parameters,
        })
    }
}

/// A call that goes on as it came, to the gateway, which finds out who calls and decides.
pub(crate) struct Forwarded {
    pub(crate) shared: Arc<Shared>,
    pub(crate) parts: Parts,
    pub(crate) body: Body,
}

impl Forwarded {
    /// Takes the request apart.
    pub(crate) fn new(shared: Arc<Shared>, request: Request<Body>) -> Self {
        let (parts, body) = request.into_parts();
        Self { shared, parts, body }
    }
    /// Where the call comes from.
    pub(crate) fn remote(&self) -> OperationResult<Remote> {
        Remote::noted(&self.parts)
    }
}
