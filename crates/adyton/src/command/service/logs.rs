//! `adyton service logs`: what the programs of a service printed, and what was done about them.

use std::time::Duration;

use clap::Args;
use serde_json::Value;

use crate::client::lookup::{entries, service_id, text};
use crate::command::requests::moment;
use crate::context::Context;
use crate::failure::Outcome;
use crate::terminal::Tone;

/// How often `--follow` asks.
const FOLLOW_PAUSE: Duration = Duration::from_millis(700);

/// Show what the programs of a service printed
#[derive(Args)]
pub(crate) struct Logs {
    /// Name or id
    service: String,
    /// How many lines
    #[arg(long, short = 'n', default_value_t = 200)]
    lines: usize,
    /// Go on until interrupted; with --json, one document a line
    #[arg(long, short)]
    follow: bool,
}

impl Logs {
    /// Prints the newest lines, oldest first.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let id = service_id(&client, &self.service)?;
        let path = format!("/adyton/v1/{}/services/{id}/log", client.project());
        let query = format!("lines={}", self.lines);
        let document = client.get(&path, &query)?;
        if context.terminal.is_json() && !self.follow {
            context.terminal.document(&document);
            return Ok(());
        }
        let mut shown: Vec<Value> = entries(&document, "lines").to_vec();
        shown.iter().for_each(|line| print(context, line));
        if !self.follow {
            return Ok(());
        }
        loop {
            std::thread::sleep(FOLLOW_PAUSE);
            let lines = entries(&client.get(&path, &query)?, "lines").to_vec();
            let seen = overlap(&shown, &lines);
            lines[seen..].iter().for_each(|line| print(context, line));
            shown = lines;
        }
    }
}

/// How many of the new lines were there before: the longest end of the old ones that the new ones begin with.
fn overlap(old: &[Value], new: &[Value]) -> usize {
    let most = old.len().min(new.len());
    (0..=most)
        .rev()
        .find(|count| old[old.len() - count..] == new[..*count])
        .unwrap_or(0)
}

fn print(context: &Context, line: &Value) {
    let terminal = &context.terminal;
    if terminal.is_json() {
        return terminal.document_line(line);
    }
    let (stream, said) = (text(line, "stream"), text(line, "text"));
    let head = format!("{} {stream:6}", moment(&text(line, "at")));
    let tone = if stream == "adyton" { Tone::Warn } else { Tone::Dim };
    // One line of a log is one line here, whatever it holds.
    terminal.print(terminal.tone(tone, head) + " " + said.replace(['\n', '\r'], " "));
}
