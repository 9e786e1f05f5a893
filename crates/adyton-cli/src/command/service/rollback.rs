//! `adyton service rollback`: back to the versions that served before.

use adyton_api::lenient::Number;
use adyton_api::modelarts::activity::{UpdateList, UpdateShown};
use adyton_api::modelarts::service_deploy::VersionWanted;
use adyton_api::modelarts::services::{ServiceShown, VersionSettings};
use clap::Args;

use super::versions::{Waiting, at, change, of_settings};
use crate::client::lookup;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::said;

/// Roll a service back to its last successful change
#[derive(Args)]
#[command(after_help = "Example:
  adyton service rollback iris")]
pub struct Rollback {
    /// Name or id
    service: String,
    #[command(flatten)]
    waiting: Waiting,
}

impl Rollback {
    /// Changes the service back and shows it.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let service = lookup::service(&client, &self.service)?;
        let history = client.service_updates(&service.summary.service_id)?;
        let name = &service.summary.service_name;
        let versions = before(&service, &history).ok_or_else(|| {
            Failure::failed(said!(
                "no other version of {name} has been deployed successfully",
                "{name} 没有其他部署成功的版本"
            ))
            .hint(said!(
                "run `adyton service update {name} --model NAME:VERSION` to deploy another version",
                "执行 `adyton service update {name} --model NAME:VERSION` 换用其他版本"
            ))
        })?;
        change(context, &client, &service, versions, &self.waiting)
    }
}

/// What came through last and is not what the service has.
fn before(service: &ServiceShown, history: &UpdateList) -> Option<Vec<VersionWanted>> {
    let now: Vec<&VersionSettings> = service.config.iter().map(|version| &version.settings).collect();
    let differs = |update: &&UpdateShown| !update.config.iter().eq(now.iter().copied());
    let mut through = history.logs.iter().filter(|update| update.result == "SUCCESS");
    let found = through.find(differs)?;
    let version = |settings: &VersionSettings| {
        let own = at(service, &settings.model_id).and_then(|at| service.config.get(at));
        VersionWanted {
            deploy_timeout_in_seconds: own.map(|own| Number(own.deploy_timeout_in_seconds.into())),
            ..of_settings(settings)
        }
    };
    Some(found.config.iter().map(version).collect())
}

#[cfg(test)]
mod tests {
    use super::super::versions::sample;
    use super::*;

    fn update(result: &str, models: &[(&str, u32)]) -> UpdateShown {
        let versions = sample(models).config.into_iter();
        UpdateShown {
            update_time: 0,
            result: result.to_owned(),
            error_msg: String::new(),
            generation: 1,
            config: versions.map(|version| version.settings).collect(),
        }
    }

    #[test]
    fn what_came_through_last_and_is_another_is_wanted_again() {
        let back = |logs| {
            let history = UpdateList {
                service_id: String::new(),
                service_name: String::new(),
                logs,
            };
            before(&sample(&[("b", 100)]), &history).map(|versions| {
                versions
                    .into_iter()
                    .map(|version| version.model_id)
                    .collect::<Vec<_>>()
            })
        };
        let own = || update("SUCCESS", &[("b", 100)]);
        let old = || update("SUCCESS", &[("a", 100)]);
        assert_eq!(
            back(vec![own(), update("FAIL", &[("c", 100)]), old()]),
            Some(vec!["a".to_owned()])
        );
        // The one under way has not come through.
        assert_eq!(
            back(vec![update("RUNNING", &[("b", 100)]), old()]),
            Some(vec!["a".to_owned()])
        );
        let split = update("SUCCESS", &[("b", 90), ("c", 10)]);
        assert_eq!(
            back(vec![own(), split]),
            Some(vec!["b".to_owned(), "c".to_owned()])
        );
        assert_eq!(back(vec![own()]), None);
        assert_eq!(back(Vec::new()), None);
    }
}
