//! From the live state to what is wanted of a service.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use adyton_core::digest::Sha256;
use adyton_core::event_cause::Cause;
use adyton_core::id::ProjectId;
use adyton_core::live::{LiveService, Routes};
use adyton_core::model::{Model, ModelSpec};
use adyton_core::service::{Version, Wanted};

use super::plan::{Key, WantedService, WantedVersion, Which};

/// What is wanted, with what it takes to start an instance of each version.
pub(super) struct WantedInstances {
    pub(super) plan: WantedService,
    /// In the order of `plan.versions`.
    pub(super) recipes: Vec<Recipe>,
    /// In the order of `plan.former`.
    pub(super) former: Vec<Recipe>,
}

/// How to make an instance of a version.
#[derive(Clone)]
pub(super) struct Recipe {
    /// `poetry 0.0.1`, for people.
    pub(super) name: String,
    /// What to run, or why it cannot be.
    pub(super) what: Result<Runnable, String>,
    /// What the version declares.
    pub(super) routes: Arc<Routes>,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) deploy_timeout: Duration,
    /// Whose it is.
    pub(super) project: ProjectId,
}

/// A published model.
#[derive(Clone)]
pub(super) struct Runnable {
    pub(super) package: Sha256,
    pub(super) spec: Arc<ModelSpec>,
}

impl WantedInstances {
    /// A version with how to make an instance of it.
    pub(super) fn version(&self, which: Which) -> Option<(&WantedVersion, &Recipe)> {
        let (versions, recipes, at) = match which {
            Which::Wanted(at) => (&self.plan.versions, &self.recipes, at),
            Which::Former(at) => (&self.plan.former, &self.former, at),
        };
        Some((versions.get(at)?, recipes.get(at)?))
    }
}

pub(super) fn of(live: &LiveService) -> WantedInstances {
    let service = &live.service;
    let wanted = service.versions.iter().map(|version| {
        let model = live.models.iter().find(|model| model.id == version.model);
        version_of(service.project, version, model.map(Arc::as_ref))
    });
    let former = live.former.iter();
    let former = former.map(|one| version_of(service.project, &one.version, one.model.as_deref()));
    let (versions, recipes) = wanted.unzip();
    let (former, former_recipes) = former.unzip();
    WantedInstances {
        plan: WantedService {
            running: service.wanted == Wanted::Running,
            generation: service.generation,
            versions,
            former,
        },
        recipes,
        former: former_recipes,
    }
}

fn version_of(project: ProjectId, version: &Version, model: Option<&Model>) -> (WantedVersion, Recipe) {
    let recipe = recipe(project, version, model);
    let wanted = WantedVersion {
        model: version.model,
        key: key(version, &recipe),
        weight: version.weight,
        count: version.instance_count.max(1),
    };
    (wanted, recipe)
}

fn recipe(project: ProjectId, version: &Version, model: Option<&Model>) -> Recipe {
    let name = model.map_or_else(
        || version.model.to_string(),
        |model| format!("{} {}", model.name, model.version),
    );
    let what = match model {
        None => Err(Cause::Deleted.kept()),
        Some(Model {
            spec: Some(spec),
            package: Some(package),
            ..
        }) => Ok(Runnable {
            package: *package,
            spec: Arc::new(spec.clone()),
        }),
        Some(model) if model.failure.is_empty() => Err(Cause::NotPublished {
            status: model.status.name(),
        }
        .kept()),
        Some(model) => Err(Cause::ModelState {
            status: model.status.name(),
            problem: &model.failure.english,
        }
        .kept()),
    };
    Recipe {
        name,
        routes: Arc::new(Routes::union(model.map(|model| (0, model)).into_iter())),
        what,
        environment: version.envs.clone(),
        deploy_timeout: Duration::from_secs(u64::from(version.deploy_timeout_seconds.max(1))),
        project,
    }
}

/// A hash of all that makes an instance what it is; not of weights and counts.
fn key(version: &Version, recipe: &Recipe) -> Key {
    let mut hasher = DefaultHasher::new();
    version.model.hash(&mut hasher);
    version.envs.hash(&mut hasher);
    version.restarts.hash(&mut hasher);
    recipe.deploy_timeout.hash(&mut hasher);
    match &recipe.what {
        Ok(runnable) => {
            runnable.package.hash(&mut hasher);
            runnable.spec.config.to_string().hash(&mut hasher);
            for api in &runnable.spec.apis {
                (&api.url, &api.method).hash(&mut hasher);
            }
        }
        Err(problem) => problem.hash(&mut hasher),
    }
    Key(hasher.finish())
}

#[cfg(test)]
mod tests {
    use adyton_core::id::ModelId;
    use adyton_core::model::ModelStatus;
    use adyton_core::sample;

    use super::*;

    fn published() -> Model {
        Model {
            package: Some(Sha256::of(b"a package")),
            ..sample::model()
        }
    }

    fn key_of(version: &Version, model: Option<&Model>) -> Key {
        version_of(sample::PROJECT, version, model).0.key
    }

    #[test]
    fn what_makes_an_instance_another_one_gives_another_key() {
        let (version, model) = (sample::version(), published());
        let mut keys = vec![key_of(&version, Some(&model))];
        let mut versions = [(); 4].map(|()| version.clone());
        versions[0].envs.insert("LEVEL".to_owned(), "2".to_owned());
        versions[1].restarts = 1;
        versions[2].deploy_timeout_seconds = 61;
        versions[3].model = ModelId::from_bits(77);
        keys.extend(versions.iter().map(|version| key_of(version, Some(&model))));
        let spec = |change: fn(&mut ModelSpec)| {
            let mut model = published();
            model.spec.as_mut().map(change);
            model
        };
        let models = [
            Model {
                package: Some(Sha256::of(b"another package")),
                ..published()
            },
            spec(|spec| spec.config = serde_json::json!({"model_type": "ONNX"})),
            spec(|spec| spec.apis.push(sample::declaration("GET", "/more"))),
        ];
        keys.extend(models.iter().map(|model| key_of(&version, Some(model))));
        keys.push(key_of(&version, None));
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[..at].contains(key), "{at}: {keys:?}");
        }
    }

    #[test]
    fn weights_and_counts_leave_instances_what_they_are() {
        let model = published();
        let other = Version {
            weight: 7,
            instance_count: 9,
            specification: "modelarts.vm.cpu.2u".to_owned(),
            ..sample::version()
        };
        let same = key_of(&sample::version(), Some(&model));
        assert_eq!(key_of(&other, Some(&model)), same);
        let renamed = Model {
            name: "renamed".into(),
            description: "a text".into(),
            ..model
        };
        assert_eq!(key_of(&other, Some(&renamed)), same);
    }

    #[test]
    fn a_model_that_cannot_run_says_why() {
        let why = |model: Option<&Model>| {
            let recipe = version_of(sample::PROJECT, &sample::version(), model).1;
            recipe.what.err().unwrap_or_default()
        };
        assert_eq!(why(Some(&published())), "");
        assert!(why(None).contains("deleted"), "{}", why(None));
        let publishing = Model {
            status: ModelStatus::Publishing,
            spec: None,
            ..published()
        };
        assert_eq!(
            why(Some(&publishing)),
            "the model is not published: it is publishing"
        );
        let failed = Model {
            status: ModelStatus::Failed,
            failure: adyton_core::language::Bilingual::as_it_is("no config.json"),
            ..publishing
        };
        assert_eq!(why(Some(&failed)), "the model is failed: no config.json");
    }

    #[test]
    fn a_version_has_at_least_one_instance_and_a_second() {
        let none = Version {
            instance_count: 0,
            deploy_timeout_seconds: 0,
            ..sample::version()
        };
        let (wanted, recipe) = version_of(sample::PROJECT, &none, Some(&published()));
        assert_eq!((wanted.count, recipe.deploy_timeout), (1, Duration::from_secs(1)));
    }

    #[test]
    fn a_version_is_found_with_its_recipe_among_the_wanted_or_the_former() {
        let live = sample::live(sample::long_ago(), []);
        let wanted = of(live.service(sample::SERVICE).expect("the service"));
        let name = |which| wanted.version(which).map(|(_, recipe)| recipe.name.clone());
        assert_eq!(name(Which::Wanted(0)).as_deref(), Some("model 0.0.1"));
        assert_eq!((name(Which::Wanted(1)), name(Which::Former(0))), (None, None));
    }
}
