//! What to do: first what follows from this very request, then what the catalogue says of the reason.

use std::time::Duration;

use super::notes::sentence;
use super::units::{bytes, span};
use super::{Asked, Difference, Nearest, Owner, Part, answerer};
use crate::address;
use crate::api::RELEASE;
use crate::catalogue::Reason;
use crate::clock::Timestamp;
use crate::evidence::{Evidence, SignatureEvidence};
use crate::holder::Holder;
use crate::id::ProjectId;
use crate::language::{Language, message, phrase};
use crate::record::{Door, Step};
use crate::requested::Requested;

/// The fixes, most fitting first; nothing for a request that was not refused.
pub(super) fn of(asked: &Asked<'_>, nearest: &[Nearest]) -> Vec<String> {
    let Some(reason) = asked.record.reason else {
        return model_answer(asked);
    };
    let language = asked.language;
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
        } => vec![message!(
            language,
            "Keep the {} at {} or below, or raise `{}` in the server's configuration.",
            "将{}控制在 {} 以内，或在服务器配置中增大 `{}`。",
            what.words_in(language),
            bytes(*limit, language),
            setting
        )],
        Evidence::Signature(seen) => signed(asked, seen),
        Evidence::Credentials { accepted, .. } if !accepted.is_empty() => {
            let mut fixes = vec![message!(
                language,
                "Send one of: {}.",
                "发送其中一种：{}。",
                accepted.join(phrase!(language, "; ", "；"))
            )];
            fixes.extend(at_the_api_address(asked).filter(|_| reason == Reason::CredentialsNotAccepted));
            fixes
        }
        Evidence::Credentials { .. } => Vec::new(),
        Evidence::Access {
            way: _,
            caller,
            caller_project: _,
            target_project,
            action,
            roles: _,
            holder: _,
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
        } => vec![restart(*next_start, *server_time, language)],
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
        fixes.push(filled(asked, reason.section_in(language).fix));
    }
    fixes
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
        "该应答来自{}本身：请查看应答的内容和 {}。",
        who,
        logs
    )]
}

pub(super) fn route(asked: &Asked<'_>, nearest: &[Nearest]) -> Vec<String> {
    let language = asked.language;
    // APIs of other groups may have any path.
    let is_of_group = nearest.iter().any(|near| matches!(near.owner, Owner::Api { .. }));
    if !is_of_group && let Some(fix) = no_api_address(asked) {
        return vec![fix];
    }
    let Some(best) = nearest.first() else {
        return vec![match asked.group() {
            Some(_) => message!(
                language,
                "Nothing close is published at {}.",
                "{} 上没有发布相近的地址。",
                asked.record.host
            ),
            None => phrase!(
                language,
                "Nothing close is published in your project: `adyton service list` shows what is.",
                "您的项目中没有发布相近的地址：`adyton service list` 显示已发布的服务。"
            )
            .to_owned(),
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
        .map(|differs| stage(differs, is_repeated, language));
    if best.differs.iter().all(|differs| is_stage(&differs)) {
        return stage.into_iter().collect();
    }
    let call = match preflight(asked) {
        Some(preflight) => preflight,
        None => call(asked, best),
    };
    std::iter::once(call).chain(stage).collect()
}

/// What to do about the question that a browser asks before a page of another origin may call.
fn preflight(asked: &Asked<'_>) -> Option<String> {
    let is_options =
        asked.record.method == "OPTIONS" && asked.record.reason == Some(Reason::RouteWrongMethod);
    is_options.then(|| {
        phrase!(
            asked.language,
            "A browser asks with `OPTIONS` (a CORS preflight) before a page of another origin may call. Let the page call its own \
             server, and that server call the API address; or let the model answer the preflight: declare the path with the \
             method `ANY` in `apis[]` of `config.json`, and answer `OPTIONS` with `Access-Control-Allow-Origin`, `-Methods` and \
             `-Headers`.",
            "浏览器在其他来源的页面调用之前会先用 `OPTIONS` 询问（CORS 预检）。请让页面调用它自己的服务器，再由该服务器调用 API 地址；或由模型\
             应答预检：在 `config.json` 的 `apis[]` 中用请求方法 `ANY` 声明该路径，并在 `OPTIONS` 的应答中给出 \
             `Access-Control-Allow-Origin`、`-Methods` 和 `-Headers`。"
        )
        .to_owned()
    })
}

/// What to do about a path that no API of a service has, whatever is published: a management address, or one with the
/// project's id in front.
fn no_api_address(asked: &Asked<'_>) -> Option<String> {
    let language = asked.language;
    let path = &asked.record.path;
    if address::is_management(path) {
        let listener = asked.control_url.map_or_else(
            || phrase!(language, "on the control listener", "管理监听地址").to_owned(),
            |url| message!(language, "on the control listener, {}", "管理监听地址 {}", url),
        );
        return Some(message!(
            language,
            "`{}` is a management address: call it {}. The gateway serves predictions and published APIs only.",
            "`{}` 是管理地址：请发往{}。网关只提供预测和已发布的 API。",
            path,
            listener
        ));
    }
    let project = address::project_in_front(path)?;
    Some(message!(
        language,
        "Leave the project's id out: an API address has none, it is `{}`.",
        "去掉项目 ID：API 地址中没有项目 ID，应为 `{}`。",
        path.replacen(&format!("/{project}"), "", 1)
    ))
}

/// What to do where the very address is published, now or for another project.
fn nothing_differs(asked: &Asked<'_>, best: &Nearest) -> String {
    let no_such_service = asked.record.reason == Some(Reason::RouteNoSuchService);
    if no_such_service && asked.record.door == Door::PredictionTab {
        return message!(
            asked.language,
            "Service {} is published now, or belongs to another project than that of the path: put its own \
             project's id there.",
            "服务 {} 现已发布，或所属的项目与路径中的不同：请在路径中填写其所属项目的 ID。",
            best.owner.name()
        );
    }
    phrase!(
        asked.language,
        "This address is published now: send the request again.",
        "该地址现已发布：请重新发送。"
    )
    .to_owned()
}

/// The call that the nearest route takes, and what of it differs from the one that was made.
fn call(asked: &Asked<'_>, best: &Nearest) -> String {
    let language = asked.language;
    let differing = best.differs.iter();
    let parts: Vec<&str> = differing.map(|differs| differs.part.name_in(language)).collect();
    let (listener, through) = match asked.record.door {
        Door::Address => (phrase!(language, "the gateway", "网关"), ""),
        Door::PredictionTab => (
            phrase!(language, "the control listener", "管理监听地址"),
            phrase!(
                language,
                "; it came through the Prediction tab",
                "；请求来自“预测”页签"
            ),
        ),
    };
    let differ = match (language, parts.len()) {
        (Language::English, 1) => " differs",
        (Language::English, _) => " differ",
        (Language::Chinese, _) => "不同",
    };
    message!(
        language,
        "Call `{} {}` at {} ({} {}; {}{}{}).",
        "在 {2} 调用 `{0} {1}`（{3} {4}；{5}{6}{7}）。",
        best.method,
        best.path,
        if asked.record.host.is_empty() {
            listener
        } else {
            &asked.record.host
        },
        match best.owner {
            Owner::Service { .. } => phrase!(language, "service", "服务"),
            Owner::Api { .. } => "API",
        },
        best.owner.name(),
        joined(&parts, language),
        differ,
        through
    )
}

/// What to do about `X-Stage`; `differs` says what was sent.
fn stage(differs: &Difference, is_repeated: bool, language: Language) -> String {
    if is_repeated {
        message!(
            language,
            "Send the header `X-Stage` once, as `X-Stage: {}`{}: `{}` came.",
            "请求头 `X-Stage` 只发送一次，即 `X-Stage: {}`{}：收到的是 `{}`。",
            differs.published,
            if differs.published == RELEASE {
                phrase!(language, ", or leave it out", "，或不发送")
            } else {
                ""
            },
            differs.sent
        )
    } else if differs.published != RELEASE {
        message!(
            language,
            "Send the header `X-Stage: {}`.",
            "发送请求头 `X-Stage: {}`。",
            differs.published
        )
    } else {
        phrase!(
            language,
            "Leave out the header `X-Stage`, or send `X-Stage: RELEASE`.",
            "不发送请求头 `X-Stage`，或发送 `X-Stage: RELEASE`。"
        )
        .to_owned()
    }
}

pub(super) fn signed(asked: &Asked<'_>, seen: &SignatureEvidence) -> Vec<String> {
    let language = asked.language;
    let advice = seen.advice_in(language);
    let mut fixes: Vec<String> = advice.as_deref().and_then(sentence).into_iter().collect();
    if asked.live.app_by_key(&seen.key).is_some() {
        fixes.extend(at_the_api_address(asked));
    }
    if seen.canonical_request.is_some() {
        fixes.push(message!(
            language,
            "Print the canonical request in your client, save it, and compare it with `adyton \
             explain {} --canonical @FILE`.",
            "在客户端输出规范请求并保存为文件，用 `adyton explain {} --canonical @FILE` 进行比较。",
            asked.record.id
        ));
    }
    fixes
}

/// Where app credentials count, for a call that came through the Prediction tab with some.
fn at_the_api_address(asked: &Asked<'_>) -> Option<String> {
    let record = asked.record;
    (record.door == Door::PredictionTab).then(|| {
        message!(
            asked.language,
            "With app credentials call the API address, on the gateway's listener: `{} {}`. The Prediction tab takes tokens \
             and access keys (AK/SK) only.",
            "使用应用凭证时，请调用网关监听地址上的 API 地址：`{} {}`。“预测”页签只接受令牌和访问密钥（AK/SK）。",
            record.method,
            record.path
        )
    })
}

/// Who claimed to call, as commands name them: by name, where the reader may know it.
fn claimed(asked: &Asked<'_>) -> Option<String> {
    let holder = asked.record.evidence.holder()?;
    let name = match holder {
        Holder::App(id) => {
            let app = asked
                .live
                .app(id)
                .filter(|app| asked.reader.sees(asked.live, app.project));
            app.map(|app| app.name.clone())
        }
        Holder::User(id) => {
            // The evidence says their name to whoever may read it.
            asked.live.user(id).map(|user| user.name.clone())
        }
    };
    Some(name.unwrap_or_else(|| holder.id()))
}

fn access(
    asked: &Asked<'_>,
    reason: Reason,
    caller: &str,
    target: Option<ProjectId>,
    action: &Requested,
) -> Vec<String> {
    let language = asked.language;
    let target = target.or(asked.record.project);
    let place = target.map_or_else(
        || phrase!(language, "that project", "该项目").to_owned(),
        |id| message!(language, "project {}", "项目 {} ", asked.project_name(id)),
    );
    let seen = asked.record.caller.as_ref().map(|seen| seen.name.as_str());
    let seen = seen.filter(|name| !name.is_empty()).map(str::to_owned);
    // A signature over a body is not proven yet when it is judged, so that no caller is recorded.
    let caller = seen
        .or_else(|| claimed(asked))
        .unwrap_or_else(|| caller.to_owned());
    match reason {
        Reason::AppNotAuthorised => vec![message!(
            language,
            "Authorise it: `adyton app authorize {} {}`.",
            "为它授权：`adyton app authorize {} {}`。",
            caller,
            asked.api_name()
        )],
        Reason::IamOtherProject => vec![message!(
            language,
            "Call with a token scoped to {}, or with the access key of a user who has a role there.",
            "使用限定到{}的令牌调用，或使用在该项目中有角色的用户的访问密钥。",
            place
        )],
        _ => {
            let project = target.map_or_else(|| "PROJECT".to_owned(), |id| id.to_string());
            vec![message!(
                language,
                "Let an administrator give {} a role in {} that permits {}: `adyton role grant USER ROLE --project {}`; the \
                 role `caller` is enough for predictions, `operator` for deploying.",
                "请管理员授予 {} 在{}中允许 {} 的角色：`adyton role grant USER ROLE --project {}`；预测只需 `caller` 角色，部署需要 \
                 `operator` 角色。",
                caller,
                place,
                action.words_in(language),
                project
            )]
        }
    }
}

pub(super) fn throttle(asked: &Asked<'_>, retry_after_ms: u64) -> Vec<String> {
    let refused_at = asked.record.at.after(Duration::from_micros(asked.record.took_us));
    let wait = Duration::from_millis(retry_after_ms);
    vec![message!(
        asked.language,
        "The next call succeeds at {} ({} after the refusal).",
        "下一次调用可在 {} 成功（拒绝后 {}）。",
        refused_at.after(wait),
        span(wait, asked.language)
    )]
}

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
            "Send it again soon: the program was started at {}, and had not answered yet.",
            "稍后重新发送：程序已在 {} 启动，当时还没有应答。",
            next_start
        )
    }
}

/// The catalogue's advice with the names of this request in place of its capitals.
pub(super) fn filled(asked: &Asked<'_>, advice: &str) -> String {
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
fn joined(words: &[&str], language: Language) -> String {
    match words {
        [] => phrase!(language, "nothing", "无").to_owned(),
        [one] => (*one).to_owned(),
        [most @ .., last] => message!(
            language,
            "{} and {}",
            "{}和{}",
            most.join(phrase!(language, ", ", "、")),
            last
        ),
    }
}
