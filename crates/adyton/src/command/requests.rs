//! `adyton requests`: the request journal, newest first; as it grows (`requests/follow.rs`), newest last.

mod follow;

use std::time::Duration;

use adyton_core::catalogue::{Code, Reason};
use adyton_core::clock::Timestamp;
use adyton_core::record::Step;
use clap::Args;
use serde_json::Value;

use crate::client::lookup::{service_id, text};
use crate::client::{Client, encoded};
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// How many records are asked for at once.
const PAGE: usize = 100;

/// List the requests that came in, refused or not
#[derive(Args)]
pub(crate) struct Requests {
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
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let filter = self.filter(context, &client)?;
        let path = format!("/adyton/v1/{}/requests", client.project());
        let journal = Journal {
            client: &client,
            path,
            filter,
        };
        if self.follow {
            return follow::run(&context.terminal, &journal, self.limit);
        }
        let document = journal.newest(self.limit)?;
        let terminal = &context.terminal;
        let records = records(&document);
        if terminal.is_json() {
            terminal.document(&document);
        } else if records.is_empty() {
            terminal.print("No request fits.");
        } else {
            terminal.print(terminal.table(&TITLES, records.iter().map(row).collect()));
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
    use crate::config::found::Raw;
    use crate::config::value::Value as _;
    if let Some(at) = Timestamp::from_iso(said) {
        return Ok(at);
    }
    Duration::read(&Raw::Text(said.to_owned()))
        .map(|age| now.before(age))
        .map_err(|_| {
            Failure::wrong_use(format!("--since {said}: neither a time nor an age"))
                .hint("write 2026-01-15T08:15:30Z, or an age such as 90s, 15m, 2h, 3d")
        })
}

/// The records that fit, at the server.
struct Journal<'a> {
    client: &'a Client,
    path: String,
    filter: String,
}

impl Journal<'_> {
    /// Newest first, as many as asked for.
    fn newest(&self, most: usize) -> Outcome<Value> {
        let mut document = self.page(most.min(PAGE), None)?;
        let mut all = records(&document);
        while all.len() < most {
            let next = text(&document, "next");
            if next.is_empty() {
                break;
            }
            document = self.page((most - all.len()).min(PAGE), Some(&next))?;
            let more = records(&document);
            if more.is_empty() {
                break;
            }
            all.extend(more);
        }
        document[FIELD] = Value::Array(all);
        Ok(document)
    }
    /// One page, newest first.
    fn page(&self, most: usize, before: Option<&str>) -> Outcome<Value> {
        let mut parts = vec![format!("limit={most}")];
        parts.extend(before.map(|id| format!("before={id}")));
        parts.extend((!self.filter.is_empty()).then(|| self.filter.clone()));
        self.client.get(&self.path, &parts.join("&"))
    }
}

/// The list in the answer.
const FIELD: &str = "requests";

fn records(document: &Value) -> Vec<Value> {
    crate::client::lookup::entries(document, FIELD).to_vec()
}

/// How many letters of a path a table shows.
const PATH_LETTERS: usize = 72;

const TITLES: [&str; 7] = ["time", "#http", "answer", "method", "path", "#ms", "request id"];

fn row(record: &Value) -> Vec<String> {
    let took = text(record, "took_us")
        .parse::<f64>()
        .map_or_else(|_| String::new(), |us| format!("{:.1}", us / 1e3));
    let answer = match text(record, "reason") {
        reason if reason.is_empty() => format!("by the {}", text(record, "answered_by")),
        // The record stands for others, which were counted and not kept.
        reason if record["evidence"]["kind"] == "left_out" => {
            format!("{reason} ×{}", text(&record["evidence"], "count"))
        }
        reason => reason,
    };
    let mut path = text(record, "path");
    if let Some((end, _)) = path.char_indices().nth(PATH_LETTERS) {
        path.truncate(end);
        path.push('…');
    }
    vec![
        moment(&text(record, "at")),
        text(record, "status"),
        answer,
        text(record, "method"),
        path,
        took,
        text(record, "id"),
    ]
}

/// A time of an API for people: milliseconds, microseconds or RFC 3339 become `2026-01-15 08:15:30`.
pub(crate) fn moment(said: &str) -> String {
    let at = match said.parse::<i64>() {
        // Microseconds since 1970 have 16 digits in this century, milliseconds 13.
        Ok(number) if number > 100_000_000_000_000 => Some(Timestamp::from_micros(number)),
        Ok(number) => Some(Timestamp::from_millis(number)),
        Err(_) => Timestamp::from_iso(said),
    };
    at.map_or_else(
        || said.to_owned(),
        |at| at.to_iso().replace('T', " ").chars().take(19).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn times_of_all_apis_read_alike() {
        let expected = "2026-01-15 08:15:30";
        for said in ["1768464930000", "1768464930123456", "2026-01-15T08:15:30.123456Z"] {
            assert_eq!(moment(said), expected, "{said}");
        }
        assert_eq!(moment("soon"), "soon");
    }
}
