//! `adyton service scale`: how many instances run.

use adyton_api::lenient::Number;
use adyton_api::modelarts::service_deploy::VersionWanted;
use adyton_api::modelarts::services::ServiceShown;
use clap::Args;

use super::versions::{Waiting, as_it_is, at, change, named, runs_no};
use crate::client::lookup;
use crate::context::Context;
use crate::count;
use crate::failure::{Failure, Outcome};
use crate::said;

/// Change how many instances of a service run
#[derive(Args)]
#[command(after_help = "Examples:
  adyton service scale iris 3
  adyton service scale iris 3 --model iris:0.0.2    of one version of several")]
pub struct Scale {
    /// Name or id
    service: String,
    /// How many instances run
    #[arg(value_parser = count::instances)]
    instances: u32,
    /// Of this model: NAME, NAME:VERSION or id [default: the only one that the service runs]
    #[arg(long)]
    model: Option<String>,
    #[command(flatten)]
    waiting: Waiting,
}

impl Scale {
    /// Changes the number and shows the service.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let service = lookup::service(&client, &self.service)?;
        let model = match &self.model {
            Some(said) => {
                let id = lookup::model(&client, said)?.model_id;
                Some(at(&service, &id).ok_or_else(|| runs_no(&service, said))?)
            }
            None => None,
        };
        let versions = scaled(&service, model, self.instances)?;
        change(context, &client, &service, versions, &self.waiting)
    }
}

/// The service's versions, with so many instances of the one at `at`, or of the only one.
fn scaled(service: &ServiceShown, at: Option<usize>, instances: u32) -> Outcome<Vec<VersionWanted>> {
    let mut versions: Vec<VersionWanted> = service.config.iter().map(as_it_is).collect();
    let at = match (at, versions.len()) {
        (Some(at), _) => at,
        (None, 1) => 0,
        (None, _) => {
            return Err(Failure::wrong_use(said!(
                "the service runs several versions: {}",
                "该服务运行多个版本：{}",
                named(service)
            ))
            .hint(said!(
                "name one with --model NAME:VERSION",
                "请用 --model NAME:VERSION 指定其一"
            )));
        }
    };
    if let Some(version) = versions.get_mut(at) {
        version.instance_count = Some(Number(instances.into()));
    }
    Ok(versions)
}

#[cfg(test)]
mod tests {
    use super::super::versions::sample;
    use super::*;

    #[test]
    fn one_version_is_scaled_and_the_others_stay() {
        let counts = |service: &ServiceShown, at, instances| {
            scaled(service, at, instances).map(|versions| {
                let count = |version: VersionWanted| version.instance_count.map(|count| count.0);
                versions.into_iter().map(count).collect::<Vec<_>>()
            })
        };
        let (one, two) = (sample(&[("a", 100)]), sample(&[("a", 90), ("b", 10)]));
        assert_eq!(counts(&one, None, 3), Ok(vec![Some(3)]));
        assert_eq!(counts(&two, Some(1), 3), Ok(vec![Some(2), Some(3)]));
        let refused = counts(&two, None, 3).unwrap_err().to_string();
        assert!(refused.contains("iris:0.0.1, iris:0.0.2"), "{refused}");
    }
}
