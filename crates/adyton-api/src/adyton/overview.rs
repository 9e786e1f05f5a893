//! `…/overview`: how everything of a project does, in one answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::audit::AuditShown;

/// How everything of a project does.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ProjectOverview {
    /// When all this was so: ISO 8601.
    pub at: String,
    /// Its services.
    pub services: ServicesOverview,
    /// What became of the last hour's requests.
    pub calls: CallsOverview,
    /// The codes that the last hour's requests failed with most often, at most 5; `null` for whoever may not list requests.
    pub refused: Option<Vec<RefusedCode>>,
    /// What was changed last, newest first, at most 10; `null` for whoever may not list the audit trail.
    pub changes: Option<Vec<AuditShown>>,
    /// The server.
    pub server: ServerShown,
}

/// The services of a project.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ServicesOverview {
    /// How many there are.
    pub total: usize,
    /// How many are in which state; a state that none is in is left out.
    pub by_status: BTreeMap<String, usize>,
    /// Instances that are wanted.
    pub wanted_instances: u64,
    /// Instances that are ready.
    pub ready_instances: u64,
    /// Services that failed, lack instances or are being deployed, in this order, at most 20.
    pub attention: Vec<ServiceAttention>,
}

/// A service that somebody should look at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ServiceAttention {
    /// The service.
    pub service_id: String,
    /// Its name.
    pub service_name: String,
    /// `failed`, `concerning` or `deploying`.
    pub status: String,
    /// Readiness in percent while it is being deployed.
    pub progress: u32,
    /// Instances that are wanted.
    pub wanted_instances: u64,
    /// Instances that are ready.
    pub ready_instances: u64,
    /// Why it failed; empty otherwise.
    pub error_msg: String,
}

/// What became of the requests to all services in a span of time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct CallsOverview {
    /// When it begins: an hour before it ends, or later where so many services are called that less is looked at.
    pub from: String,
    /// When it ends.
    pub until: String,
    /// How many requests there were, refused or not.
    pub calls: u64,
    /// How many failed.
    pub failed: u64,
    /// The time that half of the requests did not exceed, in milliseconds; 7 % off at most.
    pub p50_ms: f64,
    /// The same of 95 of 100.
    pub p95_ms: f64,
    /// The same of 99 of 100.
    pub p99_ms: f64,
    /// By service: most failed first, then most called, at most 10.
    pub services: Vec<ServiceCalls>,
}

/// What became of the requests to a service.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ServiceCalls {
    /// The service.
    pub service_id: String,
    /// Its name.
    pub service_name: String,
    /// How many requests there were.
    pub calls: u64,
    /// How many failed.
    pub failed: u64,
    /// The time that 95 of 100 did not exceed, in milliseconds.
    pub p95_ms: f64,
}

/// How often requests failed with a code.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct RefusedCode {
    /// The wire code (`APIG.0301`); the status (`500`) of what the model itself answered.
    pub code: String,
    /// How often.
    pub count: u64,
    /// The sub-code of the newest of them that is in the journal; `null` for what a model answered.
    pub reason: Option<String>,
    /// The id of the newest of them that is in the journal; `null` if none is.
    pub request_id: Option<String>,
}

/// The server that answers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ServerShown {
    /// Its version.
    pub version: String,
    /// For how many seconds it has been running.
    pub uptime_s: u64,
    /// Whether it is ready.
    pub ready: bool,
    /// What it waits for where it is not.
    pub waiting_for: Vec<String>,
    /// What is free on the disk of the data folder; `null` for whoever may not read the server's metrics.
    pub disk_free_bytes: Option<u64>,
    /// What that disk holds in all; the same.
    pub disk_total_bytes: Option<u64>,
}
