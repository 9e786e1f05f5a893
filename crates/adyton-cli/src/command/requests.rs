//! `adyton requests`: the request journal, newest first; as it grows (`requests/follow.rs`), newest last.

mod follow;
mod journal;
mod names;
mod row;

use adyton_api::adyton::requests::RequestShown;
use adyton_core::catalogue::{Code, Reason};
use adyton_core::record::Step;
use clap::Args;

use self::journal::Journal;
use self::names::ServiceNames;
use self::row::{TITLES, row};
use crate::client::lookup::service_id;
use crate::client::{Client, encoded};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::moment::moment_of;
use crate::said;

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
            terminal.print(said!("No requests match.", "没有符合条件的请求。"));
        } else {
            let mut names = ServiceNames::default();
            names.learn(&client, services(&listed.requests));
            let rows = listed.requests.iter().map(|record| row(record, &names));
            terminal.print(terminal.table(&TITLES, rows.collect()));
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
                return Err(Failure::wrong_use(said!(
                    "--code {code}: unknown code",
                    "--code {code}：未知的错误码"
                ))
                .hint(said!(
                    "`adyton errors` lists all codes and sub-codes",
                    "`adyton errors` 列出全部错误码和子错误码"
                )));
            }
            parts.push(format!("code={}", encoded(code)));
        }
        if let Some(status) = &self.status {
            parts.push(format!("status={}", encoded(status)));
        }
        if let Some(step) = &self.step {
            if Step::parse(step).is_none() {
                return Err(Failure::wrong_use(said!("--step {step}: unknown step", "--step {step}：未知的步骤")).hint(
                    said!("the steps are route, admit, authenticate, authorise, throttle, limit, dispatch and respond", "步骤有 route、admit、authenticate、authorise、throttle、limit、dispatch 和 respond"),
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

/// The services that records are of.
fn services<'r>(records: impl IntoIterator<Item = &'r RequestShown>) -> impl Iterator<Item = String> {
    let ids = records.into_iter().filter_map(|shown| shown.record.service);
    ids.map(|id| id.to_string())
}
