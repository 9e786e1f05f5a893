//! `/adyton/v1/session`: signing in at the web console.

use crate::iam::Named;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Signing in with a password.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The user's name.
    pub user: String,
    /// Their password.
    pub password: String,
    /// The name of their domain; may be left out where the server has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}

/// Signing in with a link.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkSignIn {
    /// What the link ends with, behind `#`.
    pub secret: String,
}

/// A link that signs in.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SessionLink {
    /// The address of the console's page, with the secret behind `#`. Whoever opens it first is signed in.
    pub url: String,
    /// Until when it can be used.
    pub expires_at: String,
}

/// Who is signed in, and what they may do.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SessionShown {
    /// The user.
    pub user: Named,
    /// Their domain.
    pub domain: Named,
    /// Their roles in the whole domain.
    pub roles: Vec<String>,
    /// What these permit in the domain's own things: users, projects, roles, credentials.
    pub permissions: Vec<String>,
    /// The projects in which they have a role, by name.
    pub projects: Vec<SessionProject>,
    /// How the request showed who calls: `console`, `token` or `aksk`.
    pub way: String,
    /// When the session, or the token, ends; nothing with an access key.
    pub expires_at: Option<String>,
    /// The server's time, to compare clocks with.
    pub server_time: String,
}

/// A project, and what somebody may do in it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SessionProject {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The roles there, with those of the domain.
    pub roles: Vec<String>,
    /// The actions that they permit, such as `modelarts:service:create`.
    pub permissions: Vec<String>,
}
