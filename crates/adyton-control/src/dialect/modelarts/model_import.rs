//! `POST …/models`: import a model package.

use adyton_api::modelarts::models::{ModelImport, ModelImported};
use adyton_core::language::both;
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
    possible(&wanted)?;
    let overrides = overrides(&wanted)?;
    let config = wanted.initial_config.as_deref();
    let config = config.filter(|text| !text.trim().is_empty());
    let config = config.map(initial_config).transpose()?;
    let asked = import::AskedImport {
        project: call.project()?,
        name: wanted.model_name,
        version: wanted.model_version,
        source: wanted.source_location,
        description: wanted.description.unwrap_or_default(),
        config,
        overrides,
        may_run_code: call.actor.may(Action::ModelRunCode),
    };
    let model = import::import(&call.shared, asked).await?;
    call.audit.made(&model);
    Ok(Json(ModelImported {
        model_id: model.id.to_string(),
    }))
}

/// Refuses what ModelArts has and this version has not.
fn possible(wanted: &ModelImport) -> OperationResult<()> {
    if wanted.workspace_id.as_ref().is_some_and(|id| id.0 != 0) {
        return Err(Failure::invalid(
            "workspace_id",
            (
                "must be 0: there are no other workspaces",
                "必须为 0：没有其他工作空间",
            ),
        ));
    }
    // Both spellings are in use.
    let kinds = ["real-time", "realtime"];
    let types = wanted.install_type.iter().flatten();
    if types.into_iter().any(|one| !kinds.contains(&one.as_str())) {
        return Err(Failure::invalid(
            "install_type",
            (
                "must be [\"real-time\"] in this version",
                "本版本中必须为 [\"real-time\"]",
            ),
        ));
    }
    if wanted.source_copy.as_ref().is_some_and(|copy| copy != "true") {
        return Err(Failure::invalid(
            "source_copy",
            (
                "must be `true`: packages are always copied",
                "必须为 `true`：模型包总是会被复制",
            ),
        ));
    }
    Ok(())
}

fn initial_config(text: &str) -> OperationResult<Value> {
    // Editors put a mark in front that JSON does not have.
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        Failure::BadConfig(both!(
            "initial_config is not JSON: {error}",
            "initial_config 不是 JSON：{error}"
        ))
    })?;
    if value.is_object() {
        return Ok(value);
    }
    Err(Failure::BadConfig(both!(
        "initial_config must be a JSON object",
        "initial_config 必须为 JSON 对象"
    )))
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
    serde_json::from_str(text).map_err(|error| {
        Failure::invalid(
            field,
            both!(
                "must be JSON in a string: {}",
                "必须为字符串形式的 JSON：{}",
                error
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// An import with these fields beside the ones that must be there.
    fn wanted(fields: Value) -> ModelImport {
        let mut all =
            json!({"model_name": "iris", "model_version": "0.0.1", "source_location": "package://sha256/0"});
        all.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn what_this_version_does_not_have_is_refused_by_its_field() {
        for (fields, refused) in [
            (json!({}), None),
            (json!({"workspace_id": "0", "source_copy": "true"}), None),
            (json!({"install_type": ["real-time", "realtime"]}), None),
            (json!({"install_type": []}), None),
            (json!({"workspace_id": "7"}), Some("workspace_id")),
            (
                json!({"install_type": ["real-time", "batch"]}),
                Some("install_type"),
            ),
            (json!({"source_copy": "false"}), Some("source_copy")),
        ] {
            let field = match possible(&wanted(fields.clone())) {
                Ok(()) => None,
                Err(Failure::Invalid { field, .. }) => Some(field),
                Err(other) => panic!("{fields}: {other}"),
            };
            assert_eq!(field.as_deref(), refused, "{fields}");
        }
    }

    #[test]
    fn fields_of_the_request_stand_before_those_of_config_json_unless_they_are_empty() {
        let apis = json!([{"url": "/", "method": "post"}]);
        for (fields, expected) in [
            (json!({}), json!({})),
            (
                json!({"model_type": "", "model_metrics": "", "dependencies": [], "apis": null}),
                json!({}),
            ),
            (
                json!({"model_type": "ONNX", "model_algorithm": "trees", "runtime": "python3.10"}),
                json!({"model_type": "ONNX", "model_algorithm": "trees", "runtime": "python3.10"}),
            ),
            // As `config.json` calls them; both are texts that hold JSON.
            (
                json!({"model_metrics": "{\"f1\": 0.9}", "apis": apis.to_string()}),
                json!({"metrics": {"f1": 0.9}, "apis": apis}),
            ),
            (json!({"apis": apis}), json!({"apis": apis})),
            (
                json!({"dependencies": [{"installer": "pip"}]}),
                json!({"dependencies": [{"installer": "pip"}]}),
            ),
        ] {
            let given = overrides(&wanted(fields.clone())).unwrap();
            assert_eq!(Value::from(given), expected, "{fields}");
        }
        for (fields, told) in [
            (json!({"apis": "[{"}), "apis: must be JSON in a string"),
            (
                json!({"model_metrics": "f1"}),
                "model_metrics: must be JSON in a string",
            ),
        ] {
            let refused = overrides(&wanted(fields)).unwrap_err().to_string();
            assert!(refused.starts_with(told), "{refused}");
        }
    }

    #[test]
    fn a_config_in_the_request_is_an_object_with_or_without_a_byte_order_mark() {
        let object = json!({"model_type": "ONNX"});
        for text in [object.to_string(), format!("\u{feff}{object}")] {
            assert_eq!(initial_config(&text).unwrap(), object);
        }
        for (text, told) in [
            ("{", "initial_config is not JSON"),
            ("[]", "must be a JSON object"),
        ] {
            let refused = initial_config(text).unwrap_err();
            assert!(
                matches!(&refused, Failure::BadConfig(why) if why.english.contains(told)),
                "{refused}"
            );
        }
    }
}
