//! What to do about an address by the way it is written: needs no knowledge of what is published, so that every reader is told it.

use crate::address;
use crate::catalogue::Reason;
use crate::explain::Asked;
use crate::id::ServiceId;
use crate::language::message;

/// What is put around an id by mistake, plain or escaped: quotation marks, brackets, white space, commas.
const AROUND: [&str; 15] = [
    "%22", "%27", "%3C", "%3E", "%7B", "%7D", "%20", "%0A", "%0D", "%09", "%2C", "\"", "'", "<", ">",
];

/// What to do about the form of the path; nothing where it says nothing.
pub(super) fn form(asked: &Asked<'_>) -> Option<String> {
    proxied(asked)
        .or_else(|| placeholder(asked))
        .or_else(|| bad_escape(asked))
}

/// The client takes the gateway for its proxy.
fn proxied(asked: &Asked<'_>) -> Option<String> {
    (asked.record.method == "CONNECT").then(|| {
        message!(
            asked.language,
            "`CONNECT` is what a client sends to its proxy, and the gateway is none: take the gateway out of the client's proxy settings \
             (`https_proxy`, `http_proxy`; with curl: `--noproxy '*'`), and call it directly, with `http://`.",
            "`CONNECT` 是客户端发给代理的请求，而网关不是代理：请从客户端的代理设置中去掉网关（`https_proxy`、`http_proxy`；curl 使用 \
             `--noproxy '*'`），并用 `http://` 直接调用。"
        )
    })
}

/// A name in brackets where the service's id belongs, that nobody has filled in.
fn placeholder(asked: &Asked<'_>) -> Option<String> {
    if asked.record.reason != Some(Reason::RouteMalformedServiceId) {
        return None;
    }
    let (segment, _) = address::split_service(&asked.record.path)?;
    let plain = unescaped_brackets(segment);
    let is_unfilled = plain.starts_with(['{', '<', '$', '['])
        || plain.starts_with("%7B")
        || plain == plain.to_ascii_uppercase() && plain.contains("SERVICE");
    let is_id = id(segment).is_some();
    (is_unfilled && !is_id).then(|| {
        message!(
            asked.language,
            "`{}` is a placeholder that was not replaced: put the service's id in its place. `adyton service list` shows the ids.",
            "`{}` 是没有替换的占位符：请换成服务的 ID。`adyton service list` 显示各服务的 ID。",
            plain
        )
    })
}

fn unescaped_brackets(segment: &str) -> String {
    let plain = [
        ("%7B", "{"),
        ("%7D", "}"),
        ("%3C", "<"),
        ("%3E", ">"),
        ("%24", "$"),
    ];
    plain
        .into_iter()
        .fold(segment.to_owned(), |text, (escape, sign)| {
            text.replace(escape, sign)
                .replace(&escape.to_ascii_lowercase(), sign)
        })
}

/// The first `%` that begins no escape, and what it should have been; or that the escapes are no UTF-8.
fn bad_escape(asked: &Asked<'_>) -> Option<String> {
    if asked.record.reason != Some(Reason::RouteBadEncoding) {
        return None;
    }
    let path = &asked.record.path;
    let is_escape = |rest: &str| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    let bad = path
        .match_indices('%')
        .find(|(at, _)| !is_escape(&path[at + 1..]))
        .map(|(at, _)| path[at..].chars().take(3).collect::<String>());
    if let Some(bad) = bad {
        return Some(message!(
            asked.language,
            "`{}` in the path is no escape: an escape is `%` and two hex digits. Where a `%` itself is meant, write `%25`.",
            "路径中的 `{}` 不是转义：转义为 `%` 加两位十六进制数字。如果本意是 `%` 本身，请写成 `%25`。",
            bad
        ));
    }
    (!path.contains("%00")).then(|| {
        message!(
            asked.language,
            "The escapes in the path are not UTF-8: encode the path as UTF-8, where `é` is `%C3%A9`, not `%E9`.",
            "路径中的转义不是 UTF-8：请按 UTF-8 编码路径，例如 `é` 是 `%C3%A9`，而不是 `%E9`。"
        )
    })
}

/// The address that was meant, where the form of what was sent says it: the id of the service is there, and around it something is
/// not as an API address is written.
pub(in crate::explain) fn mended(asked: &Asked<'_>) -> Option<String> {
    let record = asked.record;
    let is_of_form = matches!(
        record.reason,
        Some(Reason::RouteNotAnApiAddress | Reason::RouteMalformedServiceId | Reason::RouteUndeclaredPath)
    );
    let path = record.path.as_str();
    if !is_of_form || address::is_management(path) || address::project_in_front(path).is_some() {
        return None;
    }
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let mut ids = segments
        .iter()
        .enumerate()
        .filter_map(|(at, segment)| Some((at, id(segment)?)));
    let is_twice = path.matches(address::SERVICES).count() > 1;
    let found = if is_twice { ids.next_back() } else { ids.next() };
    let meant = match found {
        Some((at, service)) => {
            let below: String = segments[at + 1..]
                .iter()
                .flat_map(|segment| ["/", segment])
                .collect();
            format!("{}{below}", address::of_service(service))
        }
        None => {
            let mut values = record.query.split('&').filter_map(|pair| pair.split_once('='));
            address::of_service(values.find_map(|(_, value)| id(value))?)
        }
    };
    // A path that no model declares is another's matter, unless the whole address is in it twice.
    let is_new = meant != path.trim_end_matches('/')
        && (record.reason != Some(Reason::RouteUndeclaredPath) || is_twice);
    is_new.then(|| {
        message!(
            asked.language,
            "Call `{} {}`: an API address is `{}`, the service's id in lower case with its dashes, and what the model declares below it, \
             with one `/` between them.",
            "请调用 `{} {}`：API 地址由 `{}`、小写且带连字符的服务 ID，以及模型在其下声明的路径组成，之间各一个 `/`。",
            record.method,
            meant,
            address::SERVICES
        )
    })
}

/// The id of a service in a segment, whatever is around it: also in capitals, and without its dashes.
fn id(segment: &str) -> Option<ServiceId> {
    let mut text = segment.to_owned();
    for around in AROUND.iter().chain(&["{", "}", "[", "]", ",", ":", "."]) {
        text = text.replace(around, "").replace(&around.to_ascii_lowercase(), "");
    }
    let mut text = text.to_ascii_lowercase();
    if text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        for at in [8, 13, 18, 23] {
            text.insert(at, '-');
        }
    }
    ServiceId::parse(text.as_bytes())
}
