//! `/v3/users` and `/v3/roles`.

use super::{Links, Named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A user to be made.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserCreate {
    /// Wrapped as Keystone does it.
    pub user: UserWanted,
}

/// A user to be made.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserWanted {
    /// Unique in the domain.
    pub name: String,
    /// 8 to 128 characters.
    pub password: String,
    /// The caller's domain, the only one that users can be made in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_id: Option<String>,
    /// Whether the user may sign in; `true` if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// What to change of a user.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserUpdate {
    /// Wrapped as Keystone does it.
    pub user: UserChanged,
}

/// What to change of a user; what is left out stays.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChanged {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether the user may sign in. Disabling ends all tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Another password. Ends all tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// One's own new password.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// Wrapped as Keystone does it.
    pub user: PasswordPair,
}

/// The old and the new password.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordPair {
    /// The new one: 8 to 128 characters.
    pub password: String,
    /// The old one.
    pub original_password: String,
}

/// A user.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct UserAnswer {
    /// Wrapped as Keystone does it.
    pub user: UserShown,
}

/// A user.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct UserShown {
    /// Their id.
    pub id: String,
    /// The user's name.
    pub name: String,
    /// Their domain.
    pub domain_id: String,
    /// Whether they may sign in.
    pub enabled: bool,
    /// Empty: passwords do not end by themselves.
    pub password_expires_at: String,
    /// Where they are.
    pub links: Links,
}

/// The users of a domain.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct UserList {
    /// By name.
    pub users: Vec<UserShown>,
    /// Where this list is.
    pub links: Links,
}

/// The roles that there are, or that a user has.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct RoleList {
    /// The roles.
    pub roles: Vec<Named>,
    /// Where this list is.
    pub links: Links,
}
