//! `POST …/services` and `PUT …/services/{service_id}`: deploy and change a service. What its fields must be is said by the
//! operation; here are only the fields that ask for what this version does not have.

use adyton_api::modelarts::service_deploy::{
    PropertiesWanted, ServiceDeploy, ServiceDeployed, ServiceUpdate, VersionWanted,
};
use adyton_api::modelarts::services::Done;
use adyton_core::id::{ModelId, ServiceId};
use adyton_core::service::Wanted;

use crate::call::Call;
use crate::endpoint::{Body, Json, WithHeaders};
use crate::failure::{Failure, OperationResult, Thing};
use crate::ignored;
use crate::operations::service::{
    self,
    rules::{AskedChange, AskedProperties, AskedService, AskedVersion},
};

/// `POST …/services`
pub(crate) async fn deploy(
    call: Call,
    Body(wanted): Body<ServiceDeploy>,
) -> OperationResult<Json<ServiceDeployed>> {
    if wanted.infer_type != "real-time" {
        return Err(Failure::invalid(
            "infer_type",
            (
                "must be `real-time` in this version",
                "本版本中必须为 `real-time`",
            ),
        ));
    }
    if wanted.workspace_id.is_some_and(|id| id.0 != 0) {
        return Err(Failure::invalid(
            "workspace_id",
            (
                "must be 0: there are no other workspaces",
                "必须为 0：没有其他工作空间",
            ),
        ));
    }
    if wanted
        .load_balancer_policy
        .is_some_and(|policy| policy != "ROUND_ROBIN")
    {
        return Err(Failure::invalid(
            "load_balancer_policy",
            (
                "must be `ROUND_ROBIN` in this version",
                "本版本中必须为 `ROUND_ROBIN`",
            ),
        ));
    }
    let asked = AskedService {
        project: call.project()?,
        owner: call.actor.user_name(),
        name: wanted.service_name,
        description: wanted.description,
        versions: versions(wanted.config)?,
        properties: properties(wanted.additional_properties),
    };
    let service = service::deploy(&call.shared, asked).await?;
    call.audit.made(&service);
    Ok(Json(ServiceDeployed {
        service_id: service.id.to_string(),
        resource_ids: Vec::new(),
    }))
}

/// `PUT …/services/{service_id}`
pub(crate) async fn update(
    call: Call,
    Body(wanted): Body<ServiceUpdate>,
) -> OperationResult<WithHeaders<Done>> {
    let id: ServiceId = call.parameter("service_id", Thing::Service)?;
    let ignored = ignored::headers(&beside_status(&wanted));
    let change = match wanted.status.as_deref() {
        Some("running") => started(Wanted::Running),
        Some("stopped") => started(Wanted::Stopped),
        Some(_) => {
            return Err(Failure::invalid(
                "status",
                ("must be `running` or `stopped`", "必须为 `running` 或 `stopped`"),
            ));
        }
        None => AskedChange {
            wanted: None,
            description: wanted.description,
            versions: wanted.config.map(versions).transpose()?,
            properties: properties(wanted.additional_properties),
        },
    };
    let before = call.actor.live.service(id);
    let service = service::update(&call.shared, call.project()?, id, change).await?;
    call.audit.changed(before.map(|before| &before.service), &service);
    Ok(WithHeaders(Done {}, ignored))
}

/// The fields that count for nothing: a service is started or stopped as it is.
fn beside_status(wanted: &ServiceUpdate) -> Vec<&'static str> {
    let fields = [
        ("description", wanted.description.is_some()),
        ("config", wanted.config.is_some()),
        ("additional_properties", wanted.additional_properties.is_some()),
    ];
    let given = fields
        .into_iter()
        .filter(|(_, is_given)| *is_given && wanted.status.is_some());
    given.map(|(name, _)| name).collect()
}

fn started(wanted: Wanted) -> AskedChange {
    AskedChange {
        wanted: Some(wanted),
        ..AskedChange::default()
    }
}

fn properties(wanted: Option<PropertiesWanted>) -> AskedProperties {
    let wanted = wanted.unwrap_or_default();
    AskedProperties {
        calls_per_second: wanted.calls_per_second.map(|given| given.map(|number| number.0)),
        app_auth: wanted.app_auth,
        app_code: wanted.app_code,
    }
}

fn versions(wanted: Vec<VersionWanted>) -> OperationResult<Vec<AskedVersion>> {
    wanted.into_iter().map(version).collect()
}

fn version(wanted: VersionWanted) -> OperationResult<AskedVersion> {
    let model = ModelId::parse(wanted.model_id.as_bytes())
        .ok_or_else(|| Failure::missing(Thing::Model, &wanted.model_id))?;
    Ok(AskedVersion {
        model,
        weight: wanted.weight.map(|number| number.0),
        instance_count: wanted.instance_count.map(|number| number.0),
        specification: wanted.specification,
        envs: wanted.envs,
        deploy_timeout_seconds: wanted.deploy_timeout_in_seconds.map(|number| number.0),
    })
}
