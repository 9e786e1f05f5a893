//! Which calls are let in: the project of the path and the action are decided before the body is read.

use adyton_core::address::AddressKind;
use adyton_core::id::ProjectId;
use adyton_core::live::Live;
use adyton_core::tenant::Scope;
use adyton_identity::policy::has_role;
use adyton_identity::{Caller, Way};
use adyton_sign::{EncodedSlash, Head};
use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use http::{HeaderMap, Method, Uri};

use crate::actor::permitted;
use crate::failure::{Failure, OperationResult, Thing};
use crate::heading::{Access, Dialect, Heading};
use crate::remote::Remote;

/// The parameters of a path.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Those of a request that the router has matched.
    pub(crate) async fn of(parts: &mut Parts) -> OperationResult<Self> {
        let raw = RawPathParams::from_request_parts(parts, &())
            .await
            .map_err(|error| Failure::Malformed(error.to_string()))?;
        Ok(Self(
            raw.iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        ))
    }
    /// The one of this name, as it was sent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What identity needs to see of the head.
pub(crate) fn seen_of(parts: &Parts, remote: Remote, has_body: bool) -> adyton_identity::Request<'_> {
    seen(&parts.method, &parts.uri, &parts.headers, remote, has_body)
}

/// The same of parts that are apart.
pub(crate) fn seen<'a>(
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
        address: AddressKind::Management,
    }
}

/// Decides whether the caller may, and gives the project of the path.
pub(crate) fn decide(
    live: &Live,
    heading: &Heading,
    caller: &Caller,
    parameters: &Parameters,
) -> OperationResult<Option<ProjectId>> {
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
    } else if let Some(project) = project
        && !has_role(live, caller, project)
    {
        return Err(Failure::OtherProject);
    }
    // Every project sees the gateway as one instance that has the project's id.
    if let (Some(project), Some(instance)) = (project, parameters.get("instance_id"))
        && ProjectId::parse(instance.as_bytes()) != Some(project)
    {
        return Err(Failure::missing(Thing::Instance, instance));
    }
    Ok(project)
}
