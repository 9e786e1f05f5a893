//! Services as ModelArts shows them (API Reference, "Querying the Details About a Service").

use adyton_api::modelarts::services::{
    PropertiesShown, ServiceShown, ServiceSummary, VersionSettings, VersionShown,
};
use adyton_api::modelarts::tags::TmsTag;
use adyton_core::address;
use adyton_core::event_cause::cause_in;
use adyton_core::id::ModelId;
use adyton_core::language::Language;
use adyton_core::live::Live;
use adyton_core::service::{Service, ServiceStatus, Version};
use adyton_core::tag::Tag;

use super::model_shapes;
use crate::operations::service::status::Seen;
use crate::shared::Shared;

/// What a list shows. Why a service failed is told in the reader's language, as its events are.
pub(crate) fn service_summary(
    shared: &Shared,
    seen: &Seen,
    tags: Vec<Tag>,
    language: Language,
) -> ServiceSummary {
    let service = &seen.service;
    let live = shared.live();
    let calls = shared.instances.calls(service.id, None);
    let has_error = matches!(
        seen.status,
        ServiceStatus::Failed | ServiceStatus::Concerning | ServiceStatus::Deploying
    );
    ServiceSummary {
        service_id: service.id.to_string(),
        service_name: service.name.clone(),
        description: service.description.clone(),
        tenant: live
            .project(service.project)
            .map(|project| project.domain.to_string())
            .unwrap_or_default(),
        project: service.project.to_string(),
        owner: service.owner.clone(),
        infer_type: "real-time".to_owned(),
        status: seen.status,
        progress: seen.progress,
        publish_at: service.created_at.millis(),
        update_time: service.updated_at.millis(),
        transition_at: seen
            .seen
            .as_ref()
            .map_or(service.updated_at, |seen| seen.transition_at)
            .millis(),
        invocation_times: calls.all,
        failed_times: calls.failed,
        is_shared: false,
        workspace_id: "0".to_owned(),
        api_id: service.api.to_string(),
        access_address: address(shared, service),
        tags: tags_shown(tags),
        error_msg: match has_error {
            true => cause_in(seen.error(), language).into_owned(),
            false => String::new(),
        },
    }
}

/// Everything.
pub(crate) fn service_shown(
    shared: &Shared,
    seen: &Seen,
    tags: Vec<Tag>,
    language: Language,
) -> ServiceShown {
    let service = &seen.service;
    let config = (0..service.versions.len())
        .filter_map(|at| version_shown(shared, seen, at))
        .collect();
    ServiceShown {
        summary: service_summary(shared, seen, tags, language),
        config,
        schedule: Vec::new(),
        additional_properties: PropertiesShown {
            calls_per_second: service.calls_per_second,
            app_auth: service.app_auth,
            app_code: service.app_code,
        },
    }
}

fn version_shown(shared: &Shared, seen: &Seen, at: usize) -> Option<VersionShown> {
    let version = seen.service.versions.get(at)?;
    let live = shared.live();
    let spec = live.model(version.model).and_then(|model| model.spec.as_ref());
    Some(VersionShown {
        inputs: spec.map(model_shapes::inputs).unwrap_or_default(),
        outputs: spec.map(model_shapes::outputs).unwrap_or_default(),
        settings: version_settings(&live, version),
        deploy_timeout_in_seconds: version.deploy_timeout_seconds,
        status: seen.version_status(at).to_owned(),
        ready_instances: seen.ready(at),
        scaling: false,
    })
}

/// A version as a service was given it. A model that was deleted has no name.
pub(crate) fn version_settings(live: &Live, version: &Version) -> VersionSettings {
    let (model_name, model_version) = model_named(live, version.model);
    VersionSettings {
        model_id: version.model.to_string(),
        model_name,
        model_version,
        weight: version.weight,
        specification: version.specification.clone(),
        instance_count: version.instance_count,
        envs: version.envs.clone(),
    }
}

/// A model's name and version; empty if it was deleted.
pub(crate) fn model_named(live: &Live, id: ModelId) -> (String, String) {
    live.model(id)
        .map(|model| (model.name.clone(), model.version.clone()))
        .unwrap_or_default()
}

/// The API address of a service.
pub(crate) fn address(shared: &Shared, service: &Service) -> String {
    format!(
        "{}{}",
        shared.settings().gateway_url.trim_end_matches('/'),
        address::of_service(service.id)
    )
}

/// Tags as the API shows them.
pub(super) fn tags_shown(tags: Vec<Tag>) -> Vec<TmsTag> {
    let shown = |tag: &Tag| TmsTag {
        key: tag.key().to_owned(),
        value: tag.value().to_owned(),
    };
    tags.iter().map(shown).collect()
}
