//! Models: what a model package declares, after it has been parsed and checked.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::digest::Sha256;
use crate::id::{ModelId, ProjectId};

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
    /// The name in `model_type`.
    pub const fn name(&self) -> &'static str {
        match self {
            Engine::Onnx { .. } => "ONNX",
            Engine::Command { .. } => "Command",
        }
    }
    /// Whether it runs code that the package brought, which needs a permission of its own.
    pub const fn runs_code(&self) -> bool {
        match self {
            Engine::Onnx { .. } => false,
            Engine::Command { .. } => true,
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
    /// How long to wait before the first question, in milliseconds.
    pub initial_delay_ms: u64,
    /// How long one question may take, in milliseconds.
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
    /// The health question of a program.
    pub health: Option<Health>,
    /// `metrics`, as written.
    pub metrics: Option<serde_json::Value>,
    /// `dependencies[]`, as written.
    pub dependencies: Option<serde_json::Value>,
    /// What the import told: fields that are not used, and what stood in for what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
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
    pub failure: String,
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
    /// When it was made.
    pub created_at: Timestamp,
}
