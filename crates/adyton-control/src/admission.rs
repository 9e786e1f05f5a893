//! Which calls are let in: the project of the path and the action are decided before the body is read.

use adyton_core::catalogue::Surface;
use adyton_core::id::ProjectId;
use adyton_core::language::Bilingual;
use adyton_core::live::Live;
use adyton_core::tenant::Scope;
use adyton_identity::policy::has_role;
use adyton_identity::{Caller, Purpose, Way};
use adyton_sign::{EncodedSlash, Head};
use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use http::{HeaderMap, Method, Uri};

use crate::actor::permitted;
use crate::failure::{Failure, OperationResult, Thing};
use crate::heading::{Access, Heading};
use crate::remote::Remote;

/// The parameters of a path.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Those of a request that the router has matched.
    pub(crate) async fn of(parts: &mut Parts) -> OperationResult<Self> {
        let raw = RawPathParams::from_request_parts(parts, &())
            .await
            .map_err(|error| Failure::Malformed(Bilingual::as_it_is(error.to_string())))?;
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

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Parameters {
    fn from(parameters: [(&str, &str); N]) -> Self {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self(parameters.map(owned).into())
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
        private: remote.private,
        has_body,
        slash: EncodedSlash::Decode,
        door: None,
        purpose: Purpose::Call,
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
    let scoped = matches!(heading.surface, Surface::ModelArts | Surface::Apig);
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

#[cfg(test)]
mod tests {
    use adyton_core::sample;
    use adyton_core::tenant::Role;
    use adyton_identity::Action;
    use http::StatusCode;

    use super::*;
    use crate::heading::Verb;
    use crate::sample::{by_token, with_role};

    const HERE: Scope = Scope::Project(sample::PROJECT);
    const ALL: Scope = Scope::Domain(sample::DOMAIN);

    fn heading(surface: Surface, access: Access) -> Heading {
        Heading {
            verb: Verb::Get,
            path: String::new(),
            surface,
            access,
            status: StatusCode::OK,
            name: "",
            summary: "",
        }
    }

    fn parameters(given: &[(&str, String)]) -> Parameters {
        let own = given
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        Parameters(own.collect())
    }

    /// What is decided of an operator with a token for this scope.
    fn decided(
        scope: Scope,
        heading: &Heading,
        given: &[(&str, String)],
    ) -> OperationResult<Option<ProjectId>> {
        let live = with_role(Role::Operator, scope);
        decide(&live, heading, &by_token(&live, scope), &parameters(given))
    }

    #[test]
    fn the_project_of_the_path_is_one_that_the_token_is_for() {
        let get = heading(Surface::ModelArts, Access::May(Action::ServiceGet));
        let at = |project: String| decided(HERE, &get, &[("project_id", project)]);
        assert_eq!(at(sample::PROJECT.to_string()).unwrap(), Some(sample::PROJECT));
        for other in [ProjectId::from_bits(99).to_string(), "no id".to_owned()] {
            assert!(matches!(at(other), Err(Failure::OtherProject)));
        }
    }

    #[test]
    fn apis_of_projects_want_a_token_for_a_project_and_others_do_not() {
        let given = [("project_id", sample::PROJECT.to_string())];
        let get = |surface| heading(surface, Access::May(Action::ServiceGet));
        for surface in [Surface::ModelArts, Surface::Apig] {
            let found = decided(ALL, &get(surface), &given);
            assert!(matches!(found, Err(Failure::NoProject)), "{surface:?}");
        }
        assert!(decided(ALL, &get(Surface::Adyton), &given).is_ok());
    }

    #[test]
    fn whoever_is_signed_in_still_needs_a_role_in_the_project_of_the_path() {
        let open = heading(Surface::Adyton, Access::SignedIn);
        assert_eq!(decided(HERE, &open, &[]).unwrap(), None);
        let other = [("project_id", ProjectId::from_bits(99).to_string())];
        assert!(matches!(decided(HERE, &open, &other), Err(Failure::OtherProject)));
    }

    #[test]
    fn every_project_sees_one_gateway_that_has_its_own_id() {
        let get = heading(Surface::Apig, Access::May(Action::ServiceGet));
        let project = sample::PROJECT.to_string();
        let with = |instance: String| {
            decided(
                HERE,
                &get,
                &[("project_id", project.clone()), ("instance_id", instance)],
            )
        };
        assert!(with(project.clone()).is_ok());
        let refused = with(ProjectId::from_bits(99).to_string());
        let thing = Thing::Instance;
        assert!(matches!(refused, Err(Failure::Missing { thing: found, .. }) if found == thing));
    }
}
