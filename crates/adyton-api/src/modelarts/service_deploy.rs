//! `/v1/{project_id}/services`: what deploying and changing a service takes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::lenient::{Number, Unsupported};

/// A service to be deployed.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceDeploy {
    /// 1 to 64 letters, digits, `_` and `-`; unique in the project.
    pub service_name: String,
    /// At most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `real-time`.
    pub infer_type: String,
    /// `0`, the only workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace_id: Option<Number>,
    /// Its model versions; their weights add up to 100.
    pub config: Vec<VersionWanted>,
    /// Settings of its API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_properties: Option<PropertiesWanted>,
    /// Timers.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub schedule: Unsupported,
    /// How calls are spread over instances; `ROUND_ROBIN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_balancer_policy: Option<String>,
    /// Resource pool.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub pool_name: Unsupported,
    /// Cluster.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub cluster_id: Unsupported,
    /// Virtual network.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub vpc_id: Unsupported,
    /// Subnet.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub subnet_network_id: Unsupported,
    /// Security group.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub security_group_id: Unsupported,
}

/// What to change; `status` wins over everything else.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceUpdate {
    /// `running` or `stopped`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Another description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Other model versions: a rolling update.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Vec<VersionWanted>>,
    /// Settings of its API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_properties: Option<PropertiesWanted>,
    /// Timers.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub schedule: Unsupported,
}

/// A model version of a service.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionWanted {
    /// The model.
    pub model_id: String,
    /// Its share of the traffic, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Number>,
    /// A flavor of `/services/specifications`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specification: Option<String>,
    /// 1 to 128 instances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_count: Option<Number>,
    /// Environment of the model's program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envs: Option<BTreeMap<String, String>>,
    /// How long an instance may take until it is ready, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deploy_timeout_in_seconds: Option<Number>,
    /// Own amounts of CPU and memory.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub custom_spec: Unsupported,
    /// How a rolling update goes.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub additional_properties: Unsupported,
    /// Cluster.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub cluster_id: Unsupported,
    /// Resource pool.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub pool_name: Unsupported,
}

/// Settings of a service's API.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PropertiesWanted {
    /// Calls a second; 0 is no limit; `null` the server's default.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>)]
    pub calls_per_second: Option<Option<Number>>,
    /// Whether apps may call it; the first authorisation turns it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_auth: Option<bool>,
    /// Whether apps may call with an AppCode; `true` unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_code: Option<bool>,
}

/// What was deployed.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ServiceDeployed {
    /// The service.
    pub service_id: String,
    /// Resources that are billed: none.
    pub resource_ids: Vec<String>,
}

/// Tells a `null` from a field that is left out.
fn given<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<Number>>, D::Error> {
    Option::<Number>::deserialize(from).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_not_sent_and_what_is_sent_is_taken() {
        let wanted = ServiceDeploy {
            service_name: "iris".to_owned(),
            infer_type: "real-time".to_owned(),
            config: vec![VersionWanted {
                model_id: "m".to_owned(),
                instance_count: Some(Number(2)),
                ..VersionWanted::default()
            }],
            ..ServiceDeploy::default()
        };
        let sent = serde_json::to_string(&wanted).unwrap();
        assert_eq!(
            sent,
            r#"{"service_name":"iris","infer_type":"real-time","config":[{"model_id":"m","instance_count":2}]}"#
        );
        let taken: ServiceDeploy = serde_json::from_str(&sent).unwrap();
        assert_eq!(taken.config[0].instance_count, Some(Number(2)));
    }

    #[test]
    fn a_throttle_of_null_is_not_a_throttle_that_is_left_out() {
        let read = |text: &str| {
            serde_json::from_str::<PropertiesWanted>(text)
                .unwrap()
                .calls_per_second
        };
        assert_eq!(read("{}"), None);
        assert_eq!(read(r#"{"calls_per_second":null}"#), Some(None));
        assert_eq!(read(r#"{"calls_per_second":"7"}"#), Some(Some(Number(7))));
        let no_limit = PropertiesWanted {
            calls_per_second: Some(None),
            ..PropertiesWanted::default()
        };
        assert_eq!(
            serde_json::to_string(&no_limit).unwrap(),
            r#"{"calls_per_second":null}"#
        );
    }

    #[test]
    fn a_field_that_nobody_knows_is_refused() {
        let wrong = serde_json::from_str::<ServiceUpdate>(r#"{"satus":"running"}"#);
        assert!(wrong.is_err_and(|error| error.to_string().contains("satus")));
    }
}
