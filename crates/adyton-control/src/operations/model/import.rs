//! Import a model package: the model is `publishing` at once, and `published` or `failed` when the background is done.

use std::sync::Arc;

use adyton_core::id::ProjectId;
use adyton_core::model::{EngineKind, Model};
use adyton_runtime::package::Said;
use adyton_store::repository::NewModel;
use serde_json::Value;

use super::publish::{Job, code_allowed};
use super::source::{Location, locate};
use crate::blocking::blocking;
use crate::failure::{Failure, OperationResult};
use crate::operations::text;
use crate::shared::Shared;

/// The largest `config.json`, in bytes.
const CONFIG_MOST: u64 = 1 << 20;

/// A model to be imported.
pub(crate) struct AskedImport {
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
pub(crate) async fn import(shared: &Arc<Shared>, wanted: AskedImport) -> OperationResult<Model> {
    text::name("model_name", &wanted.name)?;
    version(&wanted.version)?;
    text::description(&wanted.description)?;
    let (place, runs_code) = prepare(shared, &wanted).await?;
    code_allowed(shared, wanted.may_run_code, runs_code)?;
    let queued = shared.imports.queue(wanted.project)?;
    let new = NewModel {
        project: wanted.project,
        name: wanted.name.clone(),
        version: wanted.version.clone(),
        source_location: wanted.source.clone(),
        description: wanted.description.clone(),
    };
    let created = shared.store.models().create(new).await;
    let named = |error| Failure::named(error, &format!("{} {}", wanted.name, wanted.version));
    let model = shared.settled(created.map_err(named)?).await?;
    let job = Job {
        model: model.id,
        project: model.project,
        place,
        said: Said {
            config: wanted.config,
            fields: wanted.overrides,
        },
        may_run_code: wanted.may_run_code,
        queued: Some(queued),
    };
    job.start(shared);
    Ok(model)
}

/// `1.2.3`, each of at most two digits.
fn version(text: &str) -> OperationResult<()> {
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
        (
            "must be three numbers of at most two digits each, for example `0.0.1`",
            "必须为三个最多两位的数字，例如 `0.0.1`",
        ),
    ))
}

/// Finds the package, and whether it brings code as far as that can be seen before the import.
async fn prepare(shared: &Arc<Shared>, wanted: &AskedImport) -> OperationResult<(Location, bool)> {
    let (shared, project, source) = (shared.clone(), wanted.project, wanted.source.clone());
    let (given, fields) = (wanted.config.clone(), wanted.overrides.clone());
    blocking(move || {
        let place = locate(&shared, project, &source)?;
        let packaged = || packaged_config(&shared, &place);
        let runs_code = runs_code(fields.get("model_type"))
            || given
                .or_else(packaged)
                .is_some_and(|config| runs_code(config.get("model_type")));
        Ok((place, runs_code))
    })
    .await?
}

/// The package's own `config.json`, if it can be read already: for an early answer. What is in an archive, or wrong, is told by
/// the import, which decides.
fn packaged_config(shared: &Shared, place: &Location) -> Option<Value> {
    let folder = match place {
        Location::Package(digest) => shared.packages.path(*digest),
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

/// Whether a `model_type` is one that runs code of the package. One that is not known is refused by the import, by name.
fn runs_code(model_type: Option<&Value>) -> bool {
    model_type
        .and_then(Value::as_str)
        .and_then(EngineKind::parse)
        .is_some_and(EngineKind::runs_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_known_by_the_engine_that_runs_it() {
        for (model_type, expected) in [
            (Some("Command"), true),
            (Some("ONNX"), false),
            // Refused by the import itself.
            (Some("command"), false),
            (Some("Image"), false),
            (None, false),
        ] {
            let given = model_type.map(Value::from);
            assert_eq!(runs_code(given.as_ref()), expected, "{model_type:?}");
        }
        assert!(!runs_code(Some(&serde_json::json!(["Command"]))));
    }

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
