//! What the verbs share that give a service other versions: a version as it is, and the change itself.

use std::time::Duration;

use adyton_api::lenient::Number;
use adyton_api::modelarts::service_deploy::{ServiceUpdate, VersionWanted};
use adyton_api::modelarts::services::{ServiceShown, VersionSettings, VersionShown};
use adyton_core::service::ServiceStatus;
use clap::Args;

use super::show::facts;
use crate::client::Client;
use crate::client::wait::{READY_TIME, Wait};
use crate::context::Context;
use crate::count;
use crate::failure::{Failure, Outcome};
use crate::said;

/// Whether a verb waits, and how long.
#[derive(Args)]
pub(super) struct Waiting {
    /// Do not wait until it is done
    #[arg(long)]
    no_wait: bool,
    /// How long to wait, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = READY_TIME.as_secs(), value_parser = count::seconds)]
    timeout: u64,
}

impl Waiting {
    fn wait<'a>(&self, context: &'a Context, client: &'a Client) -> Wait<'a> {
        Wait::watched(client, &context.terminal, Duration::from_secs(self.timeout))
    }
    /// Waits until what was asked for last has come through, if that is to be waited for; gives the service.
    pub(super) fn rollout(&self, context: &Context, client: &Client, id: &str) -> Outcome<ServiceShown> {
        match self.no_wait {
            true => client.service(id),
            false => self.wait(context, client).rollout(id),
        }
    }
    /// Waits until it has stopped, if that is to be waited for; gives the service.
    pub(super) fn stopped(&self, context: &Context, client: &Client, id: &str) -> Outcome<ServiceShown> {
        match self.no_wait {
            true => client.service(id),
            false => self.wait(context, client).stopped(id),
        }
    }
}

/// A version with the settings that it has.
pub(super) fn as_it_is(version: &VersionShown) -> VersionWanted {
    VersionWanted {
        deploy_timeout_in_seconds: Some(Number(version.deploy_timeout_in_seconds.into())),
        ..of_settings(&version.settings)
    }
}

/// A version with these settings.
pub(super) fn of_settings(settings: &VersionSettings) -> VersionWanted {
    VersionWanted {
        model_id: settings.model_id.clone(),
        weight: Some(Number(settings.weight.into())),
        specification: Some(settings.specification.clone()),
        instance_count: Some(Number(settings.instance_count.into())),
        envs: Some(settings.envs.clone()),
        ..VersionWanted::default()
    }
}

/// Which of the service's versions is of this model.
pub(super) fn at(service: &ServiceShown, model: &str) -> Option<usize> {
    let mut models = service.config.iter().map(|version| &version.settings.model_id);
    models.position(|id| id == model)
}

/// The service's versions for people: `iris:0.0.1, iris:0.0.2`.
pub(super) fn named(service: &ServiceShown) -> String {
    let names = service.config.iter().map(|version| {
        let settings = &version.settings;
        format!("{}:{}", settings.model_name, settings.model_version)
    });
    names.collect::<Vec<_>>().join(", ")
}

/// Gives the service these versions, waits unless it is stopped, and shows it.
pub(super) fn change(
    context: &Context,
    client: &Client,
    service: &ServiceShown,
    versions: Vec<VersionWanted>,
    waiting: &Waiting,
) -> Outcome {
    let id = &service.summary.service_id;
    let change = ServiceUpdate {
        config: Some(versions),
        ..ServiceUpdate::default()
    };
    client.update_service(id, &change)?;
    let is_stopped = service.summary.status == ServiceStatus::Stopped;
    ready(context, client, id, waiting, is_stopped)
}

/// Waits for what was asked for last, unless nothing is to be waited for, and shows the service.
pub(super) fn ready(
    context: &Context,
    client: &Client,
    id: &str,
    waiting: &Waiting,
    is_stopped: bool,
) -> Outcome {
    let service = match is_stopped {
        true => client.service(id)?,
        false => waiting.rollout(context, client, id)?,
    };
    if context.terminal.is_json() {
        context.terminal.document(&service);
    } else {
        let shown = facts(&context.terminal, client, &service);
        context.terminal.print(shown);
    }
    Ok(())
}

/// The service runs no such version.
pub(super) fn runs_no(service: &ServiceShown, model: &str) -> Failure {
    let name = &service.summary.service_name;
    Failure::failed(said!(
        "{name} does not run `{model}`",
        "{name} 没有运行 `{model}`"
    ))
    .fact(format!("versions    {}", named(service)))
    .hint(said!(
        "give it traffic with `adyton service traffic {name} MODEL=WEIGHT …`",
        "用 `adyton service traffic {name} MODEL=WEIGHT …` 为它分配流量"
    ))
}

/// A service that runs these models in version 0.0.1, 0.0.2, …, with their weights.
#[cfg(test)]
pub(super) fn sample(models: &[(&str, u32)]) -> ServiceShown {
    use serde_json::json;

    let config = models.iter().enumerate().map(|(at, (model, weight))| {
        json!({"model_id": model, "model_name": "iris", "model_version": format!("0.0.{}", at + 1), "weight": weight,
            "specification": "s", "instance_count": 2, "envs": {"A": "1"}, "deploy_timeout_in_seconds": 60, "status": "ready",
            "ready_instances": 2, "scaling": false})
    });
    serde_json::from_value(json!({
        "service_id": "s", "service_name": "iris", "description": "", "tenant": "", "project": "", "owner": "",
        "infer_type": "real-time", "status": "running", "progress": 100, "publish_at": 0, "update_time": 0, "transition_at": 0,
        "invocation_times": 0, "failed_times": 0, "is_shared": false, "workspace_id": "0", "api_id": "",
        "access_address": "", "schedule": [], "config": config.collect::<Vec<_>>(),
        "additional_properties": {"calls_per_second": null, "app_auth": false, "app_code": true},
    }))
    .unwrap()
}
