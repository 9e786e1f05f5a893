//! `/v3/auth/tokens`: signing in, and what a token says.

use serde::{Deserialize, Deserializer, Serialize};

use utoipa::ToSchema;

use super::Named;

/// What to sign in with, and for what.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// Wrapped as Keystone does it.
    pub auth: TokenAuth,
}

/// Identity and scope.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenAuth {
    /// Who.
    pub identity: TokenIdentity,
    /// For what; the user's domain if left out, or if it is the word `unscoped`, which some clients write.
    #[serde(
        default,
        deserialize_with = "scope_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub scope: Option<TokenScope>,
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
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenIdentity {
    /// `["password"]` or `["token"]`.
    pub methods: Vec<String>,
    /// For the method `password`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordMethod>,
    /// For the method `token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenMethod>,
}

/// A user with a password.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordMethod {
    /// The user.
    pub user: PasswordUser,
}

/// A user by id, or by name and domain.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordUser {
    /// The user's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The user's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The domain of that name; may be left out where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<NamedRef>,
    /// The password.
    pub password: String,
}

/// Another token.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenMethod {
    /// It.
    pub id: String,
}

/// What the token is for: a project or a domain.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenScope {
    /// A project by id, or by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectRef>,
    /// A domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<NamedRef>,
}

/// A project by id, or by name and domain.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectRef {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The domain of that name; the user's if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<NamedRef>,
}

/// Something by id or by name.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedRef {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What a token says.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct TokenAnswer {
    /// Wrapped as Keystone does it.
    pub token: TokenShown,
}

/// What a token says.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct TokenShown {
    /// How its holder signed in.
    pub methods: Vec<String>,
    /// When it ends.
    pub expires_at: String,
    /// When it was issued.
    pub issued_at: String,
    /// Whose it is.
    pub user: TokenUser,
    /// The project that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<TokenProject>,
    /// The domain that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<Named>,
    /// The user's roles there, as they are now.
    pub roles: Vec<Named>,
    /// Where the services are.
    pub catalog: Vec<CatalogEntry>,
}

/// A token's user.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct TokenUser {
    /// Their id.
    pub id: String,
    /// The user's name.
    pub name: String,
    /// Their domain.
    pub domain: Named,
    /// Empty: passwords do not end by themselves.
    pub password_expires_at: String,
}

/// A token's project.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct TokenProject {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: Named,
}

/// A service of the catalog.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct CatalogEntry {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `identity`, `modelarts` or `apig`.
    pub r#type: String,
    /// Where it is.
    pub endpoints: Vec<CatalogEndpoint>,
}

/// Where a service is.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct CatalogEndpoint {
    /// Its id.
    pub id: String,
    /// `public`.
    pub interface: String,
    /// The region.
    pub region: String,
    /// The region again, as newer clients read it.
    pub region_id: String,
    /// The address.
    pub url: String,
}

impl TokenScope {
    /// The project of this id.
    pub fn project(id: &str) -> Self {
        Self {
            project: Some(ProjectRef {
                id: Some(id.to_owned()),
                name: None,
                domain: None,
            }),
            domain: None,
        }
    }
    /// The domain of this name.
    pub fn domain(name: &str) -> Self {
        Self {
            project: None,
            domain: Some(NamedRef::name(name)),
        }
    }
}

impl NamedRef {
    /// By name.
    pub fn name(name: &str) -> Self {
        Self {
            id: None,
            name: Some(name.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_scope_is_written_in_three_ways() {
        let scope = |text: &str| {
            let text = format!(r#"{{"identity":{{"methods":["token"]}}{text}}}"#);
            serde_json::from_str::<TokenAuth>(&text).unwrap().scope
        };
        for none in [
            "",
            r#","scope":null"#,
            r#","scope":"unscoped""#,
            r#","scope":{"unscoped":{}}"#,
        ] {
            assert!(scope(none).is_none(), "{none}");
        }
        let scope = scope(r#","scope":{"project":{"id":"p"}}"#).unwrap();
        assert_eq!(scope.project.unwrap().id.as_deref(), Some("p"));
    }

    #[test]
    fn a_scope_says_only_what_it_is() {
        let text = serde_json::to_string(&TokenScope::domain("adyton")).unwrap();
        assert_eq!(text, r#"{"domain":{"name":"adyton"}}"#);
        let text = serde_json::to_string(&TokenScope::project("p")).unwrap();
        assert_eq!(text, r#"{"project":{"id":"p"}}"#);
    }
}
