//! `…/services/{service_id}/events|logs|monitor`: what happened to a service and how it does.

use adyton_api::modelarts::activity::{
    EventList, EventShown, InstanceShown, ModelMonitor, MonitorShown, UpdateList, UpdateShown,
};
use adyton_core::clock::Timestamp;
use adyton_core::event_text::text_in;
use adyton_core::events::EventKind;
use adyton_core::instances::InstanceSeen;
use adyton_core::usage::Used;
use adyton_store::repository::EventFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use super::service_shapes::{model_named, version_settings};
use super::services::{id, page};
use crate::call::Call;
use crate::endpoint::{Json, Query};
use crate::failure::{Failure, OperationResult};
use crate::instance_usage;
use crate::language;
use crate::operations::service;

/// Which events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventQuery {
    /// `normal` or `abnormal`.
    event_type: Option<String>,
    /// From this moment on, in milliseconds since 1970.
    start_time: Option<i64>,
    /// Before this moment, in milliseconds since 1970.
    end_time: Option<i64>,
    /// The page, counted from 0.
    offset: Option<u32>,
    /// How many a page holds, 1 to 1000.
    limit: Option<u32>,
}

/// Of which models.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct MonitorQuery {
    /// Only this model, which must be part of the service.
    model_id: Option<String>,
}

/// `GET …/services/{service_id}/events`, told in the language of `Accept-Language`: English or Chinese.
pub(crate) async fn events(call: Call, Query(query): Query<EventQuery>) -> OperationResult<Json<EventList>> {
    let named = |name: &str| {
        EventKind::parse(name).ok_or_else(|| Failure::query("event_type", "must be `normal` or `abnormal`"))
    };
    let kind = query.event_type.as_deref().map(named).transpose()?;
    let filter = EventFilter {
        kind,
        from: query.start_time.map(Timestamp::from_millis),
        until: query.end_time.map(Timestamp::from_millis),
    };
    let page = page(query.offset, query.limit)?;
    let (service, listed) = service::events(&call.shared, call.project()?, id(&call)?, &filter, page).await?;
    let language = language::of(&call.headers);
    let events: Vec<EventShown> = listed
        .items
        .iter()
        .map(|event| EventShown {
            event_type: event.kind.name().to_owned(),
            event_info: text_in(&event.text, language).into_owned(),
            occur_time: event.at.millis(),
        })
        .collect();
    Ok(Json(EventList {
        service_id: service.id.to_string(),
        service_name: service.name,
        total_count: listed.total,
        count: events.len(),
        events,
    }))
}

/// `GET …/services/{service_id}/logs`
pub(crate) async fn history(call: Call) -> OperationResult<Json<UpdateList>> {
    let (service, updates) = service::history(&call.shared, call.project()?, id(&call)?).await?;
    let logs = updates
        .into_iter()
        .map(|update| UpdateShown {
            update_time: update.at.millis(),
            result: update.result.name().to_owned(),
            error_msg: update.cause,
            generation: update.generation,
            config: update
                .versions
                .iter()
                .map(|version| version_settings(&call.actor.live, version))
                .collect(),
        })
        .collect();
    Ok(Json(UpdateList {
        service_id: service.id.to_string(),
        service_name: service.name,
        logs,
    }))
}

/// `GET …/services/{service_id}/monitor`
pub(crate) async fn monitor(
    call: Call,
    Query(query): Query<MonitorQuery>,
) -> OperationResult<Json<MonitorShown>> {
    let seen = service::show(&call.shared, call.project()?, id(&call)?).await?;
    let usage = instance_usage::now(&call.shared).await?;
    let versions = &seen.service.versions;
    if let Some(model) = &query.model_id
        && !versions.iter().any(|version| version.model.to_string() == *model)
    {
        return Err(Failure::ModelNotInService { model: model.clone() });
    }
    let monitors = seen
        .service
        .versions
        .iter()
        .enumerate()
        .filter(|(_, version)| {
            query
                .model_id
                .as_ref()
                .is_none_or(|model| version.model.to_string() == *model)
        })
        .map(|(at, version)| {
            let (model_name, model_version) = model_named(&call.actor.live, version.model);
            let calls = call.shared.instances.calls(seen.service.id, Some(version.model));
            let shown = |instance: &InstanceSeen| instance_shown(instance, usage.get(&instance.id));
            let instances: Vec<InstanceShown> = seen.of_model(at).map(shown).collect();
            let percents = instances.iter().filter_map(|one| one.cpu_percent);
            let memories = instances.iter().filter_map(|one| one.memory_bytes);
            ModelMonitor {
                model_id: version.model.to_string(),
                model_name,
                model_version,
                invocation_times: calls.all,
                failed_times: calls.failed,
                model_instance_count: version.instance_count,
                model_running_instance_count: seen.ready(at),
                cpu_core_usage: percents
                    .reduce(|sum, more| sum + more)
                    .map(|percent| percent / 100.0),
                cpu_memory_usage: memories.reduce(|sum, more| sum + more).map(megabytes),
                instances,
            }
        })
        .collect();
    Ok(Json(MonitorShown {
        service_id: seen.service.id.to_string(),
        service_name: seen.service.name.clone(),
        monitors,
    }))
}

/// As ModelArts tells memory.
fn megabytes(bytes: u64) -> f64 {
    // Far from where a float gets coarse.
    (bytes >> 10) as f64 / 1024.0
}

fn instance_shown(instance: &InstanceSeen, used: Option<&Used>) -> InstanceShown {
    use adyton_core::instances::InstanceStatus::{Down, Draining, Failed, Ready, Starting};
    InstanceShown {
        instance_id: instance.id.to_string(),
        status: match instance.status {
            Starting => "starting",
            Ready => "ready",
            Down => "down",
            Draining => "draining",
            Failed => "failed",
        }
        .to_owned(),
        place: instance.place.clone(),
        restarts: instance.restarts,
        note: instance.note.clone(),
        cpu_percent: used.and_then(Used::cpu_percent),
        memory_bytes: used.and_then(|used| used.memory),
    }
}
