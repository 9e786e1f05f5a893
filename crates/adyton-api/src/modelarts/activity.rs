//! `/v1/{project_id}/services/{service_id}/events|logs|monitor`: what happened to a service, and how it does.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::services::VersionSettings;

/// A page of events.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct EventList {
    /// The service.
    pub service_id: String,
    /// Its name.
    pub service_name: String,
    /// How many there are.
    pub total_count: u64,
    /// How many are on this page.
    pub count: usize,
    /// The events, newest first.
    pub events: Vec<EventShown>,
}

/// An event.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct EventShown {
    /// `normal` or `abnormal`.
    pub event_type: String,
    /// What happened.
    pub event_info: String,
    /// When, in milliseconds since 1970.
    pub occur_time: i64,
}

/// The update history.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct UpdateList {
    /// The service.
    pub service_id: String,
    /// Its name.
    pub service_name: String,
    /// The updates, newest first.
    pub logs: Vec<UpdateShown>,
}

/// An update.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct UpdateShown {
    /// When, in milliseconds since 1970.
    pub update_time: i64,
    /// `RUNNING`, `SUCCESS` or `FAIL`.
    pub result: String,
    /// Why it failed; left out if it did not, or if another change overtook or interrupted it.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub error_msg: String,
    /// The generation that the service had from then on.
    pub generation: u64,
    /// The versions that it was given.
    pub config: Vec<VersionSettings>,
}

/// How a service does.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct MonitorShown {
    /// The service.
    pub service_id: String,
    /// Its name.
    pub service_name: String,
    /// One entry a model.
    pub monitors: Vec<ModelMonitor>,
}

/// How a model of a service does.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ModelMonitor {
    /// The model.
    pub model_id: String,
    /// Its name; empty if it was deleted.
    pub model_name: String,
    /// Its version.
    pub model_version: String,
    /// Calls that reached an instance of this node since the service was made; a node that is killed forgets at most the last half minute.
    pub invocation_times: u64,
    /// Those of them that failed.
    pub failed_times: u64,
    /// Instances that are wanted.
    pub model_instance_count: u32,
    /// Instances that are ready.
    pub model_running_instance_count: usize,
    /// Processor cores that its instances on this node use now, as a number of cores: `0.5` is half of one. Left out while nothing is
    /// known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_core_usage: Option<f64>,
    /// Memory of its instances' processes on this node, in MB; left out where none has a process of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_memory_usage: Option<f64>,
    /// Its instances.
    pub instances: Vec<InstanceShown>,
}

/// An instance, as the reconciler sees it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct InstanceShown {
    /// Its id.
    pub instance_id: String,
    /// `starting`, `ready`, `down`, `draining` or `failed`.
    pub status: String,
    /// Where it runs.
    pub place: String,
    /// How often it was restarted.
    pub restarts: u32,
    /// Why it is not ready, if it is not.
    pub note: String,
    /// The share of one processor core that it took since it was last looked at, in percent; measured as `cpu_percent` of the service's
    /// metrics is. Left out while nothing is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_percent: Option<f64>,
    /// The memory of its processes in RAM, in bytes. Left out of a model in the server, which holds it together with all else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
}
