//! What a client sends to sign in: who they are and how they show it, and what the token is to be for.

use adyton_api::iam::tokens::{NamedRef, TokenIdentity, TokenRequest, TokenScope};
use adyton_core::id::{DomainId, ProjectId, UserId};
use adyton_core::secret::Secret;
use adyton_store::repository::{DomainName, UserName};

use crate::failure::{Failure, OperationResult};
use crate::operations::token::{Proof, Wish};

/// The proof that is offered, and what is wished for. A name without a domain is one of the only domain, if there is one alone.
pub(super) fn read(wanted: TokenRequest, only_domain: Option<DomainId>) -> OperationResult<(Proof, Wish)> {
    Ok((
        proof(wanted.auth.identity, only_domain)?,
        wish(wanted.auth.scope)?,
    ))
}

fn proof(identity: TokenIdentity, only_domain: Option<DomainId>) -> OperationResult<Proof> {
    let methods: Vec<&str> = identity.methods.iter().map(String::as_str).collect();
    match (methods.as_slice(), identity.password, identity.token) {
        (["password"], Some(password), _) => {
            let user = password.user;
            let password = Secret::new(user.password);
            let who = user_name(user.id, user.name, user.domain, only_domain)?;
            Ok(Proof::Password { who, password })
        }
        (["token"], _, Some(token)) => Ok(Proof::Token(token.id)),
        (["password"], None, _) => Err(Failure::invalid("auth.identity.password", ("is missing", "缺失"))),
        (["token"], _, None) => Err(Failure::invalid("auth.identity.token", ("is missing", "缺失"))),
        _ => Err(Failure::invalid(
            "auth.identity.methods",
            (
                "must be [\"password\"] or [\"token\"] in this version",
                "本版本中必须为 [\"password\"] 或 [\"token\"]",
            ),
        )),
    }
}

/// A text that is not an id matches no user: it fails later, like a wrong password.
fn user_name(
    id: Option<String>,
    name: Option<String>,
    domain: Option<NamedRef>,
    only_domain: Option<DomainId>,
) -> OperationResult<UserName> {
    const FIELD: &str = "auth.identity.password.user";
    match (id, name) {
        (Some(id), _) => Ok(UserName::Id(
            UserId::parse(id.as_bytes()).unwrap_or(UserId::from_bits(0)),
        )),
        (None, Some(name)) => {
            let field = || format!("{FIELD}.domain");
            let domain = match (domain, only_domain) {
                (Some(named), _) => domain_name(&field(), named)?,
                (None, Some(only)) => DomainName::Id(only),
                (None, None) => {
                    return Err(Failure::invalid(
                        field(),
                        (
                            "is missing: a name needs its domain",
                            "缺失：使用名称时需要同时给出账号（domain）",
                        ),
                    ));
                }
            };
            Ok(UserName::InDomain { name, domain })
        }
        (None, None) => Err(Failure::invalid(
            FIELD,
            (
                "must have `id`, or `name` and `domain`",
                "必须有 `id`，或同时有 `name` 和 `domain`",
            ),
        )),
    }
}

fn domain_name(field: &str, named: NamedRef) -> OperationResult<DomainName> {
    match (named.id, named.name) {
        (Some(id), _) => Ok(DomainName::Id(
            DomainId::parse(id.as_bytes()).unwrap_or(DomainId::from_bits(0)),
        )),
        (None, Some(name)) => Ok(DomainName::Name(name)),
        (None, None) => Err(Failure::invalid(
            field,
            ("must have `id` or `name`", "必须有 `id` 或 `name`"),
        )),
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
            (None, None) => Err(Failure::invalid(
                "auth.scope.project",
                ("must have `id` or `name`", "必须有 `id` 或 `name`"),
            )),
        },
        (None, Some(named)) => Ok(Wish::Domain(domain_name("auth.scope.domain", named)?)),
        (None, None) => Ok(Wish::Nothing),
        (Some(_), Some(_)) => Err(Failure::invalid(
            "auth.scope",
            (
                "must have `project` or `domain`, not both",
                "`project` 和 `domain` 只能有一个",
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(domain: serde_json::Value, only: Option<DomainId>) -> OperationResult<UserName> {
        let user = serde_json::json!({"name": "ada", "password": "sesame", "domain": domain});
        let identity = serde_json::json!({"methods": ["password"], "password": {"user": user}});
        match proof(serde_json::from_value(identity).unwrap(), only)? {
            Proof::Password { who, .. } => Ok(who),
            Proof::Token(_) => panic!("a password was offered"),
        }
    }

    #[test]
    fn a_name_without_a_domain_is_of_the_only_one() {
        let only = DomainId::from_bits(7);
        let in_domain = |domain| UserName::InDomain {
            name: "ada".to_owned(),
            domain,
        };
        let null = serde_json::Value::Null;
        assert_eq!(
            user(null.clone(), Some(only)).unwrap(),
            in_domain(DomainName::Id(only))
        );
        let named = user(serde_json::json!({"name": "acme"}), Some(only)).unwrap();
        assert_eq!(
            named,
            in_domain(DomainName::Name("acme".to_owned())),
            "what is said counts"
        );
        let told = user(null, None).unwrap_err().to_string();
        assert!(told.contains("auth.identity.password.user.domain"), "{told}");
    }
}
