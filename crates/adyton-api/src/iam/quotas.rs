//! `/v3.0/OS-QUOTA/…`: quotas as IAM shows them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Quotas of a domain or a project.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct OsQuotaAnswer {
    /// The quotas.
    pub quotas: OsQuotaResult,
}

/// The list of quotas.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct OsQuotaResult {
    /// One for each kind.
    pub resources: Vec<OsQuotaResource>,
}

/// A quota and what is used of it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct OsQuotaResource {
    /// Of a domain `user`, `group`, `idp`, `agency` or `policy`; of a project what `adyton quota` lists.
    pub r#type: String,
    /// How many there are.
    pub used: u64,
    /// How many there may be; -1 is no limit.
    pub quota: i64,
    /// 0: a quota can be set as low as this.
    pub min: i64,
    /// -1: a quota can be set as high as wanted.
    pub max: i64,
}
