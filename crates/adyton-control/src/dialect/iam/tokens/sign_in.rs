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
    let beside = match methods.as_slice() {
        ["password"] => identity.token.as_ref().map(|_| "token"),
        ["token"] => identity.password.as_ref().map(|_| "password"),
        _ => None,
    };
    if let Some(beside) = beside {
        return Err(Failure::invalid(
            format!("auth.identity.{beside}"),
            (
                "does not count, because `methods` does not name it: leave it out",
                "不起作用，因为 `methods` 中没有它：请去掉该字段",
            ),
        ));
    }
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
    one_of(FIELD, id.as_deref(), name.as_deref())?;
    no_domain(FIELD, id.as_deref(), domain.as_ref())?;
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
                            "is missing: a name requires its domain",
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

/// An id names all alone: a name beside it would count for nothing.
fn one_of(field: &str, id: Option<&str>, name: Option<&str>) -> OperationResult<()> {
    match (id, name) {
        (Some(_), Some(_)) => Err(Failure::invalid(
            field,
            ("must have `id` or `name`, not both", "`id` 和 `name` 只能有一个"),
        )),
        _ => Ok(()),
    }
}

/// Only a name needs a domain.
fn no_domain(field: &str, id: Option<&str>, domain: Option<&NamedRef>) -> OperationResult<()> {
    match (id, domain) {
        (Some(_), Some(_)) => Err(Failure::invalid(
            format!("{field}.domain"),
            (
                "does not count beside an `id`: leave it out",
                "与 `id` 同时给出时不起作用：请去掉该字段",
            ),
        )),
        _ => Ok(()),
    }
}

fn domain_name(field: &str, named: NamedRef) -> OperationResult<DomainName> {
    one_of(field, named.id.as_deref(), named.name.as_deref())?;
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
    if let Some(project) = &scope.project {
        let (field, id) = ("auth.scope.project", project.id.as_deref());
        one_of(field, id, project.name.as_deref())?;
        no_domain(field, id, project.domain.as_ref())?;
    }
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

    #[test]
    fn what_would_count_for_nothing_is_refused_by_its_field() {
        let password = |user: serde_json::Value| serde_json::json!({"user": user});
        let by_id = || password(serde_json::json!({"id": "1", "password": "sesame"}));
        for (identity, field) in [
            (
                serde_json::json!({"methods": ["password"], "password": by_id()}),
                None,
            ),
            (
                serde_json::json!({"methods": ["password"], "password": by_id(), "token": {"id": "t"}}),
                Some("auth.identity.token"),
            ),
            (
                serde_json::json!({"methods": ["token"], "password": by_id(), "token": {"id": "t"}}),
                Some("auth.identity.password"),
            ),
            (
                serde_json::json!({"methods": ["password"],
                    "password": password(serde_json::json!({"id": "1", "name": "ada", "password": "sesame"}))}),
                Some("auth.identity.password.user"),
            ),
            (
                serde_json::json!({"methods": ["password"],
                    "password": password(serde_json::json!({"id": "1", "domain": {"name": "d"}, "password": "sesame"}))}),
                Some("auth.identity.password.user.domain"),
            ),
            (
                serde_json::json!({"methods": ["password"],
                    "password": password(serde_json::json!({"name": "ada", "domain": {"name": "d", "id": "1"}, "password": "sesame"}))}),
                Some("auth.identity.password.user.domain"),
            ),
        ] {
            let told = proof(serde_json::from_value(identity.clone()).unwrap(), None);
            assert_eq!(
                told.err().and_then(refused),
                field.map(str::to_owned),
                "{identity}"
            );
        }
        for (scope, field) in [
            (serde_json::json!({"project": {"id": "1"}}), None),
            (
                serde_json::json!({"project": {"id": "1", "name": "default"}}),
                Some("auth.scope.project"),
            ),
            (
                serde_json::json!({"project": {"id": "1", "domain": {"id": "2"}}}),
                Some("auth.scope.project.domain"),
            ),
            (
                serde_json::json!({"domain": {"id": "1", "name": "d"}}),
                Some("auth.scope.domain"),
            ),
        ] {
            let told = wish(Some(serde_json::from_value(scope.clone()).unwrap()));
            assert_eq!(told.err().and_then(refused), field.map(str::to_owned), "{scope}");
        }
    }

    fn refused(failure: Failure) -> Option<String> {
        match failure {
            Failure::Invalid { field, .. } => Some(field),
            _ => None,
        }
    }
}
