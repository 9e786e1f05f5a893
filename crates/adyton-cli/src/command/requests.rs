//! `adyton requests`: the request journal, newest first; as it grows (`requests/follow.rs`), newest last.

mod follow;
mod journal;
mod row;

use adyton_core::catalogue::{Code, Reason};
use adyton_core::clock::Timestamp;
use adyton_core::record::Step;
use clap::Args;

use self::journal::Journal;
use self::row::{TITLES, row};
use crate::client::lookup::service_id;
use crate::client::{Client, encoded};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::span;

/// List the requests that came in, refused or not
#[derive(Args)]
#[command(after_help = "Examples:
  adyton requests --status 4xx --since 1h
  adyton requests --service iris --code APIG.0301
  adyton requests --follow")]
pub struct Requests {
    /// Only this service: name or id
    #[arg(long)]
    service: Option<String>,
    /// Only this code (APIG.0301) or sub-code (token.expired)
    #[arg(long)]
    code: Option<String>,
    /// Only this HTTP status (404) or class (4xx)
    #[arg(long)]
    status: Option<String>,
    /// Only what this step decided: route, admit, authenticate, authorise, throttle, limit, dispatch
    #[arg(long)]
    step: Option<String>,
    /// Only since this time: 2026-01-15T08:15:30Z, or an age such as 15m or 2h
    #[arg(long, value_name = "TIME|AGE")]
    since: Option<String>,
    /// How many, at most; with --follow, how many past requests to show first
    #[arg(long, short = 'n', default_value_t = 20)]
    limit: usize,
    /// Keep printing until interrupted; with --json, one document a line
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
            terminal.print("No requests match.");
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
                return Err(Failure::wrong_use(format!("--code {code}: unknown code"))
                    .hint("`adyton errors` lists all codes and sub-codes"));
            }
            parts.push(format!("code={}", encoded(code)));
        }
        if let Some(status) = &self.status {
            parts.push(format!("status={}", encoded(status)));
        }
        if let Some(step) = &self.step {
            if Step::parse(step).is_none() {
                return Err(Failure::wrong_use(format!("--step {step}: unknown step")).hint(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_takes_a_time_or_an_age() {
        let now = Timestamp::from_millis(1_768_464_930_000);
        let since = |said| moment_of(said, now).map(|at| at.to_iso());
        assert!(since("15m").is_ok_and(|at| at.starts_with("2026-01-15T08:00:30")));
        assert!(since("2026-01-14T00:00:00Z").is_ok_and(|at| at.starts_with("2026-01-14T00:00:00")));
        assert!(since("yesterday").is_err());
    }
}
