//! `…/services/{service_id}/events|logs|monitor`: what happened to a service and how it does.

use adyton_api::modelarts::activity::{
    EventList, EventShown, InstanceShown, ModelMonitor, MonitorShown, UpdateList, UpdateShown,
};
use adyton_core::clock::Timestamp;
use adyton_core::event_cause::cause_in;
use adyton_core::event_text::text_in;
use adyton_core::events::EventKind;
use adyton_core::language::Language;
use adyton_store::repository::EventFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use super::service_shapes::{model_named, version_settings};
use super::services::{id, page};
use crate::call::Call;
use crate::endpoint::{Json, Query};
use crate::failure::{Failure, OperationResult};
use crate::language;
use crate::operations::service;
use crate::operations::service::monitor::{self, InstanceMonitored, ServiceMonitored};

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
        EventKind::parse(name).ok_or_else(|| {
            Failure::query(
                "event_type",
                ("must be `normal` or `abnormal`", "必须为 `normal` 或 `abnormal`"),
            )
        })
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
    let language = language::of(&call.headers);
    let logs = updates
        .into_iter()
        .map(|update| UpdateShown {
            update_time: update.at.millis(),
            result: update.result.name().to_owned(),
            error_msg: cause_in(&update.cause, language).into_owned(),
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
    let alone = query.model_id.as_deref();
    let ServiceMonitored { seen, models } =
        monitor::monitor(&call.shared, call.project()?, id(&call)?, alone).await?;
    let language = language::of(&call.headers);
    let monitors = models.iter().map(|model| {
        let (model_name, model_version) = model_named(&call.actor.live, model.model);
        ModelMonitor {
            model_id: model.model.to_string(),
            model_name,
            model_version,
            invocation_times: model.calls.all,
            failed_times: model.calls.failed,
            model_instance_count: model.wanted,
            model_running_instance_count: model.ready,
            cpu_core_usage: model.cores(),
            cpu_memory_usage: model.memory().map(megabytes),
            instances: model
                .instances
                .iter()
                .map(|one| instance_shown(one, language))
                .collect(),
        }
    });
    Ok(Json(MonitorShown {
        service_id: seen.service.id.to_string(),
        service_name: seen.service.name.clone(),
        monitors: monitors.collect(),
    }))
}

/// As ModelArts tells memory.
fn megabytes(bytes: u64) -> f64 {
    // Far from where a float gets coarse.
    (bytes >> 10) as f64 / 1024.0
}

fn instance_shown(
    InstanceMonitored { seen: instance, used }: &InstanceMonitored,
    language: Language,
) -> InstanceShown {
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
        note: cause_in(&instance.note, language).into_owned(),
        cpu_percent: used.and_then(|used| used.cpu_percent()),
        memory_bytes: used.and_then(|used| used.memory),
    }
}
