//! `adyton requests`: the request journal, newest first; as it grows (`requests/follow.rs`), newest last.

mod follow;
mod journal;
mod names;
mod row;

use adyton_api::adyton::requests::RequestShown;
use adyton_core::catalogue::{Code, Reason};
use adyton_core::clock::Timestamp;
use adyton_core::record::Step;
use clap::Args;

use self::journal::Journal;
use self::names::ServiceNames;
use self::row::{TITLES, row};
use crate::client::lookup::service_id;
use crate::client::{Client, encoded};
use crate::context::Context;
use crate::count;
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
    /// Only requests that this step decided: route, admit, authenticate, authorise, throttle, limit, dispatch
    #[arg(long)]
    step: Option<String>,
    /// Only since this time: 2026-01-15T08:15:30Z, or an age such as 15m or 2h
    #[arg(long, value_name = "TIME|AGE")]
    since: Option<String>,
    /// How many, at most; with --follow, how many past requests to show first
    #[arg(long, short = 'n', default_value_t = 20, value_parser = count::count)]
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
        let mut parts = self.filters(context.clock.now())?;
        if let Some(service) = &self.service {
            parts.insert(0, format!("service={}", service_id(client, service)?));
        }
        Ok(parts.join("&"))
    }

    /// All filters but the service, whose name only the server knows.
    fn filters(&self, now: Timestamp) -> Outcome<Vec<String>> {
        let mut parts = Vec::new();
        if let Some(code) = &self.code {
            let known = known_code(code).ok_or_else(|| {
                Failure::wrong_use(said!(
                    "--code {code}: unknown code",
                    "--code {code}：未知的错误码"
                ))
                .hint(said!(
                    "`adyton errors` lists all codes and sub-codes",
                    "`adyton errors` 列出全部错误码和子错误码"
                ))
            })?;
            parts.push(format!("code={}", encoded(known)));
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
            parts.push(format!("from={}", encoded(&moment_of(since, now)?.to_iso())));
        }
        Ok(parts)
    }
}

/// The code or sub-code as records have it: a wire code in any letter case, a sub-code of any surface.
fn known_code(said: &str) -> Option<&'static str> {
    let wire = Code::ALL.iter().map(|one| one.entry().wire);
    wire.into_iter()
        .find(|wire| wire.eq_ignore_ascii_case(said))
        .or_else(|| Reason::parse(said).map(Reason::sub_code))
}

/// The services that records are of.
fn services<'r>(records: impl IntoIterator<Item = &'r RequestShown>) -> impl Iterator<Item = String> {
    let ids = records.into_iter().filter_map(|shown| shown.record.service);
    ids.map(|id| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Requests {
        Requests {
            service: None,
            code: None,
            status: None,
            step: None,
            since: None,
            limit: 20,
            follow: false,
        }
    }

    fn filters(asked: &Requests) -> Result<String, String> {
        let now = Timestamp::from_iso("2026-01-15T08:15:30Z").unwrap();
        let filters = asked.filters(now).map_err(|failure| failure.to_string())?;
        Ok(filters.join("&"))
    }

    #[test]
    fn what_is_said_is_what_is_asked_for() {
        let all = Requests {
            status: Some("4xx".to_owned()),
            step: Some("throttle".to_owned()),
            since: Some("15m".to_owned()),
            ..asked()
        };
        let query = "status=4xx&stage=throttle&from=2026-01-15T08%3A00%3A30.000000Z";
        assert_eq!(filters(&all).as_deref(), Ok(query));
        assert_eq!(filters(&asked()).as_deref(), Ok(""));
    }

    #[test]
    fn a_code_is_asked_for_as_records_have_it() {
        let code = |said: &str| {
            filters(&Requests {
                code: Some(said.to_owned()),
                ..asked()
            })
        };
        for (said, query) in [
            ("APIG.0301", "code=APIG.0301"),
            ("apig.0301", "code=APIG.0301"),
            ("modelarts.4503", "code=ModelArts.4503"),
            ("token.expired", "code=token.expired"),
            ("manage.token_expired", "code=token.expired"),
        ] {
            assert_eq!(code(said).as_deref(), Ok(query), "{said}");
        }
        let unknown = code("APIG.0000").unwrap_err();
        assert!(unknown.contains("--code APIG.0000: unknown code"), "{unknown}");
    }

    #[test]
    fn an_unknown_step_is_refused_with_those_that_there_are() {
        let wrong = Requests {
            step: Some("authentication".to_owned()),
            ..asked()
        };
        let told = filters(&wrong).unwrap_err();
        assert!(told.contains("--step authentication: unknown step"), "{told}");
        assert!(told.contains("authenticate, authorise"), "{told}");
    }
}
