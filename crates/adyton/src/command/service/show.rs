//! `adyton service show`: address, versions, instances, and what can be called.

use clap::Args;
use serde_json::Value;

use super::paths::paths;
use crate::client::Client;
use crate::client::lookup::{self, entries, text};
use crate::context::Context;
use crate::failure::Outcome;
use crate::terminal::{Printable, Terminal, Tone};

/// Show one service: address, versions, instances
#[derive(Args)]
pub(crate) struct Show {
    /// Name or id
    service: String,
}

impl Show {
    /// Prints it.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let service = lookup::service(&client, &self.service)?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&service);
        } else {
            terminal.print(facts(terminal, &client, &service));
        }
        Ok(())
    }
}

/// A service for people.
pub(crate) fn facts(terminal: &Terminal, client: &Client, service: &Value) -> Printable {
    let field = |name: &str| text(service, name);
    let title = terminal.tone(Tone::Bold, field("service_name"));
    let facts = terminal.facts(&[
        ("id", field("service_id")),
        ("status", field("status")),
        ("error", field("error_msg")),
        ("address", field("access_address")),
        ("call", paths(client, service)),
        ("description", field("description")),
        ("versions", versions(service)),
        ("calls", calls(service)),
    ]);
    title + "\n" + facts
}

fn versions(service: &Value) -> String {
    let lines = entries(service, "config").iter().map(|version| {
        let field = |name: &str| text(version, name);
        let count = field("instance_count");
        let instances = if count == "1" {
            "1 instance".to_owned()
        } else {
            format!("{count} instances")
        };
        format!(
            "{}:{}  weight {}, {instances}, {}",
            field("model_name"),
            field("model_version"),
            field("weight"),
            field("status")
        )
        .trim_end_matches([',', ' '])
        .to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn calls(service: &Value) -> String {
    match (
        text(service, "invocation_times").as_str(),
        text(service, "failed_times").as_str(),
    ) {
        ("", _) => String::new(),
        (all, failed) => format!("{all}, {failed} failed"),
    }
}
