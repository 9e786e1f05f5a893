//! `adyton service show`: address, versions, instances, and what can be called.

use adyton_api::modelarts::activity::InstanceShown;
use adyton_api::modelarts::models::PortShown;
use adyton_api::modelarts::services::{ServiceShown, VersionShown};
use clap::Args;

use super::paths::paths;
use super::tag;
use crate::client::{Client, lookup};
use crate::command::model::{ports, size};
use crate::command::status::answered;
use crate::context::Context;
use crate::failure::Outcome;
use crate::said;
use crate::terminal::{Printable, Terminal, Tone};

/// Show one service: address, versions, instances
#[derive(Args)]
#[command(after_help = "Example:
  adyton service show iris")]
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
        ("inputs", of_versions(service, |version| &version.inputs)),
        ("outputs", of_versions(service, |version| &version.outputs)),
        ("description", summary.description.clone()),
        ("tags", tag::line(&summary.tags)),
        ("versions", versions.join("\n")),
        ("instances", instances(client, service)),
        ("last hour", last_hour(client, service)),
        (
            "calls",
            said!(
                "{} reached an instance since the service was made, {} of them failed",
                "自服务创建以来有 {} 次到达实例，其中 {} 次失败",
                summary.invocation_times,
                summary.failed_times
            ),
        ),
    ]);
    title + "\n" + facts
}

/// What became of the last hour's requests, refused ones included, as `adyton status` tells it of the project; nothing where it cannot
/// be asked for.
fn last_hour(client: &Client, service: &ServiceShown) -> String {
    let found = client.service_metrics(&service.summary.service_id, "1h");
    found.map_or_else(
        |_| String::new(),
        |found| answered(found.total.calls, found.total.failed),
    )
}

/// The instances, and what they take; nothing where they cannot be asked for.
fn instances(client: &Client, service: &ServiceShown) -> String {
    let Ok(found) = client.service_monitor(&service.summary.service_id) else {
        return String::new();
    };
    let all = found.monitors.iter().flat_map(|model| &model.instances);
    all.map(instance).collect::<Vec<_>>().join("\n")
}

fn instance(instance: &InstanceShown) -> String {
    let mut told = format!("{}  {}", instance.instance_id, instance.status);
    if let Some(percent) = instance.cpu_percent {
        told += &format!(", cpu {percent:.1} %");
    }
    if let Some(memory) = instance.memory_bytes {
        told += &format!(", {}", size(memory));
    }
    told
}

/// Inputs or outputs of the versions: once where all have the same, else of each.
fn of_versions(service: &ServiceShown, which: impl Fn(&VersionShown) -> &Vec<PortShown>) -> String {
    let Some((first, others)) = service.config.split_first() else {
        return String::new();
    };
    if others.iter().all(|other| which(other) == which(first)) {
        return ports(which(first));
    }
    let told = service.config.iter().map(|version| {
        let settings = &version.settings;
        let of = format!("{}:{}", settings.model_name, settings.model_version);
        match which(version).as_slice() {
            [] => of,
            declared => format!("{of}\n  {}", ports(declared).replace('\n', "\n  ")),
        }
    });
    told.collect::<Vec<_>>().join("\n")
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

#[cfg(test)]
mod tests {
    use super::super::versions::sample;
    use super::*;

    #[test]
    fn inputs_are_told_once_unless_the_versions_differ() {
        let port = |name: &str| -> PortShown {
            serde_json::from_value(serde_json::json!({"name": name, "type": "float32", "shape": [null, 4]}))
                .unwrap()
        };
        let mut service = sample(&[("a", 90), ("b", 10)]);
        let told = |service: &ServiceShown| of_versions(service, |version| &version.inputs);
        assert_eq!(told(&service), "", "programs declare none");
        service.config[0].inputs = vec![port("x"), port("long")];
        service.config[1].inputs = service.config[0].inputs.clone();
        assert_eq!(told(&service), "x     float32 [N,4]\nlong  float32 [N,4]");
        service.config[1].inputs = vec![port("y")];
        assert_eq!(
            told(&service),
            "iris:0.0.1\n  x     float32 [N,4]\n  long  float32 [N,4]\niris:0.0.2\n  y  float32 [N,4]"
        );
    }
}
