//! `adyton service deploy MODEL[:VERSION]`: makes the service and waits until it answers, or says why it does not.

use std::collections::BTreeMap;
use std::time::Duration;

use adyton_api::lenient::Number;
use adyton_api::modelarts::service_deploy::{ServiceDeploy, VersionWanted};
use adyton_api::modelarts::services::ServiceShown;
use adyton_core::service::ServiceStatus;
use clap::Args;

use super::show::facts;
use super::variables::variables;
use crate::client::{Client, lookup, wait};
use crate::context::Context;
use crate::failure::Outcome;
use crate::terminal::Terminal;

/// Deploy a model as a service, and wait until it answers
#[derive(Args)]
pub struct Deploy {
    /// NAME, NAME:VERSION or id of a model
    model: String,
    /// The service's name [default: the model's]
    #[arg(long)]
    name: Option<String>,
    /// A description
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
    #[arg(long, value_name = "SECONDS", default_value_t = wait::READY_TIME.as_secs())]
    timeout: u64,
}

/// What is wanted of a new service.
pub struct Wish {
    /// `service_name`.
    pub name: String,
    /// `description`.
    pub description: String,
    /// `model_id`.
    pub model: String,
    /// `instance_count`.
    pub instances: u32,
    /// `envs`.
    pub variables: BTreeMap<String, String>,
}

/// One instance of a model, under a name.
pub fn wish(name: &str, model: &str) -> Wish {
    Wish {
        name: name.to_owned(),
        description: String::new(),
        model: model.to_owned(),
        instances: 1,
        variables: BTreeMap::new(),
    }
}

impl Deploy {
    /// Deploys and shows the service.
    pub fn run(self, context: &Context) -> Outcome {
        let variables = variables(&self.env)?;
        let client = context.client()?;
        let terminal = &context.terminal;
        let model = lookup::model(&client, &self.model)?;
        let wish = Wish {
            name: self.name.unwrap_or(model.model_name),
            description: self.description,
            model: model.model_id,
            instances: self.instances,
            variables,
        };
        let id = deploy(&client, wish)?;
        let service = if self.no_wait {
            client.service(&id)?
        } else {
            wait::rollout(&client, terminal, &id, Duration::from_secs(self.timeout))?
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
pub fn deploy(client: &Client, wish: Wish) -> Outcome<String> {
    let wanted = ServiceDeploy {
        service_name: wish.name,
        description: Some(wish.description),
        infer_type: "real-time".to_owned(),
        config: vec![version(wish.model, wish.instances, wish.variables)],
        ..ServiceDeploy::default()
    };
    Ok(client.deploy_service(&wanted)?.service_id)
}

/// The only model version of a service.
pub(super) fn version(model: String, instances: u32, envs: BTreeMap<String, String>) -> VersionWanted {
    VersionWanted {
        model_id: model,
        weight: Some(Number(100)),
        instance_count: Some(Number(instances.into())),
        envs: Some(envs),
        ..VersionWanted::default()
    }
}

fn shown(terminal: &Terminal, client: &Client, service: &ServiceShown) {
    terminal.print(facts(terminal, client, service));
    if service.summary.status == ServiceStatus::Running {
        terminal.print(format!(
            "\nCall it with: adyton predict {} --data @request.json",
            service.summary.service_name
        ));
    }
}
