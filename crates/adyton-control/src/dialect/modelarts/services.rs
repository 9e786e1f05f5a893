//! `…/services`: list, show and delete services, their specifications and their load.

use adyton_api::modelarts::services::{
    Done, ServiceList, ServiceShown, ServiceSummary, SpecificationList, SpecificationShown,
};
use adyton_core::audit::{AuditedKind, AuditedThing};
use adyton_core::id::{ModelId, ServiceId};
use adyton_core::service::ServiceStatus;
use adyton_store::repository::{NameMatch, Page, ServiceFilter, ServiceSort, SortOrder, TagMatch};
use serde::Deserialize;
use utoipa::IntoParams;

use super::service_shapes;
use crate::call::Call;
use crate::endpoint::{Json, Query};
use crate::failure::{Failure, OperationResult, Thing};
use crate::language;
use crate::operations::service;
use crate::operations::service::rules::SPECIFICATIONS;
use crate::operations::service::tags;

/// Which services.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceQuery {
    /// Only this one.
    service_id: Option<String>,
    /// Only those whose name holds this.
    service_name: Option<String>,
    /// Only those that have this model.
    model_id: Option<String>,
    /// `real-time`.
    infer_type: Option<String>,
    /// Only in these states, separated by commas.
    status: Option<String>,
    /// Only those that have all these tags, separated by commas: a key, whatever its value, or `KEY=VALUE`.
    tags: Option<String>,
    /// The page, counted from 0.
    offset: Option<u32>,
    /// How many a page holds, 1 to 1000.
    limit: Option<u32>,
    /// `publish_at` or `service_name`.
    sort_by: Option<String>,
    /// `desc` or `asc`.
    order: Option<String>,
    /// `0`.
    workspace_id: Option<String>,
}

/// `GET …/services`
pub(crate) async fn list(
    call: Call,
    Query(query): Query<ServiceQuery>,
) -> OperationResult<Json<ServiceList>> {
    let nothing = || {
        Json(ServiceList {
            total_count: 0,
            count: 0,
            services: Vec::new(),
        })
    };
    if query
        .infer_type
        .as_deref()
        .is_some_and(|kind| kind != "real-time")
        || query.workspace_id.as_deref().is_some_and(|id| id != "0")
    {
        return Ok(nothing());
    }
    let Ok(filter) = filter(&query) else {
        return Ok(nothing());
    };
    let order = order(&query)?;
    let page = page(query.offset, query.limit)?;
    // A word that is no state is one that no service is in.
    let states: Option<Vec<ServiceStatus>> = query.status.as_ref().map(|words| {
        let words = words.split(',').map(str::trim);
        words.filter_map(ServiceStatus::parse).collect()
    });
    let listed = service::list_seen(
        &call.shared,
        call.project()?,
        &filter,
        order,
        states.as_deref(),
        page,
    )
    .await?;
    let ids: Vec<ServiceId> = listed.items.iter().map(|seen| seen.service.id).collect();
    let mut tags = tags::of_all(&call.shared, &ids).await?;
    let language = language::of(&call.headers);
    let services: Vec<ServiceSummary> = listed
        .items
        .iter()
        .map(|seen| {
            let tags = tags.remove(&seen.service.id).unwrap_or_default();
            service_shapes::service_summary(&call.shared, seen, tags, language)
        })
        .collect();
    Ok(Json(ServiceList {
        total_count: listed.total,
        count: services.len(),
        services,
    }))
}

/// How the query wants them sorted.
fn order(query: &ServiceQuery) -> OperationResult<SortOrder<ServiceSort>> {
    let by = match query.sort_by.as_deref() {
        None | Some("publish_at") => ServiceSort::PublishedAt,
        Some("service_name") => ServiceSort::Name,
        Some(_) => {
            return Err(Failure::query(
                "sort_by",
                (
                    "must be `publish_at` or `service_name`",
                    "必须为 `publish_at` 或 `service_name`",
                ),
            ));
        }
    };
    Ok(SortOrder {
        by,
        descending: descending(query.order.as_deref())?,
    })
}

/// What the query narrows to; an id that is none fits nothing.
fn filter(query: &ServiceQuery) -> Result<ServiceFilter, ()> {
    let id = query.service_id.as_ref();
    let model = query.model_id.as_ref();
    Ok(ServiceFilter {
        id: id
            .map(|text| ServiceId::parse(text.as_bytes()).ok_or(()))
            .transpose()?,
        name: query.service_name.clone().map(NameMatch::Contains),
        model: model
            .map(|text| ModelId::parse(text.as_bytes()).ok_or(()))
            .transpose()?,
        wanted: None,
        tags: query.tags.as_deref().map(wanted_tags).unwrap_or_default(),
        untagged: false,
    })
}

/// The tags that a query names: no tag holds a comma. What is empty narrows nothing.
fn wanted_tags(text: &str) -> Vec<TagMatch> {
    let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
    tags.map(|tag| TagMatch::Text(tag.to_owned())).collect()
}

/// `GET …/services/{service_id}`
pub(crate) async fn show(call: Call) -> OperationResult<Json<ServiceShown>> {
    let seen = service::show(&call.shared, call.project()?, id(&call)?).await?;
    let id = seen.service.id;
    let tags = tags::of_all(&call.shared, &[id]).await?.remove(&id);
    Ok(Json(service_shapes::service_shown(
        &call.shared,
        &seen,
        tags.unwrap_or_default(),
        language::of(&call.headers),
    )))
}

/// `DELETE …/services/{service_id[,service_id…]}`
pub(crate) async fn delete(call: Call) -> OperationResult<Json<Done>> {
    let ids = call
        .text("service_id")
        .split(',')
        .map(|text| {
            ServiceId::parse(text.trim().as_bytes()).ok_or_else(|| Failure::missing(Thing::Service, text))
        })
        .collect::<OperationResult<Vec<_>>>()?;
    service::delete(&call.shared, call.project()?, &ids).await?;
    let live = &call.actor.live;
    let (ids, names) = AuditedThing::joined(ids.iter().map(|id| {
        let known = live.service(*id);
        (
            id.to_string(),
            known.map_or("", |known| known.service.name.as_str()),
        )
    }));
    call.audit.about(AuditedKind::Service, ids, &names);
    Ok(Json(Done {}))
}

/// `GET …/services/specifications`
pub(crate) async fn specifications(_: Call) -> OperationResult<Json<SpecificationList>> {
    let specifications = SPECIFICATIONS
        .iter()
        .map(|(name, text)| SpecificationShown {
            specification: (*name).to_owned(),
            display_en: (*text).to_owned(),
            spec_status: "normal".to_owned(),
            is_open: true,
            is_free: true,
        })
        .collect();
    Ok(Json(SpecificationList { specifications }))
}

/// The service of the path.
pub(crate) fn id(call: &Call) -> OperationResult<ServiceId> {
    call.parameter("service_id", Thing::Service)
}

/// ModelArts counts pages: `offset` 2 with `limit` 10 begins at the twenty-first.
pub(crate) fn page(offset: Option<u32>, limit: Option<u32>) -> OperationResult<Page> {
    let limit = limit.unwrap_or(280);
    if !(1..=1000).contains(&limit) {
        return Err(Failure::query(
            "limit",
            ("must be 1 to 1000", "必须在 1 到 1000 之间"),
        ));
    }
    Ok(Page {
        offset: u64::from(offset.unwrap_or(0)) * u64::from(limit),
        limit: u64::from(limit),
    })
}

/// `desc`, unless `asc` is asked for.
pub(crate) fn descending(order: Option<&str>) -> OperationResult<bool> {
    match order {
        None | Some("desc") => Ok(true),
        Some("asc") => Ok(false),
        Some(_) => Err(Failure::query(
            "order",
            ("must be `asc` or `desc`", "必须为 `asc` 或 `desc`"),
        )),
    }
}
