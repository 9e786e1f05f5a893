//! What a client sends to sign in: who they are and how they show it, and what the token is to be for.

use adyton_api::iam::tokens::{NamedRef, TokenIdentity, TokenRequest, TokenScope};
use adyton_core::id::{DomainId, ProjectId, UserId};
use adyton_core::secret::Secret;
use adyton_store::repository::{DomainName, UserName};

use crate::failure::{Failure, OperationResult};
use crate::operations::token::{Proof, Wish};

/// The proof that is offered, and what is wished for.
pub(super) fn read(wanted: TokenRequest) -> OperationResult<(Proof, Wish)> {
    Ok((proof(wanted.auth.identity)?, wish(wanted.auth.scope)?))
}

fn proof(identity: TokenIdentity) -> OperationResult<Proof> {
    let methods: Vec<&str> = identity.methods.iter().map(String::as_str).collect();
    match (methods.as_slice(), identity.password, identity.token) {
        (["password"], Some(password), _) => {
            let user = password.user;
            let password = Secret::new(user.password);
            let who = user_name(user.id, user.name, user.domain)?;
            Ok(Proof::Password { who, password })
        }
        (["token"], _, Some(token)) => Ok(Proof::Token(token.id)),
        (["password"], None, _) => Err(Failure::invalid("auth.identity.password", "is missing")),
        (["token"], _, None) => Err(Failure::invalid("auth.identity.token", "is missing")),
        _ => Err(Failure::invalid(
            "auth.identity.methods",
            "must be [\"password\"] or [\"token\"] in this version",
        )),
    }
}

/// A text that is not an id matches no user: it fails later, like a wrong password.
fn user_name(
    id: Option<String>,
    name: Option<String>,
    domain: Option<NamedRef>,
) -> OperationResult<UserName> {
    const FIELD: &str = "auth.identity.password.user";
    match (id, name) {
        (Some(id), _) => Ok(UserName::Id(
            UserId::parse(id.as_bytes()).unwrap_or(UserId::from_bits(0)),
        )),
        (None, Some(name)) => {
            let domain = domain.ok_or_else(|| {
                Failure::invalid(format!("{FIELD}.domain"), "is missing: a name needs its domain")
            })?;
            Ok(UserName::InDomain {
                name,
                domain: domain_name(&format!("{FIELD}.domain"), domain)?,
            })
        }
        (None, None) => Err(Failure::invalid(FIELD, "must have `id`, or `name` and `domain`")),
    }
}

fn domain_name(field: &str, named: NamedRef) -> OperationResult<DomainName> {
    match (named.id, named.name) {
        (Some(id), _) => Ok(DomainName::Id(
            DomainId::parse(id.as_bytes()).unwrap_or(DomainId::from_bits(0)),
        )),
        (None, Some(name)) => Ok(DomainName::Name(name)),
        (None, None) => Err(Failure::invalid(field, "must have `id` or `name`")),
    }
}

fn wish(scope: Option<TokenScope>) -> OperationResult<Wish> {
    let Some(scope) = scope else {
        return Ok(Wish::Nothing);
    };
    match (scope.project, scope.domain) {
        (Some(project), None) => match (project.id, project.name) {
            (Some(id), _) => Ok(Wish::Project(
                ProjectId::parse(id.as_bytes()).unwrap_or(ProjectId::from_bits(0)),
            )),
            (None, Some(name)) => Ok(Wish::ProjectNamed {
                name,
                domain: project
                    .domain
                    .map(|named| domain_name("auth.scope.project.domain", named))
                    .transpose()?,
            }),
            (None, None) => Err(Failure::invalid("auth.scope.project", "must have `id` or `name`")),
        },
        (None, Some(named)) => Ok(Wish::Domain(domain_name("auth.scope.domain", named)?)),
        (None, None) => Ok(Wish::Nothing),
        (Some(_), Some(_)) => Err(Failure::invalid(
            "auth.scope",
            "must have `project` or `domain`, not both",
        )),
    }
}
