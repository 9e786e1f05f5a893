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
    spinner.finish_and_clear();
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

/// Waits until a service is in one of `wanted`; a failed one ends it, with the last lines of its log.
pub(crate) fn service(
    client: &Client,
    terminal: &Terminal,
    id: &str,
    wanted: &[&str],
    longest: Duration,
) -> Outcome<Value> {
    let path = format!("/v1/{}/services/{id}", client.project());
    let spinner = terminal.spinner("waiting");
    let found = until(client, longest, || {
        let service = client.get(&path, "")?;
        let status = text(&service, "status");
        spinner.set_message(progress(&service));
        Ok(
            ((wanted.contains(&status.as_str()) && is_whole(&service)) || status == "failed")
                .then_some(service),
        )
    });
    spinner.finish_and_clear();
    let service = found?.ok_or_else(|| {
        Failure::failed(format!(
            "the service is not {} after {} s",
            wanted.join(" or "),
            longest.as_secs()
        ))
        .hint(format!(
            "it goes on: `adyton service show {id}`, `adyton service events {id}`"
        ))
    })?;
    if wanted.contains(&text(&service, "status").as_str()) {
        return Ok(service);
    }
    Err(failed(client, &service, id))
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

/// Waits until a change of a service has come through; one that is rolled back ends it, with the cause. What counts is the
/// first entry of the update history after `before`: the instances of before go on answering, so the state alone does not
/// tell, and a later entry may be the way back.
pub(crate) fn update(
    client: &Client,
    terminal: &Terminal,
    id: &str,
    before: i64,
    longest: Duration,
) -> Outcome<Value> {
    let path = format!("/v1/{}/services/{id}", client.project());
    let spinner = terminal.spinner("waiting");
    let found = until(client, longest, || {
        let service = client.get(&path, "")?;
        spinner.set_message(progress(&service));
        if text(&service, "status") == "deploying" {
            return Ok(None);
        }
        let history = client.get(&format!("{path}/logs"), "")?;
        let own = entries(&history, "logs")
            .iter()
            .rev()
            .find(|update| began(update) > before)
            .map(|update| text(update, "result"));
        Ok(match own.as_deref() {
            Some("RUNNING") => None,
            Some(result) => Some((service, result.to_owned())),
            // Nothing that is run was changed.
            None => Some((service, "SUCCESS".to_owned())),
        })
    });
    spinner.finish_and_clear();
    let (service, result) = found?.ok_or_else(|| {
        Failure::failed(format!("the update takes longer than {} s", longest.as_secs())).hint(format!(
            "it goes on: `adyton service show {id}`, `adyton service events {id}`"
        ))
    })?;
    match (result.as_str(), text(&service, "status").as_str()) {
        (_, "failed") => Err(failed(client, &service, id)),
        ("SUCCESS", _) => Ok(service),
        _ => Err(rolled_back(client, &service, id)),
    }
}

/// Why an update did not come through, though the service goes on as it was.
fn rolled_back(client: &Client, service: &Value, id: &str) -> Failure {
    let name = text(service, "service_name");
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
    Failure::failed(format!("the update of {name} failed: {cause}"))
        .fact(format!(
            "state       {}; the instances of before go on answering",
            text(service, "status")
        ))
        .hint(format!(
            "`adyton service events {name}` tells what happened, `adyton service logs {name}` what it printed; another \
             `adyton service update {name}` replaces what failed"
        ))
}

/// Whether a running service has all the instances that are wanted of it.
fn is_whole(service: &Value) -> bool {
    text(service, "status") != "running"
        || entries(service, "config")
            .iter()
            .all(|version| matches!(text(version, "status").as_str(), "ready" | ""))
}

/// Why a service failed: what the reconciler says, and what the model's program said last.
fn failed(client: &Client, service: &Value, id: &str) -> Failure {
    let name = text(service, "service_name");
    let mut failure = Failure::failed(format!(
        "the service {name} failed: {}",
        text(service, "error_msg")
    ));
    let path = format!("/adyton/v1/{}/services/{id}/log", client.project());
    if let Ok(log) = client.get(&path, &format!("lines={LOG_LINES}")) {
        for line in entries(&log, "lines") {
            failure = failure.fact(format!("{:8} {}", text(line, "stream"), text(line, "text")));
        }
    }
    failure.hint(format!(
        "`adyton service events {name}` tells what happened, `adyton service logs {name}` what it printed"
    ))
}
