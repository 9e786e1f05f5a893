//! Rows about who called: their token, and what they may do.

use super::listed;
use crate::catalogue::Reason;
use crate::clock::Timestamp;
use crate::explain::units::{grouped, span};
use crate::explain::{Asked, Compared};
use crate::id::ProjectId;
use crate::language::{Language, message, phrase};
use crate::requested::Requested;

pub(super) fn token(
    asked: &Asked<'_>,
    key_id: Option<&str>,
    length: u64,
    issued_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    server_time: Timestamp,
) -> Vec<Compared> {
    let language = asked.language;
    let mut rows = Vec::new();
    let is_unopened = matches!(
        asked.record.reason,
        Some(Reason::TokenMalformed | Reason::TokenUnknownKey | Reason::TokenUndecryptable)
    );
    if is_unopened {
        let key = key_id.map_or_else(
            || phrase!(language, "no key id", "没有密钥 ID").to_owned(),
            |id| message!(language, "key {}", "密钥 {}", id),
        );
        rows.push(Compared::new(
            phrase!(language, "token", "令牌"),
            phrase!(
                language,
                "issued by this installation, complete and unchanged",
                "由本系统的密钥签发，完整且未改动"
            )
            .to_owned(),
            message!(
                language,
                "{}, {} characters",
                "{}，{} 个字符",
                key,
                grouped(length)
            ),
        ));
    }
    if let Some(at) = expires_at {
        rows.push(Compared::new(
            phrase!(language, "expires", "过期时间"),
            message!(
                language,
                "after {} (server time)",
                "晚于 {}（服务器时间）",
                server_time
            ),
            apart(at, server_time, language),
        ));
    }
    if let Some(at) = issued_at {
        rows.push(Compared::new(
            phrase!(language, "issued", "签发时间"),
            message!(
                language,
                "not after {} (server time)",
                "不晚于 {}（服务器时间）",
                server_time
            ),
            apart(at, server_time, language),
        ));
    }
    rows
}

/// A time, and how far it is from the server's.
fn apart(at: Timestamp, server_time: Timestamp, language: Language) -> String {
    if at <= server_time {
        let ago = span(server_time.since(at), language);
        message!(language, "{}, {} ago", "{}，{}前", at, ago)
    } else {
        let later = span(at.since(server_time), language);
        message!(language, "{}, {} later", "{}，{}后", at, later)
    }
}

pub(super) fn access(
    asked: &Asked<'_>,
    caller_project: Option<ProjectId>,
    target_project: Option<ProjectId>,
    action: &Requested,
    roles: &[String],
) -> Vec<Compared> {
    let language = asked.language;
    let mut rows = Vec::new();
    if let (Some(target), Some(own)) = (target_project, caller_project)
        && own != target
    {
        let got = asked.project_name(own);
        let label = phrase!(language, "project", "项目");
        rows.push(Compared::new(label, asked.project_name(target), got));
    }
    if asked.record.reason == Some(Reason::AppNotAuthorised) {
        rows.push(Compared::new(
            phrase!(language, "authorisation", "授权"),
            match asked.record.service {
                Some(_) => message!(
                    language,
                    "the app is authorised for the API of {}",
                    "应用已获得 {} 的 API 的授权",
                    asked.service_name()
                ),
                None => message!(
                    language,
                    "the app is authorised for the API {}",
                    "应用已获得 API {} 的授权",
                    asked.api_name()
                ),
            },
            phrase!(language, "none", "没有").to_owned(),
        ));
    } else {
        rows.push(Compared::new(
            phrase!(language, "role", "角色"),
            message!(
                language,
                "one that permits {}",
                "允许 {} 的角色",
                action.words_in(language)
            ),
            listed(
                roles,
                phrase!(language, "none in that project", "在该项目中没有角色"),
                language,
            ),
        ));
    }
    rows
}
