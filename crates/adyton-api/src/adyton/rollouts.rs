//! `…/services/{service_id}/rollout`: how far a change of a service has come.

use adyton_core::service::ServiceStatus;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A change of a service, from its beginning to its end.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct RolloutShown {
    /// The service.
    pub service_id: String,
    /// The service's generation that the change began.
    pub generation: u64,
    /// `going`; and at the end `done`, `rolled_back` (an instance was given up, the former configuration serves), `failed` (an
    /// instance was given up, and there was nothing to go back to), `replaced` (by another change) or `stopped`.
    #[schema(value_type = String)]
    pub state: RolloutState,
    /// Why it failed; empty otherwise.
    pub cause: String,
    /// The service's state, as its details show it.
    #[schema(value_type = String)]
    pub status: ServiceStatus,
    /// Readiness in percent.
    pub progress: u32,
    /// What is wrong, or waited for; empty otherwise.
    pub error_msg: String,
}

/// How far a change has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RolloutState {
    /// Instances are on their way.
    Going,
    /// All instances became ready.
    Done,
    /// An instance was given up; the former configuration serves.
    RolledBack,
    /// An instance was given up, and there was no configuration to go back to.
    Failed,
    /// Another change followed before it had ended.
    Replaced,
    /// The service is to be stopped.
    Stopped,
}
