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
        Some(model) if model.failure.is_empty() => Err(format!("the model is {}", model.status.name())),
        Some(model) => Err(Cause::ModelState {
            status: model.status.name(),
            problem: &model.failure,
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
