//! `adyton status`: how everything of the project does, on one page.

use adyton_api::adyton::overview::{CallsOverview, ProjectOverview, ServerShown, ServicesOverview};
use adyton_core::language::phrase;
use clap::Args;

use crate::command::audit;
use crate::command::model::size;
use crate::context::Context;
use crate::failure::Outcome;
use crate::language::spoken;
use crate::moment::moment;
use crate::said;
use crate::terminal::{Printable, Terminal, Tone};

/// Show the state of the project: services, calls, refusals, changes
///
/// Calls and refusals are those of the last hour. What your roles do not let you see is left out.
#[derive(Args)]
#[command(after_help = "Examples:
  adyton status
  adyton status --json")]
pub struct Status {}

impl Status {
    /// Asks the server, and shows it.
    pub fn run(self, context: &Context) -> Outcome {
        let found = context.client()?.overview()?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&found);
        } else {
            terminal.print(told(terminal, &found));
        }
        Ok(())
    }
}

fn told(terminal: &Terminal, found: &ProjectOverview) -> Printable {
    let facts = [
        (phrase!(spoken(), "server", "服务器"), server(&found.server)),
        (phrase!(spoken(), "disk", "磁盘"), disk(&found.server)),
        (phrase!(spoken(), "services", "服务"), services(&found.services)),
        (phrase!(spoken(), "last hour", "最近一小时"), calls(&found.calls)),
    ];
    let parts = [
        part(
            terminal,
            phrase!(spoken(), "Needs attention", "需要关注"),
            &["service", "status", "#ready", "#wanted", "error"],
            attention(&found.services),
        ),
        part(
            terminal,
            phrase!(spoken(), "Most frequent refusals", "最常见的拒绝"),
            &["#count", "code", "answer", "example"],
            refused(found),
        ),
        part(
            terminal,
            phrase!(spoken(), "Last changed", "最近变更"),
            &["time", "who", "operation", "thing"],
            changes(found),
        ),
    ];
    let all = std::iter::once(terminal.facts(&facts)).chain(parts.into_iter().flatten());
    Printable::joined(all, "\n\n")
}

/// A title and its table; nothing without rows.
fn part(
    terminal: &Terminal,
    title: &'static str,
    titles: &[&str],
    rows: Vec<Vec<String>>,
) -> Option<Printable> {
    let table = || terminal.tone(Tone::Bold, title) + "\n" + terminal.table(titles, rows.clone());
    (!rows.is_empty()).then(table)
}

fn server(server: &ServerShown) -> String {
    let up = span(server.uptime_s);
    match server.waiting_for.as_slice() {
        [] => said!(
            "adyton {}, ready, up {up}",
            "adyton {}，就绪，已运行 {up}",
            server.version
        ),
        waiting => said!(
            "adyton {}, not ready: {}, up {up}",
            "adyton {}，未就绪：{}，已运行 {up}",
            server.version,
            waiting.join(", ")
        ),
    }
}

fn disk(server: &ServerShown) -> String {
    match (server.disk_free_bytes, server.disk_total_bytes) {
        (Some(free), Some(total)) => said!("{} of {} free", "可用 {}，共 {}", size(free), size(total)),
        _ => String::new(),
    }
}

fn services(services: &ServicesOverview) -> String {
    if services.total == 0 {
        return said!("none yet", "还没有");
    }
    let by_status = services.by_status.iter();
    let states: Vec<String> = by_status
        .map(|(status, count)| format!("{count} {status}"))
        .collect();
    said!(
        "{}; {} of {} instances ready",
        "{}；实例就绪 {}，共 {}",
        states.join(", "),
        services.ready_instances,
        services.wanted_instances
    )
}

/// How many calls there were, and how many of them failed.
pub(super) fn answered(calls: u64, failed: u64) -> String {
    match calls {
        0 => said!("no calls", "没有调用"),
        1 => said!("1 call, {failed} failed", "1 次调用，{failed} 次失败"),
        _ => said!(
            "{calls} calls, {failed} failed",
            "{calls} 次调用，{failed} 次失败"
        ),
    }
}

fn calls(calls: &CallsOverview) -> String {
    if calls.calls == 0 {
        return answered(0, 0);
    }
    said!(
        "{}; p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms",
        "{}；p50 {:.1} ms，p95 {:.1} ms，p99 {:.1} ms",
        answered(calls.calls, calls.failed),
        calls.p50_ms,
        calls.p95_ms,
        calls.p99_ms
    )
}

fn attention(services: &ServicesOverview) -> Vec<Vec<String>> {
    let row = |one: &adyton_api::adyton::overview::ServiceAttention| {
        vec![
            one.service_name.clone(),
            one.status.clone(),
            one.ready_instances.to_string(),
            one.wanted_instances.to_string(),
            one.error_msg.clone(),
        ]
    };
    services.attention.iter().map(row).collect()
}

fn refused(found: &ProjectOverview) -> Vec<Vec<String>> {
    let row = |one: &adyton_api::adyton::overview::RefusedCode| {
        let by_the_model = || phrase!(spoken(), "by the model", "由模型响应").to_owned();
        let answer = match (&one.reason, &one.request_id) {
            (Some(reason), _) => reason.clone(),
            // A status stands for what a model answered.
            (None, _) if one.code.bytes().all(|byte| byte.is_ascii_digit()) => by_the_model(),
            (None, _) => String::new(),
        };
        vec![
            one.count.to_string(),
            one.code.clone(),
            answer,
            one.request_id.clone().unwrap_or_default(),
        ]
    };
    found.refused.iter().flatten().map(row).collect()
}

fn changes(found: &ProjectOverview) -> Vec<Vec<String>> {
    let changes = found.changes.iter().flatten();
    let row = |record: &adyton_api::adyton::audit::AuditShown| {
        vec![
            moment(&record.time),
            audit::who(record),
            record.operation.clone(),
            audit::thing(record),
        ]
    };
    changes.map(row).collect()
}

/// How long, to the coarsest two units.
fn span(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3600, seconds % 3600 / 60);
    match (days, hours) {
        (0, 0) if minutes == 0 => format!("{seconds} s"),
        (0, 0) => format!("{minutes} min {} s", seconds % 60),
        (0, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sample() -> ProjectOverview {
        serde_json::from_value(json!({
            "at": "2026-01-15T08:15:30Z",
            "services": {
                "total": 3, "by_status": {"failed": 1, "running": 2}, "wanted_instances": 4, "ready_instances": 3,
                "attention": [{
                    "service_id": "1", "service_name": "poetry", "status": "failed", "progress": 100,
                    "wanted_instances": 1, "ready_instances": 0, "error_msg": "it ended with exit code 3",
                }],
            },
            "calls": {
                "from": "", "until": "", "calls": 12, "failed": 2, "p50_ms": 1.26, "p95_ms": 2.0, "p99_ms": 30.0, "services": [],
            },
            "refused": [
                {"code": "APIG.0301", "count": 1, "reason": "token.expired", "request_id": "01a2"},
                {"code": "500", "count": 1, "reason": null, "request_id": null},
            ],
            "changes": null,
            "server": {
                "version": "0.1.0", "uptime_s": 7260, "ready": true, "waiting_for": [], "disk_free_bytes": 3_u64 << 30,
                "disk_total_bytes": 5_u64 << 30,
            },
        }))
        .unwrap()
    }

    #[test]
    fn one_page_tells_what_is_there_and_leaves_out_what_is_not() {
        let text = told(&Terminal::new(false, &[]), &sample());
        let expected = "\
server     adyton 0.1.0, ready, up 2 h 1 min
disk       3.0 GiB of 5.0 GiB free
services   1 failed, 2 running; 3 of 4 instances ready
last hour  12 calls, 2 failed; p50 1.3 ms, p95 2.0 ms, p99 30.0 ms

Needs attention
SERVICE  STATUS  READY  WANTED  ERROR
poetry   failed      0       1  it ended with exit code 3

Most frequent refusals
COUNT  CODE       ANSWER         EXAMPLE
    1  APIG.0301  token.expired  01a2
    1  500        by the model";
        let text: Vec<&str> = text.as_str().lines().map(str::trim_end).collect();
        assert_eq!(text.join("\n"), expected);
    }

    #[test]
    fn a_project_without_anything_is_four_lines_at_most() {
        let mut empty = sample();
        empty.services.total = 0;
        empty.services.attention.clear();
        empty.calls.calls = 0;
        empty.refused = None;
        empty.server.disk_free_bytes = None;
        empty.server.waiting_for = vec!["the database".to_owned()];
        let text = told(&Terminal::new(false, &[]), &empty);
        assert_eq!(
            text.as_str(),
            "server     adyton 0.1.0, not ready: the database, up 2 h 1 min\nservices   none yet\nlast hour  no calls"
        );
    }

    #[test]
    fn a_span_is_told_by_its_two_coarsest_units() {
        for (seconds, told) in [
            (7, "7 s"),
            (67, "1 min 7 s"),
            (3600, "1 h 0 min"),
            (90_061, "1 d 1 h"),
        ] {
            assert_eq!(span(seconds), told);
        }
    }
}
