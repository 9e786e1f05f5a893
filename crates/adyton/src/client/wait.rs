//! Waiting until something is ready: asking again, a little less often each time, with a sign of life.

use std::time::Duration;

use serde_json::Value;

use super::Client;
use super::lookup::{entries, text};
use crate::failure::{Failure, Outcome};
use crate::terminal::Terminal;

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
pub(crate) fn model(client: &Client, terminal: &Terminal, id: &str, longest: Duration) -> Outcome<Value> {
    let path = format!("/v1/{}/models/{id}", client.project());
    let spinner = terminal.spinner("importing");
    let found = until(client, longest, || {
        let model = client.get(&path, "")?;
        Ok((text(&model, "model_status") != "publishing").then_some(model))
    });
    spinner.ends();
    let model = found?.ok_or_else(|| {
        Failure::failed(format!("the import takes longer than {} s", longest.as_secs()))
            .hint(format!("it goes on: `adyton model show {id}`"))
    })?;
    match text(&model, "model_status").as_str() {
        "published" => Ok(model),
        status => {
            let reason = ["error_msg", "failure", "failed_reason"]
                .iter()
                .map(|field| text(&model, field))
                .find(|reason| !reason.is_empty())
                .unwrap_or_else(|| "no reason was given".to_owned());
            Err(
                Failure::failed(format!("the import {status}: {reason}")).hint(format!(
                    "put the package right, `adyton model delete {id}`, and import it again"
                )),
            )
        }
    }
}

/// How far a service has come, for whoever waits.
fn progress(service: &Value) -> String {
    let (status, percent) = (text(service, "status"), text(service, "progress"));
    match percent.as_str() {
        "" => status,
        percent => format!("{status} {percent} %"),
    }
}

/// When a service's newest update began, in milliseconds; 0 when there was none.
pub(crate) fn newest_update(client: &Client, id: &str) -> Outcome<i64> {
    let history = client.get(&format!("/v1/{}/services/{id}/logs", client.project()), "")?;
    Ok(entries(&history, "logs").first().map_or(0, began))
}

fn began(update: &Value) -> i64 {
    update["update_time"].as_i64().unwrap_or(0)
}

/// Waits until a service has stopped.
pub(crate) fn stopped(client: &Client, terminal: &Terminal, id: &str, longest: Duration) -> Outcome<Value> {
    watched(client, terminal, id, longest, |service| {
        Ok((text(service, "status") == "stopped").then_some(()))
    })
    .map(|(service, ())| service)
}

/// Waits until what was asked of a service has come through: a deployment, a start or an update, all alike. One that has not
/// ends it, with the cause.
///
/// The state alone does not tell: the instances of before may go on answering, and a failed update is taken back. So what counts is
/// the first entry of the update history after `before` ([`newest_update`], asked before the change; 0 for a new service); a
/// later entry may be the way back. A start makes no entry: it is shown as `deploying` until it has come through or failed, and
/// then the state does tell.
pub(crate) fn rollout(
    client: &Client,
    terminal: &Terminal,
    id: &str,
    before: i64,
    longest: Duration,
) -> Outcome<Value> {
    let path = format!("/v1/{}/services/{id}/logs", client.project());
    let (service, came_through) = watched(client, terminal, id, longest, |service| {
        let status = text(service, "status");
        if status == "deploying" {
            return Ok(None);
        }
        let history = client.get(&path, "")?;
        let own = entries(&history, "logs")
            .iter()
            .rev()
            .find(|update| began(update) > before)
            .map(|update| text(update, "result"));
        Ok(match (own.as_deref(), status.as_str()) {
            (Some("RUNNING"), _) => None,
            (Some(result), _) => Some(result == "SUCCESS"),
            // The instances of a server that has just started are on their way, whatever is said of them as a whole.
            (None, "running") => is_whole(service).then_some(true),
            (None, _) => Some(false),
        })
    })?;
    match (came_through, text(&service, "status").as_str()) {
        (_, "failed") => Err(failed(client, &service, id)),
        (true, _) => Ok(service),
        (false, _) => Err(incomplete(client, &service, id)),
    }
}

/// Looks at a service until `decide` gives something, with its state as the sign of life.
fn watched<T>(
    client: &Client,
    terminal: &Terminal,
    id: &str,
    longest: Duration,
    decide: impl Fn(&Value) -> Outcome<Option<T>>,
) -> Outcome<(Value, T)> {
    let path = format!("/v1/{}/services/{id}", client.project());
    let spinner = terminal.spinner("waiting");
    let mut last = Value::Null;
    let found = until(client, longest, || {
        let service = client.get(&path, "")?;
        spinner.says(progress(&service));
        let decided = decide(&service)?;
        last = service;
        Ok(decided)
    });
    spinner.ends();
    match found? {
        Some(decided) => Ok((last, decided)),
        None => Err(too_slow(&last, longest)),
    }
}

/// What a service that is not there yet was last seen waiting for.
fn too_slow(service: &Value, longest: Duration) -> Failure {
    let (name, error) = (text(service, "service_name"), text(service, "error_msg"));
    let cause = match error.as_str() {
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

/// Why not all came through that was asked for, though some instances answer: those of before, or some of the new ones.
fn incomplete(client: &Client, service: &Value, id: &str) -> Failure {
    let (name, status) = (text(service, "service_name"), text(service, "status"));
    let path = format!("/v1/{}/services/{id}/events", client.project());
    let event = || {
        let events = client.get(&path, "event_type=abnormal&limit=1").ok()?;
        entries(&events, "events")
            .first()
            .map(|event| text(event, "event_info"))
    };
    let cause = match text(service, "error_msg") {
        error if error.is_empty() => event().unwrap_or_else(|| "no cause was given".to_owned()),
        error => error,
    };
    let (what, answers, next) = match status.as_str() {
        "concerning" => (
            format!("not all instances of {name} are ready"),
            "those that are ready answer",
            format!("`adyton service stop {name}` and `start` try those again that failed"),
        ),
        "running" => (
            format!("the update of {name} failed"),
            "the instances of before go on answering",
            format!("another `adyton service update {name}` replaces what failed"),
        ),
        other => (
            format!("{name} is {other}"),
            "nobody answers",
            format!("`adyton service start {name}` tries again"),
        ),
    };
    Failure::failed(format!("{what}: {cause}"))
        .fact(format!("state       {status}; {answers}"))
        .hint(format!(
            "`adyton service events {name}` tells what happened, `adyton service logs {name}` what it printed; {next}"
        ))
}

/// Whether a running service has all the instances that are wanted of it.
fn is_whole(service: &Value) -> bool {
    text(service, "status") != "running"
        || entries(service, "config")
            .iter()
            .all(|version| matches!(text(version, "status").as_str(), "ready" | ""))
}

/// Why a service failed: what the reconciler says, and what the model's program said last, unless that is part of it.
fn failed(client: &Client, service: &Value, id: &str) -> Failure {
    let (name, error) = (text(service, "service_name"), text(service, "error_msg"));
    let says_all = error.trim_end().contains('\n');
    let mut failure = Failure::failed(format!("the service {name} failed: {error}"));
    let path = format!("/adyton/v1/{}/services/{id}/log", client.project());
    if !says_all && let Ok(log) = client.get(&path, &format!("lines={LOG_LINES}")) {
        for line in entries(&log, "lines") {
            failure = failure.fact(format!("{:8} {}", text(line, "stream"), text(line, "text")));
        }
    }
    failure.hint(format!(
        "`adyton service events {name}` tells what happened, `adyton service logs {name}` what it printed"
    ))
}
