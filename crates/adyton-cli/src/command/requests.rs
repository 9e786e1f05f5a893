//! `adyton requests`: the request journal, newest first; as it grows (`requests/follow.rs`), newest last.

mod follow;

use adyton_api::adyton::requests::{RequestList, RequestShown};
use adyton_core::catalogue::{Code, Reason};
use adyton_core::clock::Timestamp;
use adyton_core::evidence::Evidence;
use adyton_core::record::Step;
use clap::Args;

use crate::client::lookup::service_id;
use crate::client::{Client, encoded};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::span;

/// How many records are asked for at once.
const PAGE: usize = 100;

/// List the requests that came in, refused or not
#[derive(Args)]
pub struct Requests {
    /// Only this service: name or id
    #[arg(long)]
    service: Option<String>,
    /// Only this code (APIG.0301) or sub-code (token.expired)
    #[arg(long)]
    code: Option<String>,
    /// Only this HTTP status
    #[arg(long)]
    status: Option<u16>,
    /// Only what this step decided: route, admit, authenticate, authorise, throttle, limit, dispatch
    #[arg(long)]
    step: Option<String>,
    /// Only since this time: 2026-01-15T08:15:30Z, or an age such as 15m or 2h
    #[arg(long, value_name = "TIME|AGE")]
    since: Option<String>,
    /// How many, at most; with --follow, how many of before it
    #[arg(long, short = 'n', default_value_t = 20)]
    limit: usize,
    /// Go on until interrupted; with --json, one document a line
    #[arg(long, short)]
    follow: bool,
}

impl Requests {
    /// Prints the records.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let filter = self.filter(context, &client)?;
        let journal = Journal {
            client: &client,
            filter,
        };
        if self.follow {
            return follow::run(&context.terminal, &journal, self.limit);
        }
        let listed = journal.newest(self.limit)?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&listed);
        } else if listed.requests.is_empty() {
            terminal.print("No request fits.");
        } else {
            terminal.print(terminal.table(&TITLES, listed.requests.iter().map(row).collect()));
        }
        Ok(())
    }

    fn filter(&self, context: &Context, client: &Client) -> Outcome<String> {
        let mut parts = Vec::new();
        if let Some(service) = &self.service {
            parts.push(format!("service={}", service_id(client, service)?));
        }
        if let Some(code) = &self.code {
            let known = Reason::parse(code).is_some()
                || Code::ALL
                    .iter()
                    .any(|one| one.entry().wire.eq_ignore_ascii_case(code));
            if !known {
                return Err(
                    Failure::wrong_use(format!("--code {code}: there is no such code"))
                        .hint("`adyton errors` lists all codes and sub-codes"),
                );
            }
            parts.push(format!("code={}", encoded(code)));
        }
        if let Some(status) = self.status {
            parts.push(format!("status={status}"));
        }
        if let Some(step) = &self.step {
            if Step::parse(step).is_none() {
                return Err(Failure::wrong_use(format!("--step {step}: there is no such step")).hint(
                    "the steps are route, admit, authenticate, authorise, throttle, limit, dispatch and respond",
                ));
            }
            parts.push(format!("stage={}", encoded(step)));
        }
        if let Some(since) = &self.since {
            parts.push(format!(
                "from={}",
                encoded(&moment_of(since, context.clock.now())?.to_iso())
            ));
        }
        Ok(parts.join("&"))
    }
}

/// A time, or an age.
fn moment_of(said: &str, now: Timestamp) -> Outcome<Timestamp> {
    if let Some(at) = Timestamp::from_iso(said) {
        return Ok(at);
    }
    span::read(said).map(|age| now.before(age)).map_err(|_| {
        Failure::wrong_use(format!("--since {said}: neither a time nor an age"))
            .hint("write 2026-01-15T08:15:30Z, or an age such as 90s, 15m, 2h, 3d")
    })
}

/// The records that fit, at the server.
struct Journal<'a> {
    client: &'a Client,
    filter: String,
}

impl Journal<'_> {
    /// Newest first, as many as asked for.
    fn newest(&self, most: usize) -> Outcome<RequestList> {
        let mut listed = self.page(most.min(PAGE), None)?;
        while listed.requests.len() < most
            && let Some(next) = &listed.next
        {
            let more = self.page((most - listed.requests.len()).min(PAGE), Some(next))?;
            listed.next = more.next;
            if more.requests.is_empty() {
                break;
            }
            listed.requests.extend(more.requests);
        }
        Ok(listed)
    }
    /// One page, newest first.
    fn page(&self, most: usize, before: Option<&str>) -> Outcome<RequestList> {
        let mut parts = vec![format!("limit={most}")];
        parts.extend(before.map(|id| format!("before={id}")));
        parts.extend((!self.filter.is_empty()).then(|| self.filter.clone()));
        self.client.requests(&parts.join("&"))
    }
}

/// How many letters of a path a table shows.
const PATH_LETTERS: usize = 72;

const TITLES: [&str; 7] = ["time", "#http", "answer", "method", "path", "#ms", "request id"];

fn row(shown: &RequestShown) -> Vec<String> {
    let record = &shown.record;
    let answer = match (record.reason, &record.evidence) {
        (None, _) => format!("by the {}", record.answered_by.name()),
        // The record stands for others, which were counted and not kept.
        (Some(reason), Evidence::LeftOut { count, .. }) => format!("{} ×{count}", reason.sub_code()),
        (Some(reason), _) => reason.sub_code().to_owned(),
    };
    let mut path = record.path.clone();
    if let Some((end, _)) = path.char_indices().nth(PATH_LETTERS) {
        path.truncate(end);
        path.push('…');
    }
    vec![
        readable(record.at),
        record.status.to_string(),
        answer,
        record.method.clone(),
        path,
        format!("{:.1}", record.took_us as f64 / 1e3),
        record.id.to_string(),
    ]
}

/// A time of an API for people: RFC 3339 becomes `2026-01-15 08:15:30`.
pub fn moment(said: &str) -> String {
    Timestamp::from_iso(said).map_or_else(|| said.to_owned(), readable)
}

/// A time for people, to the second.
pub fn readable(at: Timestamp) -> String {
    at.to_iso().replace('T', " ").chars().take(19).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_all_apis_read_alike() {
        let expected = "2026-01-15 08:15:30";
        assert_eq!(readable(Timestamp::from_millis(1_768_464_930_000)), expected);
        assert_eq!(readable(Timestamp::from_micros(1_768_464_930_123_456)), expected);
        assert_eq!(moment("2026-01-15T08:15:30.123456Z"), expected);
        assert_eq!(moment("soon"), "soon");
    }

    #[test]
    fn since_takes_a_time_or_an_age() {
        let now = Timestamp::from_millis(1_768_464_930_000);
        let since = |said| moment_of(said, now).map(|at| at.to_iso());
        assert!(since("15m").is_ok_and(|at| at.starts_with("2026-01-15T08:00:30")));
        assert!(since("2026-01-14T00:00:00Z").is_ok_and(|at| at.starts_with("2026-01-14T00:00:00")));
        assert!(since("yesterday").is_err());
    }

    fn request(reason: &str, evidence: serde_json::Value) -> RequestShown {
        serde_json::from_value(serde_json::json!({
            "error_code": null, "time": "", "id": "01a2097c3fcd00000100000000000003", "at": 1_768_464_930_123_456_i64, "door": "address",
            "source": "", "method": "POST", "host": "", "path": "/".repeat(100), "query": "", "stage": null, "project": null,
            "service": null, "api": null, "model": null, "instance": null, "caller": null, "status": 404, "reason": reason,
            "step": "route", "answered_by": "gateway", "request_bytes": 0, "response_bytes": 0, "took_us": 154, "model_us": 0,
            "user_agent": "", "evidence": evidence,
        }))
        .unwrap()
    }

    #[test]
    fn a_row_says_why_and_for_how_many_it_stands() {
        let left_out = serde_json::json!({"kind": "left_out", "source": "", "count": 7, "limit": 50, "until": 0, "setting": ""});
        let cells = row(&request("route.undeclared_path", left_out));
        assert_eq!(cells[2], "route.undeclared_path ×7");
        assert_eq!(cells[4].chars().count(), PATH_LETTERS + 1);
        assert_eq!(cells[5], "0.2");
    }
}
