//! `…/quotas`: how many of each kind there may be.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Quotas.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct QuotaList {
    /// One for each kind.
    pub quotas: Vec<QuotaShown>,
}

/// A quota and what is used of it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct QuotaShown {
    /// `services`, `instances`, `models`, `package_bytes` and `apps` of the project, `app_codes` of each app, `access_keys` of each user
    /// of the domain.
    pub r#type: String,
    /// How many there are; left out where each app or user has its own number, and where quotas were just set.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub used: Option<u64>,
    /// How many there may be; -1 is no limit.
    pub quota: i64,
    /// How many there may be where nobody has set anything.
    pub usual: i64,
}

/// Quotas to be set; those that are not named stay as they are.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaSet {
    /// At least one.
    pub quotas: Vec<QuotaWanted>,
}

/// A quota to be set.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaWanted {
    /// Which: see `QuotaShown`.
    pub r#type: String,
    /// How many there may be; -1 is no limit, `null` the usual number.
    pub quota: Option<i64>,
}
