//! `apis[]`: the paths that a model answers.

use adyton_core::api::{METHODS, PathPattern, Segment};
use adyton_core::model::ApiDeclaration;
use adyton_core::spelling::nearest;
use serde_json::{Map, Value as Json};

use super::notes::Notes;
use super::{cut, kind, text};
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
                format!("must be a list; got {}", kind(other)),
                "write [{\"url\": \"/\"}]",
            ));
        }
    };
    if declared.len() > MOST {
        return Err(ImportError::field(
            "apis",
            format!("has more than {MOST} entries"),
            "",
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
            let cause = format!("declares {} {} again, as apis[{first}] does", api.method, api.url);
            return Err(ImportError::field(
                format!("apis[{at}]"),
                cause,
                "remove one of the two",
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
        let cause = format!("must be an object; got {}", kind(item));
        return Err(ImportError::field(
            format!("apis[{at}]"),
            cause,
            "write {\"url\": \"/\", \"method\": \"post\"}",
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
        notes.add(format!(
            "apis[{at}].url: \"{}\" has braces or `*` that are taken to the letter: only a whole part in braces, `{{name}}`, and a \
             final `/*` stand for other paths",
            cut(&url)
        ));
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
        let cause = format!("has a broken percent-encoding; got \"{}\"", cut(url));
        return Err(ImportError::field(
            field,
            cause,
            "write two hex digits after each %, of UTF-8 bytes",
        ));
    };
    let (cause, fix) = if !url.starts_with('/') {
        (
            "must start with \"/\"".to_owned(),
            format!("write \"/{}\"", cut(url)),
        )
    } else if url.len() > LONGEST_URL {
        (
            format!("must have at most {LONGEST_URL} characters"),
            "shorten it".to_owned(),
        )
    } else if url.contains(['?', '#']) {
        (
            "must be a path without \"?\" and \"#\"".to_owned(),
            "callers add the query themselves".to_owned(),
        )
    } else if decoded.contains("//") || decoded.split('/').any(|part| part == "." || part == "..") {
        (
            "must have no empty, \".\" or \"..\" parts".to_owned(),
            "write the plain path".to_owned(),
        )
    } else if url.chars().any(|letter| letter.is_whitespace() || letter == '\\')
        || decoded.chars().any(char::is_control)
    {
        (
            "must have no spaces, control characters or \"\\\"".to_owned(),
            "write them percent-encoded".to_owned(),
        )
    } else {
        return Ok(decoded);
    };
    Err(ImportError::field(
        field,
        format!("{cause}; got \"{}\"", cut(url)),
        fix,
    ))
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
        Some(method) => format!("did you mean \"{method}\"?"),
        None => format!("write one of {}", allowed.collect::<Vec<_>>().join(", ")),
    };
    Err(ImportError::field(
        field,
        format!("unknown method; got \"{}\"", cut(given)),
        fix,
    ))
}
