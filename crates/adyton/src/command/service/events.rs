//! `adyton service events`: what happened to a service.

use clap::Args;

use crate::client::lookup::{entries, service_id, text};
use crate::command::requests::moment;
use crate::context::Context;
use crate::failure::Outcome;

/// Tell what happened to a service
#[derive(Args)]
pub(crate) struct Events {
    /// Name or id
    service: String,
}

impl Events {
    /// Prints the events, oldest first.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let id = service_id(&client, &self.service)?;
        let document = client.get(
            &format!("/v1/{}/services/{id}/events", client.project()),
            "limit=100",
        )?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&document);
            return Ok(());
        }
        // They come newest first; reversed before the (stable) sort, those of the same moment keep their order.
        let mut events: Vec<_> = entries(&document, "events").iter().rev().cloned().collect();
        events.sort_by_key(|event| text(event, "occur_time").parse::<i64>().unwrap_or(0));
        let rows: Vec<Vec<String>> = events
            .iter()
            .map(|event| {
                vec![
                    moment(&text(event, "occur_time")),
                    text(event, "event_type"),
                    text(event, "event_info"),
                ]
            })
            .collect();
        if rows.is_empty() {
            terminal.print("Nothing happened yet.");
        } else {
            terminal.print(terminal.table(&["time", "status", "event"], rows));
        }
        Ok(())
    }
}
