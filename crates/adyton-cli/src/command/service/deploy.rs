//! `adyton service deploy MODEL[:VERSION]`: makes the service and waits until it answers, or says why it does not.

use std::collections::BTreeMap;

use adyton_api::lenient::Number;
use adyton_api::modelarts::service_deploy::{ServiceDeploy, VersionWanted};
use adyton_api::modelarts::services::ServiceShown;
use adyton_core::model::ApiDeclaration;
use adyton_core::service::ServiceStatus;
use clap::Args;

use super::paths::to_fill_in;
use super::show::facts;
use super::variables::variables;
use super::versions::Waiting;
use crate::client::{Client, lookup};
use crate::context::Context;
use crate::count;
use crate::failure::Outcome;
use crate::said;
use crate::terminal::Terminal;

/// Deploy a model as a service, and wait until it answers
#[derive(Args)]
#[command(after_help = "Examples:
  adyton service deploy iris
  adyton service deploy iris:0.0.2 --name iris-next --instances 2
  adyton service deploy poetry --env THREADS=4 --no-wait")]
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
    #[arg(long, default_value_t = 1, value_parser = count::instances)]
    instances: u32,
    /// A variable for the model's program
    #[arg(long = "env", value_name = "NAME=VALUE")]
    env: Vec<String>,
    #[command(flatten)]
    waiting: Waiting,
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
        let full = format!("{}:{}", model.model_name, model.model_version);
        let wish = Wish {
            name: self.name.unwrap_or(model.model_name),
            description: self.description,
            model: model.model_id,
            instances: self.instances,
            variables,
        };
        let name = wish.name.clone();
        let id = deploy(&client, wish).map_err(|failure| match failure.status() {
            Some(409) => failure.hint(said!(
                "to run it there: adyton service update {name} --model {full}",
                "要让该服务运行它：adyton service update {name} --model {full}"
            )),
            _ => failure,
        })?;
        let service = self.waiting.rollout(context, &client, &id)?;
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
        let declared = super::paths::declared(client, service);
        let name = &service.summary.service_name;
        terminal.print(calls(name, &declared));
        if is_known(service, &declared) {
            terminal.print(said!(
                "Try it with:  adyton predict {name} --example | adyton predict {name}",
                "试用：adyton predict {name} --example | adyton predict {name}"
            ));
        }
    }
}

/// Whether a body can be made up for the path that `predict` chooses by itself.
fn is_known(service: &ServiceShown, declared: &[ApiDeclaration]) -> bool {
    let Some(first) = declared.first() else {
        return false;
    };
    let is_one = declared.len() == 1 || first.url == "/";
    let takes_tensors = service.config.iter().any(|version| !version.inputs.is_empty());
    let has_schema = first
        .request
        .as_ref()
        .is_some_and(|request| request.get("data").is_some());
    is_one && (takes_tensors || has_schema)
}

/// So many calls are shown at most.
const CALLS: usize = 5;

/// How to call it: as `predict` chooses the path by itself, or at each path of several.
fn calls(name: &str, declared: &[ApiDeclaration]) -> String {
    if declared.len() < 2 || declared.iter().any(|api| api.url == "/") {
        return said!(
            "\nCall it with: adyton predict {name} --data @request.json",
            "\n调用：adyton predict {name} --data @request.json"
        );
    }
    let lines = declared.iter().take(CALLS).map(|api| {
        let path = to_fill_in(&api.url);
        match api.method.to_uppercase().as_str() {
            "GET" | "HEAD" => format!("\n  adyton predict {name} {path}"),
            _ => format!("\n  adyton predict {name} {path} --data @request.json"),
        }
    });
    said!("\nCall it with:{}", "\n调用：{}", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_paths_are_called_by_name_unless_one_is_the_address_itself() {
        let api = |method: &str, url: &str| ApiDeclaration {
            url: url.to_owned(),
            method: method.to_owned(),
            request: None,
            response: None,
        };
        let usual = "\nCall it with: adyton predict poetry --data @request.json";
        assert_eq!(calls("poetry", &[api("post", "/predictions")]), usual);
        assert_eq!(calls("poetry", &[api("post", "/"), api("get", "/health")]), usual);
        assert_eq!(
            calls("poetry", &[api("post", "/with space"), api("get", "/health")]),
            "\nCall it with:\n  adyton predict poetry /with%20space --data @request.json\n  adyton predict poetry /health"
        );
        assert_eq!(
            calls("poetry", &[api("post", "/v1/{id}/chat"), api("get", "/health")]),
            "\nCall it with:\n  adyton predict poetry /v1/{id}/chat --data @request.json\n  adyton predict poetry /health"
        );
    }
}
