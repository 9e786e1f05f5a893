//! `/v1/{project_id}/models`: models as ModelArts shows them, and what an import takes.
//!
//! `apis`, `config` and `model_metrics` are JSON in strings (API Reference, "Querying the Details About a Model").

use std::fmt;

use adyton_core::model::{ApiDeclaration, ModelStatus};
use adyton_core::port::{AxisLength, Port};
use serde_json::Value;

use crate::lenient::{Number, Unsupported};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A model in a list.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ModelSummary {
    /// Its id.
    pub model_id: String,
    /// Its name.
    pub model_name: String,
    /// Its version.
    pub model_version: String,
    /// What runs it: `ONNX` or `Command`; empty until the package has been read.
    pub model_type: String,
    /// `publishing`, `published` or `failed`.
    #[schema(value_type = String)]
    pub model_status: ModelStatus,
    /// Size of the unpacked package in bytes.
    pub model_size: u64,
    /// What its owner says of it.
    pub description: String,
    /// Where the package came from.
    pub source_location: String,
    /// When it was made, in milliseconds since 1970.
    pub create_at: i64,
    /// The domain.
    pub tenant: String,
    /// The project.
    pub project: String,
    /// `0`.
    pub workspace_id: String,
    /// Whether it can be deployed.
    pub publishable_flag: bool,
    /// `real-time`.
    pub install_type: Vec<String>,
    /// Why the import failed: file, field and fix.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub error_msg: String,
}

/// A model in full.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ModelShown {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: ModelSummary,
    /// `model_algorithm` of `config.json`.
    pub model_algorithm: String,
    /// `runtime` of `config.json`.
    pub runtime: String,
    /// The declared paths, as a JSON string.
    pub apis: String,
    /// The parameters of the declared paths, as a JSON string.
    pub config: String,
    /// `metrics` of `config.json`, as a JSON string.
    pub model_metrics: String,
    /// `dependencies` of `config.json`.
    pub dependencies: Vec<Value>,
    /// The package, as `package://sha256/…`; empty until the import is done.
    pub package: String,
    /// What the import told: fields that are not used, and what stood in for what.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub import_notes: Vec<String>,
    /// What an ONNX model takes.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub inputs: Vec<PortShown>,
    /// What an ONNX model gives.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub outputs: Vec<PortShown>,
}

/// An input or output of an ONNX model.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct PortShown {
    /// Its name in the graph.
    pub name: String,
    /// `float32`, `string`, `sequence(map(int64, float32))`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The length of each axis: a number, the name of one of any length, or `null`. `null` in place of all when the model does
    /// not say how many there are.
    #[schema(value_type = Option<Vec<Value>>)]
    pub shape: Option<Vec<AxisLength>>,
}

impl From<Port> for PortShown {
    fn from(port: Port) -> Self {
        let Port { name, kind, shape } = port;
        Self { name, kind, shape }
    }
}

/// `float32 [N,4]`.
impl fmt::Display for PortShown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, kind, shape } = self.clone();
        Port { name, kind, shape }.fmt(f)
    }
}

impl ModelShown {
    /// The declared paths, out of their string. A text that is none of this API's declares nothing.
    pub fn declared(&self) -> Vec<ApiDeclaration> {
        serde_json::from_str(&self.apis).unwrap_or_default()
    }
}

/// A page of models.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ModelList {
    /// How many there are.
    pub total_count: u64,
    /// How many are on this page.
    pub count: usize,
    /// The models.
    pub models: Vec<ModelSummary>,
}

/// What became of the models.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ModelDeleted {
    /// The models that are gone.
    pub delete_success_list: Vec<String>,
    /// The models that are still there, and why.
    pub delete_failed_list: Vec<ModelKept>,
}

/// A model that could not be deleted.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ModelKept {
    /// The model.
    pub model_id: String,
    /// Its name.
    pub model_name: String,
    /// Its version.
    pub model_version: String,
    /// `ModelArts.3009`: a service uses it.
    pub error_code: String,
    /// Which service.
    pub error_msg: String,
    /// The unique sub-code, as `X-Adyton-Reason` has it where a whole call is refused.
    pub reason: String,
}

/// A model to be imported.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelImport {
    /// 1 to 64 letters, digits, `_` and `-`.
    pub model_name: String,
    /// Three numbers of at most two digits each: `0.0.1`.
    pub model_version: String,
    /// `package://sha256/…` as an upload answered, or `file:///…` under `import_roots`.
    pub source_location: String,
    /// At most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `model_type`, as in `config.json`: another one than there is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_type: Option<String>,
    /// Overrides `model_algorithm` of `config.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_algorithm: Option<String>,
    /// Overrides `runtime` of `config.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime: Option<String>,
    /// Overrides `metrics` of `config.json`: JSON in a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_metrics: Option<String>,
    /// Overrides `apis` of `config.json`: an array, or JSON in a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apis: Option<Value>,
    /// Overrides `dependencies` of `config.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<Vec<Value>>,
    /// Stands in for the package's `config.json`: JSON in a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_config: Option<String>,
    /// `["real-time"]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_type: Option<Vec<String>>,
    /// `0`, the only workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace_id: Option<Number>,
    /// Always copied into the server: a package never changes under a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_copy: Option<String>,
    /// Where handler code is; packages hold it.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub execution_code: Unsupported,
    /// A training job.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub source_job_id: Unsupported,
    /// A training job's version.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub source_job_version: Unsupported,
    /// A model template.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub template: Unsupported,
    /// Parameters as the older version of the API gave them.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub input_params: Unsupported,
    /// Parameters as the older version of the API gave them.
    #[serde(default, skip_serializing_if = "Unsupported::is_left_out")]
    pub output_params: Unsupported,
}

/// What was begun.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ModelImported {
    /// The model; ask for it until it is `published` or `failed`.
    pub model_id: String,
}
