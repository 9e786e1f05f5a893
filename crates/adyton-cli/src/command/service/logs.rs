//! `adyton service logs`: what the programs of a service printed, and what was done about them.

use adyton_api::adyton::logs::{LineShown, LinesMissed, LogEnd};
use adyton_core::clock::Timestamp;
use clap::Args;
use serde::de::DeserializeOwned;

use crate::client::lookup::service_id;
use crate::client::{Client, encoded};
use crate::context::Context;
use crate::count;
use crate::failure::{Failure, Outcome};
use crate::moment::{moment, moment_of};
use crate::said;
use crate::terminal::Tone;

/// So much of an instance's id tells it from the others.
const INSTANCE_LETTERS: usize = 8;
/// The most lines that a stream which begins anew is asked for.
const AGAIN: usize = 10_000;

/// Show what the programs of a service printed
#[derive(Args)]
#[command(after_help = "Examples:
  adyton service logs poetry -n 50 --since 15m
  adyton service logs poetry --grep error
  adyton service logs poetry --follow")]
pub struct Logs {
    /// Name or id
    service: String,
    /// How many lines
    #[arg(long, short = 'n', default_value_t = 200, value_parser = count::count)]
    lines: usize,
    /// Only since this time: 2026-01-15T08:15:30Z, or an age such as 15m or 2h
    #[arg(long, value_name = "TIME|AGE")]
    since: Option<String>,
    /// Only until this time, in the same form
    #[arg(long, value_name = "TIME|AGE", conflicts_with = "follow")]
    until: Option<String>,
    /// Only of this instance: its id, or the beginning of the id
    #[arg(long, value_name = "ID")]
    instance: Option<String>,
    /// Only lines that contain this text; case is ignored
    #[arg(long, value_name = "TEXT")]
    grep: Option<String>,
    /// Keep printing until interrupted; with --json, one document a line
    #[arg(long, short)]
    follow: bool,
}

impl Logs {
    /// Prints the newest lines, oldest first.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let id = service_id(&client, &self.service)?;
        let wanted = self.wanted(context.clock.now())?;
        if self.follow {
            return follow(context, &client, &id, self.lines, &wanted);
        }
        let tail = client.service_log(&id, &format!("lines={}{wanted}", self.lines))?;
        if context.terminal.is_json() {
            context.terminal.document(&tail);
        } else {
            tail.lines.iter().for_each(|line| print(context, line));
            if tail.lines.is_empty() {
                context.terminal.note(said!(
                    "No lines. ONNX models run inside the server and print none.",
                    "没有日志行。ONNX 模型在服务器内部运行，不输出日志。"
                ));
            }
        }
        Ok(())
    }

    /// Which lines the server is asked for.
    fn wanted(&self, now: Timestamp) -> Outcome<String> {
        let mut query = String::new();
        for (name, said) in [("since", &self.since), ("until", &self.until)] {
            if let Some(said) = said {
                query.push_str(&format!("&{name}={}", moment_of(said, now)?.millis()));
            }
        }
        for (name, said) in [("instance", &self.instance), ("contains", &self.grep)] {
            if let Some(said) = said {
                query.push_str(&format!("&{name}={}", encoded(said)));
            }
        }
        Ok(query)
    }
}

/// Prints lines as they come. A stream ends after a while; then it is asked for again, from where it was.
fn follow(context: &Context, client: &Client, id: &str, lines: usize, wanted: &str) -> Outcome {
    let mut query = format!("lines={lines}{wanted}");
    let mut printed = Printed::default();
    loop {
        let mut reason = String::new();
        client.follow_log(id, &query, |name, document| {
            match name {
                "line" => {
                    let line: LineShown = read(document)?;
                    if printed.is_new(&line) {
                        print(context, &line);
                    }
                }
                "missed" => {
                    let missed: LinesMissed = read(document)?;
                    context.terminal.note(said!(
                        "{} lines were printed faster than they could be read",
                        "有 {} 行输出过快，未能读取",
                        missed.lines
                    ));
                }
                "end" => reason = read::<LogEnd>(document)?.reason,
                _ => {}
            }
            Ok(reason.is_empty())
        })?;
        match reason.as_str() {
            "service" => {
                context
                    .terminal
                    .note(said!("the service was deleted", "服务已删除"));
                return Ok(());
            }
            "session" => {
                return Err(Failure::failed(said!(
                    "your session has expired, or your role was revoked",
                    "您的会话已过期，或角色已被撤销"
                )));
            }
            "time" => query = printed.query(&query, wanted),
            _ => {
                return Err(Failure::failed(said!("the server has stopped", "服务器已停止")));
            }
        }
    }
}

fn read<T: DeserializeOwned>(document: &str) -> Outcome<T> {
    serde_json::from_str(document).map_err(|error| {
        Failure::failed(said!(
            "the server sent an event that cannot be read: {error}",
            "服务器发送了无法解析的事件：{error}"
        ))
    })
}

/// The last lines that were printed: those of one moment.
#[derive(Default)]
struct Printed {
    last: Vec<LineShown>,
    /// Those of them that come again in a stream that begins anew.
    again: Vec<LineShown>,
}

impl Printed {
    /// Whether a line has not been printed yet; it has then.
    fn is_new(&mut self, line: &LineShown) -> bool {
        if let Some(at) = self.again.iter().position(|known| known == line) {
            self.again.swap_remove(at);
            return false;
        }
        if self.last.first().is_some_and(|last| last.at != line.at) {
            self.last.clear();
        }
        self.last.push(line.clone());
        true
    }
    /// What to ask for to go on from there.
    fn query(&mut self, before: &str, wanted: &str) -> String {
        let Some(last) = self.last.first() else {
            return before.to_owned();
        };
        let at = encoded(&last.at);
        self.again = self.last.clone();
        let others = wanted
            .split('&')
            .filter(|part| !part.is_empty() && !part.starts_with("since="));
        let others: String = others.map(|part| format!("&{part}")).collect();
        format!("lines={AGAIN}&since={at}{others}")
    }
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

    fn line(at: &str, text: &str) -> LineShown {
        LineShown {
            at: at.to_owned(),
            instance_id: "2e93".to_owned(),
            stream: "stdout".to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn what_is_looked_for_is_asked_of_the_server() {
        let logs = Logs {
            service: "poetry".to_owned(),
            lines: 50,
            since: Some("15m".to_owned()),
            until: Some("2026-01-15T08:15:30Z".to_owned()),
            instance: Some("2e93".to_owned()),
            grep: Some("a&b c".to_owned()),
            follow: false,
        };
        let now = Timestamp::from_iso("2026-01-15T09:15:30Z").unwrap();
        assert_eq!(
            logs.wanted(now).unwrap(),
            "&since=1768467630000&until=1768464930000&instance=2e93&contains=a%26b%20c"
        );
        let wrong = Logs {
            since: Some("soon".to_owned()),
            ..logs
        };
        assert!(wrong.wanted(now).is_err());
    }

    #[test]
    fn a_stream_that_begins_anew_goes_on_where_it_was() {
        let mut printed = Printed::default();
        assert_eq!(printed.query("lines=5&since=1", "&since=1"), "lines=5&since=1");
        let (first, second, third) = (
            line("2026-01-15T08:15:30Z", "a"),
            line("2026-01-15T08:15:31Z", "b"),
            line("2026-01-15T08:15:31Z", "c"),
        );
        for line in [&first, &second, &third] {
            assert!(printed.is_new(line));
        }
        assert!(printed.is_new(&third), "a program may print the same twice");
        assert_eq!(
            printed.query("lines=5", "&since=1&contains=x"),
            "lines=10000&since=2026-01-15T08%3A15%3A31Z&contains=x"
        );
        let again = [&second, &third, &third].map(|line| printed.is_new(line));
        assert_eq!(again, [false; 3], "they come again");
        assert!(printed.is_new(&third));
    }
}
