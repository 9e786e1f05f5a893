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
    /// Steps with calls or with instances that took something, oldest first; in all others there was neither.
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
    /// What each instance took of the machine, those that took most where there are more than 128. Looked at once a minute, and when
    /// somebody asks; empty before that was measured.
    #[serde(default)]
    pub usage: Vec<UsagePoint>,
}

/// What an instance took of the machine in a step.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct UsagePoint {
    /// The instance.
    pub instance_id: String,
    /// Processor time in seconds. Of a program: that of all its processes. Of a model in a process of its own: that of the process,
    /// in equal parts where several instances share it, and of its calls in the server. Of a model in the server: that of the threads
    /// which worked on its calls; the further threads of ONNX Runtime, which all models share, are not in it.
    pub cpu_s: f64,
    /// The same as a share of one processor core, in percent, while it was looked at: 200 is two cores.
    pub cpu_percent: f64,
    /// The most memory in RAM that it had when it was looked at, in bytes, in equal parts where several instances share a process.
    /// What processes of a program share is counted for each. Left out of a model in the server, which holds it together with all else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
}
