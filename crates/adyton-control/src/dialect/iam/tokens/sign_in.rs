//! What a client sends to sign in: who they are and how they show it, and what the token is to be for.

use adyton_core::id::{DomainId, ProjectId, UserId};
use adyton_core::secret::Secret;
use adyton_store::repository::{DomainName, UserName};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::failure::{Failure, Outcome};
use crate::operations::token::{Proof, Wish};

/// What to sign in with, and for what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRequest {
    /// Wrapped as Keystone does it.
    auth: TokenAuth,
}

/// Identity and scope.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenAuth {
    /// Who.
    identity: TokenIdentity,
    /// For what; the user's domain if left out, or if it is the word `unscoped`, which some clients write.
    #[serde(default, deserialize_with = "scope_or_none")]
    scope: Option<TokenScope>,
}

/// A scope, or what clients write for none: nothing, `"unscoped"`, or `{"unscoped": {}}`.
fn scope_or_none<'de, D: Deserializer<'de>>(from: D) -> Result<Option<TokenScope>, D::Error> {
    use serde::de::Error as _;
    let value = serde_json::Value::deserialize(from)?;
    let is_none = match &value {
        serde_json::Value::Null => true,
        serde_json::Value::String(word) => word == "unscoped",
        serde_json::Value::Object(fields) => fields.len() == 1 && fields.contains_key("unscoped"),
        _ => false,
    };
    if is_none {
        return Ok(None);
    }
    TokenScope::deserialize(value).map(Some).map_err(D::Error::custom)
}

/// How somebody shows who they are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenIdentity {
    /// `["password"]` or `["token"]`.
    methods: Vec<String>,
    /// For the method `password`.
    #[serde(default)]
    password: Option<PasswordMethod>,
    /// For the method `token`.
    #[serde(default)]
    token: Option<TokenMethod>,
}

/// A user with a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordMethod {
    /// The user.
    user: PasswordUser,
}

/// A user by id, or by name and domain.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordUser {
    /// The user's id.
    #[serde(default)]
    id: Option<String>,
    /// The user's name.
    #[serde(default)]
    name: Option<String>,
    /// The domain of that name.
    #[serde(default)]
    domain: Option<NamedRef>,
    /// The password.
    password: String,
}

/// Another token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenMethod {
    /// It.
    id: String,
}

/// What the token is for: a project or a domain.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenScope {
    /// A project by id, or by name.
    #[serde(default)]
    project: Option<ProjectRef>,
    /// A domain.
    #[serde(default)]
    domain: Option<NamedRef>,
}

/// A project by id, or by name and domain.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProjectRef {
    /// Its id.
    #[serde(default)]
    id: Option<String>,
    /// Its name.
    #[serde(default)]
    name: Option<String>,
    /// The domain of that name; the user's if left out.
    #[serde(default)]
    domain: Option<NamedRef>,
}

/// Something by id or by name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedRef {
    /// Its id.
    #[serde(default)]
    id: Option<String>,
    /// Its name.
    #[serde(default)]
    name: Option<String>,
}

impl TokenRequest {
    /// The proof that is offered, and what is wished for.
    pub(super) fn read(self) -> Outcome<(Proof, Wish)> {
        Ok((proof(self.auth.identity)?, wish(self.auth.scope)?))
    }
}

fn proof(identity: TokenIdentity) -> Outcome<Proof> {
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

/// What is no id is nobody's: it fails later, like a wrong password.
fn user_name(id: Option<String>, name: Option<String>, domain: Option<NamedRef>) -> Outcome<UserName> {
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

fn domain_name(field: &str, named: NamedRef) -> Outcome<DomainName> {
    match (named.id, named.name) {
        (Some(id), _) => Ok(DomainName::Id(
            DomainId::parse(id.as_bytes()).unwrap_or(DomainId::from_bits(0)),
        )),
        (None, Some(name)) => Ok(DomainName::Name(name)),
        (None, None) => Err(Failure::invalid(field, "must have `id` or `name`")),
    }
}

fn wish(scope: Option<TokenScope>) -> Outcome<Wish> {
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
