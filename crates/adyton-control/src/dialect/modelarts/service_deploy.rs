//! `POST …/services` and `PUT …/services/{service_id}`: deploy and change a service.

use adyton_api::lenient::Number;
use adyton_api::modelarts::services::{Done, ServiceDeploy, ServiceDeployed, ServiceUpdate, VersionWanted};
use adyton_core::id::{ModelId, ServiceId};
use adyton_core::service::{Version, Wanted};
use adyton_store::repository::{NewService, ServiceChange};

use crate::call::Call;
use crate::endpoint::{Body, Json};
use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::service;

/// How long an instance may take to be ready, if nothing is said, in seconds.
const DEPLOY_TIMEOUT: i64 = 1200;
/// The specification, if nothing is said.
const SPECIFICATION: &str = "modelarts.vm.cpu.2u";

/// `POST …/services`
pub(crate) async fn deploy(
    call: Call,
    Body(wanted): Body<ServiceDeploy>,
) -> OperationResult<Json<ServiceDeployed>> {
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
        owner: call.actor.user_name(),
    };
    let service = service::deploy::deploy(&call.plane, new).await?;
    Ok(Json(ServiceDeployed {
        service_id: service.id.to_string(),
        resource_ids: Vec::new(),
    }))
}

/// `PUT …/services/{service_id}`
pub(crate) async fn update(call: Call, Body(wanted): Body<ServiceUpdate>) -> OperationResult<Json<Done>> {
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

fn changed(wanted: ServiceUpdate) -> OperationResult<ServiceChange> {
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

fn calls_per_second(given: Option<Number>) -> OperationResult<Option<u32>> {
    given
        .map(|number| bounded("additional_properties.calls_per_second", number, 0..=1_000_000))
        .transpose()
}

fn versions(wanted: Vec<VersionWanted>) -> OperationResult<Vec<Version>> {
    let alone = wanted.len() == 1;
    wanted
        .into_iter()
        .enumerate()
        .map(|(at, one)| version(at, one, alone))
        .collect()
}

fn version(at: usize, wanted: VersionWanted, alone: bool) -> OperationResult<Version> {
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

fn bounded(field: &str, number: Number, range: std::ops::RangeInclusive<u32>) -> OperationResult<u32> {
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
