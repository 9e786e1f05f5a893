//! Import a model package: the model is `publishing` at once, and `published` or `failed` when the background is done.

use std::path::Path;
use std::sync::Arc;

use adyton_core::digest::Sha256;
use adyton_core::id::{ModelId, ProjectId};
use adyton_core::model::{Model, ModelSpec};
use adyton_identity::Action;
use adyton_runtime::package::{ImportError, Said, Source};
use adyton_store::repository::{Import, NewModel};
use serde_json::Value;

use super::source::{Location, locate};
use crate::failure::{Failure, Outcome, Thing};
use crate::operations::package::upload;
use crate::operations::service::check;
use crate::plane::Plane;

/// The largest `config.json`, in bytes.
const CONFIG_MOST: u64 = 1 << 20;

/// A model to be imported.
pub(crate) struct Wanted {
    /// The project.
    pub(crate) project: ProjectId,
    /// `model_name`.
    pub(crate) name: String,
    /// `model_version`.
    pub(crate) version: String,
    /// `source_location`.
    pub(crate) source: String,
    /// `description`.
    pub(crate) description: String,
    /// `initial_config`: stands in for the package's `config.json`.
    pub(crate) config: Option<Value>,
    /// Fields that override those of `config.json`.
    pub(crate) overrides: serde_json::Map<String, Value>,
    /// Whether the caller may bring code.
    pub(crate) may_run_code: bool,
}

/// Starts the import. Gives the model as it is then: `publishing`.
pub(crate) async fn import(plane: &Arc<Plane>, wanted: Wanted) -> Outcome<Model> {
    check::name("model_name", &wanted.name)?;
    version(&wanted.version)?;
    check::description(&wanted.description)?;
    let (place, runs_code) = prepare(plane, &wanted).await?;
    code_allowed(plane, wanted.may_run_code, runs_code)?;
    let new = NewModel {
        project: wanted.project,
        name: wanted.name.clone(),
        version: wanted.version.clone(),
        source_location: wanted.source.clone(),
        description: wanted.description.clone(),
    };
    let created = plane.store.models().create(new).await.map_err(Failure::from);
    let created = created.map_err(|failure| match failure {
        Failure::Taken {
            thing: Thing::Model, ..
        } => Failure::taken(Thing::Model, format!("{} {}", wanted.name, wanted.version)),
        other => other,
    })?;
    let model = plane.settled(created).await?;
    let job = Job {
        model: model.id,
        project: model.project,
        place,
        said: Said {
            config: wanted.config,
            fields: wanted.overrides,
        },
        may_run_code: wanted.may_run_code,
    };
    let inner = plane.clone();
    plane.tasks.spawn(async move { job.run(&inner).await });
    Ok(model)
}

/// `1.2.3`, each of at most two digits.
fn version(text: &str) -> Outcome<()> {
    let parts: Vec<&str> = text.split('.').collect();
    let fits = parts.len() == 3
        && parts
            .iter()
            .all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
    if fits {
        return Ok(());
    }
    Err(Failure::invalid(
        "model_version",
        "must be three numbers of at most two digits each, for example `0.0.1`",
    ))
}

/// Finds the package, and whether it brings code as far as that can be seen before the import.
async fn prepare(plane: &Arc<Plane>, wanted: &Wanted) -> Outcome<(Location, bool)> {
    let (plane, project, source) = (plane.clone(), wanted.project, wanted.source.clone());
    let (given, fields) = (wanted.config.clone(), wanted.overrides.clone());
    blocking(move || {
        let place = locate(&plane, project, &source)?;
        let packaged = || packaged_config(&plane, &place);
        let runs_code = is_command(fields.get("model_type"))
            || given
                .or_else(packaged)
                .is_some_and(|config| is_command(config.get("model_type")));
        Ok((place, runs_code))
    })
    .await?
}

/// The package's own `config.json`, if it can be read already: for an early answer. What is in an archive, or wrong, is told by
/// the import, which decides.
fn packaged_config(plane: &Plane, place: &Location) -> Option<Value> {
    let folder = match place {
        Location::Package(digest) => plane.packages.path(*digest),
        Location::Folder(folder) => folder.clone(),
        Location::Archive(_) => return None,
    };
    let file = folder.join("model/config.json");
    let size = std::fs::metadata(&file).ok()?.len();
    if size > CONFIG_MOST {
        return None;
    }
    serde_json::from_slice(&std::fs::read(&file).ok()?).ok()
}

fn is_command(model_type: Option<&Value>) -> bool {
    model_type.and_then(Value::as_str) == Some("Command")
}

fn code_allowed(plane: &Plane, may: bool, runs_code: bool) -> Outcome<()> {
    if !runs_code {
        return Ok(());
    }
    if !plane.settings.run_code {
        return Err(Failure::BadPackage(
            "this server does not run code of packages; set `runtime.run_code = true`, or use an ONNX model"
                .to_owned(),
        ));
    }
    if !may {
        return Err(Failure::Forbidden {
            action: Action::ModelRunCode.name().to_owned(),
        });
    }
    Ok(())
}

/// The part in the background.
struct Job {
    model: ModelId,
    project: ProjectId,
    place: Location,
    said: Said,
    may_run_code: bool,
}

/// What the blocking part found.
struct Found {
    digest: Sha256,
    size: u64,
    spec: ModelSpec,
}

impl Job {
    async fn run(self, plane: &Arc<Plane>) {
        let Ok(_turn) = plane.imports.acquire().await else {
            return;
        };
        // Nobody removes packages while one is on its way from the disk to the store.
        let _hold = plane.package_gate.read().await;
        let (model, project) = (self.model, self.project);
        let outcome = match self.read(plane).await {
            Ok(found) => publish(plane, model, project, found).await,
            Err(failure) => fail(plane, model, &failure.to_string()).await,
        };
        if let Err(failure) = outcome {
            tracing::error!(model.id = %model, "the end of an import could not be written: {failure}");
        }
    }

    async fn read(self, plane: &Arc<Plane>) -> Outcome<Found> {
        let inner = plane.clone();
        let may = self.may_run_code;
        let found = blocking(move || self.unpack(&inner)).await??;
        match code_allowed(plane, may, found.spec.engine.runs_code()) {
            Ok(()) => Ok(found),
            Err(failure) => {
                crate::operations::package::sweep::sweep(plane, found.digest).await;
                Err(failure)
            }
        }
    }

    fn unpack(&self, plane: &Plane) -> Outcome<Found> {
        let said = &self.said;
        let import = |source: Source<'_>| plane.packages.import_as(source, said, &plane.onnx);
        let result = match &self.place {
            Location::Package(digest) => {
                plane
                    .packages
                    .check_as(*digest, said, &plane.onnx)
                    .map(|spec| Found {
                        digest: *digest,
                        size: plane.packages.size(*digest).unwrap_or(0),
                        spec,
                    })
            }
            Location::Folder(path) => found(import(Source::Folder(Path::new(path)))),
            Location::Archive(path) => found(import(Source::Archive(Path::new(path)))),
        };
        result.map_err(|error| Failure::BadPackage(error.to_string()))
    }
}

fn found(
    imported: Result<(adyton_runtime::package::Published, ModelSpec), ImportError>,
) -> Result<Found, ImportError> {
    imported.map(|(published, spec)| Found {
        digest: published.digest,
        size: published.size,
        spec,
    })
}

async fn publish(plane: &Plane, model: ModelId, project: ProjectId, found: Found) -> Outcome<()> {
    let import = Import {
        package: found.digest,
        size: found.size,
        spec: found.spec,
    };
    let committed = plane.store.models().publish(model, import).await?;
    tracing::info!(model.id = %model, package = %found.digest, "the model is published");
    if let Some(committed) = committed {
        plane.settled(committed).await?;
        // Only now, when the live state knows that the project has a model of the package.
        upload::imported(plane, project, found.digest);
    }
    Ok(())
}

/// Notes why an import failed; also when the server was ended in the middle of one.
pub(crate) async fn fail(plane: &Plane, model: ModelId, reason: &str) -> Outcome<()> {
    tracing::info!(model.id = %model, "the import failed: {reason}");
    match plane.store.models().fail(model, reason).await? {
        Some(committed) => plane.settled(committed).await.map(drop),
        None => Ok(()),
    }
}

/// Runs what touches the disk away from the control plane's threads.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Outcome<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Failure::defect(format!("a background job died: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_three_short_numbers() {
        for right in ["0.0.1", "10.20.30"] {
            assert!(version(right).is_ok(), "{right}");
        }
        for wrong in ["1", "1.2", "1.2.3.4", "1.2.100", "a.b.c", "1..2", ""] {
            assert!(version(wrong).is_err(), "{wrong}");
        }
    }
}
