//! `…/app-auths`: authorise apps for APIs, take that back, and see who may call what.

use adyton_api::apig::app_auths::{
    AuthCreate, AuthCreated, AuthList, AuthMade, AuthResult, AuthShown, UnboundApi, UnboundList,
};
use adyton_core::audit::AuditedKind;
use adyton_core::id::{ApiId, AppId, AuthorisationId};
use adyton_core::service::Service;
use adyton_core::tenant::Authorisation;
use adyton_store::repository::{Bound, BoundFilter};
use serde::Deserialize;
use utoipa::IntoParams;

use super::apis::address_path;
use super::shapes;
use crate::call::Call;
use crate::dialect::modelarts::service_shapes;
use crate::endpoint::{Body, Json, Query};
use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::authorisation;
use crate::shared::Shared;

/// What an app may call.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct BindedApisQuery {
    /// The app.
    app_id: String,
    /// Only this API.
    api_id: Option<String>,
    /// Only such a name of an API.
    api_name: Option<String>,
    /// Only this environment.
    env_id: Option<String>,
    /// How many to pass over.
    offset: Option<i64>,
    /// How many to give.
    limit: Option<i64>,
}

/// Who may call an API.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct BindedAppsQuery {
    /// The API.
    api_id: String,
    /// Only this app.
    app_id: Option<String>,
    /// Only such a name of an app.
    app_name: Option<String>,
    /// Only this environment.
    env_id: Option<String>,
    /// How many to pass over.
    offset: Option<i64>,
    /// How many to give.
    limit: Option<i64>,
}

/// What an app may not call yet.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnbindedApisQuery {
    /// The app.
    app_id: String,
    /// The environment.
    env_id: Option<String>,
    /// Only such a name of an API.
    api_name: Option<String>,
    /// How many to pass over.
    offset: Option<i64>,
    /// How many to give.
    limit: Option<i64>,
}

fn auth_made(made: &Authorisation) -> AuthMade {
    AuthMade {
        id: made.id.to_string(),
        app_id: made.app.to_string(),
        api_id: made.api.to_string(),
        auth_result: AuthResult {
            status: "SUCCESS".to_owned(),
        },
        auth_time: shapes::time(made.created_at),
        auth_role: shapes::AUTH_ROLE.to_owned(),
        auth_tunnel: shapes::AUTH_TUNNEL.to_owned(),
    }
}

fn auth_shown(shared: &Shared, bound: &Bound) -> AuthShown {
    AuthShown {
        id: bound.authorisation.id.to_string(),
        api_id: bound.service.api.to_string(),
        api_name: bound.service.name.clone(),
        api_type: 1,
        api_remark: bound.service.description.clone(),
        service_id: bound.service.id.to_string(),
        access_address: service_shapes::address(shared, &bound.service),
        app_id: bound.app.id.to_string(),
        app_name: bound.app.name.clone(),
        app_remark: bound.app.remark.clone(),
        app_type: "apig".to_owned(),
        app_creator: "USER".to_owned(),
        auth_time: shapes::time(bound.authorisation.created_at),
        auth_role: shapes::AUTH_ROLE.to_owned(),
        auth_tunnel: shapes::AUTH_TUNNEL.to_owned(),
        group_name: shapes::GROUP.to_owned(),
        run_env_name: shapes::RELEASE.to_owned(),
        run_env_id: shapes::RELEASE_ID.to_owned(),
        env_id: shapes::RELEASE_ID.to_owned(),
    }
}

fn unbound_api(service: &Service) -> UnboundApi {
    UnboundApi {
        id: service.api.to_string(),
        name: service.name.clone(),
        remark: service.description.clone(),
        r#type: 1,
        req_uri: address_path(service),
        auth_type: super::apis::auth_type(service).to_owned(),
        group_name: shapes::GROUP.to_owned(),
        run_env_name: shapes::RELEASE.to_owned(),
        run_env_id: shapes::RELEASE_ID.to_owned(),
    }
}

/// `POST …/app-auths`
pub(crate) async fn create(call: Call, Body(wanted): Body<AuthCreate>) -> OperationResult<Json<AuthCreated>> {
    environment(Some(&wanted.env_id))?;
    let apps = wanted
        .app_ids
        .iter()
        .map(|text| app(text))
        .collect::<OperationResult<Vec<_>>>()?;
    let apis = wanted
        .api_ids
        .iter()
        .map(|text| api(text))
        .collect::<OperationResult<Vec<_>>>()?;
    let made = authorisation::give(&call.shared, call.project()?, &apps, &apis).await?;
    let ids: Vec<String> = made.iter().map(|made| made.id.to_string()).collect();
    let ends: Vec<_> = made.iter().map(|made| between(&call, made)).collect();
    let names: Vec<String> = ends.iter().map(|(app, api)| name(app, api)).collect();
    call.audit
        .about(AuditedKind::Authorisation, ids.join(","), &names.join(", "));
    for (app, api) in ends {
        call.audit.field("app", None, Some(app));
        call.audit.field("api", None, Some(api));
    }
    Ok(Json(AuthCreated {
        auths: made.iter().map(auth_made).collect(),
    }))
}

/// `DELETE …/app-auths/{app_auth_id}`
pub(crate) async fn delete(call: Call) -> OperationResult<()> {
    let id: AuthorisationId = call.parameter("app_auth_id", Thing::Authorisation)?;
    authorisation::take(&call.shared, call.project()?, id).await?;
    if let Some(gone) = call.actor.live.authorisations().find(|one| one.id == id) {
        let (app, api) = between(&call, gone);
        call.audit
            .about(AuditedKind::Authorisation, id, &name(&app, &api));
        call.audit.field("app", Some(app), None);
        call.audit.field("api", Some(api), None);
    }
    Ok(())
}

/// What an authorisation is called in the audit trail: it has no name of its own.
fn name(app: &str, api: &str) -> String {
    format!("{app} → {api}")
}

/// The names of the app and the API of an authorisation.
fn between(call: &Call, authorisation: &Authorisation) -> (String, String) {
    let live = &call.actor.live;
    let app = live.app(authorisation.app).map(|app| app.name.clone());
    let api = live.api(authorisation.api).map(|api| api.name.clone());
    (
        app.unwrap_or_else(|| authorisation.app.to_string()),
        api.unwrap_or_else(|| authorisation.api.to_string()),
    )
}

/// `GET …/app-auths/binded-apis`
pub(crate) async fn binded_apis(
    call: Call,
    Query(query): Query<BindedApisQuery>,
) -> OperationResult<Json<AuthList>> {
    environment(query.env_id.as_deref())?;
    let filter = BoundFilter {
        app: Some(app(&query.app_id)?),
        api: query.api_id.as_deref().map(api).transpose()?,
        app_name: None,
        api_name: shapes::name_match(query.api_name, "api_name", None),
    };
    bound(&call, &filter, query.offset, query.limit).await
}

/// `GET …/app-auths/binded-apps`
pub(crate) async fn binded_apps(
    call: Call,
    Query(query): Query<BindedAppsQuery>,
) -> OperationResult<Json<AuthList>> {
    environment(query.env_id.as_deref())?;
    let filter = BoundFilter {
        app: query.app_id.as_deref().map(app).transpose()?,
        api: Some(api(&query.api_id)?),
        app_name: shapes::name_match(query.app_name, "app_name", None),
        api_name: None,
    };
    bound(&call, &filter, query.offset, query.limit).await
}

/// `GET …/app-auths/unbinded-apis`
pub(crate) async fn unbinded_apis(
    call: Call,
    Query(query): Query<UnbindedApisQuery>,
) -> OperationResult<Json<UnboundList>> {
    environment(query.env_id.as_deref())?;
    let name = shapes::name_match(query.api_name, "api_name", None);
    let page = shapes::page(query.offset, query.limit);
    let app = app(&query.app_id)?;
    let listed = authorisation::unbound(&call.shared, call.project()?, app, name.as_ref(), page).await?;
    Ok(Json(UnboundList {
        total: listed.total,
        size: listed.items.len(),
        apis: listed.items.iter().map(unbound_api).collect(),
    }))
}

async fn bound(
    call: &Call,
    filter: &BoundFilter,
    offset: Option<i64>,
    limit: Option<i64>,
) -> OperationResult<Json<AuthList>> {
    let page = shapes::page(offset, limit);
    let listed = authorisation::bound(&call.shared, call.project()?, filter, page).await?;
    Ok(Json(AuthList {
        total: listed.total,
        size: listed.items.len(),
        auths: listed
            .items
            .iter()
            .map(|bound| auth_shown(&call.shared, bound))
            .collect(),
    }))
}

/// Only RELEASE exists.
fn environment(id: Option<&str>) -> OperationResult<()> {
    match id {
        None | Some(shapes::RELEASE_ID) => Ok(()),
        Some(other) => Err(Failure::missing(Thing::Environment, other)),
    }
}

fn app(text: &str) -> OperationResult<AppId> {
    AppId::parse(text.as_bytes()).ok_or_else(|| Failure::missing(Thing::App, text))
}

fn api(text: &str) -> OperationResult<ApiId> {
    ApiId::parse(text.as_bytes()).ok_or_else(|| Failure::missing(Thing::Api, text))
}
