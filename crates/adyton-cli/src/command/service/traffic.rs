//! `adyton service traffic`: which versions share the calls of a service, and how.

use adyton_api::lenient::Number;
use adyton_api::modelarts::service_deploy::VersionWanted;
use adyton_api::modelarts::services::ServiceShown;
use clap::Args;

use super::versions::{Waiting, as_it_is, at, change};
use crate::client::lookup;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::said;

/// Split the traffic of a service between model versions
#[derive(Args)]
#[command(after_help = "Examples:
  adyton service traffic iris iris:0.0.1=90 iris:0.0.2=10
  adyton service traffic iris 0.0.1=90 0.0.2=10
  adyton service traffic iris iris:0.0.2=100")]
pub struct Traffic {
    /// Name or id
    service: String,
    /// A model (NAME, NAME:VERSION, VERSION alone of a model that the service runs, or id) and its percentage of the calls; they add up to 100
    #[arg(required = true, value_name = "MODEL=WEIGHT", value_parser = share)]
    shares: Vec<Share>,
    #[command(flatten)]
    waiting: Waiting,
}

/// A model and its share of the calls.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Share {
    model: String,
    weight: u32,
}

/// `MODEL=WEIGHT`.
fn share(said: &str) -> Result<Share, String> {
    let (model, weight) = said
        .rsplit_once('=')
        .filter(|(model, _)| !model.is_empty())
        .ok_or(said!(
            "must be MODEL=WEIGHT, for example iris:0.0.2=10",
            "应为 MODEL=WEIGHT，例如 iris:0.0.2=10"
        ))?;
    let weight = weight
        .trim_end_matches('%')
        .parse()
        .ok()
        .filter(|weight| *weight <= 100)
        .ok_or(said!(
            "the weight must be a number from 0 to 100",
            "权重应为 0 到 100 的数字"
        ))?;
    Ok(Share {
        model: model.to_owned(),
        weight,
    })
}

impl Traffic {
    /// Changes the split and shows the service.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let service = lookup::service(&client, &self.service)?;
        let mut shares = Vec::new();
        for share in &self.shares {
            let named = with_name(&service, &share.model);
            let model = lookup::model(&client, named.as_deref().unwrap_or(&share.model))?.model_id;
            shares.push((model, share.weight));
        }
        let versions = split(&service, shares)?;
        change(context, &client, &service, versions, &self.waiting)
    }
}

/// A bare version, or the last part of one, with the name of the model that the service runs; nothing where it is something else, or
/// where the service runs models of several names.
fn with_name(service: &ServiceShown, said: &str) -> Option<String> {
    let is_version = !said.is_empty() && said.chars().all(|sign| sign.is_ascii_digit() || sign == '.');
    let settings = || service.config.iter().map(|version| &version.settings);
    let name = &settings().next().filter(|_| is_version)?.model_name;
    if settings().any(|other| other.model_name != *name) {
        return None;
    }
    let end = format!(".{said}");
    let own = settings().map(|own| &own.model_version);
    let mut own = own.filter(|version| **version == said || version.ends_with(&end));
    match (own.next(), own.next()) {
        (Some(version), None) => Some(format!("{name}:{version}")),
        (None, _) if said.contains('.') => Some(format!("{name}:{said}")),
        (None, _) => Some(format!("{name}:0.0.{said}")),
        (Some(_), Some(_)) => None,
    }
}

/// The versions of these models with these weights. One that the service runs keeps its settings; another one begins with one
/// instance and the variables of the service's first version. A version that is not named goes.
fn split(service: &ServiceShown, shares: Vec<(String, u32)>) -> Outcome<Vec<VersionWanted>> {
    let mut versions: Vec<VersionWanted> = Vec::new();
    for (model, weight) in shares {
        if versions.iter().any(|version| version.model_id == model) {
            return Err(
                Failure::wrong_use(said!("the same model is named twice", "同一个模型写了两次"))
                    .hint(said!("give each model one weight", "请为每个模型给出一个权重")),
            );
        }
        let own = at(service, &model).and_then(|at| service.config.get(at));
        let version = match (own, service.config.first()) {
            (Some(own), _) => as_it_is(own),
            (None, Some(first)) => VersionWanted {
                instance_count: Some(Number(1)),
                ..as_it_is(first)
            },
            (None, None) => VersionWanted::default(),
        };
        versions.push(VersionWanted {
            model_id: model,
            weight: Some(Number(weight.into())),
            ..version
        });
    }
    Ok(versions)
}

#[cfg(test)]
mod tests {
    use super::super::versions::sample;
    use super::*;

    #[test]
    fn a_share_is_a_model_and_a_percentage() {
        let of = |model: &str, weight| Share {
            model: model.to_owned(),
            weight,
        };
        assert_eq!(share("iris:0.0.1=90"), Ok(of("iris:0.0.1", 90)));
        assert_eq!(share("iris=0%"), Ok(of("iris", 0)));
        for wrong in ["iris", "=5", "iris=", "iris=x", "iris=101", "iris=-1"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_bare_version_is_one_of_the_model_that_the_service_runs() {
        let mut service = sample(&[("a", 90), ("b", 10)]);
        for version in &mut service.config {
            version.settings.model_name = "iris".to_owned();
        }
        let named = |service: &ServiceShown, said| with_name(service, said);
        assert_eq!(named(&service, "0.0.2").as_deref(), Some("iris:0.0.2"));
        assert_eq!(named(&service, "2").as_deref(), Some("iris:0.0.2"));
        for other in ["iris", "iris:0.0.2", "", "2b"] {
            assert_eq!(named(&service, other), None, "{other}");
        }
        assert_eq!(
            named(&service, "3").as_deref(),
            Some("iris:0.0.3"),
            "one that is to come"
        );
        service.config[1].settings.model_version = "1.4.2".to_owned();
        assert_eq!(named(&service, "2").as_deref(), Some("iris:1.4.2"));
        service.config[1].settings.model_name = "poetry".to_owned();
        assert_eq!(named(&service, "2"), None, "of which model?");
    }

    #[test]
    fn a_known_version_keeps_its_settings_and_a_new_one_begins_with_one_instance() {
        let service = sample(&[("a", 100)]);
        let versions = split(&service, vec![("a".to_owned(), 90), ("b".to_owned(), 10)]).unwrap();
        let said: Vec<_> = versions
            .iter()
            .map(|version| {
                let number = |number: &Option<Number>| number.as_ref().map(|number| number.0);
                let envs = version.envs.as_ref().map_or(0, std::collections::BTreeMap::len);
                (
                    version.model_id.as_str(),
                    number(&version.weight),
                    number(&version.instance_count),
                    envs,
                )
            })
            .collect();
        assert_eq!(said, [("a", Some(90), Some(2), 1), ("b", Some(10), Some(1), 1)]);
        // What is not named goes.
        let alone = split(&sample(&[("a", 90), ("b", 10)]), vec![("b".to_owned(), 100)]).unwrap();
        assert_eq!(alone.len(), 1);
        assert!(split(&service, vec![("a".to_owned(), 50), ("a".to_owned(), 50)]).is_err());
    }
}
