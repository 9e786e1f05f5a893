//! The caller's share of an explanation: code, step, what they sent, what was expected of them, and their mistake. Nothing of the
//! project that they called: no names, no settings, no other callers, no instances and what these said.
//!
//! What must hold: each function gives nothing for any other reader, who is told all; every kind of evidence is named here, so that
//! a new one does not reach a caller by itself.

use super::compared::{calls, listed};
use super::{Asked, Compared, Nearest, Reader, fix};
use crate::address;
use crate::advice::{self, is_plain, plain_or_id};
use crate::catalogue::{Fault, Reason};
use crate::evidence::Evidence;
use crate::holder::Holder;
use crate::id::ProjectId;
use crate::language::{Language, message, phrase};
use crate::record::{CallerSeen, Door, Step};
use crate::requested::Requested;
use crate::tenant::Scope;

/// Who reads only their share.
fn reader(asked: &Asked<'_>) -> Option<Holder> {
    match asked.reader {
        Reader::Caller { holder, .. } => Some(holder),
        Reader::Project(_) | Reader::Administrator(_) => None,
    }
}

/// Who called: of another whose request named the reader's key, nothing.
pub(super) fn caller(asked: &Asked<'_>) -> Option<CallerSeen> {
    let shown = asked.record.caller.clone();
    match reader(asked) {
        Some(holder) => shown.filter(|_| asked.record.was_sent_by(holder)),
        None => shown,
    }
}

/// What was compared with what, as far as it is about the request.
pub(super) fn compared(asked: &Asked<'_>) -> Option<Vec<Compared>> {
    reader(asked)?;
    match &asked.record.evidence {
        // About the request alone.
        Evidence::None
        | Evidence::Route { .. }
        | Evidence::Size { .. }
        | Evidence::Token { .. }
        | Evidence::Signature(_)
        | Evidence::Credentials { .. }
        | Evidence::Request { .. } => None,
        Evidence::Access { action, roles, .. } => Some(vec![access(asked, action, roles)]),
        Evidence::Throttle {
            scope,
            limit,
            interval_seconds,
            ..
        } => Some(vec![calls(
            scope,
            *limit,
            *interval_seconds,
            None,
            asked.language,
        )]),
        Evidence::Service { .. }
        | Evidence::Restarting { .. }
        | Evidence::Instance { .. }
        | Evidence::Dropped { .. }
        | Evidence::LeftOut { .. } => Some(Vec::new()),
    }
}

fn access(asked: &Asked<'_>, action: &Requested, roles: &[String]) -> Compared {
    let language = asked.language;
    match asked.record.reason {
        Some(Reason::AppNotAuthorised) => Compared::new(
            phrase!(language, "authorisation", "授权"),
            phrase!(
                language,
                "the app is authorised for the API",
                "应用已获该 API 的授权"
            )
            .to_owned(),
            phrase!(language, "none", "无").to_owned(),
        ),
        _ => Compared::new(
            phrase!(language, "role", "角色"),
            message!(
                language,
                "one that permits {} in the project of the service",
                "在服务所属项目中允许 {} 的角色",
                action.words_in(language)
            ),
            listed(
                roles,
                phrase!(language, "none in that project", "在该项目中没有角色"),
                language,
            ),
        ),
    }
}

/// What else is worth knowing of what was sent.
pub(super) fn notes(asked: &Asked<'_>) -> Option<Vec<String>> {
    reader(asked)?;
    match &asked.record.evidence {
        Evidence::Route { .. }
        | Evidence::Token { .. }
        | Evidence::Signature(_)
        | Evidence::Credentials { .. }
        | Evidence::Request { .. }
        | Evidence::Dropped { .. } => None,
        Evidence::None
        | Evidence::Size { .. }
        | Evidence::Access { .. }
        | Evidence::Throttle { .. }
        | Evidence::Service { .. }
        | Evidence::Restarting { .. }
        | Evidence::Instance { .. }
        | Evidence::LeftOut { .. } => Some(Vec::new()),
    }
}

/// What the caller can do, or whom they ask for what.
pub(super) fn fixes(asked: &Asked<'_>, nearest: &[Nearest]) -> Option<Vec<String>> {
    reader(asked)?;
    let (record, language) = (asked.record, asked.language);
    let Some(reason) = record.reason else {
        return Some(of_answer(asked));
    };
    let mut fixes = match &record.evidence {
        Evidence::Size { what, limit, .. } => vec![fix::size(what, *limit, None, language)],
        Evidence::Signature(seen) => fix::signed(asked, seen),
        Evidence::Credentials { accepted, .. } => {
            let sent = fix::one_of(asked, accepted);
            // An app has no credentials of the other kinds.
            let is_app =
                reason == Reason::CredentialsNotAccepted && matches!(reader(asked), Some(Holder::App(_)));
            sent.into_iter().chain(is_app.then(|| authorise(asked))).collect()
        }
        // The catalogue's advice is for who runs the API.
        Evidence::Access {
            action,
            caller_project,
            roles,
            ..
        } => return Some(to_be_let_in(asked, reason, action, *caller_project, roles)),
        Evidence::Throttle { retry_after_ms, .. } => vec![fix::throttle(asked, *retry_after_ms)],
        Evidence::Restarting {
            next_start,
            server_time,
            ..
        } => vec![fix::restart(*next_start, *server_time, language)],
        Evidence::None | Evidence::Route { .. } if reason.step() == Step::Route && !nearest.is_empty() => {
            let fixes = fix::route(asked, nearest);
            if reason == Reason::RouteNotInStage {
                return Some(fixes);
            }
            fixes
        }
        Evidence::None | Evidence::Route { .. } if reason.step() == Step::Route => {
            let fix = fix::without_routes(asked).or_else(|| fix::mended(asked));
            fix.into_iter().collect()
        }
        Evidence::None
        | Evidence::Route { .. }
        | Evidence::Token { .. }
        | Evidence::Service { .. }
        | Evidence::Instance { .. }
        | Evidence::Dropped { .. }
        | Evidence::LeftOut { .. }
        | Evidence::Request { .. } => Vec::new(),
    };
    // Which credentials are accepted, or that the two are swapped, was just said.
    if reason != Reason::CredentialsNotAccepted && !fix::is_swapped(&record.evidence) {
        fixes.push(by_address(
            asked,
            &fix::filled(asked, reason.section_in(language).fix),
        ));
    }
    let is_others = matches!(reason.code().entry().fault, Fault::Owner | Fault::Platform);
    fixes.extend(if is_others {
        Some(who_runs_it(asked))
    } else {
        who_looks_up(&fixes, language)
    });
    Some(fixes)
}

/// What the caller can do about an answer of the model itself.
fn of_answer(asked: &Asked<'_>) -> Vec<String> {
    let own = phrase!(
        asked.language,
        "This answer is the model's own: read its body.",
        "该响应来自模型本身：请查看响应的内容。"
    );
    match asked.record.status {
        0..400 => Vec::new(),
        400..500 => vec![own.to_owned()],
        _ => vec![own.to_owned(), who_runs_it(asked)],
    }
}

/// Advice whose calls name the API address: who may only call looks up no service by its name.
fn by_address(asked: &Asked<'_>, advice: &str) -> String {
    let record = asked.record;
    let url = (record.door == Door::Address && !record.host.is_empty())
        .then_some(record.service)
        .flatten()
        .and_then(|service| advice::url(&format!("http://{}", record.host), &address::of_service(service)))
        .filter(|url| is_plain(url));
    let Some(url) = url else { return advice.to_owned() };
    let named = format!("adyton predict {}", asked.service_name());
    let called = format!("adyton predict {url}");
    ["--auth", "--data"]
        .iter()
        .fold(advice.to_owned(), |advice, option| {
            advice.replace(&format!("{named} {option}"), &format!("{called} {option}"))
        })
}

/// Whom to ask about what only those who run the service can change, and what they look at.
fn who_runs_it(asked: &Asked<'_>) -> String {
    message!(
        asked.language,
        "What has to change is the service or the server, not your request: if your role does not permit it, give this id to an operator \
         of the service's project; `adyton explain {}` shows them what the service said.",
        "需要改动的是服务或服务器，而不是您的请求：如果您的角色不允许，请将该 ID 交给服务所属项目的操作员；他们用 `adyton explain {}` \
         可以看到服务的情况。",
        asked.record.id
    )
}

/// The verbs of the command line for what only a project's own people may see and change.
const LOOKING_UP: [&str; 4] = ["service", "requests", "app", "model"];

/// Of whom what a command shows is to be had, where the caller may not run it: apps and callers look nothing up.
fn who_looks_up(fixes: &[String], language: Language) -> Option<String> {
    let looks_up = |fix: &String| fix::verbs(fix).any(|verb| LOOKING_UP.contains(&verb));
    fixes.iter().any(looks_up).then(|| {
        phrase!(
            language,
            "If your role does not permit these commands, ask an operator of the service's project to run them.",
            "如果您的角色不允许执行这些命令，请服务所属项目的操作员代为执行。"
        )
        .to_owned()
    })
}

/// What a caller who was not let in does: asks for what they lack, and calls with a token of the right project.
fn to_be_let_in(
    asked: &Asked<'_>,
    reason: Reason,
    action: &Requested,
    of: Option<ProjectId>,
    roles: &[String],
) -> Vec<String> {
    // An access key is of no project: it reaches all those in which its user has a role.
    let is_token_of_other = reason == Reason::IamOtherProject && of.is_some();
    if let Some(project) = own_project(asked).filter(|_| is_token_of_other) {
        return vec![message!(
            asked.language,
            "Call with a token of the service's project, in which you have a role: sign in with `adyton login --project {}`, or ask for a \
             token with that project in `scope`. A signature by an access key (AK/SK) needs no project.",
            "请使用服务所属项目的令牌调用，您在该项目中有角色：用 `adyton login --project {}` 登录，或在获取令牌时将该项目填入 `scope`。\
             使用访问密钥（AK/SK）签名时不需要项目。",
            project
        )];
    }
    let token = is_token_of_other.then(|| {
        phrase!(
            asked.language,
            "Call with a token of the service's project: sign in with `adyton login --project PROJECT`, or ask for a token with that \
             project in `scope` (`adyton whoami` lists your projects). A signature by an access key (AK/SK) needs no project.",
            "请使用服务所属项目的令牌调用：用 `adyton login --project PROJECT` 登录，或在获取令牌时将该项目填入 `scope`（`adyton whoami` 列出\
             您的项目）。使用访问密钥（AK/SK）签名时不需要项目。"
        )
        .to_owned()
    });
    let is_role_lacking = !is_token_of_other || roles.is_empty();
    let role = is_role_lacking.then(|| ask(asked, reason, action));
    role.into_iter().chain(token).collect()
}

/// The project that was called, as commands name it, if the reader has a role in it now: they know of it.
fn own_project(asked: &Asked<'_>) -> Option<String> {
    let Some(Holder::User(user)) = reader(asked) else {
        return None;
    };
    let project = asked.live.project(asked.record.project?)?;
    let user = asked.live.user(user)?;
    let scopes = [Scope::Project(project.id), Scope::Domain(project.domain)];
    let has_role = user.assignments.iter().any(|given| scopes.contains(&given.scope));
    has_role.then(|| plain_or_id(&project.name, project.id))
}

/// Whom to ask, and with which command they give it.
fn ask(asked: &Asked<'_>, reason: Reason, action: &Requested) -> String {
    let language = asked.language;
    let id = reader(asked).map_or_else(|| "CALLER".to_owned(), Holder::id);
    if reason == Reason::AppNotAuthorised {
        return authorise(asked);
    }
    message!(
        language,
        "Ask an administrator of the service's project for the role `{1}` there, which permits {2}: `adyton role grant {0} {1}`, \
         run by an administrator who is signed in to that project.",
        "请服务所属项目的管理员授予该项目中的角色 `{1}`，它允许 {2}：由登录到该项目的管理员执行 `adyton role grant {0} {1}`。",
        id,
        fix::role_for(action),
        action.words_in(language)
    )
}

/// Whom an app's owner asks to let it call the API, and with which command they do.
fn authorise(asked: &Asked<'_>) -> String {
    let record = asked.record;
    let id = reader(asked).map_or_else(|| "CALLER".to_owned(), Holder::id);
    let api = match (record.service, record.api) {
        (Some(service), _) => service.to_string(),
        (None, Some(api)) => api.to_string(),
        (None, None) => "SERVICE".to_owned(),
    };
    message!(
        asked.language,
        "Ask an administrator or operator of the API's project to authorise the app: `adyton app authorize {} {}`.",
        "请 API 所属项目的管理员或操作员为应用授权：`adyton app authorize {} {}`。",
        id,
        api
    )
}
