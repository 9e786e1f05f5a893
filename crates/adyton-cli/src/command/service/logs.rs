//! `adyton service logs`: what the programs of a service printed, and what was done about them.

use std::time::Duration;

use adyton_api::adyton::logs::LineShown;
use adyton_core::clock::Timestamp;
use clap::Args;

use crate::client::lookup::service_id;
use crate::context::Context;
use crate::failure::Outcome;
use crate::moment::{moment, moment_of};
use crate::terminal::Tone;

/// How often `--follow` asks.
const FOLLOW_PAUSE: Duration = Duration::from_millis(700);

/// So much of an instance's id tells it from the others.
const INSTANCE_LETTERS: usize = 8;

/// Show what the programs of a service printed
#[derive(Args)]
#[command(after_help = "Examples:
  adyton service logs poetry -n 50 --since 15m
  adyton service logs poetry --follow")]
pub struct Logs {
    /// Name or id
    service: String,
    /// How many lines
    #[arg(long, short = 'n', default_value_t = 200)]
    lines: usize,
    /// Only since this time: 2026-01-15T08:15:30Z, or an age such as 15m or 2h
    #[arg(long, value_name = "TIME|AGE")]
    since: Option<String>,
    /// Only of this instance: its id, or how that begins
    #[arg(long, value_name = "ID")]
    instance: Option<String>,
    /// Keep printing until interrupted; with --json, one document a line
    #[arg(long, short)]
    follow: bool,
}

impl Logs {
    /// Prints the newest lines, oldest first.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let id = service_id(&client, &self.service)?;
        let wanted = Wanted {
            since: match &self.since {
                Some(since) => Some(moment_of(since, context.clock.now())?),
                None => None,
            },
            instance: self.instance.clone().unwrap_or_default(),
        };
        let mut tail = client.service_log(&id, self.lines)?;
        if !self.follow {
            tail.lines.retain(|line| wanted.holds(line));
        }
        if context.terminal.is_json() && !self.follow {
            context.terminal.document(&tail);
            return Ok(());
        }
        let mut shown = tail.lines;
        let print = |line: &LineShown| {
            if wanted.holds(line) {
                print(context, line);
            }
        };
        shown.iter().for_each(print);
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
            lines[seen..].iter().for_each(print);
            shown = lines;
        }
    }
}

/// Which lines are wanted.
struct Wanted {
    since: Option<Timestamp>,
    /// How the id of the instance begins.
    instance: String,
}

impl Wanted {
    fn holds(&self, line: &LineShown) -> bool {
        let is_late = |since| Timestamp::from_iso(&line.at).is_none_or(|at| at >= since);
        self.since.is_none_or(is_late) && line.instance_id.starts_with(&self.instance)
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
    let instance: String = line.instance_id.chars().take(INSTANCE_LETTERS).collect();
    let head = format!("{} {instance:8} {:6}", moment(&line.at), line.stream);
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

    #[test]
    fn lines_are_wanted_by_time_and_instance() {
        let line = |at: &str, instance: &str| LineShown {
            at: at.to_owned(),
            instance_id: instance.to_owned(),
            stream: "stdout".to_owned(),
            text: String::new(),
        };
        let wanted = Wanted {
            since: Timestamp::from_iso("2026-01-15T08:15:30Z"),
            instance: "2e93".to_owned(),
        };
        assert!(wanted.holds(&line("2026-01-15T08:15:30Z", "2e934724")));
        assert!(!wanted.holds(&line("2026-01-15T08:15:29Z", "2e934724")));
        assert!(!wanted.holds(&line("2026-01-15T08:15:31Z", "3e934724")));
    }
}
