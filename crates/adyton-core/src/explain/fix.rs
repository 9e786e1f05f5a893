//! What to do: first what follows from this very request, then what the catalogue says of the reason.

use std::time::Duration;

use super::units::{bytes, span};
use super::{Asked, Difference, Nearest, Owner, Part, answerer, sentence};
use crate::address;
use crate::api::RELEASE;
use crate::catalogue::Reason;
use crate::clock::Timestamp;
use crate::evidence::{Evidence, SignatureEvidence};
use crate::id::ProjectId;
use crate::record::{Door, Step};

/// The fixes, most fitting first; nothing for a request that was not refused.
pub(super) fn of(asked: &Asked<'_>, nearest: &[Nearest]) -> Vec<String> {
    let Some(reason) = asked.record.reason else {
        return model_answer(asked);
    };
    let mut fixes = match &asked.record.evidence {
        Evidence::Route { .. } => route(asked, nearest),
        Evidence::None if reason.step() == Step::Route => route(asked, nearest),
        Evidence::None
        | Evidence::Token { .. }
        | Evidence::Service { .. }
        | Evidence::Instance { .. }
        | Evidence::Dropped { .. }
        | Evidence::LeftOut { .. }
        | Evidence::Request { .. } => Vec::new(),
        Evidence::Size {
            what,
            limit,
            declared: _,
            measured: _,
            setting,
        } => vec![format!(
            "Keep the {what} at {} or below, or raise `{setting}` in the server's configuration.",
            bytes(*limit)
        )],
        Evidence::Signature(seen) => signed(asked, seen),
        Evidence::Credentials { accepted, .. } if !accepted.is_empty() => {
            let mut fixes = vec![format!("Send one of: {}.", accepted.join("; "))];
            fixes.extend(at_the_api_address(asked).filter(|_| reason == Reason::CredentialsNotAccepted));
            fixes
        }
        Evidence::Credentials { .. } => Vec::new(),
        Evidence::Access {
            caller,
            caller_project: _,
            target_project,
            action,
            roles: _,
        } => access(asked, reason, caller, *target_project, action),
        Evidence::Throttle {
            scope: _,
            limit: _,
            interval_seconds: _,
            retry_after_ms,
            setting: _,
        } => throttle(asked, *retry_after_ms),
        Evidence::Restarting {
            service: _,
            instance: _,
            since: _,
            restarts: _,
            last_end: _,
            next_start,
            server_time,
        } => vec![restart(*next_start, *server_time)],
    };
    // Where this request says it all, with names, the general advice would only repeat it.
    let is_said = !fixes.is_empty()
        && ((address::is_management(&asked.record.path) && nearest.is_empty())
            || (asked.record.door == Door::PredictionTab && reason == Reason::CredentialsNotAccepted)
            || matches!(
                reason,
                Reason::RouteNotInStage
                    | Reason::AppNotAuthorised
                    | Reason::IamOtherProject
                    | Reason::IamNotPermitted
            ));
    if !is_said {
        fixes.push(filled(asked, reason.section().fix));
    }
    fixes
}

fn model_answer(asked: &Asked<'_>) -> Vec<String> {
    if asked.record.status < 400 {
        return Vec::new();
    }
    let who = answerer(asked.record);
    let logs = match asked.record.service {
        Some(_) => format!("`adyton service logs {}`", asked.service_name()),
        None => format!("the log of the back end of API {}", asked.api_name()),
    };
    vec![format!(
        "This answer is the {who}'s own: read its body, and {logs}."
    )]
}

fn route(asked: &Asked<'_>, nearest: &[Nearest]) -> Vec<String> {
    // APIs of other groups may have any path.
    let is_of_group = nearest.iter().any(|near| matches!(near.owner, Owner::Api { .. }));
    if !is_of_group && let Some(fix) = no_api_address(asked) {
        return vec![fix];
    }
    let Some(best) = nearest.first() else {
        return vec![match asked.group() {
            Some(_) => format!("Nothing close is published at {}.", asked.record.host),
            None => {
                "Nothing close is published in your project: `adyton service list` shows what is.".to_owned()
            }
        }];
    };
    if best.differs.is_empty() {
        return vec![nothing_differs(asked, best)];
    }
    let is_stage = |differs: &&Difference| differs.part == Part::Environment;
    let is_repeated = matches!(
        asked.record.evidence,
        Evidence::Route {
            is_stage_repeated: true,
            ..
        }
    );
    let stage = best
        .differs
        .iter()
        .find(is_stage)
        .map(|differs| stage(differs, is_repeated));
    if best.differs.iter().all(|differs| is_stage(&differs)) {
        return stage.into_iter().collect();
    }
    std::iter::once(call(asked, best)).chain(stage).collect()
}

/// What to do about a path that no API of a service has, whatever is published: a management address, or one with the
/// project's id in front.
fn no_api_address(asked: &Asked<'_>) -> Option<String> {
    let path = &asked.record.path;
    if address::is_management(path) {
        let listener = asked.control_url.map_or_else(
            || "on the control listener".to_owned(),
            |url| format!("on the control listener, {url}"),
        );
        return Some(format!(
            "`{path}` is a management address: call it {listener}. The gateway serves predictions and published APIs only."
        ));
    }
    let project = address::project_in_front(path)?;
    Some(format!(
        "Leave the project's id out: an API address has none, it is `{}`.",
        path.replacen(&format!("/{project}"), "", 1)
    ))
}

/// What to do where the very address is published, now or for another project.
fn nothing_differs(asked: &Asked<'_>, best: &Nearest) -> String {
    let no_such_service = asked.record.reason == Some(Reason::RouteNoSuchService);
    if no_such_service && asked.record.door == Door::PredictionTab {
        return format!(
            "Service {} is published now, or belongs to another project than that of the path: put its own \
             project's id there.",
            best.owner.name()
        );
    }
    "This address is published now: send the request again.".to_owned()
}

/// The call that the nearest route takes, and what of it differs from the one that was made.
fn call(asked: &Asked<'_>, best: &Nearest) -> String {
    let parts: Vec<&str> = best.differs.iter().map(|differs| differs.part.name()).collect();
    let (listener, through) = match asked.record.door {
        Door::Address => ("the gateway", ""),
        Door::PredictionTab => ("the control listener", "; it came through the Prediction tab"),
    };
    let differ = if parts.len() == 1 { "differs" } else { "differ" };
    format!(
        "Call `{} {}` at {} ({} {}; {} {differ}{through}).",
        best.method,
        best.path,
        if asked.record.host.is_empty() {
            listener
        } else {
            &asked.record.host
        },
        match best.owner {
            Owner::Service { .. } => "service",
            Owner::Api { .. } => "API",
        },
        best.owner.name(),
        joined(&parts)
    )
}

/// What to do about `X-Stage`; `differs` says what was sent.
fn stage(differs: &Difference, is_repeated: bool) -> String {
    if is_repeated {
        format!(
            "Send the header `X-Stage` once, as `X-Stage: {}`{}: `{}` came.",
            differs.published,
            if differs.published == RELEASE {
                ", or leave it out"
            } else {
                ""
            },
            differs.sent
        )
    } else if differs.published != RELEASE {
        format!("Send the header `X-Stage: {}`.", differs.published)
    } else {
        "Leave out the header `X-Stage`, or send `X-Stage: RELEASE`.".to_owned()
    }
}

fn signed(asked: &Asked<'_>, seen: &SignatureEvidence) -> Vec<String> {
    let mut fixes: Vec<String> = seen.advice().as_deref().and_then(sentence).into_iter().collect();
    if asked.live.app_by_key(&seen.key).is_some() {
        fixes.extend(at_the_api_address(asked));
    }
    if seen.canonical_request.is_some() {
        fixes.push(format!(
            "Print the canonical request in your client, save it, and compare it with `adyton \
             explain {} --canonical @FILE`.",
            asked.record.id
        ));
    }
    fixes
}

/// Where app credentials count, for a call that came through the Prediction tab with some.
fn at_the_api_address(asked: &Asked<'_>) -> Option<String> {
    let record = asked.record;
    (record.door == Door::PredictionTab).then(|| {
        format!(
            "With app credentials call the API address, on the gateway's listener: `{} {}`. The Prediction tab takes tokens \
             and access keys (AK/SK) only.",
            record.method, record.path
        )
    })
}

fn access(
    asked: &Asked<'_>,
    reason: Reason,
    caller: &str,
    target: Option<ProjectId>,
    action: &str,
) -> Vec<String> {
    let target = target.or(asked.record.project);
    let place = target.map_or_else(
        || "that project".to_owned(),
        |id| format!("project {}", asked.project_name(id)),
    );
    let seen = asked.record.caller.as_ref().map(|seen| seen.name.as_str());
    let caller = seen.filter(|name| !name.is_empty()).unwrap_or(caller);
    match reason {
        Reason::AppNotAuthorised => vec![format!(
            "Authorise it: `adyton app authorize {caller} {}`.",
            asked.api_name()
        )],
        Reason::IamOtherProject => vec![format!(
            "Call with a token scoped to {place}, or with the access key of a user who has a role there."
        )],
        _ => {
            let project = target.map_or_else(|| "PROJECT".to_owned(), |id| id.to_string());
            vec![format!(
                "Let an administrator give {caller} a role in {place} that permits {action}: `adyton role grant \
                 USER ROLE --project {project}`; the role `caller` is enough for predictions, `operator` for deploying."
            )]
        }
    }
}

fn throttle(asked: &Asked<'_>, retry_after_ms: u64) -> Vec<String> {
    let refused_at = asked.record.at.after(Duration::from_micros(asked.record.took_us));
    let wait = Duration::from_millis(retry_after_ms);
    vec![format!(
        "The next call succeeds at {} ({} after the refusal).",
        refused_at.after(wait),
        span(wait)
    )]
}

fn restart(next_start: Timestamp, server_time: Timestamp) -> String {
    if next_start > server_time {
        let wait = span(next_start.since(server_time));
        format!("Do not send it before the next start, at {next_start} ({wait} after the refusal).")
    } else {
        format!("Send it again soon: the program was started at {next_start}, and had not answered yet.")
    }
}

/// The catalogue's advice with the names of this request in place of its capitals.
fn filled(asked: &Asked<'_>, advice: &str) -> String {
    let id = asked.record.id.to_string();
    let service = asked.service_name();
    let mut text = String::new();
    let mut rest = advice;
    while !rest.is_empty() {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        text.push_str(match word {
            "SERVICE" => &service,
            "REQUEST_ID" => &id,
            other => other,
        });
        let length = after.find(is_part).unwrap_or(after.len());
        let (between, after) = after.split_at(length);
        text.push_str(between);
        rest = after;
    }
    text
}

/// `a`, `a and b`, `a, b and c`
fn joined(words: &[&str]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
