//! `adyton audit`: the audit trail, newest first; as it grows, newest last.

mod follow;
mod row;
pub(super) mod told;
mod trail;

use clap::Args;

use self::row::{TITLES, row};
pub(super) use self::row::{thing, who};
use self::trail::Trail;
use crate::client::encoded;
use crate::context::Context;
use crate::count;
use crate::failure::Outcome;
use crate::moment::moment_of;
use crate::said;

/// List who changed what, who signed in and what was refused
#[derive(Args)]
#[command(after_help = "Examples:
  adyton audit --since 1d
  adyton audit --user ada --operation apps
  adyton audit --domain --refused --follow")]
pub struct Audit {
    /// Only of this user: name or id
    #[arg(long)]
    user: Option<String>,
    /// Only this operation (apps_update), or all of one kind (apps)
    #[arg(long)]
    operation: Option<String>,
    /// Only about this resource: name or id
    #[arg(long)]
    thing: Option<String>,
    /// Only since this time: 2026-01-15T08:15:30Z, or an age such as 15m or 2h
    #[arg(long, value_name = "TIME|AGE")]
    since: Option<String>,
    /// Only until this time, in the same form
    #[arg(long, value_name = "TIME|AGE")]
    until: Option<String>,
    /// Only refused calls
    #[arg(long)]
    refused: bool,
    /// Of the whole domain, not of the project: for its administrators and auditors
    #[arg(long)]
    domain: bool,
    /// How many, at most; with --follow, how many past records to show first
    #[arg(long, short = 'n', default_value_t = 20, value_parser = count::count)]
    limit: usize,
    /// Keep printing until interrupted; with --json, one document a line
    #[arg(long, short)]
    follow: bool,
}

impl Audit {
    /// Prints the records.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let trail = Trail {
            client: &client,
            is_of_domain: self.domain,
            filter: self.filter(context)?,
        };
        if self.follow {
            return follow::run(&context.terminal, &trail, self.limit);
        }
        let listed = trail.newest(self.limit)?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&listed);
        } else if listed.records.is_empty() {
            terminal.print(said!("No records match.", "没有符合条件的记录。"));
        } else {
            let rows = listed.records.iter().map(row);
            terminal.print(terminal.table(&TITLES, rows.collect()));
        }
        Ok(())
    }

    fn filter(&self, context: &Context) -> Outcome<String> {
        let mut parts = Vec::new();
        for (name, text) in [
            ("user", &self.user),
            ("operation", &self.operation),
            ("thing", &self.thing),
        ] {
            parts.extend(text.as_ref().map(|text| format!("{name}={}", encoded(text))));
        }
        for (name, text) in [("since", &self.since), ("until", &self.until)] {
            if let Some(text) = text {
                let at = moment_of(text, context.clock.now())?.to_iso();
                parts.push(format!("{name}={}", encoded(&at)));
            }
        }
        if self.refused {
            parts.push("refused=true".to_owned());
        }
        Ok(parts.join("&"))
    }
}
