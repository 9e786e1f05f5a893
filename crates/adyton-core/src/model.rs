//! Models: what a model package declares, after it has been parsed and checked.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::digest::Sha256;
use crate::id::{ModelId, ProjectId};
use crate::language::Bilingual;
use crate::port::ModelPorts;

/// What runs a model (`model_type` in `config.json`). Only what this version can run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "engine", rename_all = "snake_case")]
pub enum Engine {
    /// ONNX in process.
    Onnx {
        /// The model file, relative to `model/`.
        file: String,
    },
    /// A program that serves HTTP on `$PORT`.
    Command {
        /// Program and arguments; the program is relative to `model/` unless it is found on the path.
        command: Vec<String>,
    },
}

impl Engine {
    /// Its kind, without what a package says of it.
    pub const fn kind(&self) -> EngineKind {
        match self {
            Engine::Onnx { .. } => EngineKind::Onnx,
            Engine::Command { .. } => EngineKind::Command,
        }
    }
}

/// The kinds of engines. A new one is an arm here; the compiler then names every place that has to know it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EngineKind {
    /// See [`Engine::Onnx`].
    Onnx,
    /// See [`Engine::Command`].
    Command,
}

impl EngineKind {
    /// All that this version runs. One that is not listed here cannot be imported.
    pub const ALL: [Self; 2] = [Self::Onnx, Self::Command];

    /// The kind with this name; names are compared to the letter.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
    /// The name in `model_type`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Onnx => "ONNX",
            Self::Command => "Command",
        }
    }
    /// Whether it runs code that the package brought, which needs a permission of its own.
    pub const fn runs_code(self) -> bool {
        match self {
            Self::Onnx => false,
            Self::Command => true,
        }
    }
}

/// One entry of `apis[]`: a path that the model answers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ApiDeclaration {
    /// The custom path, added to the API address; `/` is the address itself.
    pub url: String,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The request's content type and JSON schema, as written: `{"Content-type": …, "data": …}`.
    pub request: Option<serde_json::Value>,
    /// The same for the response.
    pub response: Option<serde_json::Value>,
}

/// How to ask a program whether it is ready (`health` in `config.json`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Health {
    /// The path that answers 2xx when it is.
    pub url: String,
    /// How long to wait before the first probe, in milliseconds.
    pub initial_delay_ms: u64,
    /// How long one probe may take, in milliseconds.
    pub timeout_ms: u64,
}

/// A parsed and checked model package: what `config.json` and the files say.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ModelSpec {
    /// What runs it.
    pub engine: Engine,
    /// `model_algorithm`: a free label.
    pub algorithm: String,
    /// `runtime`, as written.
    pub runtime: Option<String>,
    /// The declared paths; at least one.
    pub apis: Vec<ApiDeclaration>,
    /// The health probe of a program.
    pub health: Option<Health>,
    /// `metrics`, as written.
    pub metrics: Option<serde_json::Value>,
    /// `dependencies[]`, as written.
    pub dependencies: Option<serde_json::Value>,
    /// The notes of the import: unused fields, and what was used in place of what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Inputs and outputs of an ONNX model. Earlier versions did not keep them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ports: Option<ModelPorts>,
    /// The whole `config.json`, as written.
    pub config: serde_json::Value,
}

/// The state of a model (`model_status`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelStatus {
    /// The import is going on.
    Publishing,
    /// Ready to be deployed.
    Published,
    /// The import failed.
    Failed,
}

impl ModelStatus {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Publishing, Self::Published, Self::Failed];

    /// The state with this name; names are compared to the letter.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
    /// As the management API shows it.
    pub const fn name(self) -> &'static str {
        match self {
            ModelStatus::Publishing => "publishing",
            ModelStatus::Published => "published",
            ModelStatus::Failed => "failed",
        }
    }
}

/// A named, versioned, imported model package.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Model {
    /// Its id.
    pub id: ModelId,
    /// The project that owns it.
    pub project: ProjectId,
    /// `model_name`.
    pub name: String,
    /// `model_version`, for example `0.0.1`.
    pub version: String,
    /// Its state.
    pub status: ModelStatus,
    /// Why the import failed; empty otherwise.
    pub failure: Bilingual,
    /// The package, named by its content; the folder `packages/<digest>` holds it unpacked.
    pub package: Option<Sha256>,
    /// Size of the unpacked package in bytes.
    pub size: u64,
    /// `source_location`, as given.
    pub source_location: String,
    /// `description`.
    pub description: String,
    /// What the package declares; absent until it has been read.
    pub spec: Option<ModelSpec>,
    /// When it was created.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An engine of each kind. A new kind does not compile here before it has one.
    fn one(kind: EngineKind) -> Engine {
        match kind {
            EngineKind::Onnx => Engine::Onnx { file: String::new() },
            EngineKind::Command => Engine::Command { command: Vec::new() },
        }
    }

    #[test]
    fn each_kind_of_engine_is_found_by_its_own_name() {
        for (at, kind) in EngineKind::ALL.into_iter().enumerate() {
            assert_eq!(EngineKind::parse(kind.name()), Some(kind));
            assert_eq!(one(kind).kind(), kind);
            assert_eq!(
                kind as usize, at,
                "each stands once, in the order of its declaration"
            );
        }
        for unknown in ["", "onnx", "command", "Image"] {
            assert_eq!(EngineKind::parse(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn only_what_a_package_brought_needs_the_permission_to_run_code() {
        let runs_code = EngineKind::ALL.map(|kind| (kind.name(), kind.runs_code()));
        assert_eq!(runs_code, [("ONNX", false), ("Command", true)]);
    }
}
