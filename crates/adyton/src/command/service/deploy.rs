//! `adyton service deploy MODEL[:VERSION]`: makes the service and waits until it answers, or says why it does not.

use std::time::Duration;

use clap::Args;
use serde_json::{Map, Value, json};

use super::{READY_TIME, facts, variables};
use crate::client::lookup::{self, text};
use crate::client::{Client, wait};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::terminal::Terminal;

/// Deploy a model as a service, and wait until it answers
#[derive(Args)]
pub(crate) struct Deploy {
    /// NAME, NAME:VERSION or id of a model
    model: String,
    /// The service's name [default: the model's]
    #[arg(long)]
    name: Option<String>,
    /// What to say of it
    #[arg(long, default_value = "", hide_default_value = true)]
    description: String,
    /// How many instances run
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=128))]
    instances: u32,
    /// A variable for the model's program
    #[arg(long = "env", value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// Do not wait until the service answers
    #[arg(long)]
    no_wait: bool,
    /// How long to wait, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = READY_TIME.as_secs())]
    timeout: u64,
}

/// What is wanted of a new service.
pub(crate) struct Wish {
    /// `service_name`.
    pub(crate) name: String,
    /// `description`.
    pub(crate) description: String,
    /// `model_id`.
    pub(crate) model: String,
    /// `instance_count`.
    pub(crate) instances: u32,
    /// `envs`.
    pub(crate) variables: Map<String, Value>,
}

/// One instance of a model, under a name.
pub(crate) fn wish(name: &str, model: &str) -> Wish {
    Wish {
        name: name.to_owned(),
        description: String::new(),
        model: model.to_owned(),
        instances: 1,
        variables: Map::new(),
    }
}

impl Deploy {
    /// Deploys and shows the service.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let variables = variables(&self.env)?;
        let client = context.client()?;
        let terminal = &context.terminal;
        let model = lookup::model(&client, &self.model)?;
        let wish = Wish {
            name: self.name.unwrap_or_else(|| text(&model, "model_name")),
            description: self.description,
            model: text(&model, "model_id"),
            instances: self.instances,
            variables,
        };
        let id = deploy(&client, &wish)?;
        let service = if self.no_wait {
            client.get(&format!("/v1/{}/services/{id}", client.project()), "")?
        } else {
            // A new service has no history.
            wait::rollout(&client, terminal, &id, 0, Duration::from_secs(self.timeout))?
        };
        if terminal.is_json() {
            terminal.document(&service);
        } else {
            shown(terminal, &client, &service);
        }
        Ok(())
    }
}

/// Makes the service; gives its id.
pub(crate) fn deploy(client: &Client, wish: &Wish) -> Outcome<String> {
    let document = json!({
        "service_name": wish.name,
        "description": wish.description,
        "infer_type": "real-time",
        "config": [{
            "model_id": wish.model,
            "weight": 100,
            "instance_count": wish.instances,
            "envs": wish.variables,
        }],
    });
    let made = client.give("POST", &format!("/v1/{}/services", client.project()), &document)?;
    match text(&made, "service_id") {
        id if !id.is_empty() => Ok(id),
        _ => Err(Failure::failed(
            "the server took the service and gave no service_id",
        )),
    }
}

fn shown(terminal: &Terminal, client: &Client, service: &Value) {
    terminal.print(facts(terminal, client, service));
    if text(service, "status") == "running" {
        let name = text(service, "service_name");
        terminal.print(format!(
            "\nCall it with: adyton predict {name} --data @request.json"
        ));
    }
}
