//! `health`: how to ask a program whether it is ready. Times are seconds, as numbers or as texts.

use adyton_core::language::{Words, both};
use adyton_core::model::Health;
use serde_json::{Map, Value as Json};

use super::notes::Notes;
use super::{MISSING, got, text};
use crate::package::error::ImportError;

/// The longest time that a field may name, in seconds.
const LONGEST: f64 = 3_600.0;
/// What a health question is made of.
const USED: [&str; 5] = [
    "check_method",
    "protocol",
    "url",
    "initial_delay_seconds",
    "timeout_seconds",
];
/// What to write for the path of a health question.
const WRITE_PATH: Words = ("write a path such as \"/health\"", "请写路径，例如 \"/health\"");
/// How long one question may take where nothing is said, in milliseconds.
const TIMEOUT_MS: u64 = 2_000;

/// The health question. Newer packages have `readiness_health` or `startup_health` beside or instead of `health`; the first
/// of them that is there tells when an instance is ready.
pub(super) fn read(fields: &Map<String, Json>, notes: &mut Notes) -> Result<Option<Health>, ImportError> {
    let mut found = None;
    for name in ["readiness_health", "startup_health", "health"] {
        match fields.get(name) {
            None | Some(Json::Null) => {}
            Some(_) if found.is_some() => notes.ignored(name),
            Some(Json::Object(health)) => {
                notes.others(name, health, &USED);
                found = Some(one(name, health)?);
            }
            Some(other) => {
                return Err(ImportError::field(
                    name,
                    got(("must be an object", "必须为对象"), other),
                    ("write {\"url\": \"/health\"}", "请写 {\"url\": \"/health\"}"),
                ));
            }
        }
    }
    Ok(found)
}

fn one(name: &str, fields: &Map<String, Json>) -> Result<Health, ImportError> {
    let at = |field: &str| format!("{name}.{field}");
    if let Some(method) = fields.get("check_method").filter(|value| !value.is_null())
        && !text(&at("check_method"), method)?.eq_ignore_ascii_case("http")
    {
        return Err(ImportError::field(
            at("check_method"),
            got(("only \"HTTP\" is possible", "只能为 \"HTTP\""), method),
            (
                "let the program answer a path, and name it in `url`",
                "请让程序响应一个路径，并在 `url` 中指定",
            ),
        ));
    }
    if let Some(protocol) = fields.get("protocol").filter(|value| !value.is_null())
        && !text(&at("protocol"), protocol)?.eq_ignore_ascii_case("http")
    {
        return Err(ImportError::field(
            at("protocol"),
            got(("only \"http\" is possible", "只能为 \"http\""), protocol),
            (
                "let the program serve plain HTTP on $PORT",
                "请让程序在 $PORT 上提供 HTTP 服务",
            ),
        ));
    }
    let (url, written) = match fields.get("url") {
        None | Some(Json::Null) => {
            return Err(ImportError::field(at("url"), MISSING, WRITE_PATH));
        }
        Some(value) => (text(&at("url"), value)?, value),
    };
    if !url.starts_with('/')
        || url
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control())
    {
        return Err(ImportError::field(
            at("url"),
            got(
                (
                    "must be a path that starts with \"/\"",
                    "必须为以 \"/\" 开头的路径",
                ),
                written,
            ),
            WRITE_PATH,
        ));
    }
    let initial_delay_ms = milliseconds(
        &at("initial_delay_seconds"),
        fields.get("initial_delay_seconds"),
        0,
    )?;
    let timeout_ms = milliseconds(&at("timeout_seconds"), fields.get("timeout_seconds"), TIMEOUT_MS)?;
    Ok(Health {
        url: url.to_owned(),
        initial_delay_ms,
        timeout_ms: timeout_ms.max(1),
    })
}

fn milliseconds(field: &str, value: Option<&Json>, default: u64) -> Result<u64, ImportError> {
    let seconds = match value {
        None | Some(Json::Null) => return Ok(default),
        Some(Json::Number(number)) => number.as_f64(),
        Some(Json::String(text)) => text.trim().parse().ok(),
        Some(_) => None,
    };
    match seconds {
        Some(seconds) if (0.0..=LONGEST).contains(&seconds) => Ok((seconds * 1_000.0) as u64),
        _ => {
            let must = both!(
                "must be a number of seconds from 0 to {LONGEST}",
                "必须为 0 到 {LONGEST} 之间的秒数"
            );
            let cause = got(must, value.unwrap_or(&Json::Null));
            let fix = ("write for example \"30\"", "例如写 \"30\"");
            Err(ImportError::field(field, cause, fix))
        }
    }
}
