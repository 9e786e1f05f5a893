//! `adyton service logs`: what the programs of a service printed, and what was done about them.

use std::time::Duration;

use adyton_api::adyton::logs::LineShown;
use clap::Args;

use crate::client::lookup::service_id;
use crate::context::Context;
use crate::failure::Outcome;
use crate::moment::moment;
use crate::terminal::Tone;

/// How often `--follow` asks.
const FOLLOW_PAUSE: Duration = Duration::from_millis(700);

/// Show what the programs of a service printed
#[derive(Args)]
#[command(after_help = "Examples:
  adyton service logs poetry -n 50
  adyton service logs poetry --follow")]
pub struct Logs {
    /// Name or id
    service: String,
    /// How many lines
    #[arg(long, short = 'n', default_value_t = 200)]
    lines: usize,
    /// Keep printing until interrupted; with --json, one document a line
    #[arg(long, short)]
    follow: bool,
}

impl Logs {
    /// Prints the newest lines, oldest first.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let id = service_id(&client, &self.service)?;
        let tail = client.service_log(&id, self.lines)?;
        if context.terminal.is_json() && !self.follow {
            context.terminal.document(&tail);
            return Ok(());
        }
        let mut shown = tail.lines;
        shown.iter().for_each(|line| print(context, line));
        if !self.follow {
            return Ok(());
        }
        loop {
            #[expect(
                clippy::disallowed_methods,
                reason = "between two looks at a server, for somebody who watches"
            )]
            std::thread::sleep(FOLLOW_PAUSE);
            let lines = client.service_log(&id, self.lines)?.lines;
            let seen = overlap(&shown, &lines);
            lines[seen..].iter().for_each(|line| print(context, line));
            shown = lines;
        }
    }
}

/// How many of the new lines were there before: the longest end of the old ones that the new ones begin with.
fn overlap(old: &[LineShown], new: &[LineShown]) -> usize {
    let most = old.len().min(new.len());
    (0..=most)
        .rev()
        .find(|count| old[old.len() - count..] == new[..*count])
        .unwrap_or(0)
}

fn print(context: &Context, line: &LineShown) {
    let terminal = &context.terminal;
    if terminal.is_json() {
        return terminal.document_line(line);
    }
    let head = format!("{} {:6}", moment(&line.at), line.stream);
    let tone = if line.stream == "adyton" {
        Tone::Warn
    } else {
        Tone::Dim
    };
    // One line of a log is one line here, whatever it holds.
    terminal.print(terminal.tone(tone, head) + " " + line.text.replace(['\n', '\r'], " "));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_were_not_there_are_new() {
        let lines = |texts: &[&str]| -> Vec<LineShown> {
            let line = |text: &&str| LineShown {
                at: String::new(),
                instance_id: String::new(),
                stream: "stdout".to_owned(),
                text: (*text).to_owned(),
            };
            texts.iter().map(line).collect()
        };
        let seen = |old: &[&str], new: &[&str]| overlap(&lines(old), &lines(new));
        assert_eq!(seen(&["a", "b"], &["a", "b", "c"]), 2);
        assert_eq!(seen(&["a", "b"], &["b", "c"]), 1);
        assert_eq!(seen(&["a", "b"], &["c"]), 0);
        assert_eq!(seen(&[], &["a"]), 0);
        assert_eq!(seen(&["a", "a"], &["a", "a", "a"]), 2);
    }
}
