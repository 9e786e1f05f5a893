//! `adyton whoami`: who calls, which server, and for how long.

use adyton_core::clock::Timestamp;
use clap::Args;
use serde_json::Value;

use crate::client::Client;
use crate::client::lookup::{entries, text};
use crate::context::Context;
use crate::failure::Outcome;

/// Show who you are, where, and for how long
#[derive(Args)]
pub(crate) struct Whoami {}

impl Whoami {
    /// Asks the server, and shows it.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let document = client.get("/adyton/v1/whoami", "")?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&document);
            return Ok(());
        }
        let roles: Vec<&str> = entries(&document, "roles")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let projects: Vec<String> = entries(&document, "projects").iter().map(named).collect();
        terminal.print(terminal.facts(&[
            ("user", named(&document["user"])),
            ("domain", named(&document["domain"])),
            ("projects", projects.join("\n")),
            ("roles", roles.join(", ")),
            ("shown by", shown_by(&client, &document)),
            ("server", client.target.control.to_string()),
            ("said by", client.target.said.clone()),
            ("clock", clock(&document, context.clock.now())),
        ]));
        Ok(())
    }
}

/// `name (id)`.
fn named(thing: &Value) -> String {
    format!("{} ({})", text(thing, "name"), text(thing, "id"))
}

/// The key, or the token and how long it counts.
fn shown_by(client: &Client, document: &Value) -> String {
    let token = &document["token"];
    match (text(document, "way").as_str(), &client.target.credentials.keys) {
        ("aksk", Some(keys)) => format!("access key {}", keys.access),
        ("token", _) => {
            let left = text(token, "remaining_seconds").parse::<u64>().unwrap_or(0);
            format!(
                "a token that ends {}, in {} h {} min",
                text(token, "expires_at"),
                left / 3600,
                left % 3600 / 60
            )
        }
        (way, _) => way.to_owned(),
    }
}

/// Signed requests are refused when the clocks are 15 minutes apart; a difference of seconds is the way of the answer.
fn clock(document: &Value, now: Timestamp) -> String {
    let Some(server) = Timestamp::from_iso(&text(document, "server_time")) else {
        return String::new();
    };
    match (now.seconds() - server.seconds()).abs() {
        0..=2 => "agrees with the server's".to_owned(),
        off => format!("is {off} s off the server's"),
    }
}
