//! `/v3.0/OS-CREDENTIAL/credentials`: access keys.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An access key to be made.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialCreate {
    /// Wrapped as IAM does it.
    pub credential: CredentialWanted,
}

/// An access key to be made.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialWanted {
    /// Whose it is to be.
    pub user_id: String,
    /// At most 255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What to change of an access key.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialUpdate {
    /// Wrapped as IAM does it.
    pub credential: CredentialChanged,
}

/// What to change of an access key; what is left out stays.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialChanged {
    /// `active` or `inactive`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Another description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// An access key.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct CredentialAnswer {
    /// Wrapped as IAM does it.
    pub credential: CredentialShown,
}

/// An access key.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct CredentialShown {
    /// The public half (AK).
    pub access: String,
    /// The secret half (SK); only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Whose it is.
    pub user_id: String,
    /// `active` or `inactive`.
    pub status: String,
    /// What its owner says of it.
    pub description: String,
    /// When it was made.
    pub create_time: String,
}

/// A user's access keys.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct CredentialList {
    /// Oldest first.
    pub credentials: Vec<CredentialShown>,
}
