//! `adyton model import PATH`: packs, uploads, and waits until the model is published or says why it is not.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use crate::client::lookup::{all_pages, entries, text};
use crate::client::{Client, encoded, upload, wait};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::terminal::Terminal;

/// How long an import may take before the command stops to wait for it.
const IMPORT_TIME: Duration = Duration::from_secs(600);

/// Import a model package: a folder that holds `model/`, or a .tar, .tar.gz or .zip of one
#[derive(Args)]
pub(crate) struct Import {
    /// The package, or a location that the server reads itself: file://…, package://sha256/…
    path: String,
    /// The model's name [default: the name of the folder or archive]
    #[arg(long)]
    name: Option<String>,
    /// The version, three numbers [default: the next one that is free, from 0.0.1]
    #[arg(long)]
    version: Option<String>,
    /// What to say of it
    #[arg(long, default_value = "", hide_default_value = true)]
    description: String,
}

/// What an imported model is called.
pub(crate) struct Naming {
    /// `model_name`.
    pub(crate) name: String,
    /// `model_version`.
    pub(crate) version: String,
    /// `description`.
    pub(crate) description: String,
}

impl Import {
    /// Imports and shows the model.
    pub(crate) fn run(self, context: &Context) -> Outcome {
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
        let model = import(&client, &context.terminal, &self.path, &naming)?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&model);
        } else {
            let full = format!("{}:{}", naming.name, naming.version);
            terminal.print(format!(
                "Imported {full} ({}), {}.",
                text(&model, "model_type"),
                text(&model, "model_id")
            ));
            for note in notes(&model) {
                terminal.note(format!("  {note}"));
            }
            terminal.print(format!("Deploy it with: adyton service deploy {full}"));
        }
        Ok(())
    }
}

/// Imports what lies at `path` (or at a location) and waits until it is published; gives its details.
pub(crate) fn import(client: &Client, terminal: &Terminal, path: &str, naming: &Naming) -> Outcome<Value> {
    let location = match path.contains("://") {
        true => path.to_owned(),
        false => upload::package(client, terminal, Path::new(path))?,
    };
    let document = json!({
        "model_name": naming.name,
        "model_version": naming.version,
        "source_location": location,
        "description": naming.description,
    });
    let made = client.give("POST", &format!("/v1/{}/models", client.project()), &document)?;
    let id = text(&made, "model_id");
    if id.is_empty() {
        return Err(Failure::failed("the server took the model and gave no model_id"));
    }
    wait::model(client, terminal, &id, IMPORT_TIME)
}

/// What the import told beside its success.
pub(crate) fn notes(model: &Value) -> Vec<String> {
    let notes = entries(model, "import_notes").iter();
    notes
        .filter_map(|note| note.as_str().map(str::to_owned))
        .collect()
}

/// The version after the newest one of this name.
pub(crate) fn next_version(client: &Client, name: &str) -> Outcome<String> {
    let listed = all_pages(
        client,
        "models",
        &format!("exact_match=true&model_name={}", encoded(name)),
    )?;
    let taken = entries(&listed, "models")
        .iter()
        .filter(|model| text(model, "model_name") == name);
    let newest = taken
        .filter_map(|model| {
            let version = text(model, "model_version");
            let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
            <[u32; 3]>::try_from(parts).ok()
        })
        .max();
    // Each part has two digits at most (spec of `model_version`).
    Ok(match newest {
        None => "0.0.1".to_owned(),
        Some([major, minor, 99]) if minor < 99 => format!("{major}.{}.0", minor + 1),
        Some([major, 99, 99]) => format!("{}.0.0", major + 1),
        Some([major, minor, patch]) => format!("{major}.{minor}.{}", patch + 1),
    })
}

/// `samples/iris` → `iris`, `iris-1.tar.gz` → `iris-1`, `iris/model` → `iris`.
fn name_of(path: &str) -> Outcome<String> {
    let unnamed = || Failure::wrong_use("the model has no name").hint("give it one with --name");
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
