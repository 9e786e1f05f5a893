//! `adyton service show`: address, versions, instances, and what can be called.

use adyton_api::modelarts::services::{ServiceShown, VersionShown};
use clap::Args;

use super::paths::paths;
use crate::client::{Client, lookup};
use crate::context::Context;
use crate::failure::Outcome;
use crate::terminal::{Printable, Terminal, Tone};

/// Show one service: address, versions, instances
#[derive(Args)]
pub struct ShowService {
    /// Name or id
    service: String,
}

impl ShowService {
    /// Prints it.
    pub fn run(self, context: &Context) -> Outcome {
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
pub fn facts(terminal: &Terminal, client: &Client, service: &ServiceShown) -> Printable {
    let summary = &service.summary;
    let versions: Vec<String> = service.config.iter().map(version).collect();
    let title = terminal.tone(Tone::Bold, summary.service_name.clone());
    let facts = terminal.facts(&[
        ("id", summary.service_id.clone()),
        ("status", summary.status.name().to_owned()),
        ("error", summary.error_msg.clone()),
        ("address", summary.access_address.clone()),
        ("call", paths(client, service)),
        ("description", summary.description.clone()),
        ("versions", versions.join("\n")),
        (
            "calls",
            format!("{}, {} failed", summary.invocation_times, summary.failed_times),
        ),
    ]);
    title + "\n" + facts
}

fn version(version: &VersionShown) -> String {
    let settings = &version.settings;
    let instances = match settings.instance_count {
        1 => "1 instance".to_owned(),
        count => format!("{count} instances"),
    };
    format!(
        "{}:{}  weight {}, {instances}, {}",
        settings.model_name, settings.model_version, settings.weight, version.status
    )
}
