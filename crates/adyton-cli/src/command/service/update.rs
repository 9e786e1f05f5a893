//! `adyton service update`: changes what was said, keeps the rest; a rolling update.

use std::collections::BTreeMap;

use adyton_api::modelarts::service_deploy::{ServiceUpdate, VersionWanted};
use adyton_api::modelarts::services::ServiceShown;
use adyton_core::service::ServiceStatus;
use clap::Args;

use super::deploy::version;
use super::variables::variables;
use super::versions::{Waiting, ready};
use crate::client::{Client, lookup};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::said;

/// Change a service: another model version, more instances, other variables
#[derive(Args)]
#[command(after_help = "Examples:
  adyton service update iris --model iris:0.0.2
  adyton service update poetry --env THREADS=8 --instances 3")]
pub struct Update {
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
    /// A description
    #[arg(long)]
    description: Option<String>,
    #[command(flatten)]
    waiting: Waiting,
}

impl Update {
    /// Changes it and shows it.
    pub fn run(self, context: &Context) -> Outcome {
        let variables = variables(&self.env)?;
        let changes_config = self.model.is_some() || self.instances.is_some() || !variables.is_empty();
        if !changes_config && self.description.is_none() {
            return Err(
                Failure::wrong_use(said!("no changes given", "未给出任何变更")).hint(said!(
                    "`adyton service update --help` lists what can be changed",
                    "`adyton service update --help` 列出可以变更的内容"
                )),
            );
        }
        let client = context.client()?;
        let service = lookup::service(&client, &self.service)?;
        let id = service.summary.service_id.clone();
        let change = ServiceUpdate {
            description: self.description.clone(),
            config: match changes_config {
                true => Some(vec![self.changed(&client, &service, variables)?]),
                false => None,
            },
            ..ServiceUpdate::default()
        };
        client.update_service(&id, &change)?;
        let is_stopped = service.summary.status == ServiceStatus::Stopped;
        ready(
            context,
            &client,
            &id,
            &self.waiting,
            !changes_config || is_stopped,
        )
    }

    /// The version as it is to be: what was said, and else as it is.
    fn changed(
        &self,
        client: &Client,
        service: &ServiceShown,
        variables: BTreeMap<String, String>,
    ) -> Outcome<VersionWanted> {
        let [old] = service.config.as_slice() else {
            return Err(Failure::failed(said!(
                "the service runs several model versions; this command can only change services that run one",
                "该服务运行多个模型版本；此命令只能变更运行单个版本的服务"
            ))
            .hint(said!(
                "`adyton service traffic` and `adyton service scale` change the others",
                "其他服务用 `adyton service traffic` 和 `adyton service scale` 变更"
            )));
        };
        let model = match &self.model {
            Some(said) => lookup::model(client, said)?.model_id,
            None => old.settings.model_id.clone(),
        };
        let envs = match variables.is_empty() {
            true => old.settings.envs.clone(),
            false => variables,
        };
        let instances = self.instances.unwrap_or(old.settings.instance_count);
        Ok(version(model, instances, envs))
    }
}
