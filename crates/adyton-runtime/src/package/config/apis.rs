//! `apis[]`: the paths that a model answers.

use adyton_core::api::{METHODS, PathPattern, Segment};
use adyton_core::language::both;
use adyton_core::model::ApiDeclaration;
use adyton_core::package_note::PackageNote;
use adyton_core::spelling::nearest;
use serde_json::{Map, Value as Json};

use super::notes::Notes;
use super::{cut, got, text};
use crate::package::error::ImportError;

/// What an API may declare besides a method: all of them, as in API Gateway.
const ANY: &str = "ANY";
/// The most declarations, and the longest path, of one package.
const MOST: usize = 100;
const LONGEST_URL: usize = 256;

/// The declarations, or the one that stands for none: `POST /`.
pub(super) fn read(
    fields: &Map<String, Json>,
    notes: &mut Notes,
) -> Result<Vec<ApiDeclaration>, ImportError> {
    let declared = match fields.get("apis") {
        None | Some(Json::Null) => &[],
        Some(Json::Array(items)) => items.as_slice(),
        Some(other) => {
            return Err(ImportError::field(
                "apis",
                got(("must be a list", "必须为数组"), other),
                ("write [{\"url\": \"/\"}]", "请写 [{\"url\": \"/\"}]"),
            ));
        }
    };
    if declared.len() > MOST {
        return Err(ImportError::field(
            "apis",
            both!("has more than {MOST} entries", "超过 {MOST} 项"),
            ("", ""),
        ));
    }
    if declared.is_empty() {
        return Ok(vec![ApiDeclaration {
            url: "/".to_owned(),
            method: "POST".to_owned(),
            request: None,
            response: None,
        }]);
    }
    let mut apis: Vec<ApiDeclaration> = Vec::with_capacity(declared.len());
    for (at, item) in declared.iter().enumerate() {
        let api = one(at, item, notes)?;
        if let Some(first) = apis.iter().position(|other| is_same(other, &api)) {
            let cause = both!(
                "declares {} {} again, as apis[{first}] does",
                "{} {} 已在 apis[{first}] 中声明",
                api.method,
                api.url
            );
            return Err(ImportError::field(
                format!("apis[{at}]"),
                cause,
                ("remove one of the two", "请删除其中之一"),
            ));
        }
        apis.push(api);
    }
    Ok(apis)
}

/// Whether two declarations take the same requests: names of parameters make no difference.
fn is_same(one: &ApiDeclaration, other: &ApiDeclaration) -> bool {
    let path = |api: &ApiDeclaration| PathPattern::new(api.url.as_str());
    one.method == other.method && path(one).is_like(&path(other))
}

fn one(at: usize, item: &Json, notes: &mut Notes) -> Result<ApiDeclaration, ImportError> {
    let Json::Object(fields) = item else {
        return Err(ImportError::field(
            format!("apis[{at}]"),
            got(("must be an object", "必须为对象"), item),
            (
                "write {\"url\": \"/\", \"method\": \"post\"}",
                "请写 {\"url\": \"/\", \"method\": \"post\"}",
            ),
        ));
    };
    let url = match fields.get("url") {
        None | Some(Json::Null) => "/".to_owned(),
        Some(value) => url(&format!("apis[{at}].url"), value)?,
    };
    let method = match fields.get("method") {
        None | Some(Json::Null) => "POST".to_owned(),
        Some(value) => method(&format!("apis[{at}].method"), value)?,
    };
    if is_odd_pattern(&url) {
        notes.add(PackageNote::OddPattern {
            at: &at.to_string(),
            url: &cut(&url),
            name: "{name}",
        });
    }
    notes.others(
        &format!("apis[{at}]"),
        fields,
        &["url", "method", "request", "response"],
    );
    let described = |name: &str| fields.get(name).filter(|value| value.is_object()).cloned();
    Ok(ApiDeclaration {
        url,
        method,
        request: described("request"),
        response: described("response"),
    })
}

/// Whether somebody may have meant more paths than are taken: `/v1/{rest+}`, `/v1*`.
fn is_odd_pattern(url: &str) -> bool {
    PathPattern::new(url).segments().any(|segment| match segment {
        Segment::Exact(part) => part.contains('*') || (part.starts_with('{') && part.ends_with('}')),
        Segment::Parameter => false,
    })
}

/// The path, its escapes undone: requests are compared decoded.
fn url(field: &str, value: &Json) -> Result<String, ImportError> {
    let url = text(field, value)?;
    let Some(decoded) = unescaped(url) else {
        return Err(ImportError::field(
            field,
            got(("has a broken percent-encoding", "百分号编码不正确"), value),
            (
                "write two hex digits after each %, of UTF-8 bytes",
                "请在每个 % 后写两位十六进制数字，表示 UTF-8 字节",
            ),
        ));
    };
    let (cause, fix) = if !url.starts_with('/') {
        (
            both!("must start with \"/\"", "必须以 \"/\" 开头"),
            both!("write \"/{}\"", "请写 \"/{}\"", cut(url)),
        )
    } else if url.len() > LONGEST_URL {
        (
            both!(
                "must have at most {LONGEST_URL} characters",
                "最多 {LONGEST_URL} 个字符"
            ),
            both!("shorten it", "请缩短"),
        )
    } else if url.contains(['?', '#']) {
        (
            both!(
                "must be a path without \"?\" and \"#\"",
                "必须为不含 \"?\" 和 \"#\" 的路径"
            ),
            both!("callers add the query themselves", "查询参数由调用方自行添加"),
        )
    } else if decoded.contains("//") || decoded.split('/').any(|part| part == "." || part == "..") {
        (
            both!(
                "must have no empty, \".\" or \"..\" parts",
                "不能有空的、\".\" 或 \"..\" 路径段"
            ),
            both!("write the plain path", "请写规范的路径"),
        )
    } else if url.chars().any(|letter| letter.is_whitespace() || letter == '\\')
        || decoded.chars().any(char::is_control)
    {
        (
            both!(
                "must have no spaces, control characters or \"\\\"",
                "不能含有空格、控制字符或 \"\\\""
            ),
            both!("write them percent-encoded", "请用百分号编码书写"),
        )
    } else {
        return Ok(decoded);
    };
    Err(ImportError::field(field, got(cause, value), fix))
}

fn unescaped(url: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(url.len());
    let mut rest = url.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        let mut byte = [first];
        if first == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            hex::decode_to_slice(digits, &mut byte).ok()?;
            rest = after;
        }
        bytes.extend(byte);
    }
    String::from_utf8(bytes).ok()
}

fn method(field: &str, value: &Json) -> Result<String, ImportError> {
    let given = text(field, value)?;
    let upper = given.to_ascii_uppercase();
    let allowed = METHODS.iter().copied().chain([ANY]);
    if allowed.clone().any(|method| method == upper) {
        return Ok(upper);
    }
    let fix = match nearest(&upper, allowed.clone()) {
        Some(method) => both!("did you mean \"{method}\"?", "您是否想写 \"{method}\"？"),
        None => {
            let all = allowed.collect::<Vec<_>>().join(", ");
            both!("write one of {all}", "请写以下之一：{all}")
        }
    };
    Err(ImportError::field(
        field,
        got(("unknown method", "未知的方法"), value),
        fix,
    ))
}
