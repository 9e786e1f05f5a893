//! `adyton model import PATH`: packs, uploads, and waits until the model is published or says why it is not.

use std::path::{Path, PathBuf};
use std::time::Duration;

use adyton_api::modelarts::models::{ModelImport, ModelShown, ModelSummary};
use adyton_core::model::ModelStatus;
use clap::Args;

use crate::client::wait::Wait;
use crate::client::{Client, ModelFilter, upload};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::said;
use crate::terminal::Terminal;

/// How long an import may take before the command stops to wait for it.
const IMPORT_TIME: Duration = Duration::from_secs(600);

/// Import a model package: a folder or an archive that contains `model/`
#[derive(Args)]
#[command(after_help = "Examples:
  adyton model import samples/iris
  adyton model import my-model.tar.gz --name iris --version 1.0.0
  adyton model import file:///srv/models/iris --name iris")]
pub struct Import {
    /// The package, or a location that the server reads itself: file://…, package://sha256/…
    path: String,
    /// The model's name [default: the name of the folder or archive]
    #[arg(long)]
    name: Option<String>,
    /// The version, three numbers [default: the next one that is free, from 0.0.1]
    #[arg(long)]
    version: Option<String>,
    /// A description
    #[arg(long, default_value = "", hide_default_value = true)]
    description: String,
}

/// What an imported model is called.
pub struct Naming {
    /// `model_name`.
    pub name: String,
    /// `model_version`.
    pub version: String,
    /// `description`.
    pub description: String,
}

impl Import {
    /// Imports and shows the model.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let name = match &self.name {
            Some(name) => name.clone(),
            None => name_of(&self.path)?,
        };
        let version = match &self.version {
            Some(version) => version.clone(),
            None => next_version(&client, &name)?,
        };
        let naming = Naming {
            name,
            version,
            description: self.description,
        };
        let id = begin(&client, &context.terminal, &self.path, &naming)?;
        let model = Wait::watched(&client, &context.terminal, IMPORT_TIME).model(&id)?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&model);
        } else {
            let full = format!("{}:{}", naming.name, naming.version);
            terminal.print(said!(
                "Imported {full} ({}), {}.",
                "已导入 {full}（{}），{}。",
                model.summary.model_type,
                model.summary.model_id
            ));
            for note in model.import_notes {
                terminal.note(format!("  {note}"));
            }
            terminal.print(said!(
                "Deploy it with: adyton service deploy {full}",
                "部署：adyton service deploy {full}"
            ));
        }
        Ok(())
    }
}

/// Imports what lies at `path` (or at a location) within something else that is going on, and waits until it is published; gives
/// its details.
pub fn import(client: &Client, terminal: &Terminal, path: &str, naming: &Naming) -> Outcome<ModelShown> {
    let id = begin(client, terminal, path, naming)?;
    Wait::quiet(client, terminal, IMPORT_TIME).model(&id)
}

/// Begins the import of what lies at `path`, or at a location; gives the model's id.
fn begin(client: &Client, terminal: &Terminal, path: &str, naming: &Naming) -> Outcome<String> {
    let location = match path.contains("://") {
        true => path.to_owned(),
        false => upload::package(client, terminal, Path::new(path))?,
    };
    give_way(client, naming)?;
    let made = client.import_model(&ModelImport {
        model_name: naming.name.clone(),
        model_version: naming.version.clone(),
        source_location: location,
        description: Some(naming.description.clone()),
        ..ModelImport::default()
    })?;
    Ok(made.model_id)
}

/// Removes an import of the same name and version that failed: this one takes its place.
fn give_way(client: &Client, naming: &Naming) -> Outcome {
    let failed = named(client, &naming.name)?
        .into_iter()
        .find(|model| model.model_version == naming.version && model.model_status == ModelStatus::Failed);
    if let Some(failed) = failed {
        client.delete_model(&failed.model_id)?;
    }
    Ok(())
}

/// The version after the newest one of this name; one whose import failed is there for the next try.
pub fn next_version(client: &Client, name: &str) -> Outcome<String> {
    Ok(after(&named(client, name)?))
}

fn named(client: &Client, name: &str) -> Outcome<Vec<ModelSummary>> {
    let filter = ModelFilter {
        name: Some(name),
        ..ModelFilter::default()
    };
    Ok(client.models(filter)?.models)
}

/// The version after all of these that did not fail.
fn after(taken: &[ModelSummary]) -> String {
    let numbers = |model: &ModelSummary| {
        let parts = model.model_version.split('.');
        let parts: Vec<u32> = parts.filter_map(|part| part.parse().ok()).collect();
        <[u32; 3]>::try_from(parts).ok()
    };
    // Each part has two digits at most (spec of `model_version`).
    let taken = taken
        .iter()
        .filter(|model| model.model_status != ModelStatus::Failed);
    match taken.filter_map(numbers).max() {
        None => "0.0.1".to_owned(),
        Some([major, minor, 99]) if minor < 99 => format!("{major}.{}.0", minor + 1),
        Some([major, 99, 99]) => format!("{}.0.0", major + 1),
        Some([major, minor, patch]) => format!("{major}.{minor}.{}", patch + 1),
    }
}

/// `samples/iris` → `iris`, `iris-1.tar.gz` → `iris-1`, `iris/model` → `iris`.
fn name_of(path: &str) -> Outcome<String> {
    let unnamed = || {
        Failure::wrong_use(said!("the model has no name", "模型没有名称"))
            .hint(said!("give it one with --name", "请用 --name 指定名称"))
    };
    if path.contains("://") {
        return Err(unnamed());
    }
    let whole = PathBuf::from(path)
        .canonicalize()
        .unwrap_or_else(|_| PathBuf::from(path));
    let mut named: &Path = &whole;
    if named.is_dir() && named.ends_with("model") {
        named = named.parent().unwrap_or(named);
    }
    let name = named
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(unnamed)?;
    let stem = [".tar.gz", ".tgz", ".tar", ".zip"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name);
    let name: String = stem
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '_' || c == '-' {
                c
            } else {
                '-'
            }
        })
        .take(64)
        .collect();
    if name.is_empty() { Err(unnamed()) } else { Ok(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_go_on_after_the_newest() {
        let model = |text: &&str| -> ModelSummary {
            let (version, status) = text.split_once(' ').unwrap_or((text, "published"));
            serde_json::from_value(serde_json::json!({
                "model_id": "", "model_name": "", "model_version": version, "model_type": "", "model_status": status, "model_size": 0,
                "description": "", "source_location": "", "create_at": 0, "tenant": "", "project": "", "workspace_id": "0",
                "publishable_flag": false, "install_type": [],
            }))
            .unwrap()
        };
        for (taken, next) in [
            (&[][..], "0.0.1"),
            (&["0.0.9", "0.0.10"], "0.0.11"),
            (&["0.0.99"], "0.1.0"),
            (&["1.99.99", "1.2.3"], "2.0.0"),
            (&["0.0.1 failed"], "0.0.1"),
            (&["0.0.1", "0.0.2 failed"], "0.0.2"),
        ] {
            assert_eq!(
                after(&taken.iter().map(model).collect::<Vec<_>>()),
                next,
                "{taken:?}"
            );
        }
    }

    #[test]
    fn a_model_is_named_after_its_folder_or_archive() {
        for (path, name) in [
            ("nowhere/iris", "iris"),
            ("nowhere/iris-1.tar.gz", "iris-1"),
            ("nowhere/a b.zip", "a-b"),
        ] {
            assert_eq!(name_of(path).ok().as_deref(), Some(name), "{path}");
        }
        assert!(name_of("file:///somewhere/iris").is_err());
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("wine/model");
        std::fs::create_dir_all(&model).unwrap();
        assert_eq!(
            name_of(&model.display().to_string()).ok().as_deref(),
            Some("wine")
        );
    }
}
