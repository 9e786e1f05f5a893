//! Who calls, in which project: the only way to a [`Call`].
//!
//! The order is that of the gateway, for the same reasons: the caller is found from the head, then the project of the path
//! and the action are decided, and only then is the body read, within its limit; a signature over the body is proven with its
//! last byte, before any function sees the call. Token and AK/SK count alike.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::address::Surface;
use adyton_core::digest::Sha256;
use adyton_core::id::ProjectId;
use adyton_core::live::Live;
use adyton_core::source::{AddressRange, forwarded};
use adyton_core::tenant::{Scope, User};
use adyton_identity::policy::{may, may_in_domain};
use adyton_identity::{Accepts, Action, Caller, Denied, Standing, Way, Whole};
use adyton_listener::Contact;
use adyton_sign::{EncodedSlash, Head};
use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, Request, Uri};
use http_body::Body as _;
use http_body_util::{BodyExt, Limited};

use crate::dialect::Dialect;
use crate::failure::{Failure, Outcome, Thing};
pub(crate) use crate::payload::Payload;
use crate::plane::Plane;
use crate::table::{Access, Heading};

/// The largest body of a management call.
const BODY_MOST: usize = 1 << 20;
/// How long such a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

/// The caller's address; the listener puts it into every request.
#[derive(Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Where a request comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Remote {
    /// The other end of the connection.
    pub(crate) peer: SocketAddr,
    /// The caller's address: the peer's, or what a trusted proxy says. Failures are counted by it.
    pub(crate) address: IpAddr,
}

impl Remote {
    /// Finds the caller's address. `X-Forwarded-For` counts only from a trusted proxy: anybody can write it.
    pub(crate) fn of(request: &Request<Body>, trusted: &[AddressRange]) -> Self {
        let nowhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
        let peer = request.extensions().get::<Peer>().map_or(nowhere, |peer| peer.0);
        let told = forwarded(peer.ip(), request.headers(), trusted);
        Self {
            peer,
            address: told.map_or(peer.ip().to_canonical(), |told| told.address),
        }
    }
    /// What [`Remote::of`] found, which the middleware put into the request.
    fn noted(parts: &Parts) -> Outcome<Self> {
        parts
            .extensions
            .get()
            .copied()
            .ok_or_else(|| Failure::defect("a request that did not come through the middleware"))
    }
}

/// The parameters of a path.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    async fn of(parts: &mut Parts) -> Outcome<Self> {
        let raw = RawPathParams::from_request_parts(parts, &())
            .await
            .map_err(|error| Failure::Malformed(error.to_string()))?;
        Ok(Self(
            raw.iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        ))
    }
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A call that anybody may make.
pub(crate) struct OpenCall {
    pub(crate) plane: Arc<Plane>,
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) payload: Payload,
    pub(crate) remote: Remote,
}

impl OpenCall {
    /// Reads the body.
    pub(crate) async fn admit(plane: Arc<Plane>, request: Request<Body>) -> Outcome<Self> {
        let (parts, body) = request.into_parts();
        let body = read(body).await?;
        Ok(Self {
            plane,
            remote: Remote::noted(&parts)?,
            payload: Payload::new(parts.uri, body).open_to_all(&parts.headers),
            method: parts.method,
            headers: parts.headers,
        })
    }
    /// Whether the call shows credentials of somebody who may do this in their domain.
    pub(crate) fn permitted(&self, action: Action) -> Outcome<()> {
        let live = self.plane.feed.cell().load();
        let body = self.payload.body();
        let request = seen(
            &self.method,
            self.payload.uri(),
            &self.headers,
            self.remote,
            !body.is_empty(),
        );
        let standing = self.plane.identity.identify(&live, &Accepts::IAM, &request)?;
        let whole = Whole {
            request: &request,
            accepts: &Accepts::IAM,
            digest: None,
            bytes: body,
        };
        let caller: Caller = self
            .plane
            .identity
            .still(standing, &live, &live, &whole, |_| Ok::<_, Failure>(()))?;
        permitted(&live, &caller, action, None)
    }
}

/// A call of somebody known, who may make it.
pub(crate) struct Call {
    pub(crate) plane: Arc<Plane>,
    /// Who calls.
    pub(crate) caller: Caller,
    /// The live state that the call was decided by.
    pub(crate) live: Arc<Live>,
    pub(crate) headers: HeaderMap,
    pub(crate) payload: Payload,
    pub(crate) remote: Remote,
    parameters: Parameters,
    project: Option<ProjectId>,
}

impl Call {
    /// Finds the caller, decides, reads the body and proves it.
    pub(crate) async fn admit(
        plane: Arc<Plane>,
        heading: &Arc<Heading>,
        request: Request<Body>,
    ) -> Outcome<Self> {
        let mut streamed = Streamed::admit(plane, heading, request).await?;
        let body = read(std::mem::take(&mut streamed.body)).await?;
        let digest = Sha256::of(&body);
        let mut call = streamed.prove(digest, &body)?;
        let uri = call.payload.uri().clone();
        call.payload = Payload::new(uri, body);
        Ok(call)
    }
    /// The project of the path, which is the caller's.
    pub(crate) fn project(&self) -> Outcome<ProjectId> {
        self.project
            .ok_or_else(|| Failure::defect("the address has no project"))
    }
    /// A parameter of the path as it was sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.parameters.get(name).unwrap_or_default()
    }
    /// An id of the path. What is no id is nobody's: it looks like an unknown one.
    pub(crate) fn parameter<T: FromStr>(&self, name: &str, thing: Thing) -> Outcome<T> {
        let text = self.text(name);
        text.parse().map_err(|_| Failure::missing(thing, text))
    }
    /// The user who calls. Apps call APIs, not the management plane, so there always is one.
    pub(crate) fn user(&self) -> Outcome<&Arc<User>> {
        self.caller
            .user()
            .ok_or_else(|| Failure::defect("an app at the management plane"))
    }
    /// The user's name.
    pub(crate) fn user_name(&self) -> String {
        self.caller
            .user()
            .map(|user| user.name.clone())
            .unwrap_or_default()
    }
    /// Whether the caller may also do this, in the project of the path or in their own domain.
    pub(crate) fn may(&self, action: Action) -> bool {
        permitted(&self.live, &self.caller, action, self.project).is_ok()
    }
}

/// A call whose body has not been read. Whoever reads it owes [`Streamed::prove`].
pub(crate) struct Streamed {
    heading: Arc<Heading>,
    pub(crate) plane: Arc<Plane>,
    pub(crate) body: Body,
    pub(crate) parts: Parts,
    live: Arc<Live>,
    standing: Standing,
    remote: Remote,
    parameters: Parameters,
    project: Option<ProjectId>,
}

impl Streamed {
    /// Finds the caller and decides, all from the head.
    pub(crate) async fn admit(
        plane: Arc<Plane>,
        heading: &Arc<Heading>,
        request: Request<Body>,
    ) -> Outcome<Self> {
        let (mut parts, body) = request.into_parts();
        let parameters = Parameters::of(&mut parts).await?;
        let remote = Remote::noted(&parts)?;
        let live = plane.feed.cell().load();
        let has_body = !body.is_end_stream() && body.size_hint().exact() != Some(0);
        let standing = plane
            .identity
            .identify(&live, &Accepts::IAM, &seen_of(&parts, remote, has_body))?;
        let project = decide(&live, heading, standing.claimed(), &parameters)?;
        if standing.is_proven()
            && let Some(contact) = parts.extensions.get::<Arc<Contact>>()
        {
            // Its connection keeps its place until the answer.
            contact.proven();
        }
        Ok(Self {
            heading: heading.clone(),
            plane,
            body,
            parts,
            live,
            standing,
            remote,
            parameters,
            project,
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
    pub(crate) fn project(&self) -> Outcome<ProjectId> {
        self.project
            .ok_or_else(|| Failure::defect("the address has no project"))
    }
    /// Proves the call with the digest of its whole body; `bytes` are for the explanation of a wrong signature, and may be
    /// empty for a body that was not kept. Whoever was revoked while the body came is refused.
    pub(crate) fn prove(self, digest: Sha256, bytes: &[u8]) -> Outcome<Call> {
        let newest = self.plane.feed.cell().load();
        let whole = Whole {
            request: &seen_of(&self.parts, self.remote, true),
            accepts: &Accepts::IAM,
            digest: Some(digest),
            bytes,
        };
        let still = |caller: &Caller| decide(&newest, &self.heading, caller, &self.parameters).map(drop);
        let caller = self
            .plane
            .identity
            .still(self.standing, &self.live, &newest, &whole, still)?;
        Ok(Call {
            plane: self.plane,
            caller,
            live: newest,
            payload: Payload::new(self.parts.uri, Bytes::new()),
            headers: self.parts.headers,
            remote: self.remote,
            parameters: self.parameters,
            project: self.project,
        })
    }
}

/// A call that goes on as it came, to the gateway, which finds out who calls and decides.
pub(crate) struct Forwarded {
    pub(crate) plane: Arc<Plane>,
    pub(crate) parts: Parts,
    pub(crate) body: Body,
}

impl Forwarded {
    /// Takes the request apart.
    pub(crate) fn new(plane: Arc<Plane>, request: Request<Body>) -> Self {
        let (parts, body) = request.into_parts();
        Self { plane, parts, body }
    }
    /// Where the call comes from.
    pub(crate) fn remote(&self) -> Outcome<Remote> {
        Remote::noted(&self.parts)
    }
}

/// What identity needs to see of the head.
fn seen_of(parts: &Parts, remote: Remote, has_body: bool) -> adyton_identity::Request<'_> {
    seen(&parts.method, &parts.uri, &parts.headers, remote, has_body)
}

fn seen<'a>(
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    remote: Remote,
    has_body: bool,
) -> adyton_identity::Request<'a> {
    adyton_identity::Request {
        head: Head {
            method: method.as_str(),
            path: uri.path(),
            query: uri.query().unwrap_or_default(),
            host: uri.authority().map(|authority| authority.as_str().as_bytes()),
            headers,
        },
        source: remote.address,
        private: true,
        has_body,
        slash: EncodedSlash::Decode,
        surface: Surface::Management,
    }
}

/// Decides whether the caller may, and gives the project of the path.
fn decide(
    live: &Live,
    heading: &Heading,
    caller: &Caller,
    parameters: &Parameters,
) -> Outcome<Option<ProjectId>> {
    let project = match parameters.get("project_id") {
        // What is no id is no project of theirs.
        Some(text) => Some(ProjectId::parse(text.as_bytes()).ok_or(Failure::OtherProject)?),
        None => None,
    };
    let scoped = matches!(heading.dialect, Dialect::ModelArts | Dialect::Apig);
    if scoped && caller.way() == Way::Token && matches!(caller.scope(), Scope::Domain(_)) {
        return Err(Failure::NoProject);
    }
    if let Access::May(action) = heading.access {
        permitted(live, caller, action, project)?;
    } else if let Some(project) = project {
        reaches(live, caller, project)?;
    }
    // Every project sees the gateway as one instance that has the project's id.
    if let (Some(project), Some(instance)) = (project, parameters.get("instance_id"))
        && ProjectId::parse(instance.as_bytes()) != Some(project)
    {
        return Err(Failure::missing(Thing::Instance, instance));
    }
    Ok(project)
}

fn permitted(live: &Live, caller: &Caller, action: Action, project: Option<ProjectId>) -> Outcome<()> {
    let decision = match (project, caller.user()) {
        (Some(project), _) => may(live, caller, action, project),
        (None, Some(user)) => may_in_domain(live, caller, action, user.domain),
        (None, None) => return Err(Failure::OtherProject),
    };
    decision.map_err(|denied| match denied {
        Denied::OtherProject(_) => Failure::OtherProject,
        Denied::NotPermitted(_) | Denied::AppNotAuthorised(_) => Failure::Forbidden {
            action: action.name().to_owned(),
        },
    })
}

/// Whether the caller has anything to do in a project: any role there, and a credential that reaches it.
fn reaches(live: &Live, caller: &Caller, project: ProjectId) -> Outcome<()> {
    match may(live, caller, Action::ServicePredict, project) {
        Err(Denied::OtherProject(_)) => Err(Failure::OtherProject),
        Ok(()) | Err(Denied::NotPermitted(_) | Denied::AppNotAuthorised(_)) => Ok(()),
    }
}

/// Refuses a body whose declared length is over `limit`, without reading it.
pub(crate) fn check_declared(body: &Body, limit: u64) -> Outcome<()> {
    if body.size_hint().lower() > limit {
        return Err(Failure::TooLarge { limit });
    }
    Ok(())
}

/// A whole body, within its limit and in time.
async fn read(body: Body) -> Outcome<Bytes> {
    check_declared(&body, BODY_MOST as u64)?;
    let limited = Limited::new(body, BODY_MOST);
    match tokio::time::timeout(BODY_TIME, limited.collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(Failure::TooLarge {
            limit: BODY_MOST as u64,
        }),
        Ok(Err(error)) => Err(Failure::Malformed(format!("the body broke off: {error}"))),
        Err(_) => Err(Failure::Malformed(
            "the body did not arrive within 30 seconds".to_owned(),
        )),
    }
}
