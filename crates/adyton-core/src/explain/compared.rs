//! What was compared with what: the evidence as rows of label, expected, got.

use std::time::Duration;

use super::units::{bytes, grouped, span};
use super::{Asked, Compared, Nearest, signature};
use crate::catalogue::Reason;
use crate::clock::Timestamp;
use crate::evidence::Evidence;
use crate::id::{InstanceId, ProjectId};

/// The rows for the record's evidence; none where the reason alone says it all.
pub(super) fn of(asked: &Asked<'_>, nearest: &[Nearest]) -> Vec<Compared> {
    match &asked.record.evidence {
        Evidence::None | Evidence::Route { .. } => routes(nearest),
        Evidence::Size {
            what,
            limit,
            declared,
            measured,
            ..
        } => sizes(what, *limit, *declared, *measured),
        Evidence::Token {
            key_id,
            length,
            issued_at,
            expires_at,
            server_time,
            ..
        } => {
            let lifetime = (*issued_at, *expires_at);
            token(asked, key_id.as_deref(), *length, lifetime, *server_time)
        }
        Evidence::Signature(seen) => signature::compared(asked.record.reason, seen),
        Evidence::Credentials { sent, accepted, .. } => vec![credentials(sent, accepted)],
        Evidence::Access {
            caller_project,
            target_project,
            action,
            roles,
            ..
        } => access(asked, *caller_project, *target_project, action, roles),
        Evidence::Throttle {
            scope,
            limit,
            interval_seconds,
            setting,
            ..
        } => vec![calls(scope, *limit, *interval_seconds, setting)],
        Evidence::Service { status, .. } => vec![state(asked.record.reason, status)],
        Evidence::Restarting {
            instance,
            since,
            restarts,
            last_end,
            server_time,
            ..
        } => {
            let down = server_time.since(*since);
            vec![restarting(*instance, down, *restarts, last_end)]
        }
        evidence @ Evidence::Instance {
            address,
            after_ms,
            attempts,
            ..
        } => {
            let error = evidence.clauses().join("; ");
            vec![called(asked, address, *after_ms, *attempts, &error)]
        }
        Evidence::Dropped { headers: _ } => Vec::new(),
        Evidence::LeftOut {
            source,
            count,
            limit,
            until,
            setting,
        } => vec![left_out(source, *count, *limit, *until, setting)],
        evidence @ Evidence::Request { .. } => {
            vec![input(asked.record.reason, evidence.clauses().join("; "))]
        }
    }
}

/// What differs from the nearest route.
fn routes(nearest: &[Nearest]) -> Vec<Compared> {
    let differs = nearest.first().map(|route| route.differs.as_slice());
    let rows = differs.unwrap_or_default().iter().map(|difference| {
        let sent = match difference.sent.as_str() {
            "" => "nothing",
            sent => sent,
        };
        Compared::new(
            difference.part.name(),
            difference.published.clone(),
            sent.to_owned(),
        )
    });
    rows.collect()
}

fn sizes(what: &str, limit: u64, declared: Option<u64>, measured: Option<u64>) -> Vec<Compared> {
    let expected = || format!("at most {}", bytes(limit));
    let seen = [("declared", declared), ("measured", measured)];
    let rows = seen.into_iter().filter_map(|(how, size)| {
        let size = size?;
        let over = match size.checked_sub(limit) {
            Some(over) if over > 0 => format!(", {} too many", grouped(over)),
            _ => String::new(),
        };
        Some(Compared::new(
            &format!("{what}, {how}"),
            expected(),
            format!("{}{over}", bytes(size)),
        ))
    });
    rows.collect()
}

fn token(
    asked: &Asked<'_>,
    key_id: Option<&str>,
    length: u64,
    (issued_at, expires_at): (Option<Timestamp>, Option<Timestamp>),
    server_time: Timestamp,
) -> Vec<Compared> {
    let mut rows = Vec::new();
    let is_unopened = matches!(
        asked.record.reason,
        Some(Reason::TokenMalformed | Reason::TokenUnknownKey | Reason::TokenUndecryptable)
    );
    if is_unopened {
        let key = key_id.map_or_else(|| "no key id".to_owned(), |id| format!("key {id}"));
        rows.push(Compared::new(
            "token",
            "sealed by a key of this installation, whole and unchanged".to_owned(),
            format!("{key}, {} characters", grouped(length)),
        ));
    }
    if let Some(at) = expires_at {
        rows.push(Compared::new(
            "expires",
            format!("after {server_time} (server time)"),
            apart(at, server_time),
        ));
    }
    if let Some(at) = issued_at {
        rows.push(Compared::new(
            "issued",
            format!("not after {server_time} (server time)"),
            apart(at, server_time),
        ));
    }
    rows
}

/// A time, and how far it is from the server's.
fn apart(at: Timestamp, server_time: Timestamp) -> String {
    if at <= server_time {
        format!("{at}, {} ago", span(server_time.since(at)))
    } else {
        format!("{at}, {} later", span(at.since(server_time)))
    }
}

fn access(
    asked: &Asked<'_>,
    caller_project: Option<ProjectId>,
    target_project: Option<ProjectId>,
    action: &str,
    roles: &[String],
) -> Vec<Compared> {
    let mut rows = Vec::new();
    if let Some(target) = target_project
        && caller_project != target_project
    {
        let got = caller_project.map_or_else(|| "no project".to_owned(), |id| asked.project_name(id));
        rows.push(Compared::new("project", asked.project_name(target), got));
    }
    if asked.record.reason == Some(Reason::AppNotAuthorised) {
        rows.push(Compared::new(
            "authorisation",
            match asked.record.service {
                Some(_) => format!("the app is authorised for the API of {}", asked.service_name()),
                None => format!("the app is authorised for the API {}", asked.api_name()),
            },
            "none".to_owned(),
        ));
    } else {
        rows.push(Compared::new(
            "role",
            format!("one that permits {action}"),
            listed(roles, "none in that project"),
        ));
    }
    rows
}

fn credentials(sent: &[String], accepted: &[String]) -> Compared {
    Compared::new(
        "credentials",
        listed(accepted, "valid ones"),
        listed(sent, "none"),
    )
}

fn restarting(instance: InstanceId, since: Duration, restarts: u32, last_end: &str) -> Compared {
    let times = if restarts == 1 { "restart" } else { "restarts" };
    Compared::new(
        &format!("instance {instance}"),
        "one that answers".to_owned(),
        format!(
            "restarting for {}, {restarts} {times} so far; the last run: {last_end}",
            span(since)
        ),
    )
}

fn left_out(source: &str, count: u64, limit: u32, until: Timestamp, setting: &str) -> Compared {
    Compared::new(
        &format!("refused requests of {source}"),
        format!("at most {limit} records a second (`{setting}`)"),
        format!(
            "{} more until {}, which were counted and not kept",
            grouped(count),
            until.to_iso()
        ),
    )
}

/// What stands behind the API, and how calling it ended.
fn called(asked: &Asked<'_>, address: &str, after_ms: u64, attempts: u32, error: &str) -> Compared {
    if asked.record.reason == Some(Reason::BackendAddressDenied) {
        return Compared::new(
            &format!("back end {address}"),
            "an address that the gateway may connect to".to_owned(),
            error.to_owned(),
        );
    }
    let who = match asked.record.service {
        Some(_) => "instance",
        None => "back end",
    };
    let after = span(Duration::from_millis(after_ms));
    let tried = match attempts {
        0 | 1 => String::new(),
        more => format!(", {more} attempts"),
    };
    Compared::new(
        &format!("{who} {address}"),
        "an answer".to_owned(),
        format!("{error}; after {after}{tried}"),
    )
}

fn calls(scope: &str, limit: u64, interval_seconds: u64, setting: &str) -> Compared {
    let most = format!(
        "at most {} in {} (`{setting}`)",
        grouped(limit),
        every(interval_seconds)
    );
    Compared::new(&format!("calls of the {scope}"), most, "one more".to_owned())
}

fn state(reason: Option<Reason>, status: &str) -> Compared {
    match reason {
        Some(Reason::InstanceNone | Reason::InstanceRestarting) => Compared::new(
            "ready instances",
            "at least one".to_owned(),
            format!("none; the service is {status}"),
        ),
        _ => Compared::new(
            "service state",
            "running or concerning".to_owned(),
            status.to_owned(),
        ),
    }
}

fn input(reason: Option<Reason>, problem: String) -> Compared {
    let expected = match reason {
        Some(Reason::ModelBadInput) => "what the model declares",
        Some(Reason::ClientClosed) => "a client that waits for the response",
        _ => "a well-formed request",
    };
    Compared::new("request", expected.to_owned(), problem)
}

fn listed(texts: &[String], none: &str) -> String {
    if texts.is_empty() {
        none.to_owned()
    } else {
        texts.join(", ")
    }
}

fn every(seconds: u64) -> String {
    match seconds {
        1 => "1 second".to_owned(),
        60 => "1 minute".to_owned(),
        3_600 => "1 hour".to_owned(),
        86_400 => "1 day".to_owned(),
        more => format!("{more} seconds"),
    }
}
