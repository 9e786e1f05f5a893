//! `POST …/services` and `PUT …/services/{service_id}`: deploy and change a service.

use std::collections::BTreeMap;

use adyton_core::id::{ModelId, ServiceId};
use adyton_core::service::{Version, Wanted};
use adyton_store::repository::{NewService, ServiceChange};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::call::Call;
use crate::endpoint::{Body, Json};
use crate::failure::{Failure, Outcome, Thing};
use crate::lenient::{Number, Unsupported};
use crate::operations::service;

/// How long an instance may take to be ready, if nothing is said, in seconds.
const DEPLOY_TIMEOUT: i64 = 1200;
/// The specification, if nothing is said.
const SPECIFICATION: &str = "modelarts.vm.cpu.2u";

/// A service to be deployed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceDeploy {
    /// 1 to 64 letters, digits, `_` and `-`; unique in the project.
    service_name: String,
    /// At most 100 characters.
    #[serde(default)]
    description: Option<String>,
    /// `real-time`.
    infer_type: String,
    /// `0`, the only workspace.
    #[serde(default)]
    workspace_id: Option<Number>,
    /// Its model versions; their weights add up to 100.
    config: Vec<VersionWanted>,
    /// Settings of its API.
    #[serde(default)]
    additional_properties: Option<PropertiesWanted>,
    /// Timers.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    schedule: Unsupported,
    /// How calls are spread over instances; `ROUND_ROBIN`.
    #[serde(default)]
    load_balancer_policy: Option<String>,
    /// Resource pool.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    pool_name: Unsupported,
    /// Cluster.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    cluster_id: Unsupported,
    /// Virtual network.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    vpc_id: Unsupported,
    /// Subnet.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    subnet_network_id: Unsupported,
    /// Security group.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    security_group_id: Unsupported,
}

/// What to change; `status` wins over everything else.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceUpdate {
    /// `running` or `stopped`.
    #[serde(default)]
    status: Option<String>,
    /// Another description.
    #[serde(default)]
    description: Option<String>,
    /// Other model versions: a rolling update.
    #[serde(default)]
    config: Option<Vec<VersionWanted>>,
    /// Settings of its API.
    #[serde(default)]
    additional_properties: Option<PropertiesWanted>,
    /// Timers.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    schedule: Unsupported,
}

/// A model version of a service.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VersionWanted {
    /// The model.
    model_id: String,
    /// Its share of the traffic, 0 to 100.
    #[serde(default)]
    weight: Option<Number>,
    /// A flavor of `/services/specifications`.
    #[serde(default)]
    specification: Option<String>,
    /// 1 to 128 instances.
    #[serde(default)]
    instance_count: Option<Number>,
    /// Environment of the model's program.
    #[serde(default)]
    envs: Option<BTreeMap<String, String>>,
    /// How long an instance may take until it is ready, in seconds.
    #[serde(default)]
    deploy_timeout_in_seconds: Option<Number>,
    /// Own amounts of CPU and memory.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    custom_spec: Unsupported,
    /// How a rolling update goes.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    additional_properties: Unsupported,
    /// Cluster.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    cluster_id: Unsupported,
    /// Resource pool.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    pool_name: Unsupported,
}

/// Settings of a service's API.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PropertiesWanted {
    /// Calls a second; 0 is no limit; `null` the server's default.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>)]
    calls_per_second: Option<Option<Number>>,
    /// Whether apps may call it; the first authorisation turns it on.
    #[serde(default)]
    app_auth: Option<bool>,
    /// Whether AppCodes count as an app's credential; `true` unless said otherwise.
    #[serde(default)]
    app_code: Option<bool>,
}

/// What was deployed.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct ServiceDeployed {
    /// The service.
    service_id: String,
    /// Resources that are billed: none.
    resource_ids: Vec<String>,
}

/// Nothing to say.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Done {}

/// Tells a `null` from a field that is left out.
fn given<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<Number>>, D::Error> {
    Option::<Number>::deserialize(from).map(Some)
}

/// `POST …/services`
pub(crate) async fn deploy(call: Call, Body(wanted): Body<ServiceDeploy>) -> Outcome<Json<ServiceDeployed>> {
    if wanted.infer_type != "real-time" {
        return Err(Failure::invalid(
            "infer_type",
            "must be `real-time` in this version",
        ));
    }
    if wanted.workspace_id.is_some_and(|id| id.0 != 0) {
        return Err(Failure::invalid(
            "workspace_id",
            "must be 0: there are no other workspaces",
        ));
    }
    if wanted
        .load_balancer_policy
        .is_some_and(|policy| policy != "ROUND_ROBIN")
    {
        return Err(Failure::invalid(
            "load_balancer_policy",
            "must be `ROUND_ROBIN` in this version",
        ));
    }
    let properties = wanted.additional_properties;
    let throttle = properties.as_ref().and_then(|set| set.calls_per_second);
    let new = NewService {
        project: call.project()?,
        name: wanted.service_name,
        description: wanted.description.unwrap_or_default(),
        wanted: Wanted::Running,
        versions: versions(wanted.config)?,
        calls_per_second: throttle.map_or(Ok(None), calls_per_second)?,
        app_auth: properties.as_ref().and_then(|set| set.app_auth).unwrap_or(false),
        app_code: properties.and_then(|set| set.app_code).unwrap_or(true),
        owner: call.user_name(),
    };
    let service = service::deploy::deploy(&call.plane, new).await?;
    Ok(Json(ServiceDeployed {
        service_id: service.id.to_string(),
        resource_ids: Vec::new(),
    }))
}

/// `PUT …/services/{service_id}`
pub(crate) async fn update(call: Call, Body(wanted): Body<ServiceUpdate>) -> Outcome<Json<Done>> {
    let id: ServiceId = call.parameter("service_id", Thing::Service)?;
    let change = match wanted.status.as_deref() {
        Some("running") => started(Wanted::Running),
        Some("stopped") => started(Wanted::Stopped),
        Some(_) => return Err(Failure::invalid("status", "must be `running` or `stopped`")),
        None => changed(wanted)?,
    };
    if change == ServiceChange::default() {
        return Err(Failure::invalid(
            "body",
            "must set `status`, `config`, `description` or `additional_properties`",
        ));
    }
    service::update::update(&call.plane, call.project()?, id, change).await?;
    Ok(Json(Done {}))
}

fn started(wanted: Wanted) -> ServiceChange {
    ServiceChange {
        wanted: Some(wanted),
        ..ServiceChange::default()
    }
}

fn changed(wanted: ServiceUpdate) -> Outcome<ServiceChange> {
    let properties = wanted.additional_properties;
    let throttle = properties.as_ref().and_then(|set| set.calls_per_second);
    Ok(ServiceChange {
        description: wanted.description,
        versions: wanted.config.map(versions).transpose()?,
        calls_per_second: throttle.map(calls_per_second).transpose()?,
        app_auth: properties.as_ref().and_then(|set| set.app_auth),
        app_code: properties.and_then(|set| set.app_code),
        ..ServiceChange::default()
    })
}

fn calls_per_second(given: Option<Number>) -> Outcome<Option<u32>> {
    given
        .map(|number| bounded("additional_properties.calls_per_second", number, 0..=1_000_000))
        .transpose()
}

fn versions(wanted: Vec<VersionWanted>) -> Outcome<Vec<Version>> {
    let alone = wanted.len() == 1;
    wanted
        .into_iter()
        .enumerate()
        .map(|(at, one)| version(at, one, alone))
        .collect()
}

fn version(at: usize, wanted: VersionWanted, alone: bool) -> Outcome<Version> {
    let field = |name: &str| format!("config[{at}].{name}");
    let model = ModelId::parse(wanted.model_id.as_bytes())
        .ok_or_else(|| Failure::missing(Thing::Model, &wanted.model_id))?;
    let weight = match (wanted.weight, alone) {
        (Some(weight), _) => weight,
        (None, true) => Number(100),
        (None, false) => {
            return Err(Failure::invalid(
                field("weight"),
                "must be set when there are several models",
            ));
        }
    };
    let specification = wanted.specification.unwrap_or_else(|| SPECIFICATION.to_owned());
    if !super::services::SPECIFICATIONS
        .iter()
        .any(|(name, _)| *name == specification)
    {
        return Err(Failure::invalid(
            field("specification"),
            "must be one of those that `GET …/services/specifications` lists",
        ));
    }
    let timeout = wanted.deploy_timeout_in_seconds.unwrap_or(Number(DEPLOY_TIMEOUT));
    Ok(Version {
        model,
        weight: bounded(&field("weight"), weight, 0..=100)?,
        instance_count: bounded(
            &field("instance_count"),
            wanted.instance_count.unwrap_or(Number(1)),
            1..=128,
        )?,
        specification,
        envs: wanted.envs.unwrap_or_default(),
        deploy_timeout_seconds: bounded(&field("deploy_timeout_in_seconds"), timeout, 1..=7200)?,
    })
}

fn bounded(field: &str, number: Number, range: std::ops::RangeInclusive<u32>) -> Outcome<u32> {
    u32::try_from(number.0)
        .ok()
        .filter(|value| range.contains(value))
        .ok_or_else(|| {
            Failure::invalid(
                field,
                format!("must be {} to {}, is {}", range.start(), range.end(), number.0),
            )
        })
}
