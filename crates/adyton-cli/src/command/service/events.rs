//! `adyton service events`: what happened to a service.

use std::time::Duration;

use adyton_core::clock::Timestamp;
use clap::Args;

use crate::client::Client;
use crate::client::lookup::service_id;
use crate::client::wait::news::{News, line, oldest_first};
use crate::context::Context;
use crate::failure::Outcome;
use crate::interrupt::Interrupts;
use crate::moment::readable;
use crate::said;
use crate::terminal::Terminal;

/// How often `--follow` asks.
const FOLLOW_PAUSE: Duration = Duration::from_millis(700);

/// Show what happened to a service
#[derive(Args)]
#[command(after_help = "Examples:
  adyton service events iris
  adyton service events iris --follow")]
pub struct Events {
    /// Name or id
    service: String,
    /// Keep printing until interrupted; with --json, one document a line
    #[arg(long, short)]
    follow: bool,
}

impl Events {
    /// Prints the events, oldest first.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let id = service_id(&client, &self.service)?;
        let terminal = &context.terminal;
        if self.follow {
            return follow(terminal, &client, &id);
        }
        let listed = client.service_events(&id, "limit=100")?;
        if terminal.is_json() {
            terminal.document(&listed);
            return Ok(());
        }
        let rows: Vec<Vec<String>> = oldest_first(listed.events)
            .into_iter()
            .map(|event| {
                let time = readable(Timestamp::from_millis(event.occur_time));
                vec![time, event.event_type, event.event_info]
            })
            .collect();
        if rows.is_empty() {
            terminal.print(said!("No events yet.", "还没有事件。"));
        } else {
            terminal.print(terminal.table(&["time", "status", "event"], rows));
        }
        Ok(())
    }
}

/// Tells events as they come; Ctrl-C ends the process.
fn follow(terminal: &Terminal, client: &Client, id: &str) -> Outcome {
    let (mut news, pause) = (News::since(0), Interrupts::deaf());
    loop {
        for event in news.of(client, id)? {
            match terminal.is_json() {
                true => terminal.document_line(&event),
                false => terminal.print(line(terminal, &event)),
            }
        }
        let _ = pause.wait(FOLLOW_PAUSE);
    }
}
