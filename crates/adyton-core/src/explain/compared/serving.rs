//! Rows about what was to answer: the throttle before it, the service's state, its instances, and what the journal left out.

use std::time::Duration;

use crate::catalogue::Reason;
use crate::clock::Timestamp;
use crate::event_cause::cause_in;
use crate::evidence::Evidence;
use crate::explain::units::{grouped, span};
use crate::explain::{Asked, Compared};
use crate::id::InstanceId;
use crate::language::{Language, message, phrase};
use crate::throttled::ThrottleScope;

/// The rows for such evidence; none for evidence of the request or its caller.
pub(super) fn rows(asked: &Asked<'_>) -> Vec<Compared> {
    let language = asked.language;
    match &asked.record.evidence {
        Evidence::Throttle {
            scope,
            limit,
            interval_seconds,
            setting,
            ..
        } => {
            let setting = setting.words_in(asked.record.service.is_some(), language);
            vec![calls(scope, *limit, *interval_seconds, Some(&setting), language)]
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
        Evidence::LeftOut {
            source,
            count,
            limit,
            until,
            setting,
        } => vec![left_out(source, *count, *limit, *until, setting, language)],
        Evidence::None
        | Evidence::Route { .. }
        | Evidence::Size { .. }
        | Evidence::Token { .. }
        | Evidence::Signature(_)
        | Evidence::Credentials { .. }
        | Evidence::Access { .. }
        | Evidence::Dropped { .. }
        | Evidence::Request { .. } => Vec::new(),
    }
}

/// Whose calls were too many, and how many there may be; `setting` says where that is set, for whoever may know.
pub(in crate::explain) fn calls(
    scope: &ThrottleScope,
    limit: u64,
    interval_seconds: u64,
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

fn every(seconds: u64, language: Language) -> String {
    match seconds {
        1 => phrase!(language, "1 second", "1 秒").to_owned(),
        60 => phrase!(language, "1 minute", "1 分钟").to_owned(),
        3_600 => phrase!(language, "1 hour", "1 小时").to_owned(),
        86_400 => phrase!(language, "1 day", "1 天").to_owned(),
        more => message!(language, "{} seconds", "{} 秒", more),
    }
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
        phrase!(language, "one that answers", "可以响应的实例").to_owned(),
        message!(
            language,
            "restarting for {}, {} so far; the last run: {}",
            "已重启 {}，至今 {}；上一次运行：{}",
            span(since, language),
            times,
            cause_in(last_end, language)
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
        &format!("{who} {}", cause_in(address, language)),
        phrase!(language, "an answer", "响应").to_owned(),
        message!(language, "{}; after {}{}", "{}；在 {}之后{}", error, after, tried),
    )
}

fn left_out(
    source: &str,
    count: u64,
    limit: u32,
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
