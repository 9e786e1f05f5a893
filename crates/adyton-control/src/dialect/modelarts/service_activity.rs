//! `…/services/{service_id}/events|logs|monitor`: what happened to a service and how it does.

use std::collections::BTreeMap;

use adyton_core::clock::Timestamp;
use adyton_core::events::EventKind;
use adyton_core::service::Version;
use adyton_store::repository::EventFilter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::services::{id, page, query_problem};
use crate::call::Call;
use crate::endpoint::{Json, Query};
use crate::failure::{Failure, Outcome};
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

/// A page of events.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct EventList {
    /// The service.
    service_id: String,
    /// Its name.
    service_name: String,
    /// How many there are.
    total_count: u64,
    /// How many are on this page.
    count: usize,
    /// The events, newest first.
    events: Vec<EventShown>,
}

/// An event.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct EventShown {
    /// `normal` or `abnormal`.
    event_type: String,
    /// What happened.
    event_info: String,
    /// When, in milliseconds since 1970.
    occur_time: i64,
}

/// The update history.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct UpdateList {
    /// The service.
    service_id: String,
    /// Its name.
    service_name: String,
    /// The updates, newest first.
    logs: Vec<UpdateShown>,
}

/// An update.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct UpdateShown {
    /// When, in milliseconds since 1970.
    update_time: i64,
    /// `RUNNING`, `SUCCESS` or `FAIL`.
    result: String,
    /// The generation that the service had from then on.
    generation: u64,
    /// The versions that it was given.
    config: Vec<UpdatedVersion>,
}

/// A version of an update.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct UpdatedVersion {
    /// The model.
    model_id: String,
    /// Its name; empty if it was deleted.
    model_name: String,
    /// Its version.
    model_version: String,
    /// Its share of the traffic.
    weight: u32,
    /// `specification`, as given.
    specification: String,
    /// How many instances.
    instance_count: u32,
    /// Environment of the model's program.
    envs: BTreeMap<String, String>,
}

/// Of which models.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct MonitorQuery {
    /// Only this model, which must be part of the service.
    model_id: Option<String>,
}

/// How a service does.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct MonitorShown {
    /// The service.
    service_id: String,
    /// Its name.
    service_name: String,
    /// One entry a model.
    monitors: Vec<ModelMonitor>,
}

/// How a model of a service does.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct ModelMonitor {
    /// The model.
    model_id: String,
    /// Its name; empty if it was deleted.
    model_name: String,
    /// Its version.
    model_version: String,
    /// Calls that reached an instance of this node since the service was made; a node that is killed forgets at most the last half minute.
    invocation_times: u64,
    /// Those of them that failed.
    failed_times: u64,
    /// Instances that are wanted.
    model_instance_count: u32,
    /// Instances that are ready.
    model_running_instance_count: usize,
    /// Its instances.
    instances: Vec<InstanceShown>,
}

/// An instance, as the reconciler sees it.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct InstanceShown {
    /// Its id.
    instance_id: String,
    /// `starting`, `ready`, `down`, `draining` or `failed`.
    status: String,
    /// Where it runs.
    place: String,
    /// How often it was restarted.
    restarts: u32,
    /// Why it is not ready, if it is not.
    note: String,
}

/// `GET …/services/{service_id}/events`
pub(crate) async fn events(call: Call, Query(query): Query<EventQuery>) -> Outcome<Json<EventList>> {
    let kind = match query.event_type.as_deref() {
        None => None,
        Some("normal") => Some(EventKind::Normal),
        Some("abnormal") => Some(EventKind::Abnormal),
        Some(_) => return Err(query_problem("event_type", "must be `normal` or `abnormal`")),
    };
    let filter = EventFilter {
        kind,
        from: query.start_time.map(Timestamp::from_millis),
        until: query.end_time.map(Timestamp::from_millis),
    };
    let project = call.project()?;
    let seen = service::show::show(&call.plane, project, id(&call)?).await?;
    let page = page(query.offset, query.limit)?;
    let listed = service::activity::events(&call.plane, project, seen.service.id, &filter, page).await?;
    let events: Vec<EventShown> = listed
        .items
        .iter()
        .map(|event| EventShown {
            event_type: match event.kind {
                EventKind::Normal => "normal",
                EventKind::Abnormal => "abnormal",
            }
            .to_owned(),
            event_info: event.text.clone(),
            occur_time: event.at.millis(),
        })
        .collect();
    Ok(Json(EventList {
        service_id: seen.service.id.to_string(),
        service_name: seen.service.name,
        total_count: listed.total,
        count: events.len(),
        events,
    }))
}

/// `GET …/services/{service_id}/logs`
pub(crate) async fn history(call: Call) -> Outcome<Json<UpdateList>> {
    let project = call.project()?;
    let seen = service::show::show(&call.plane, project, id(&call)?).await?;
    let updates = service::activity::history(&call.plane, project, seen.service.id).await?;
    let logs = updates
        .into_iter()
        .map(|update| UpdateShown {
            update_time: update.at.millis(),
            result: update.result.name().to_owned(),
            generation: update.generation,
            config: update
                .versions
                .into_iter()
                .map(|version| updated(&call, version))
                .collect(),
        })
        .collect();
    Ok(Json(UpdateList {
        service_id: seen.service.id.to_string(),
        service_name: seen.service.name,
        logs,
    }))
}

fn updated(call: &Call, version: Version) -> UpdatedVersion {
    let model = call.live.model(version.model);
    UpdatedVersion {
        model_id: version.model.to_string(),
        model_name: model.map(|model| model.name.clone()).unwrap_or_default(),
        model_version: model.map(|model| model.version.clone()).unwrap_or_default(),
        weight: version.weight,
        specification: version.specification,
        instance_count: version.instance_count,
        envs: version.envs,
    }
}

/// `GET …/services/{service_id}/monitor`
pub(crate) async fn monitor(call: Call, Query(query): Query<MonitorQuery>) -> Outcome<Json<MonitorShown>> {
    let seen = service::show::show(&call.plane, call.project()?, id(&call)?).await?;
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
            let model = call.live.model(version.model);
            let calls = call.plane.instances.calls(seen.service.id, Some(version.model));
            ModelMonitor {
                model_id: version.model.to_string(),
                model_name: model.map(|model| model.name.clone()).unwrap_or_default(),
                model_version: model.map(|model| model.version.clone()).unwrap_or_default(),
                invocation_times: calls.all,
                failed_times: calls.failed,
                model_instance_count: version.instance_count,
                model_running_instance_count: seen.ready(at),
                instances: seen.instances(at).map(InstanceShown::new).collect(),
            }
        })
        .collect();
    Ok(Json(MonitorShown {
        service_id: seen.service.id.to_string(),
        service_name: seen.service.name.clone(),
        monitors,
    }))
}

impl InstanceShown {
    fn new(instance: &adyton_core::instances::InstanceSeen) -> Self {
        use adyton_core::instances::InstanceStatus::{Down, Draining, Failed, Ready, Starting};
        Self {
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
        }
    }
}
