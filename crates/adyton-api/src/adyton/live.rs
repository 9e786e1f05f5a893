//! `…/live`: what happens in a project, as it happens: server-sent events. Each has a name, and a document of one of these types;
//! `request` has a [`RequestShown`](super::requests::RequestShown).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `service`: a service has changed, or what is seen of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ServiceNews {
    /// The service.
    pub service_id: String,
    /// Its name.
    pub service_name: String,
    /// Its state, such as `running`; `deleted` once it is gone.
    pub status: String,
    /// Counts its changes.
    pub generation: u64,
    /// Readiness in percent while it is being deployed.
    pub progress: u32,
    /// How many instances are ready.
    pub ready_instances: usize,
    /// Why it failed; empty otherwise.
    pub error_msg: String,
}

/// `more`: so many requests of the project were not told one by one; the list has them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct MoreRequests {
    /// How many.
    pub requests: u64,
}
