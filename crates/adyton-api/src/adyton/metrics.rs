//! `…/services/{service_id}/metrics`: what became of a service's requests over time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of a service's requests.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ServiceMetrics {
    /// `5m`, `1h`, `24h` or `7d`.
    pub range: String,
    /// When the first step begins.
    pub from: String,
    /// When the last step ends.
    pub until: String,
    /// How long a step is, in seconds.
    pub step_s: u64,
    /// Steps with calls, oldest first; in all others there were none.
    pub points: Vec<MetricsPoint>,
    /// All steps together.
    pub total: MetricsPoint,
}

/// What became of requests in a step.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct MetricsPoint {
    /// When it begins.
    pub at: String,
    /// How many requests there were, refused or not.
    pub calls: u64,
    /// How many failed.
    pub failed: u64,
    /// The failed ones by wire code (`APIG.0301`); those that the model itself answered with an error by status (`500`).
    pub failures: BTreeMap<String, u64>,
    /// The time that half of the requests did not exceed, in milliseconds; 7 % off at most.
    pub p50_ms: f64,
    /// The same of 95 of 100.
    pub p95_ms: f64,
    /// The same of 99 of 100.
    pub p99_ms: f64,
    /// The most instances that were ready, on one node.
    pub instances: u32,
}
