//! `/v2/{project_id}/apigw/instances` and the environments: every project sees the gateway as one instance that has the
//! project's id, with one environment, `RELEASE`.

use adyton_api::apig::instances::{EnvironmentList, EnvironmentShown, GatewayShown, InstanceList};
use adyton_core::id::ProjectId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::shapes;
use crate::call::Call;
use crate::endpoint::{Json, Query};
use crate::failure::OperationResult;

/// Which ones; both lists hold at most one entry.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneOfQuery {
    /// How many to pass over.
    offset: Option<i64>,
    /// How many to give.
    limit: Option<i64>,
    /// Only with such a name.
    name: Option<String>,
}

fn gateway(call: &Call, project: ProjectId) -> GatewayShown {
    GatewayShown {
        id: project.to_string(),
        project_id: project.to_string(),
        instance_name: "adyton".to_owned(),
        status: "Running".to_owned(),
        instance_status: 6,
        r#type: "apig".to_owned(),
        spec: "BASIC".to_owned(),
        ingress_url: call.shared.settings().gateway_url.clone(),
    }
}

/// `GET …/instances`
pub(crate) async fn list(call: Call, Query(query): Query<OneOfQuery>) -> OperationResult<Json<InstanceList>> {
    let project = call.project()?;
    let fits = |one: &GatewayShown| {
        let name = query.name.as_ref();
        name.is_none_or(|name| one.instance_name.contains(name))
    };
    let all: Vec<GatewayShown> = Some(gateway(&call, project)).into_iter().filter(fits).collect();
    let total = all.len();
    let instances = shapes::page(query.offset, query.limit).of(all).items;
    Ok(Json(InstanceList {
        total,
        size: instances.len(),
        instances,
    }))
}

/// `GET …/instances/{instance_id}`. That the id is the project's was checked with the path.
pub(crate) async fn show(call: Call) -> OperationResult<Json<GatewayShown>> {
    let project = call.project()?;
    Ok(Json(gateway(&call, project)))
}

/// `GET …/instances/{instance_id}/envs`
pub(crate) async fn environments(
    _: Call,
    Query(query): Query<OneOfQuery>,
) -> OperationResult<Json<EnvironmentList>> {
    let release = EnvironmentShown {
        id: shapes::RELEASE_ID.to_owned(),
        name: shapes::RELEASE.to_owned(),
        remark: "where the APIs of services are published".to_owned(),
    };
    let fits = |one: &EnvironmentShown| query.name.as_ref().is_none_or(|name| one.name == *name);
    let all: Vec<EnvironmentShown> = Some(release).into_iter().filter(fits).collect();
    let total = all.len();
    let envs = shapes::page(query.offset, query.limit).of(all).items;
    Ok(Json(EnvironmentList {
        total,
        size: envs.len(),
        envs,
    }))
}
