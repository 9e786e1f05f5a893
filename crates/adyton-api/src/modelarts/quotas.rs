//! `/v1/{project_id}/quotas`: quotas as ModelArts shows them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Quotas of a project.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ResourceQuotaAnswer {
    /// The quotas.
    pub quotas: ResourceQuotaList,
}

/// The list of quotas.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ResourceQuotaList {
    /// One for each kind.
    pub resources: Vec<ResourceQuota>,
}

/// A quota and what is used of it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ResourceQuota {
    /// `services`, `instances`, `models` or `package_bytes`. There are no resource pools and networks, so no quotas of them.
    pub r#type: String,
    /// How many there may be; -1 is no limit.
    pub quota: i64,
    /// How many there are.
    pub used: u64,
}
