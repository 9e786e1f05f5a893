//! What was compared with what: the evidence as rows of label, expected, got.

use std::time::Duration;

use super::units::{bytes, grouped, span};
use super::{Asked, Compared, Nearest, signature};
use crate::catalogue::Reason;
use crate::clock::Timestamp;
use crate::evidence::Evidence;
use crate::id::{InstanceId, ProjectId};
use crate::language::{Language, message, phrase};
use crate::measured::Measured;
use crate::requested::Requested;
use crate::throttled::ThrottleScope;

/// The rows for the record's evidence; none where the reason alone says it all.
pub(super) fn of(asked: &Asked<'_>, nearest: &[Nearest]) -> Vec<Compared> {
    let language = asked.language;
    match &asked.record.evidence {
        Evidence::None | Evidence::Route { .. } => routes(nearest, language),
        Evidence::Size {
            what,
            limit,
            declared,
            measured,
            ..
        } => sizes(what, *limit, *declared, *measured, language),
        Evidence::Token {
            key_id,
            length,
            issued_at,
            expires_at,
            server_time,
            ..
        } => {
            let lifetime = (*issued_at, *expires_at);
            token(asked, key_id.as_deref(), *length, lifetime, *server_time)
        }
        Evidence::Signature(seen) => signature::compared(asked.record.reason, seen, language),
        Evidence::Credentials { sent, accepted, .. } => vec![credentials(sent, accepted, language)],
        Evidence::Access {
            caller_project,
            target_project,
            action,
            roles,
            ..
        } => access(asked, *caller_project, *target_project, action, roles),
        Evidence::Throttle {
            scope,
            limit,
            interval_seconds,
            setting,
            ..
        } => {
            let setting = setting.words_in(asked.record.service.is_some(), language);
            let limit = (*limit, *interval_seconds);
            vec![calls(scope, limit, Some(&setting), language)]
        }
        Evidence::Service { status, .. } => vec![state(asked.record.reason, status, language)],
        Evidence::Restarting {
            instance,
            since,
            restarts,
            last_end,
            server_time,
            ..
        } => {
            let down = server_time.since(*since);
            vec![restarting(*instance, down, *restarts, last_end, language)]
        }
        evidence @ Evidence::Instance {
            address,
            after_ms,
            attempts,
            ..
        } => {
            let error = evidence.clauses_in(language).join(phrase!(language, "; ", "；"));
            vec![called(asked, address, *after_ms, *attempts, &error)]
        }
        Evidence::Dropped { headers: _ } => Vec::new(),
        Evidence::LeftOut {
            source,
            count,
            limit,
            until,
            setting,
        } => vec![left_out(source, (*count, *limit), *until, setting, language)],
        evidence @ Evidence::Request { .. } => {
            let problem = evidence.clauses_in(language).join(phrase!(language, "; ", "；"));
            vec![input(asked.record.reason, problem, language)]
        }
    }
}

/// What differs from the nearest route.
fn routes(nearest: &[Nearest], language: Language) -> Vec<Compared> {
    let differs = nearest.first().map(|route| route.differs.as_slice());
    let rows = differs.unwrap_or_default().iter().map(|difference| {
        let sent = match difference.sent.as_str() {
            "" => phrase!(language, "nothing", "无"),
            sent => sent,
        };
        Compared::new(
            difference.part.name_in(language),
            difference.published.clone(),
            sent.to_owned(),
        )
    });
    rows.collect()
}

fn sizes(
    what: &Measured,
    limit: u64,
    declared: Option<u64>,
    measured: Option<u64>,
    language: Language,
) -> Vec<Compared> {
    let what = what.words_in(language);
    let expected = || message!(language, "at most {}", "最多 {}", bytes(limit, language));
    let seen = [
        (phrase!(language, "declared", "声明的"), declared),
        (phrase!(language, "measured", "实际的"), measured),
    ];
    let rows = seen.into_iter().filter_map(|(how, size)| {
        let size = size?;
        let over = match size.checked_sub(limit) {
            Some(over) if over > 0 => {
                message!(language, ", {} too many", "，超出 {}", grouped(over))
            }
            _ => String::new(),
        };
        Some(Compared::new(
            &message!(language, "{}, {}", "{}，{}", what, how),
            expected(),
            format!("{}{over}", bytes(size, language)),
        ))
    });
    rows.collect()
}

fn token(
    asked: &Asked<'_>,
    key_id: Option<&str>,
    length: u64,
    (issued_at, expires_at): (Option<Timestamp>, Option<Timestamp>),
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
                "sealed by a key of this installation, whole and unchanged",
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

fn access(
    asked: &Asked<'_>,
    caller_project: Option<ProjectId>,
    target_project: Option<ProjectId>,
    action: &Requested,
    roles: &[String],
) -> Vec<Compared> {
    let language = asked.language;
    let mut rows = Vec::new();
    if let Some(target) = target_project
        && caller_project != target_project
    {
        let none = || phrase!(language, "no project", "没有项目").to_owned();
        let got = caller_project.map_or_else(none, |id| asked.project_name(id));
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

fn credentials(sent: &[String], accepted: &[String], language: Language) -> Compared {
    Compared::new(
        phrase!(language, "credentials", "凭证"),
        listed(accepted, phrase!(language, "valid ones", "有效的凭证"), language),
        listed(sent, phrase!(language, "none", "没有"), language),
    )
}

fn restarting(
    instance: InstanceId,
    since: Duration,
    restarts: u32,
    last_end: &str,
    language: Language,
) -> Compared {
    let times = match (language, restarts) {
        (Language::English, 1) => "1 restart".to_owned(),
        (Language::English, more) => format!("{more} restarts"),
        (Language::Chinese, times) => format!("{times} 次"),
    };
    Compared::new(
        &message!(language, "instance {}", "实例 {}", instance),
        phrase!(language, "one that answers", "可以应答的实例").to_owned(),
        message!(
            language,
            "restarting for {}, {} so far; the last run: {}",
            "已重启 {}，至今 {}；上一次运行：{}",
            span(since, language),
            times,
            last_end
        ),
    )
}

fn left_out(
    source: &str,
    (count, limit): (u64, u32),
    until: Timestamp,
    setting: &str,
    language: Language,
) -> Compared {
    Compared::new(
        &message!(language, "refused requests of {}", "{} 被拒绝的请求", source),
        message!(
            language,
            "at most {} records a second (`{}`)",
            "每秒最多 {} 条记录（`{}`）",
            limit,
            setting
        ),
        message!(
            language,
            "{} more until {}, which were counted and not kept",
            "还有 {} 个，到 {} 为止，只计数而没有保留",
            grouped(count),
            until.to_iso()
        ),
    )
}

/// What stands behind the API, and how calling it ended.
fn called(asked: &Asked<'_>, address: &str, after_ms: u64, attempts: u32, error: &str) -> Compared {
    let language = asked.language;
    if asked.record.reason == Some(Reason::BackendAddressDenied) {
        return Compared::new(
            &message!(language, "back end {}", "后端 {}", address),
            phrase!(
                language,
                "an address that the gateway may connect to",
                "网关可以连接的地址"
            )
            .to_owned(),
            error.to_owned(),
        );
    }
    let who = match asked.record.service {
        Some(_) => phrase!(language, "instance", "实例"),
        None => phrase!(language, "back end", "后端"),
    };
    let after = span(Duration::from_millis(after_ms), language);
    let tried = match attempts {
        0 | 1 => String::new(),
        more => message!(language, ", {} attempts", "，尝试了 {} 次", more),
    };
    Compared::new(
        &format!("{who} {address}"),
        phrase!(language, "an answer", "应答").to_owned(),
        message!(
            language,
            "{}; after {}{}",
            "{}；在 {} 之后{}",
            error,
            after,
            tried
        ),
    )
}

/// Whose calls were too many, and how many there may be; `setting` says where that is set, for whoever may know.
pub(super) fn calls(
    scope: &ThrottleScope,
    (limit, interval_seconds): (u64, u64),
    setting: Option<&str>,
    language: Language,
) -> Compared {
    let setting = setting.map_or_else(String::new, |setting| {
        message!(language, " ({})", "（{}）", setting)
    });
    let most = message!(
        language,
        "at most {} in {}{}",
        "{1}内最多 {0} 次{2}",
        grouped(limit),
        every(interval_seconds, language),
        setting
    );
    let got = phrase!(language, "one more", "多一次").to_owned();
    Compared::new(&scope.calls_in(language), most, got)
}

fn state(reason: Option<Reason>, status: &str, language: Language) -> Compared {
    match reason {
        Some(Reason::InstanceNone | Reason::InstanceRestarting) => Compared::new(
            phrase!(language, "ready instances", "就绪的实例"),
            phrase!(language, "at least one", "至少一个").to_owned(),
            message!(language, "none; the service is {}", "没有；服务状态为 {}", status),
        ),
        _ => Compared::new(
            phrase!(language, "service state", "服务状态"),
            phrase!(language, "running or concerning", "running 或 concerning").to_owned(),
            status.to_owned(),
        ),
    }
}

fn input(reason: Option<Reason>, problem: String, language: Language) -> Compared {
    let expected = match reason {
        Some(Reason::ModelBadInput) => phrase!(language, "what the model declares", "符合模型声明的输入"),
        Some(Reason::ClientClosed) => phrase!(
            language,
            "a client that waits for the response",
            "等待响应的客户端"
        ),
        _ => phrase!(language, "a well-formed request", "格式正确的请求"),
    };
    let label = phrase!(language, "request", "请求");
    Compared::new(label, expected.to_owned(), problem)
}

/// `a, b`, or the word for none.
pub(super) fn listed(texts: &[String], none: &str, language: Language) -> String {
    if texts.is_empty() {
        none.to_owned()
    } else {
        texts.join(phrase!(language, ", ", "、"))
    }
}

fn every(seconds: u64, language: Language) -> String {
    match seconds {
        1 => phrase!(language, "1 second", "1 秒").to_owned(),
        60 => phrase!(language, "1 minute", "1 分钟").to_owned(),
        3_600 => phrase!(language, "1 hour", "1 小时").to_owned(),
        86_400 => phrase!(language, "1 day", "1 天").to_owned(),
        more => message!(language, "{} seconds", "{} 秒", more),
    }
}
