//! `POST …/models`: import a model package.

use adyton_api::modelarts::models::{ModelImport, ModelImported};
use adyton_identity::Action;
use serde_json::{Map, Value};

use crate::call::Call;
use crate::endpoint::{Body, Json};
use crate::failure::{Failure, OperationResult};
use crate::operations::model::import;

/// `POST …/models`
pub(crate) async fn create(
    call: Call,
    Body(wanted): Body<ModelImport>,
) -> OperationResult<Json<ModelImported>> {
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
        may_run_code: call.actor.may(Action::ModelRunCode),
    };
    let model = import::import(&call.shared, begun).await?;
    call.audit.made(&model);
    Ok(Json(ModelImported {
        model_id: model.id.to_string(),
    }))
}

fn initial_config(text: &str) -> OperationResult<Value> {
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
fn overrides(wanted: &ModelImport) -> OperationResult<Map<String, Value>> {
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

fn in_string(field: &str, text: &str) -> OperationResult<Value> {
    serde_json::from_str(text)
        .map_err(|error| Failure::invalid(field, format!("must be JSON in a string: {error}")))
}
