//! The first lines of an explanation: what became of the request in one sentence, and what was requested.

use super::{answerer, tab, units};
use crate::catalogue::Reason;
use crate::language::{Language, message, phrase};
use crate::record::{ADDRESS_MAX, AnsweredBy, Record, STRANGER_ADDRESS_MAX};

/// What became of the request, in one sentence.
pub(super) fn of(record: &Record, language: Language) -> String {
    let (took, who) = (units::micros(record.took_us), answerer(record, language));
    match (record.reason, record.answered_by) {
        (Some(Reason::ClientClosed), _) => {
            let seen = match record.response_bytes {
                0 => phrase!(
                    language,
                    "before any of the response's body was sent",
                    "当时还没有发送响应体"
                )
                .to_owned(),
                sent => message!(
                    language,
                    "when {} of the response had been sent",
                    "当时已发送响应的 {}",
                    units::bytes(sent, language)
                ),
            };
            message!(
                language,
                "The client disconnected after {}, {}.",
                "客户端在 {} 后断开了连接，{}。",
                took,
                seen
            )
        }
        (Some(reason), AnsweredBy::Gateway) => message!(
            language,
            "Refused at {}: {}.",
            "在 {} 步骤被拒绝：{}。",
            record.step.name(),
            reason.cause_in(language)
        ),
        (Some(reason), AnsweredBy::Model) => {
            let cause = reason.cause_in(language);
            message!(language, "The model refused: {}.", "模型拒绝了请求：{}。", cause)
        }
        (None, AnsweredBy::Gateway) => message!(
            language,
            "Answered by the gateway itself in {}; no {} was called.",
            "由网关自身响应，用时 {}；没有调用{}。",
            took,
            who
        ),
        (None, AnsweredBy::Model) if record.status >= 400 => message!(
            language,
            "The {} itself answered with status {}; the gateway passed its answer on, unchanged.",
            "{}自身返回了状态码 {}；网关原样转发了它的响应。",
            who,
            record.status
        ),
        (None, AnsweredBy::Model) => message!(
            language,
            "Answered by the {} in {}; all steps passed.",
            "由{}响应，用时 {}；所有步骤均已通过。",
            who,
            took
        ),
    }
}

/// Method, path and query as sent; `…` where something was cut.
pub(super) fn request_line(record: &Record) -> String {
    let path = tab::path_sent(record);
    // What fills its place in the record was longer, almost certainly.
    let is_stranger = record.reason.is_some() && record.is_of_stranger();
    // A cut is between two characters: up to three bytes may be missing.
    let is_short = is_stranger && record.path.len() + record.query.len() > STRANGER_ADDRESS_MAX - 4;
    let cut = |kept: &str| {
        if is_short || kept.len() >= ADDRESS_MAX {
            "…"
        } else {
            ""
        }
    };
    let path = match record.query.as_str() {
        query if is_short && !query.is_empty() => path,
        _ => format!("{path}{}", cut(&record.path)),
    };
    match record.query.as_str() {
        "" => format!("{} {path}", record.method),
        query => format!("{} {path}?{query}{}", record.method, cut(query)),
    }
}
