//! `…/app-auths`: authorise apps for APIs, take that back, and see who may call what.

use adyton_core::id::{ApiId, AppId, AuthorisationId};
use adyton_core::service::Service;
use adyton_core::tenant::Authorisation;
use adyton_store::repository::{Bound, BoundFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::apis::address_path;
use super::shapes;
use crate::call::Call;
use crate::endpoint::{Body, Json, Query};
use crate::failure::{Failure, Outcome, Thing};
use crate::operations::authorisation;

/// Which apps for which APIs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthCreate {
    /// `DEFAULT_ENVIRONMENT_RELEASE_ID`: services are published in RELEASE.
    env_id: String,
    /// The apps.
    app_ids: Vec<String>,
    /// The APIs.
    api_ids: Vec<String>,
}

/// What was authorised.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct AuthCreated {
    /// One entry a pair.
    auths: Vec<AuthMade>,
}

/// One authorisation that was made.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct AuthMade {
    /// Its id.
    id: String,
    /// The app.
    app_id: String,
    /// The API.
    api_id: String,
    /// How it went.
    auth_result: AuthResult,
    /// When.
    auth_time: String,
    /// `PROVIDER`: given by the API's owner.
    auth_role: String,
    /// `NORMAL`.
    auth_tunnel: String,
}

/// How an authorisation went.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct AuthResult {
    /// `SUCCESS`; a pair that fails fails the call.
    status: String,
}

/// A page of authorisations.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct AuthList {
    /// How many there are.
    total: u64,
    /// How many are on this page.
    size: usize,
    /// The authorisations, newest first.
    auths: Vec<AuthShown>,
}

/// An authorisation with both of its ends.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct AuthShown {
    /// Its id.
    id: String,
    /// The API.
    api_id: String,
    /// Its name: that of its service.
    api_name: String,
    /// 1: public.
    api_type: u8,
    /// What the service's owner says of it.
    api_remark: String,
    /// The service that is the API.
    service_id: String,
    /// The app.
    app_id: String,
    /// Its name.
    app_name: String,
    /// What its owner says of it.
    app_remark: String,
    /// `apig`.
    app_type: String,
    /// `USER`.
    app_creator: String,
    /// When it was authorised.
    auth_time: String,
    /// `PROVIDER`.
    auth_role: String,
    /// `NORMAL`.
    auth_tunnel: String,
    /// The group of services.
    group_name: String,
    /// `RELEASE`.
    run_env_name: String,
    /// Its id.
    run_env_id: String,
    /// The same, as some answers name it.
    env_id: String,
}

/// A page of APIs that an app may not call.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct UnboundList {
    /// How many there are.
    total: u64,
    /// How many are on this page.
    size: usize,
    /// The APIs, by name.
    apis: Vec<UnboundApi>,
}

/// An API that an app may not call.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct UnboundApi {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// What the service's owner says of it.
    remark: String,
    /// 1: public.
    r#type: u8,
    /// Where it is, below the gateway's address.
    req_uri: String,
    /// `APP` or `IAM`.
    auth_type: String,
    /// The group of services.
    group_name: String,
    /// `RELEASE`.
    run_env_name: String,
    /// Its id.
    run_env_id: String,
}

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

impl AuthMade {
    fn new(made: &Authorisation) -> Self {
        Self {
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
}

impl AuthShown {
    fn new(bound: &Bound) -> Self {
        Self {
            id: bound.authorisation.id.to_string(),
            api_id: bound.service.api.to_string(),
            api_name: bound.service.name.clone(),
            api_type: 1,
            api_remark: bound.service.description.clone(),
            service_id: bound.service.id.to_string(),
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
}

impl UnboundApi {
    fn new(service: &Service) -> Self {
        Self {
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
}

/// `POST …/app-auths`
pub(crate) async fn create(call: Call, Body(wanted): Body<AuthCreate>) -> Outcome<Json<AuthCreated>> {
    environment(Some(&wanted.env_id))?;
    let apps = wanted
        .app_ids
        .iter()
        .map(|text| app(text))
        .collect::<Outcome<Vec<_>>>()?;
    let apis = wanted
        .api_ids
        .iter()
        .map(|text| api(text))
        .collect::<Outcome<Vec<_>>>()?;
    let made = authorisation::give(&call.plane, call.project()?, &apps, &apis).await?;
    Ok(Json(AuthCreated {
        auths: made.iter().map(AuthMade::new).collect(),
    }))
}

/// `DELETE …/app-auths/{app_auth_id}`
pub(crate) async fn delete(call: Call) -> Outcome<()> {
    let id: AuthorisationId = call.parameter("app_auth_id", Thing::Authorisation)?;
    authorisation::take(&call.plane, call.project()?, id).await
}

/// `GET …/app-auths/binded-apis`
pub(crate) async fn binded_apis(call: Call, Query(query): Query<BindedApisQuery>) -> Outcome<Json<AuthList>> {
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
pub(crate) async fn binded_apps(call: Call, Query(query): Query<BindedAppsQuery>) -> Outcome<Json<AuthList>> {
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
) -> Outcome<Json<UnboundList>> {
    environment(query.env_id.as_deref())?;
    let name = shapes::name_match(query.api_name, "api_name", None);
    let page = shapes::page(query.offset, query.limit);
    let app = app(&query.app_id)?;
    let listed = authorisation::unbound(&call.plane, call.project()?, app, name.as_ref(), page).await?;
    Ok(Json(UnboundList {
        total: listed.total,
        size: listed.items.len(),
        apis: listed.items.iter().map(UnboundApi::new).collect(),
    }))
}

async fn bound(
    call: &Call,
    filter: &BoundFilter,
    offset: Option<i64>,
    limit: Option<i64>,
) -> Outcome<Json<AuthList>> {
    let page = shapes::page(offset, limit);
    let listed = authorisation::bound(&call.plane, call.project()?, filter, page).await?;
    Ok(Json(AuthList {
        total: listed.total,
        size: listed.items.len(),
        auths: listed.items.iter().map(AuthShown::new).collect(),
    }))
}

/// Only RELEASE exists.
fn environment(id: Option<&str>) -> Outcome<()> {
    match id {
        None | Some(shapes::RELEASE_ID) => Ok(()),
        Some(other) => Err(Failure::missing(Thing::Environment, other)),
    }
}

fn app(text: &str) -> Outcome<AppId> {
    AppId::parse(text.as_bytes()).ok_or_else(|| Failure::missing(Thing::App, text))
}

fn api(text: &str) -> Outcome<ApiId> {
    ApiId::parse(text.as_bytes()).ok_or_else(|| Failure::missing(Thing::Api, text))
}
