//! `/v1/{project_id}/services`: services as ModelArts shows them.

use std::collections::BTreeMap;

use adyton_core::service::ServiceStatus;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::models::PortShown;
use super::tags::TmsTag;

/// A service in a list.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ServiceSummary {
    /// Its id.
    pub service_id: String,
    /// Its name.
    pub service_name: String,
    /// What its owner says of it.
    pub description: String,
    /// The domain.
    pub tenant: String,
    /// The project.
    pub project: String,
    /// The user who made it.
    pub owner: String,
    /// `real-time`.
    pub infer_type: String,
    /// `deploying`, `running`, `concerning`, `failed`, `stopping`, `stopped` or `deleting`.
    #[schema(value_type = String)]
    pub status: ServiceStatus,
    /// Readiness in percent.
    pub progress: u32,
    /// When it was made, in milliseconds since 1970.
    pub publish_at: i64,
    /// When it was last changed, in milliseconds since 1970.
    pub update_time: i64,
    /// When its state last changed, in milliseconds since 1970.
    pub transition_at: i64,
    /// Calls that reached an instance of this node since the service was made; a node that is killed forgets at most the last half minute.
    pub invocation_times: u64,
    /// Those of them that failed.
    pub failed_times: u64,
    /// `false`: services are not shared between projects.
    pub is_shared: bool,
    /// `0`.
    pub workspace_id: String,
    /// The API that it is, as API Gateway's addresses name it.
    pub api_id: String,
    /// The API address. Custom paths of the model's `config.json` are added to it.
    pub access_address: String,
    /// Its tags, by key.
    #[serde(default)]
    pub tags: Vec<TmsTag>,
    /// Why it failed, if it did.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub error_msg: String,
}

/// A service in full.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ServiceShown {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: ServiceSummary,
    /// Its model versions.
    pub config: Vec<VersionShown>,
    /// Timers: none in this version.
    pub schedule: Vec<String>,
    /// Settings of its API.
    pub additional_properties: PropertiesShown,
}

/// Settings of a service's API.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct PropertiesShown {
    /// Calls a second; `null` is the server's default, 0 no limit.
    pub calls_per_second: Option<u32>,
    /// Whether apps may call it.
    pub app_auth: bool,
    /// Whether AppCodes count.
    pub app_code: bool,
}

/// A model version as a service was given it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct VersionSettings {
    /// The model.
    pub model_id: String,
    /// Its name; empty if it was deleted.
    pub model_name: String,
    /// Its version.
    pub model_version: String,
    /// Its share of the traffic, 0 to 100.
    pub weight: u32,
    /// `specification`, as given.
    pub specification: String,
    /// How many instances are wanted.
    pub instance_count: u32,
    /// Environment of the model's program.
    pub envs: BTreeMap<String, String>,
}

/// A model version of a service, and how it does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct VersionShown {
    /// As it was given.
    #[serde(flatten)]
    pub settings: VersionSettings,
    /// How long an instance may take until it is ready, in seconds.
    pub deploy_timeout_in_seconds: u32,
    /// `ready`, `concerning` or `notReady`.
    pub status: String,
    /// How many instances are ready.
    pub ready_instances: usize,
    /// `false`.
    pub scaling: bool,
    /// What an ONNX model takes.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub inputs: Vec<PortShown>,
    /// What an ONNX model gives.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub outputs: Vec<PortShown>,
}

/// A page of services.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ServiceList {
    /// How many there are.
    pub total_count: u64,
    /// How many are on this page.
    pub count: usize,
    /// The services.
    pub services: Vec<ServiceSummary>,
}

/// What services can run on.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SpecificationList {
    /// The specifications.
    pub specifications: Vec<SpecificationShown>,
}

/// One specification.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SpecificationShown {
    /// Its name.
    pub specification: String,
    /// What it is.
    pub display_en: String,
    /// `normal`.
    pub spec_status: String,
    /// `true`: it can be chosen.
    pub is_open: bool,
    /// `false`: nothing is billed.
    pub is_free: bool,
}

/// Nothing to say.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Done {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_one_flat_object_with_the_settings_first() {
        let version = VersionShown {
            settings: VersionSettings {
                model_id: "m".to_owned(),
                model_name: "iris".to_owned(),
                model_version: "0.0.1".to_owned(),
                weight: 100,
                specification: String::new(),
                instance_count: 1,
                envs: BTreeMap::new(),
            },
            deploy_timeout_in_seconds: 1200,
            status: "ready".to_owned(),
            ready_instances: 1,
            scaling: false,
            inputs: Vec::new(),
            outputs: Vec::new(),
        };
        let text = serde_json::to_string(&version).unwrap();
        assert_eq!(
            text,
            r#"{"model_id":"m","model_name":"iris","model_version":"0.0.1","weight":100,"specification":"","instance_count":1,"envs":{},"deploy_timeout_in_seconds":1200,"status":"ready","ready_instances":1,"scaling":false}"#
        );
        assert_eq!(serde_json::from_str::<VersionShown>(&text).unwrap(), version);
    }
}
