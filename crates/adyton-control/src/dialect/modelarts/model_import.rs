//! `POST …/models`: import a model package.

use adyton_identity::Action;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::call::Call;
use crate::endpoint::{Body, Json};
use crate::failure::{Failure, Outcome};
use crate::lenient::{Number, Unsupported};
use crate::operations::model::import;

/// A model to be imported.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelImport {
    /// 1 to 64 letters, digits, `_` and `-`.
    model_name: String,
    /// Three numbers of at most two digits each: `0.0.1`.
    model_version: String,
    /// `package://sha256/…` as an upload answered, or `file:///…` under `import_roots`.
    source_location: String,
    /// At most 100 characters.
    #[serde(default)]
    description: Option<String>,
    /// `model_type`, as in `config.json`: another one than there is refused.
    #[serde(default)]
    model_type: Option<String>,
    /// Overrides `model_algorithm` of `config.json`.
    #[serde(default)]
    model_algorithm: Option<String>,
    /// Overrides `runtime` of `config.json`.
    #[serde(default)]
    runtime: Option<String>,
    /// Overrides `metrics` of `config.json`: JSON in a string.
    #[serde(default)]
    model_metrics: Option<String>,
    /// Overrides `apis` of `config.json`: an array, or JSON in a string.
    #[serde(default)]
    apis: Option<Value>,
    /// Overrides `dependencies` of `config.json`.
    #[serde(default)]
    dependencies: Option<Vec<Value>>,
    /// Stands in for the package's `config.json`: JSON in a string.
    #[serde(default)]
    initial_config: Option<String>,
    /// `["real-time"]`.
    #[serde(default)]
    install_type: Option<Vec<String>>,
    /// `0`, the only workspace.
    #[serde(default)]
    workspace_id: Option<Number>,
    /// Always copied into the server: a package never changes under a model.
    #[serde(default)]
    source_copy: Option<String>,
    /// Where handler code is; packages hold it.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    execution_code: Unsupported,
    /// A training job.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    source_job_id: Unsupported,
    /// A training job's version.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    source_job_version: Unsupported,
    /// A model template.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    template: Unsupported,
    /// Parameters as the older version of the API gave them.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    input_params: Unsupported,
    /// Parameters as the older version of the API gave them.
    #[serde(default)]
    #[expect(dead_code, reason = "read to be refused")]
    output_params: Unsupported,
}

/// What was begun.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct ModelImported {
    /// The model; ask for it until it is `published` or `failed`.
    model_id: String,
}

/// `POST …/models`
pub(crate) async fn create(call: Call, Body(wanted): Body<ModelImport>) -> Outcome<Json<ModelImported>> {
    if wanted.workspace_id.is_some_and(|id| id.0 != 0) {
        return Err(Failure::invalid(
            "workspace_id",
            "must be 0: there are no other workspaces",
        ));
    }
    // Both spellings are in use.
    let kinds = ["real-time", "realtime"];
    if wanted
        .install_type
        .as_ref()
        .is_some_and(|types| types.iter().any(|one| !kinds.contains(&one.as_str())))
    {
        return Err(Failure::invalid(
            "install_type",
            "must be [\"real-time\"] in this version",
        ));
    }
    if wanted.source_copy.as_ref().is_some_and(|copy| copy != "true") {
        return Err(Failure::invalid(
            "source_copy",
            "must be `true`: packages are always copied",
        ));
    }
    let overrides = overrides(&wanted)?;
    let config = match wanted
        .initial_config
        .as_deref()
        .filter(|text| !text.trim().is_empty())
    {
        Some(text) => Some(initial_config(text)?),
        None => None,
    };
    let begun = import::Wanted {
        project: call.project()?,
        name: wanted.model_name,
        version: wanted.model_version,
        source: wanted.source_location,
        description: wanted.description.unwrap_or_default(),
        config,
        overrides,
        may_run_code: call.may(Action::ModelRunCode),
    };
    let model = import::import(&call.plane, begun).await?;
    Ok(Json(ModelImported {
        model_id: model.id.to_string(),
    }))
}

fn initial_config(text: &str) -> Outcome<Value> {
    // Editors put a mark in front that JSON does not have.
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| Failure::BadConfig(format!("initial_config is not JSON: {error}")))?;
    if value.is_object() {
        return Ok(value);
    }
    Err(Failure::BadConfig(
        "initial_config must be a JSON object".to_owned(),
    ))
}

/// The fields that the request sets itself, as `config.json` names them.
fn overrides(wanted: &ModelImport) -> Outcome<Map<String, Value>> {
    let mut fields = Map::new();
    for (name, text) in [
        ("model_type", &wanted.model_type),
        ("model_algorithm", &wanted.model_algorithm),
        ("runtime", &wanted.runtime),
    ] {
        if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
            fields.insert(name.to_owned(), Value::from(text.clone()));
        }
    }
    if let Some(text) = wanted.model_metrics.as_ref().filter(|text| !text.is_empty()) {
        fields.insert("metrics".to_owned(), in_string("model_metrics", text)?);
    }
    match &wanted.apis {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) => {
            fields.insert("apis".to_owned(), in_string("apis", text)?);
        }
        Some(value) => {
            fields.insert("apis".to_owned(), value.clone());
        }
    }
    if let Some(list) = wanted.dependencies.as_ref().filter(|list| !list.is_empty()) {
        fields.insert("dependencies".to_owned(), Value::from(list.clone()));
    }
    Ok(fields)
}

fn in_string(field: &str, text: &str) -> Outcome<Value> {
    serde_json::from_str(text)
        .map_err(|error| Failure::invalid(field, format!("must be JSON in a string: {error}")))
}
