//! `adyton service update`: changes what was said, keeps the rest; a rolling update.

use std::collections::BTreeMap;

use adyton_api::lenient::Number;
use adyton_api::modelarts::service_deploy::{PropertiesWanted, ServiceUpdate, VersionWanted};
use adyton_api::modelarts::services::ServiceShown;
use adyton_core::service::ServiceStatus;
use clap::Args;

use super::deploy::version;
use super::variables::variables;
use super::versions::{Waiting, ready};
use crate::client::lookup;
use crate::context::Context;
use crate::count;
use crate::failure::{Failure, Outcome};
use crate::said;

/// Update a service: its model version, instances or variables, limits of its API
#[derive(Args)]
#[command(after_help = "Examples:
  adyton service update iris --model iris:0.0.2
  adyton service update poetry --env THREADS=8 --instances 3
  adyton service update iris --calls-per-second 500 --app-codes off")]
pub struct Update {
    /// Name or id
    service: String,
    /// NAME, NAME:VERSION or id of the model that it runs from now on
    #[arg(long)]
    model: Option<String>,
    /// How many instances run
    #[arg(long, value_parser = count::instances)]
    instances: Option<u32>,
    /// A variable for the model's program; all others are dropped
    #[arg(long = "env", value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// A description
    #[arg(long)]
    description: Option<String>,
    /// Calls per second that its API accepts; 0 means no limit
    #[arg(long, value_name = "NUMBER")]
    calls_per_second: Option<u32>,
    /// Whether apps may call with an AppCode
    #[arg(long, value_name = "on|off", value_parser = ["on", "off"], hide_possible_values = true)]
    app_codes: Option<String>,
    #[command(flatten)]
    waiting: Waiting,
}

impl Update {
    /// Changes it and shows it.
    pub fn run(self, context: &Context) -> Outcome {
        let variables = variables(&self.env)?;
        let changes_config = self.model.is_some() || self.instances.is_some() || !variables.is_empty();
        let properties = self.properties();
        if !changes_config && self.description.is_none() && properties.is_none() {
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
            additional_properties: properties,
            config: match changes_config {
                true => {
                    let model = |said: &str| Ok(lookup::model(&client, said)?.model_id);
                    Some(vec![self.changed(model, &service, variables)?])
                }
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

    /// The settings of its API that were said.
    fn properties(&self) -> Option<PropertiesWanted> {
        (self.calls_per_second.is_some() || self.app_codes.is_some()).then(|| PropertiesWanted {
            calls_per_second: self.calls_per_second.map(|most| Some(Number(most.into()))),
            app_code: self.app_codes.as_deref().map(|said| said == "on"),
            ..PropertiesWanted::default()
        })
    }

    /// The version as it is to be: what was said, and else as it is. `model` knows the id of a model that was named.
    fn changed(
        &self,
        model: impl Fn(&str) -> Outcome<String>,
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
        let model_id = match &self.model {
            Some(said) => model(said)?,
            None => old.settings.model_id.clone(),
        };
        let envs = match variables.is_empty() {
            true => old.settings.envs.clone(),
            false => variables,
        };
        let instances = self.instances.unwrap_or(old.settings.instance_count);
        Ok(version(model_id, instances, envs))
    }
}

#[cfg(test)]
mod tests {
    use super::super::versions::sample;
    use super::*;

    fn update(model: Option<&str>, instances: Option<u32>) -> Update {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            update: Update,
        }
        let instances = instances.map(|count| format!("--instances={count}"));
        let model = model.map(|model| format!("--model={model}"));
        let words = ["x".to_owned(), "iris".to_owned()]
            .into_iter()
            .chain(instances)
            .chain(model);
        <Line as clap::Parser>::parse_from(words).update
    }

    #[test]
    fn what_is_not_said_stays_as_it_is() {
        let service = sample(&[("a", 100)]);
        let changed = |update: Update, variables: &[(&str, &str)]| {
            let variables = variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            let version = update
                .changed(|said| Ok(format!("id of {said}")), &service, variables)
                .unwrap();
            let envs = version.envs.unwrap_or_default();
            let envs: Vec<String> = envs
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            (
                version.model_id,
                version.instance_count.map(|count| count.0),
                envs.join(" "),
            )
        };
        let of = |model: &str, count, envs: &str| (model.to_owned(), Some(count), envs.to_owned());
        assert_eq!(changed(update(None, Some(5)), &[]), of("a", 5, "A=1"));
        assert_eq!(changed(update(Some("b"), None), &[]), of("id of b", 2, "A=1"));
        // Variables are given anew, all of them.
        assert_eq!(changed(update(None, None), &[("B", "2")]), of("a", 2, "B=2"));
    }

    #[test]
    fn a_service_of_several_versions_is_changed_by_other_verbs() {
        let service = sample(&[("a", 90), ("b", 10)]);
        let refused = update(None, Some(5)).changed(|said| Ok(said.to_owned()), &service, BTreeMap::new());
        let told = refused.err().unwrap().to_string();
        assert!(told.contains("`adyton service traffic`"), "{told}");
    }
}
