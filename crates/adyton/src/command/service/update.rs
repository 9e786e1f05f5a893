//! `adyton service update`: changes what was said, keeps the rest; a rolling update.

use clap::Args;
use serde_json::{Value, json};

use super::{READY_TIME, facts, variables};
use crate::client::lookup::{self, entries, text};
use crate::client::wait;
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Change a service: another model version, more instances, other variables
#[derive(Args)]
pub(crate) struct Update {
    /// Name or id
    service: String,
    /// NAME, NAME:VERSION or id of the model that it runs from now on
    #[arg(long)]
    model: Option<String>,
    /// How many instances run
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=128))]
    instances: Option<u32>,
    /// A variable for the model's program; all others are dropped
    #[arg(long = "env", value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// What to say of it
    #[arg(long)]
    description: Option<String>,
    /// Do not wait until the service answers
    #[arg(long)]
    no_wait: bool,
}

impl Update {
    /// Changes it and shows it.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let variables = variables(&self.env)?;
        let changes_config = self.model.is_some() || self.instances.is_some() || !variables.is_empty();
        if !changes_config && self.description.is_none() {
            return Err(Failure::wrong_use("nothing is to be changed")
                .hint("`adyton service update --help` lists what can be"));
        }
        let client = context.client()?;
        let service = lookup::service(&client, &self.service)?;
        let id = text(&service, "service_id");
        let path = format!("/v1/{}/services/{id}", client.project());
        let mut change = json!({});
        if let Some(description) = &self.description {
            change["description"] = json!(description);
        }
        if changes_config {
            let [version] = entries(&service, "config") else {
                return Err(Failure::failed(
                    "the service runs several model versions, and this command changes services of one",
                )
                .hint("change it through the API: PUT /v1/{project_id}/services/{service_id}"));
            };
            let model = match &self.model {
                Some(said) => text(&lookup::model(&client, said)?, "model_id"),
                None => text(version, "model_id"),
            };
            let envs = if variables.is_empty() {
                version.get("envs").cloned().unwrap_or(json!({}))
            } else {
                Value::Object(variables)
            };
            let count = self
                .instances
                .map_or_else(|| version["instance_count"].clone(), |count| json!(count));
            change["config"] =
                json!([{"model_id": model, "weight": 100, "instance_count": count, "envs": envs}]);
        }
        let before = wait::newest_update(&client, &id)?;
        client.give("PUT", &path, &change)?;
        let wait = changes_config && !self.no_wait && text(&service, "status") != "stopped";
        let service = match wait {
            true => wait::rollout(&client, &context.terminal, &id, before, READY_TIME)?,
            false => client.get(&path, "")?,
        };
        if context.terminal.is_json() {
            context.terminal.document(&service);
        } else {
            context
                .terminal
                .print(facts(&context.terminal, &client, &service));
        }
        Ok(())
    }
}
