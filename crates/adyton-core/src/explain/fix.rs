//! What to do: first what follows from this very request, then what the catalogue says of the reason.

mod access;
mod credentials;
mod named;
mod route;
mod written;

pub(super) use self::credentials::{one_of, signed};
pub(super) use self::named::filled;
use self::route::is_preflight;
pub(super) use self::route::{route, without_routes};
pub(super) use self::written::mended;

use std::time::Duration;

use self::access::access;
pub(super) use self::access::role_for;
use self::credentials::{app_let_in, at_the_api_address};
use super::units::{bytes, span};
use super::{Asked, Nearest, answerer};
use crate::address;
use crate::catalogue::Reason;
use crate::clock::Timestamp;
use crate::evidence::Evidence;
use crate::language::{Language, message};
use crate::measured::Measured;
use crate::mistake::SigningMistake;
use crate::record::Step;

/// The fixes, most fitting first; nothing for a request that was not refused.
pub(super) fn of(asked: &Asked<'_>, nearest: &[Nearest]) -> Vec<String> {
    let Some(reason) = asked.record.reason else {
        return model_answer(asked);
    };
    let mut fixes = of_evidence(asked, reason, nearest);
    // Where this request says it all, with names, the general advice would only repeat it.
    let is_said = !fixes.is_empty()
        && ((address::is_management(&asked.record.path) && nearest.is_empty())
            || is_preflight(asked, nearest)
            || matches!(
                reason,
                Reason::RouteNotInStage
                    | Reason::CredentialsNotAccepted
                    | Reason::AppNotAuthorised
                    | Reason::IamOtherProject
                    | Reason::IamNotPermitted
            )
            || is_swapped(&asked.record.evidence));
    if !is_said {
        fixes.push(filled(asked, reason.section_in(asked.language).fix));
    }
    fixes
}

/// Whether the key was put where the secret belongs: then no key has to be looked up.
pub(super) fn is_swapped(evidence: &Evidence) -> bool {
    let swapped = SigningMistake::AccessIsSecret.name();
    matches!(evidence, Evidence::Signature(seen) if seen.mistake.as_deref() == Some(swapped))
}

/// What follows from this very request.
fn of_evidence(asked: &Asked<'_>, reason: Reason, nearest: &[Nearest]) -> Vec<String> {
    match &asked.record.evidence {
        Evidence::Route { .. } => route(asked, nearest),
        Evidence::None if reason.step() == Step::Route => route(asked, nearest),
        Evidence::Size {
            what, limit, setting, ..
        } => vec![size(what, *limit, Some(setting), asked.language)],
        Evidence::Signature(seen) => signed(asked, seen),
        Evidence::Credentials { sent, accepted, .. } => {
            let Some(fix) = one_of(asked, accepted) else {
                return Vec::new();
            };
            let is_other_kind = reason == Reason::CredentialsNotAccepted;
            let there = at_the_api_address(asked).filter(|_| is_other_kind);
            let let_in = app_let_in(asked, sent, accepted).filter(|_| is_other_kind && there.is_none());
            std::iter::once(fix).chain(there).chain(let_in).collect()
        }
        Evidence::Access {
            caller,
            caller_project,
            target_project,
            action,
            ..
        } => access(asked, reason, caller, (*caller_project, *target_project), action),
        Evidence::Throttle { retry_after_ms, .. } => vec![throttle(asked, *retry_after_ms)],
        Evidence::Restarting {
            next_start,
            server_time,
            ..
        } => vec![restart(*next_start, *server_time, asked.language)],
        Evidence::None
        | Evidence::Token { .. }
        | Evidence::Service { .. }
        | Evidence::Instance { .. }
        | Evidence::Dropped { .. }
        | Evidence::LeftOut { .. }
        | Evidence::Request { .. } => Vec::new(),
    }
}

/// By how much what was sent has to shrink; `setting` is what to raise instead, for whoever may.
pub(super) fn size(what: &Measured, limit: u64, setting: Option<&str>, language: Language) -> String {
    let (what, most) = (what.words_in(language), bytes(limit, language));
    match setting {
        Some(setting) => message!(
            language,
            "Keep the {} at {} or below, or raise `{}` in the server's configuration.",
            "将{}控制在 {} 以内，或在服务器配置中增大 `{}`。",
            what,
            most,
            setting
        ),
        None => message!(
            language,
            "Keep the {} at {} or below.",
            "将{}控制在 {} 以内。",
            what,
            most
        ),
    }
}

/// The verbs of our command line that a text advises, which stand in it as code.
pub(super) fn verbs(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split('`').skip(1).step_by(2);
    code.filter_map(|code| code.strip_prefix("adyton ")?.split(' ').next())
}

fn model_answer(asked: &Asked<'_>) -> Vec<String> {
    if asked.record.status < 400 {
        return Vec::new();
    }
    let language = asked.language;
    let who = answerer(asked.record, language);
    let logs = match asked.record.service {
        Some(_) => format!("`adyton service logs {}`", asked.service_name()),
        None => message!(
            language,
            "the log of the back end of API {}",
            "API {} 后端的日志",
            asked.api_name()
        ),
    };
    vec![message!(
        language,
        "This answer is the {}'s own: read its body, and {}.",
        "该响应来自{}本身：请查看响应的内容和 {}。",
        who,
        logs
    )]
}

/// When the next call succeeds.
pub(super) fn throttle(asked: &Asked<'_>, retry_after_ms: u64) -> String {
    let refused_at = asked.record.at.after(Duration::from_micros(asked.record.took_us));
    let wait = Duration::from_millis(retry_after_ms);
    message!(
        asked.language,
        "The next call succeeds at {} ({} after the refusal).",
        "下一次调用可在 {} 成功（拒绝后 {}）。",
        refused_at.after(wait),
        span(wait, asked.language)
    )
}

/// When it is worth sending again, to instances that are being restarted.
pub(super) fn restart(next_start: Timestamp, server_time: Timestamp, language: Language) -> String {
    if next_start > server_time {
        message!(
            language,
            "Do not send it before the next start, at {} ({} after the refusal).",
            "在下一次启动（{}，拒绝后 {}）之前不要发送。",
            next_start,
            span(next_start.since(server_time), language)
        )
    } else {
        message!(
            language,
            "Send it again soon: the program was started at {} and had not answered yet.",
            "稍后重新发送：程序已在 {} 启动，当时还没有响应。",
            next_start
        )
    }
}
