//! `adyton service events`: what happened to a service.

use adyton_api::modelarts::activity::EventShown;
use adyton_core::clock::Timestamp;
use clap::Args;

use crate::client::lookup::service_id;
use crate::context::Context;
use crate::failure::Outcome;
use crate::moment::readable;

/// Show what happened to a service
#[derive(Args)]
pub struct Events {
    /// Name or id
    service: String,
}

impl Events {
    /// Prints the events, oldest first.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let id = service_id(&client, &self.service)?;
        let listed = client.service_events(&id, "limit=100")?;
        let terminal = &context.terminal;
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
            terminal.print("No events yet.");
        } else {
            terminal.print(terminal.table(&["time", "status", "event"], rows));
        }
        Ok(())
    }
}

/// They come newest first; reversed before the (stable) sort, those of the same moment keep their order.
fn oldest_first(mut events: Vec<EventShown>) -> Vec<EventShown> {
    events.reverse();
    events.sort_by_key(|event| event.occur_time);
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_one_moment_keep_their_order() {
        let event = |at: i64, info: &str| EventShown {
            event_type: "normal".to_owned(),
            event_info: info.to_owned(),
            occur_time: at,
        };
        let newest_first = vec![event(2, "third"), event(1, "second"), event(1, "first")];
        let infos: Vec<String> = oldest_first(newest_first)
            .into_iter()
            .map(|event| event.event_info)
            .collect();
        assert_eq!(infos, ["first", "second", "third"]);
    }
}
