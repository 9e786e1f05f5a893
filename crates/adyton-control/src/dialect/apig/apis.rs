//! `…/apis`: the APIs that services are, to be read only. A service is exactly one API, made and deleted with it.

use adyton_core::address;
use adyton_core::id::ApiId;
use adyton_core::service::Service;
use adyton_store::repository::{ServiceFilter, ServiceSort, SortOrder};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::shapes;
use crate::call::Call;
use crate::dialect::modelarts::service_shapes;
use crate::endpoint::{Json, Query};
use crate::failure::{OperationResult, Thing};
use crate::operations::{authorisation, service};
use crate::shared::Shared;

/// An API.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct ApiShown {
    /// Its id.
    id: String,
    /// Its name: that of its service.
    name: String,
    /// What the service's owner says of it.
    remark: String,
    /// The service that is the API.
    service_id: String,
    /// 1: public.
    r#type: u8,
    /// `BOTH`: whatever the gateway's listener speaks.
    req_protocol: String,
    /// `ANY`: the methods are those that the models' `config.json` declare.
    req_method: String,
    /// Where it is, below the gateway's address.
    req_uri: String,
    /// Where it is called: the gateway's address and `req_uri`.
    access_address: String,
    /// `SWA`: the paths below belong to it.
    match_mode: String,
    /// `APP` when apps may call it beside IAM users, else `IAM`.
    auth_type: String,
    /// Details of authentication.
    auth_opt: AuthOpt,
    /// 1: valid.
    status: u8,
    /// The group of services.
    group_name: String,
    /// `RELEASE`.
    run_env_name: String,
    /// Its id.
    run_env_id: String,
    /// When it was made.
    register_time: String,
    /// When it was last changed.
    update_time: String,
}

/// Details of authentication.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct AuthOpt {
    /// `HEADER` when AppCodes count, else `DISABLE`.
    app_code_auth_type: String,
}

/// A page of APIs.
#[derive(Default, Serialize, Deserialize, ToSchema)]
pub(crate) struct ApiList {
    /// How many there are.
    total: u64,
    /// How many are on this page.
    size: usize,
    /// The APIs, newest first.
    apis: Vec<ApiShown>,
}

/// Which APIs.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiQuery {
    /// How many to pass over.
    offset: Option<i64>,
    /// How many to give.
    limit: Option<i64>,
    /// Only this one.
    id: Option<String>,
    /// Only with such a name.
    name: Option<String>,
    /// Parameters to be compared exactly: `name`.
    precise_search: Option<String>,
}

impl ApiShown {
    fn new(shared: &Shared, service: &Service) -> Self {
        Self {
            id: service.api.to_string(),
            name: service.name.clone(),
            remark: service.description.clone(),
            service_id: service.id.to_string(),
            r#type: 1,
            req_protocol: "BOTH".to_owned(),
            req_method: "ANY".to_owned(),
            req_uri: address_path(service),
            access_address: service_shapes::address(shared, service),
            match_mode: "SWA".to_owned(),
            auth_type: auth_type(service).to_owned(),
            auth_opt: AuthOpt {
                app_code_auth_type: if service.app_code { "HEADER" } else { "DISABLE" }.to_owned(),
            },
            status: 1,
            group_name: shapes::GROUP.to_owned(),
            run_env_name: shapes::RELEASE.to_owned(),
            run_env_id: shapes::RELEASE_ID.to_owned(),
            register_time: shapes::time(service.created_at),
            update_time: shapes::time(service.updated_at),
        }
    }
}

/// `GET …/apis`
pub(crate) async fn list(call: Call, Query(query): Query<ApiQuery>) -> OperationResult<Json<ApiList>> {
    let project = call.project()?;
    let shown = |service: &Service| ApiShown::new(&call.shared, service);
    let mut filter = ServiceFilter {
        name: shapes::name_match(query.name, "name", query.precise_search.as_deref()),
        ..ServiceFilter::default()
    };
    if let Some(text) = query.id {
        // What is no id, or another project's, gives an empty list.
        let found = match ApiId::parse(text.as_bytes()) {
            Some(id) => call.shared.store.services().by_api(project, id).await?,
            None => None,
        };
        let Some(service) = found else {
            return Ok(Json(ApiList::default()));
        };
        filter.id = Some(service.id);
    }
    let page = shapes::page(query.offset, query.limit);
    let listed = service::list(
        &call.shared,
        project,
        &filter,
        SortOrder::descending(ServiceSort::PublishedAt),
        page,
    )
    .await?;
    Ok(Json(ApiList {
        total: listed.total,
        size: listed.items.len(),
        apis: listed.items.iter().map(shown).collect(),
    }))
}

/// `GET …/apis/{api_id}`
pub(crate) async fn show(call: Call) -> OperationResult<Json<ApiShown>> {
    let id: ApiId = call.parameter("api_id", Thing::Api)?;
    let service = authorisation::api(&call.shared, call.project()?, id).await?;
    Ok(Json(ApiShown::new(&call.shared, &service)))
}

/// The path of a service's API address.
pub(crate) fn address_path(service: &Service) -> String {
    address::of_service(service.id)
}

/// Who may call: IAM users always, apps beside them where they are enabled.
pub(crate) fn auth_type(service: &Service) -> &'static str {
    if service.app_auth { "APP" } else { "IAM" }
}
