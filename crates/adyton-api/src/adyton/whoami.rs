//! `/adyton/v1/whoami`: who the credentials say that calls.

use crate::iam::Named;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who calls.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Whoami {
    /// The user.
    pub user: Named,
    /// Their domain.
    pub domain: Named,
    /// The project that the token is for; none with a domain's token or an access key.
    pub project: Option<Named>,
    /// The roles that they have there; with an access key, those in the domain.
    pub roles: Vec<String>,
    /// All projects in which they have a role.
    pub projects: Vec<Named>,
    /// How they authenticated: `token` or `aksk`.
    pub way: String,
    /// The token, if it was one.
    pub token: Option<TokenLife>,
    /// The server's time, to compare clocks with.
    pub server_time: String,
}

/// How long a token counts.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct TokenLife {
    /// When it was issued.
    pub issued_at: String,
    /// When it ends.
    pub expires_at: String,
    /// How many seconds that is from now.
    pub remaining_seconds: u64,
}
