//! Services as ModelArts shows them (API Reference, "Querying the Details About a Service").

use std::collections::BTreeMap;

use adyton_core::address;
use adyton_core::service::{ServiceStatus, Version};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::operations::service::status::Seen;
use crate::plane::Plane;

/// A service in a list.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct ServiceSummary {
    /// Its id.
    service_id: String,
    /// Its name.
    service_name: String,
    /// What its owner says of it.
    description: String,
    /// The domain.
    tenant: String,
    /// The project.
    project: String,
    /// The user who made it.
    owner: String,
    /// `real-time`.
    infer_type: String,
    /// `deploying`, `running`, `concerning`, `failed`, `stopping`, `stopped` or `deleting`.
    status: String,
    /// Readiness in percent.
    progress: u32,
    /// When it was made, in milliseconds since 1970.
    publish_at: i64,
    /// When it was last changed, in milliseconds since 1970.
    update_time: i64,
    /// When its state last changed, in milliseconds since 1970.
    transition_at: i64,
    /// Calls that reached an instance of this node since the service was made; a node that is killed forgets at most the last half minute.
    invocation_times: u64,
    /// Those of them that failed.
    failed_times: u64,
    /// `false`: services are not shared between projects.
    is_shared: bool,
    /// `0`.
    workspace_id: String,
    /// The API that it is, as API Gateway's addresses name it.
    api_id: String,
    /// Why it failed, if it did.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    error_msg: String,
}

/// A service in full.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct ServiceShown {
    #[serde(flatten)]
    summary: ServiceSummary,
    /// The API address. Custom paths of the model's `config.json` are added to it.
    access_address: String,
    /// Its model versions.
    config: Vec<VersionShown>,
    /// Timers: none in this version.
    schedule: Vec<String>,
    /// Settings of its API.
    additional_properties: PropertiesShown,
}

/// Settings of a service's API.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct PropertiesShown {
    /// Calls a second; `null` is the server's default, 0 no limit.
    calls_per_second: Option<u32>,
    /// Whether apps may call it.
    app_auth: bool,
    /// Whether AppCodes count.
    app_code: bool,
}

/// A model version of a service.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct VersionShown {
    /// The model.
    model_id: String,
    /// Its name; empty if it was deleted.
    model_name: String,
    /// Its version.
    model_version: String,
    /// Its share of the traffic, 0 to 100.
    weight: u32,
    /// `specification`, as given.
    specification: String,
    /// How many instances are wanted.
    instance_count: u32,
    /// Environment of the model's program.
    envs: BTreeMap<String, String>,
    /// How long an instance may take until it is ready, in seconds.
    deploy_timeout_in_seconds: u32,
    /// `ready`, `concerning` or `notReady`.
    status: String,
    /// How many instances are ready.
    ready_instances: usize,
    /// `false`.
    scaling: bool,
}

impl ServiceSummary {
    /// What a list shows.
    pub(crate) fn new(plane: &Plane, seen: &Seen) -> Self {
        let service = &seen.service;
        let live = plane.feed.cell().load();
        let calls = plane.instances.calls(service.id, None);
        let is_awry = matches!(
            seen.status,
            ServiceStatus::Failed | ServiceStatus::Concerning | ServiceStatus::Deploying
        );
        Self {
            service_id: service.id.to_string(),
            service_name: service.name.clone(),
            description: service.description.clone(),
            tenant: live
                .project(service.project)
                .map(|project| project.domain.to_string())
                .unwrap_or_default(),
            project: service.project.to_string(),
            owner: service.owner.clone(),
            infer_type: "real-time".to_owned(),
            status: seen.status.name().to_owned(),
            progress: seen.progress,
            publish_at: service.created_at.millis(),
            update_time: service.updated_at.millis(),
            transition_at: seen
                .seen
                .as_ref()
                .map_or(service.updated_at, |seen| seen.transition_at)
                .millis(),
            invocation_times: calls.all,
            failed_times: calls.failed,
            is_shared: false,
            workspace_id: "0".to_owned(),
            api_id: service.api.to_string(),
            error_msg: seen
                .seen
                .as_ref()
                .filter(|_| is_awry)
                .map(|seen| seen.error.clone())
                .unwrap_or_default(),
        }
    }
}

impl ServiceShown {
    /// Everything.
    pub(crate) fn new(plane: &Plane, seen: &Seen) -> Self {
        let service = &seen.service;
        let config = (0..service.versions.len())
            .filter_map(|at| VersionShown::new(plane, seen, at))
            .collect();
        Self {
            summary: ServiceSummary::new(plane, seen),
            access_address: address(plane, seen),
            config,
            schedule: Vec::new(),
            additional_properties: PropertiesShown {
                calls_per_second: service.calls_per_second,
                app_auth: service.app_auth,
                app_code: service.app_code,
            },
        }
    }
}

impl VersionShown {
    fn new(plane: &Plane, seen: &Seen, at: usize) -> Option<Self> {
        let version: &Version = seen.service.versions.get(at)?;
        let live = plane.feed.cell().load();
        let model = live.model(version.model);
        Some(Self {
            model_id: version.model.to_string(),
            model_name: model.map(|model| model.name.clone()).unwrap_or_default(),
            model_version: model.map(|model| model.version.clone()).unwrap_or_default(),
            weight: version.weight,
            specification: version.specification.clone(),
            instance_count: version.instance_count,
            envs: version.envs.clone(),
            deploy_timeout_in_seconds: version.deploy_timeout_seconds,
            status: seen.version_status(at).to_owned(),
            ready_instances: seen.ready(at),
            scaling: false,
        })
    }
}

/// The API address of a service.
pub(crate) fn address(plane: &Plane, seen: &Seen) -> String {
    format!(
        "{}{}",
        plane.settings.gateway_url.trim_end_matches('/'),
        address::of_service(seen.service.id)
    )
}
