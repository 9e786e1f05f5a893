//! Waiting until something is ready: asking again, a little less often each time, with a sign of life.

use std::time::Duration;

use adyton_api::modelarts::activity::UpdateShown;
use adyton_api::modelarts::models::ModelShown;
use adyton_api::modelarts::services::ServiceShown;
use adyton_core::model::ModelStatus;
use adyton_core::service::ServiceStatus;

use super::Client;
use crate::failure::{Failure, Outcome};
use crate::terminal::Terminal;

/// How long a service may take to get ready before a command stops waiting for it.
pub const READY_TIME: Duration = Duration::from_secs(600);

/// The first pause between two questions; each is a quarter longer than the one before.
const PAUSE_FIRST: Duration = Duration::from_millis(40);
/// The longest pause.
const PAUSE_MOST: Duration = Duration::from_secs(2);
/// How many lines of a failed service's log are shown.
const LOG_LINES: usize = 20;

/// Asks `question` until it gives something, at most `longest`.
fn until<T>(
    client: &Client,
    longest: Duration,
    mut question: impl FnMut() -> Outcome<Option<T>>,
) -> Outcome<Option<T>> {
    let start = client.clock().monotonic();
    let mut pause = PAUSE_FIRST;
    loop {
        if let Some(found) = question()? {
            return Ok(Some(found));
        }
        if client.clock().monotonic().saturating_sub(start) > longest {
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 5 / 4).min(PAUSE_MOST);
    }
}

/// Waits until a model is published; gives its details.
pub fn model(client: &Client, terminal: &Terminal, id: &str, longest: Duration) -> Outcome<ModelShown> {
    let spinner = terminal.spinner("importing");
    let found = until(client, longest, || {
        let model = client.model(id)?;
        Ok((model.summary.model_status != ModelStatus::Publishing).then_some(model))
    });
    spinner.ends();
    let model = found?.ok_or_else(|| {
        Failure::failed(format!("the import takes longer than {} s", longest.as_secs()))
            .hint(format!("it goes on: `adyton model show {id}`"))
    })?;
    match model.summary.model_status {
        ModelStatus::Published => Ok(model),
        ModelStatus::Failed | ModelStatus::Publishing => {
            let reason = match model.summary.error_msg.as_str() {
                "" => "no reason was given",
                reason => reason,
            };
            let failure = Failure::failed(format!("the import failed: {reason}"));
            Err(failure.hint(format!(
                "put the package right, `adyton model delete {id}`, and import it again"
            )))
        }
    }
}

/// How far a service has come, for whoever waits.
fn progress(service: &ServiceShown) -> String {
    format!("{} {} %", service.summary.status.name(), service.summary.progress)
}

/// When a service's newest update began, in milliseconds; 0 when there was none.
pub fn newest_update(client: &Client, id: &str) -> Outcome<i64> {
    let history = client.service_updates(id)?;
    Ok(history.logs.first().map_or(0, |update| update.update_time))
}

/// Waits until a service has stopped.
pub fn stopped(client: &Client, terminal: &Terminal, id: &str, longest: Duration) -> Outcome<ServiceShown> {
    watched(client, terminal, id, longest, |service| {
        Ok((service.summary.status == ServiceStatus::Stopped).then_some(()))
    })
    .map(|(service, ())| service)
}

/// Waits until what was asked of a service has come through: a deployment, a start or an update, all alike. One that has not
/// ends it, with the cause.
///
/// The state alone does not tell: the previous instances may keep serving, and a failed update is taken back. So what counts is
/// the first entry of the update history after `before` ([`newest_update`], asked before the change; 0 for a new service); a
/// later entry may be the way back. A start makes no entry: it is shown as `deploying` until it has come through or failed, and
/// then the state does tell.
pub fn rollout(
    client: &Client,
    terminal: &Terminal,
    id: &str,
    before: i64,
    longest: Duration,
) -> Outcome<ServiceShown> {
    let (service, came_through) = watched(client, terminal, id, longest, |service| {
        if service.summary.status == ServiceStatus::Deploying {
            return Ok(None);
        }
        Ok(came_through(service, &client.service_updates(id)?.logs, before))
    })?;
    match (came_through, service.summary.status) {
        (_, ServiceStatus::Failed) => Err(failed(client, &service)),
        (true, _) => Ok(service),
        (false, _) => Err(incomplete(client, &service)),
    }
}

/// Whether the change after `before` came through, once that is known.
fn came_through(service: &ServiceShown, updates: &[UpdateShown], before: i64) -> Option<bool> {
    let own = updates.iter().rev().find(|update| update.update_time > before);
    match (own.map(|update| update.result.as_str()), service.summary.status) {
        (Some("RUNNING"), _) => None,
        (Some(result), _) => Some(result == "SUCCESS"),
        // The instances of a server that has just started are on their way, whatever is said of them as a whole.
        (None, ServiceStatus::Running) => service
            .config
            .iter()
            .all(|version| matches!(version.status.as_str(), "ready" | ""))
            .then_some(true),
        (None, _) => Some(false),
    }
}

/// Looks at a service until `decide` gives something, with its state as the sign of life.
fn watched<T>(
    client: &Client,
    terminal: &Terminal,
    id: &str,
    longest: Duration,
    decide: impl Fn(&ServiceShown) -> Outcome<Option<T>>,
) -> Outcome<(ServiceShown, T)> {
    let spinner = terminal.spinner("waiting");
    let mut last = None;
    let found = until(client, longest, || {
        let service = client.service(id)?;
        spinner.says(progress(&service));
        Ok(match decide(&service)? {
            Some(decided) => Some((service, decided)),
            None => {
                last = Some(service);
                None
            }
        })
    });
    spinner.ends();
    match (found?, last) {
        (Some(found), _) => Ok(found),
        (None, Some(last)) => Err(too_slow(&last, longest)),
        (None, None) => Err(Failure::failed(format!("the service {id} was not looked at"))),
    }
}

/// What a service that is not there yet was last seen waiting for.
fn too_slow(service: &ServiceShown, longest: Duration) -> Failure {
    let name = &service.summary.service_name;
    let cause = match service.summary.error_msg.as_str() {
        "" => String::new(),
        error => format!(": {error}"),
    };
    Failure::failed(format!(
        "the service {name} takes longer than {} s{cause}",
        longest.as_secs()
    ))
    .fact(format!("state       {}", progress(service)))
    .hint(format!(
        "it goes on: `adyton service show {name}`, `adyton service events {name}`"
    ))
}

/// Why not all came through that was asked for, though some instances answer: the previous ones, or some of the new ones.
fn incomplete(client: &Client, service: &ServiceShown) -> Failure {
    let (name, status) = (&service.summary.service_name, service.summary.status);
    let cause = match service.summary.error_msg.as_str() {
        "" => client
            .service_events(&service.summary.service_id, "event_type=abnormal&limit=1")
            .ok()
            .and_then(|listed| Some(listed.events.into_iter().next()?.event_info))
            .unwrap_or_else(|| "no cause was given".to_owned()),
        error => error.to_owned(),
    };
    let (what, answers, next) = match status {
        ServiceStatus::Concerning => (
            format!("not all instances of {name} are ready"),
            "those that are ready answer",
            format!("run `adyton service stop {name}`, then `start`, to retry the failed instances"),
        ),
        ServiceStatus::Running => (
            format!("the update of {name} failed"),
            "the previous instances keep serving",
            format!("another `adyton service update {name}` replaces what failed"),
        ),
        ServiceStatus::Deploying
        | ServiceStatus::Failed
        | ServiceStatus::Stopping
        | ServiceStatus::Stopped
        | ServiceStatus::Deleting => (
            format!("{name} is {}", status.name()),
            "nobody answers",
            format!("`adyton service start {name}` tries again"),
        ),
    };
    Failure::failed(format!("{what}: {cause}"))
        .fact(format!("state       {}; {answers}", status.name()))
        .hint(format!(
            "`adyton service events {name}` tells what happened, `adyton service logs {name}` what it printed; {next}"
        ))
}

/// Why a service failed: what the reconciler says, and what the model's program said last, unless that is part of it.
fn failed(client: &Client, service: &ServiceShown) -> Failure {
    let (name, error) = (&service.summary.service_name, &service.summary.error_msg);
    let says_all = error.trim_end().contains('\n');
    let mut failure = Failure::failed(format!("the service {name} failed: {error}"));
    if !says_all && let Ok(log) = client.service_log(&service.summary.service_id, LOG_LINES) {
        for line in log.lines {
            failure = failure.fact(format!("{:8} {}", line.stream, line.text));
        }
    }
    failure.hint(format!(
        "`adyton service events {name}` tells what happened, `adyton service logs {name}` what it printed"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn service(status: &str, version: &str) -> ServiceShown {
        serde_json::from_value(json!({
            "service_id": "", "service_name": "iris", "description": "", "tenant": "", "project": "", "owner": "",
            "infer_type": "real-time", "status": status, "progress": 50, "publish_at": 0, "update_time": 0, "transition_at": 0,
            "invocation_times": 0, "failed_times": 0, "is_shared": false, "workspace_id": "0", "api_id": "",
            "access_address": "", "schedule": [],
            "config": [{"model_id": "", "model_name": "iris", "model_version": "0.0.1", "weight": 100, "specification": "",
                "instance_count": 1, "envs": {}, "deploy_timeout_in_seconds": 1200, "status": version, "ready_instances": 0,
                "scaling": false}],
            "additional_properties": {"calls_per_second": null, "app_auth": false, "app_code": true},
        }))
        .unwrap()
    }

    fn update(at: i64, result: &str) -> UpdateShown {
        UpdateShown {
            update_time: at,
            result: result.to_owned(),
            generation: 1,
            config: Vec::new(),
        }
    }

    #[test]
    fn the_first_update_after_the_change_tells_and_not_the_way_back() {
        let running = service("running", "ready");
        // Newest first, as the history is listed: the change failed and was taken back.
        let history = [update(3, "SUCCESS"), update(2, "FAIL"), update(1, "SUCCESS")];
        assert_eq!(came_through(&running, &history, 1), Some(false));
        assert_eq!(
            came_through(&running, &[update(2, "RUNNING"), update(1, "SUCCESS")], 1),
            None
        );
        assert_eq!(came_through(&running, &[update(2, "SUCCESS")], 1), Some(true));
    }

    #[test]
    fn without_an_update_the_state_tells() {
        assert_eq!(came_through(&service("running", "ready"), &[], 0), Some(true));
        assert_eq!(came_through(&service("running", "notReady"), &[], 0), None);
        assert_eq!(came_through(&service("stopped", "notReady"), &[], 0), Some(false));
    }

    #[test]
    fn whoever_waits_sees_the_state_and_the_percentage() {
        assert_eq!(progress(&service("deploying", "notReady")), "deploying 50 %");
    }
}
