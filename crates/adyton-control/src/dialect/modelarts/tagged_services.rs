//! `/v2/…/modelarts-service-v2/resource-instances/filter` and `…/count`: services by their tags, as ModelArts' API v2 has it.

use adyton_api::modelarts::tags::{
    CombineInferTmsTags, QueryTmsResourceCountRequest, QueryTmsResourceRequest, TmsMatch, TmsResource,
    TmsResourceCount, TmsResourceList,
};
use adyton_core::id::ServiceId;
use adyton_core::language::both;
use adyton_core::tag::TAGS_MOST;
use adyton_store::repository::{NameMatch, Page, ServiceFilter, ServiceSort, SortOrder, TagMatch};
use serde::Deserialize;
use utoipa::IntoParams;

use super::service_shapes;
use crate::call::Call;
use crate::endpoint::{Body, Json, Query};
use crate::failure::{Failure, OperationResult};
use crate::operations::service;
use crate::operations::service::tags;

/// The most values of one key.
const VALUES_MOST: usize = 20;

/// Which part of the list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartQuery {
    /// How many services, 1 to 500; 10 if nothing is said.
    limit: Option<u32>,
    /// How many services to pass over: a multiple of `limit`.
    offset: Option<u32>,
    /// `0`.
    workspace_id: Option<String>,
}

/// Which workspace.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkspaceQuery {
    /// `0`.
    workspace_id: Option<String>,
}

/// `POST …/resource-instances/filter`
pub(crate) async fn list(
    call: Call,
    (Query(part), Body(wanted)): (Query<PartQuery>, Body<QueryTmsResourceRequest>),
) -> OperationResult<Json<TmsResourceList>> {
    let filter = filter(wanted.tags, wanted.without_any_tag, wanted.matches)?;
    let page = page(part.limit.or(wanted.limit), part.offset.or(wanted.offset))?;
    if is_elsewhere(part.workspace_id.as_deref()) {
        return Ok(Json(TmsResourceList {
            resources: Vec::new(),
            total_count: 0,
        }));
    }
    let (shared, project) = (&call.shared, call.project()?);
    let order = SortOrder::descending(ServiceSort::PublishedAt);
    let listed = service::list(shared, project, &filter, order, page).await?;
    let ids: Vec<ServiceId> = listed.items.iter().map(|service| service.id).collect();
    let mut tags = tags::of_all(shared, &ids).await?;
    let resources = listed.items.into_iter().map(|service| TmsResource {
        resource_id: service.id.to_string(),
        tags: service_shapes::tags_shown(tags.remove(&service.id).unwrap_or_default()),
        resource_name: service.name,
    });
    Ok(Json(TmsResourceList {
        resources: resources.collect(),
        total_count: listed.total,
    }))
}

/// `POST …/resource-instances/count`
pub(crate) async fn count(
    call: Call,
    (Query(query), Body(wanted)): (Query<WorkspaceQuery>, Body<QueryTmsResourceCountRequest>),
) -> OperationResult<Json<TmsResourceCount>> {
    let filter = filter(wanted.tags, wanted.without_any_tag, wanted.matches)?;
    if is_elsewhere(query.workspace_id.as_deref()) {
        return Ok(Json(TmsResourceCount { total_count: 0 }));
    }
    let one = Page { offset: 0, limit: 1 };
    let order = SortOrder::descending(ServiceSort::PublishedAt);
    let listed = service::list(&call.shared, call.project()?, &filter, order, one).await?;
    Ok(Json(TmsResourceCount {
        total_count: listed.total,
    }))
}

/// There is one workspace.
fn is_elsewhere(workspace: Option<&str>) -> bool {
    workspace.is_some_and(|id| id != "0")
}

fn filter(
    tags: Vec<CombineInferTmsTags>,
    untagged: bool,
    mut matches: Vec<TmsMatch>,
) -> OperationResult<ServiceFilter> {
    if tags.len() as u64 > TAGS_MOST {
        let problem = both!("must name at most {} keys", "最多只能有 {} 个键", TAGS_MOST);
        return Err(Failure::invalid("tags", problem));
    }
    if let Some(at) = tags.iter().position(|tag| tag.values.len() > VALUES_MOST) {
        let problem = both!("must name at most {} values", "最多只能有 {} 个值", VALUES_MOST);
        return Err(Failure::invalid(format!("tags[{at}].values"), problem));
    }
    if matches.len() > 1 {
        return Err(Failure::invalid(
            "matches",
            ("must name one match at most", "最多只能有一个匹配条件"),
        ));
    }
    let name = matches.pop();
    if name.as_ref().is_some_and(|name| name.key != "resource_name") {
        return Err(Failure::invalid(
            "matches[0].key",
            ("must be `resource_name`", "必须为 `resource_name`"),
        ));
    }
    let tags = tags
        .into_iter()
        .map(|CombineInferTmsTags { key, values }| TagMatch::OneOf { key, values });
    Ok(ServiceFilter {
        name: name.map(|name| NameMatch::Contains(name.value)),
        tags: tags.collect(),
        untagged,
        ..ServiceFilter::default()
    })
}

/// Other than the lists of v1, these count services, not pages.
fn page(limit: Option<u32>, offset: Option<u32>) -> OperationResult<Page> {
    let (limit, offset) = (limit.unwrap_or(10), offset.unwrap_or(0));
    if !(1..=500).contains(&limit) {
        return Err(Failure::query(
            "limit",
            ("must be 1 to 500", "必须在 1 到 500 之间"),
        ));
    }
    if !offset.is_multiple_of(limit) {
        return Err(Failure::query(
            "offset",
            ("must be a multiple of `limit`", "必须为 `limit` 的整数倍"),
        ));
    }
    Ok(Page {
        offset: u64::from(offset),
        limit: u64::from(limit),
    })
}
