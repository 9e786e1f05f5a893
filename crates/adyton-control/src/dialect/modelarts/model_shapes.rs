//! Models as ModelArts shows them (API Reference, "Querying the Details About a Model"): `apis`, `config` and
//! `model_metrics` are JSON in strings.

use adyton_core::model::{ApiDeclaration, Model};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::plane::Plane;

/// A model in a list.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct ModelSummary {
    /// Its id.
    model_id: String,
    /// Its name.
    model_name: String,
    /// Its version.
    model_version: String,
    /// What runs it: `ONNX` or `Command`; empty until the package has been read.
    model_type: String,
    /// `publishing`, `published` or `failed`.
    model_status: String,
    /// Size of the unpacked package in bytes.
    model_size: u64,
    /// What its owner says of it.
    description: String,
    /// Where the package came from.
    source_location: String,
    /// When it was made, in milliseconds since 1970.
    create_at: i64,
    /// The domain.
    tenant: String,
    /// The project.
    project: String,
    /// `0`.
    workspace_id: String,
    /// Whether it can be deployed.
    publishable_flag: bool,
    /// `real-time`.
    install_type: Vec<String>,
    /// Why the import failed: file, field and fix.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    error_msg: String,
}

/// A model in full.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct ModelShown {
    #[serde(flatten)]
    summary: ModelSummary,
    /// `model_algorithm` of `config.json`.
    model_algorithm: String,
    /// `runtime` of `config.json`.
    runtime: String,
    /// The declared paths, as a JSON string.
    apis: String,
    /// The parameters of the declared paths, as a JSON string.
    config: String,
    /// `metrics` of `config.json`, as a JSON string.
    model_metrics: String,
    /// `dependencies` of `config.json`.
    dependencies: Vec<Value>,
    /// The package, as `package://sha256/…`; empty until the import is done.
    package: String,
    /// What the import told: fields that are not used, and what stood in for what.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    import_notes: Vec<String>,
}

impl ModelSummary {
    /// What a list shows.
    pub(crate) fn new(plane: &Plane, model: &Model) -> Self {
        let live = plane.feed.cell().load();
        Self {
            model_id: model.id.to_string(),
            model_name: model.name.clone(),
            model_version: model.version.clone(),
            model_type: model
                .spec
                .as_ref()
                .map(|spec| spec.engine.kind().name().to_owned())
                .unwrap_or_default(),
            model_status: model.status.name().to_owned(),
            model_size: model.size,
            description: model.description.clone(),
            source_location: model.source_location.clone(),
            create_at: model.created_at.millis(),
            tenant: live
                .project(model.project)
                .map(|project| project.domain.to_string())
                .unwrap_or_default(),
            project: model.project.to_string(),
            workspace_id: "0".to_owned(),
            publishable_flag: model.status == adyton_core::model::ModelStatus::Published,
            install_type: vec!["real-time".to_owned()],
            error_msg: model.failure.clone(),
        }
    }
}

impl ModelShown {
    /// Everything.
    pub(crate) fn new(plane: &Plane, model: &Model) -> Self {
        let spec = model.spec.as_ref();
        let declared: Vec<Value> = spec.iter().flat_map(|spec| &spec.apis).map(declaration).collect();
        let parameters: Vec<Value> = spec.iter().flat_map(|spec| &spec.apis).map(parameters).collect();
        Self {
            summary: ModelSummary::new(plane, model),
            model_algorithm: spec.map(|spec| spec.algorithm.clone()).unwrap_or_default(),
            runtime: spec.and_then(|spec| spec.runtime.clone()).unwrap_or_default(),
            apis: Value::from(declared).to_string(),
            config: Value::from(parameters).to_string(),
            model_metrics: spec
                .and_then(|spec| spec.metrics.as_ref())
                .map(Value::to_string)
                .unwrap_or_default(),
            dependencies: spec
                .and_then(|spec| spec.dependencies.as_ref()?.as_array().cloned())
                .unwrap_or_default(),
            package: model
                .package
                .map(|digest| format!("package://sha256/{digest}"))
                .unwrap_or_default(),
            import_notes: spec.map(|spec| spec.notes.clone()).unwrap_or_default(),
        }
    }
}

/// One entry of `apis`.
fn declaration(api: &ApiDeclaration) -> Value {
    json!({"url": api.url, "method": api.method, "request": api.request, "response": api.response})
}

/// One entry of `config`: the same path, its schemas named as ModelArts names them.
fn parameters(api: &ApiDeclaration) -> Value {
    json!({
        "protocol": "http",
        "url": api.url,
        "method": api.method,
        "request": api.request,
        "response": api.response,
    })
}
