//! What to do about a path, method or stage that no API has.

use super::written;
use crate::address;
use crate::api::RELEASE;
use crate::catalogue::Reason;
use crate::evidence::Evidence;
use crate::explain::nearest::is_of_no_service;
use crate::explain::{Asked, Difference, Nearest, Owner, Part, Reader};
use crate::language::{Language, message, phrase};
use crate::record::Door;

/// What to do about a request that no API has: the nearest ones say how they are called.
pub(in crate::explain) fn route(asked: &Asked<'_>, nearest: &[Nearest]) -> Vec<String> {
    let language = asked.language;
    if let Some(fix) = query_in_path(asked) {
        return vec![fix];
    }
    // APIs of other groups may have any path.
    let is_of_group = nearest.iter().any(|near| matches!(near.owner, Owner::Api { .. }));
    if !is_of_group && let Some(fix) = without_routes(asked) {
        return vec![fix];
    }
    // Which path was meant, only the sender knows: what is close is proposed beside the advice, not as one.
    if asked.record.reason == Some(Reason::RouteBadEncoding) {
        return Vec::new();
    }
    let Some(best) = nearest.first() else {
        if let Some(fix) = written::mended(asked) {
            return vec![fix];
        }
        if asked.record.reason == Some(Reason::RouteNoSuchService) && asked.group().is_none() {
            return vec![no_such_id(language)];
        }
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
    if is_of_no_service(asked, best) {
        return vec![no_such_id(language)];
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

/// What to do about a path that is wrong whatever is published.
pub(in crate::explain) fn without_routes(asked: &Asked<'_>) -> Option<String> {
    written::form(asked)
        .or_else(|| no_api_address(asked))
        .or_else(|| without_dots(asked))
        .or_else(|| query_in_path(asked))
}

/// The path without its dot segments.
fn without_dots(asked: &Asked<'_>) -> Option<String> {
    if asked.record.reason != Some(Reason::RouteDotSegment) {
        return None;
    }
    let mut kept: Vec<&str> = Vec::new();
    for segment in asked.record.path.split('/').skip(1) {
        match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
            "." => {}
            ".." => {
                kept.pop();
            }
            _ => kept.push(segment),
        }
    }
    Some(message!(
        asked.language,
        "Without its dot segments the path is `/{}`: call that, if it is the path you meant.",
        "去掉点段后，路径为 `/{}`：如果这就是您要调用的路径，请直接调用。",
        kept.join("/")
    ))
}

/// The address with its query, where the `?` between them was encoded with the path.
fn query_in_path(asked: &Asked<'_>) -> Option<String> {
    let path = &asked.record.path;
    let at = path.to_ascii_uppercase().find("%3F")?;
    let (path, query) = (path.get(..at)?, path.get(at + 3..)?);
    let plain = [("%3D", "="), ("%3d", "="), ("%26", "&")];
    let query = plain
        .into_iter()
        .fold(query.to_owned(), |query, (escape, letter)| {
            query.replace(escape, letter)
        });
    query.contains('=').then(|| {
        message!(
            asked.language,
            "The `?` before the query was sent as `%3F`, which makes the query a part of the path: call `{}?{}`, and encode the path \
             without its query.",
            "查询参数前的 `?` 被发送为 `%3F`，因此查询参数成了路径的一部分：请调用 `{}?{}`，编码路径时不要包含查询参数。",
            path,
            query
        )
    })
}

fn no_such_id(language: Language) -> String {
    phrase!(
        language,
        "None of your services has a similar id: `adyton service list` shows their ids, and `adyton service show NAME` the whole call.",
        "您的服务都没有相近的 ID：`adyton service list` 显示各服务的 ID，`adyton service show NAME` 显示完整的\
         调用方式。"
    )
    .to_owned()
}

/// Whether it is the question that a browser asks, and the answer is known.
pub(super) fn is_preflight(asked: &Asked<'_>, nearest: &[Nearest]) -> bool {
    !nearest.is_empty() && preflight(asked).is_some()
}

/// What to do about the question that a browser asks before a page of another origin may call.
fn preflight(asked: &Asked<'_>) -> Option<String> {
    let is_options =
        asked.record.method == "OPTIONS" && asked.record.reason == Some(Reason::RouteWrongMethod);
    is_options.then(|| {
        phrase!(
            asked.language,
            "A browser asks with `OPTIONS` (a CORS preflight) before a page of another origin may call. Make the page call its own server, and that server call the API address; or make the model answer the preflight: declare the path with the \
             method `ANY` in `apis[]` of `config.json`, and answer `OPTIONS` with `Access-Control-Allow-Origin`, `-Methods` and \
             `-Headers`.",
            "浏览器在其他来源的页面调用之前会先用 `OPTIONS` 询问（CORS 预检）。请让页面调用它自己的服务器，再由该服务器调用 API 地址；或由模型\
             响应预检：在 `config.json` 的 `apis[]` 中用请求方法 `ANY` 声明该路径，并在 `OPTIONS` 的响应中给出 \
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
        let url = asked
            .control_url
            .filter(|_| !matches!(asked.reader, Reader::Caller { .. }));
        let listener = url.map_or_else(
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
        "Leave out the project id: an API address has none. It is `{}`.",
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
            "Send the header `X-Stage` once, as `X-Stage: {}`{}: `{}` was received.",
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
