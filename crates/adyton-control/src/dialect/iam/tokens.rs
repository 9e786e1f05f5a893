//! `/v3/auth/tokens`: sign in, ask about a token, sign out.

use adyton_core::id::{DomainId, ProjectId, UserId};
use adyton_core::secret::Secret;
use adyton_core::tenant::{Scope, User};
use adyton_identity::{Action, Contents};
use adyton_store::repository::{DomainName, UserName};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::shapes::{Named, base, domain, role};
use crate::call::{Call, OpenCall};
use crate::endpoint::{Body, Query, WithHeaders};
use crate::failure::{Failure, Outcome, Thing};
use crate::operations::token::issue::{Proof, Wish, issue};
use crate::operations::token::{inspect, revoke};
use crate::plane::Plane;

const SUBJECT: HeaderName = HeaderName::from_static("x-subject-token");

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

/// How much to answer.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenQuery {
    /// Leaves the catalog of endpoints out, whatever its value is.
    nocatalog: Option<String>,
}

/// What a token says.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct TokenAnswer {
    /// Wrapped as Keystone does it.
    token: TokenShown,
}

/// What a token says.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct TokenShown {
    /// How its holder signed in.
    methods: Vec<String>,
    /// When it ends.
    expires_at: String,
    /// When it was issued.
    issued_at: String,
    /// Whose it is.
    user: TokenUser,
    /// The project that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<TokenProject>,
    /// The domain that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<Named>,
    /// The user's roles there, as they are now.
    roles: Vec<Named>,
    /// Where the services are.
    catalog: Vec<CatalogEntry>,
}

/// A token's user.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct TokenUser {
    /// Their id.
    id: String,
    /// Their name.
    name: String,
    /// Their domain.
    domain: Named,
    /// Empty: passwords do not end by themselves.
    password_expires_at: String,
}

/// A token's project.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct TokenProject {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// Its domain.
    domain: Named,
}

/// A service of the catalog.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct CatalogEntry {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// `identity`, `modelarts` or `apig`.
    r#type: String,
    /// Where it is.
    endpoints: Vec<CatalogEndpoint>,
}

/// Where a service is.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct CatalogEndpoint {
    /// Its id.
    id: String,
    /// `public`.
    interface: String,
    /// The region.
    region: String,
    /// The region again, as newer clients read it.
    region_id: String,
    /// The address.
    url: String,
}

/// `POST /v3/auth/tokens`
pub(crate) async fn create(
    call: OpenCall,
    (Query(query), Body(wanted)): (Query<TokenQuery>, Body<TokenRequest>),
) -> Outcome<WithHeaders<TokenAnswer>> {
    let proof = proof(wanted.auth.identity)?;
    let wish = wish(wanted.auth.scope)?;
    let issued = issue(&call.plane, proof, wish).await?;
    let answer = shown(
        &call.plane,
        &call.headers,
        &issued.contents,
        &issued.user,
        query.nocatalog.is_some(),
    );
    subject(answer, &issued.text)
}

/// `GET /v3/auth/tokens` and `HEAD`: what the token in `X-Subject-Token` says.
pub(crate) async fn show(call: Call, Query(query): Query<TokenQuery>) -> Outcome<WithHeaders<TokenAnswer>> {
    let text = asked(&call)?.to_owned();
    let (contents, user) = inspect::inspect(&call, &text, Action::TokenGet)?;
    let answer = shown(
        &call.plane,
        &call.headers,
        &contents,
        &user,
        query.nocatalog.is_some(),
    );
    subject(answer, &text)
}

/// `DELETE /v3/auth/tokens`: revokes the token in `X-Subject-Token`.
pub(crate) async fn delete(call: Call) -> Outcome<()> {
    let text = asked(&call)?.to_owned();
    revoke::revoke(&call, &text).await
}

fn asked(call: &Call) -> Outcome<&str> {
    let value = call
        .headers
        .get(SUBJECT)
        .ok_or_else(|| Failure::Malformed("the header X-Subject-Token is missing".to_owned()))?;
    value.to_str().map_err(|_| Failure::missing(Thing::Token, ""))
}

fn subject(answer: TokenAnswer, text: &str) -> Outcome<WithHeaders<TokenAnswer>> {
    let mut headers = HeaderMap::new();
    let mut value = HeaderValue::from_str(text).map_err(Failure::defect)?;
    value.set_sensitive(true);
    headers.insert(SUBJECT, value);
    Ok(WithHeaders(answer, headers))
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

fn shown(
    plane: &Plane,
    headers: &HeaderMap,
    contents: &Contents,
    user: &User,
    nocatalog: bool,
) -> TokenAnswer {
    let live = plane.feed.cell().load();
    let own = domain(&live, user);
    let project = match contents.scope {
        Scope::Project(id) => live.project(id).map(|project| TokenProject {
            id: project.id.to_string(),
            name: project.name.clone(),
            domain: live.domain(project.domain).map_or_else(
                || own.clone(),
                |domain| Named {
                    id: domain.id.to_string(),
                    name: domain.name.clone(),
                },
            ),
        }),
        Scope::Domain(_) => None,
    };
    let scope_domain = match contents.scope {
        Scope::Domain(id) => live.domain(id).map(|domain| Named {
            id: domain.id.to_string(),
            name: domain.name.clone(),
        }),
        Scope::Project(_) => None,
    };
    let roles = adyton_identity::policy::roles(&live, user, contents.scope);
    let catalog = match nocatalog {
        true => Vec::new(),
        false => catalog(&plane.settings.region, &base(plane, headers), project.as_ref()),
    };
    TokenAnswer {
        token: TokenShown {
            methods: contents.methods.names().map(str::to_owned).collect(),
            expires_at: contents.expires_at.to_iso(),
            issued_at: contents.issued_at.to_iso(),
            user: TokenUser {
                id: user.id.to_string(),
                name: user.name.clone(),
                domain: own,
                password_expires_at: String::new(),
            },
            project,
            domain: scope_domain,
            roles: roles.into_iter().map(role).collect(),
            catalog,
        },
    }
}

fn catalog(region: &str, base: &str, project: Option<&TokenProject>) -> Vec<CatalogEntry> {
    let below = project
        .map(|project| format!("/{}", project.id))
        .unwrap_or_default();
    [
        ("iam", "identity", format!("{base}/v3")),
        ("modelarts", "modelarts", format!("{base}/v1{below}")),
        ("apig", "apig", format!("{base}/v2{below}")),
    ]
    .into_iter()
    .map(|(name, kind, url)| CatalogEntry {
        id: name.to_owned(),
        name: name.to_owned(),
        r#type: kind.to_owned(),
        endpoints: vec![CatalogEndpoint {
            id: format!("{name}-public"),
            interface: "public".to_owned(),
            region: region.to_owned(),
            region_id: region.to_owned(),
            url,
        }],
    })
    .collect()
}
