//! Models as ModelArts shows them (API Reference, "Querying the Details About a Model"): `apis`, `config` and
//! `model_metrics` are JSON in strings.

use adyton_api::modelarts::models::{ModelShown, ModelSummary, PortShown};
use adyton_core::event_cause::cause_in;
use adyton_core::language::Language;
use adyton_core::model::{ApiDeclaration, Model, ModelSpec};
use adyton_core::port::{ModelPorts, Port};
use serde_json::{Value, json};

use crate::shared::Shared;

/// What a list shows.
pub(crate) fn model_summary(shared: &Shared, model: &Model, language: Language) -> ModelSummary {
    let live = shared.live();
    ModelSummary {
        model_id: model.id.to_string(),
        model_name: model.name.clone(),
        model_version: model.version.clone(),
        model_type: model
            .spec
            .as_ref()
            .map(|spec| spec.engine.kind().name().to_owned())
            .unwrap_or_default(),
        model_status: model.status,
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
        // What was kept before both languages were is read by its English.
        error_msg: cause_in(model.failure.text_in(language), language).into_owned(),
    }
}

/// Everything.
pub(crate) fn model_shown(shared: &Shared, model: &Model, language: Language) -> ModelShown {
    let spec = model.spec.as_ref();
    let declared: Vec<Value> = spec.iter().flat_map(|spec| &spec.apis).map(declaration).collect();
    let parameters: Vec<Value> = spec.iter().flat_map(|spec| &spec.apis).map(parameters).collect();
    ModelShown {
        summary: model_summary(shared, model, language),
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
        import_notes: spec
            .iter()
            .flat_map(|spec| &spec.notes)
            .map(|note| cause_in(note, language).into_owned())
            .collect(),
        inputs: spec.map(inputs).unwrap_or_default(),
        outputs: spec.map(outputs).unwrap_or_default(),
    }
}

/// What an ONNX model takes.
pub(super) fn inputs(spec: &ModelSpec) -> Vec<PortShown> {
    ports(spec, |ports| &ports.inputs)
}

/// What an ONNX model gives.
pub(super) fn outputs(spec: &ModelSpec) -> Vec<PortShown> {
    ports(spec, |ports| &ports.outputs)
}

fn ports(spec: &ModelSpec, which: impl Fn(&ModelPorts) -> &Vec<Port>) -> Vec<PortShown> {
    let ports = spec.ports.iter().flat_map(which);
    ports.cloned().map(PortShown::from).collect()
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
