//! The first run of a model is no verdict: what inputs of our own making cannot show, the package's example does, and a model
//! that answered nothing serves all the same.

use std::sync::Arc;

use adyton_core::clock::Clock;
use adyton_runtime::onnx::in_process::InProcess;
use adyton_runtime::onnx::threads::InferenceThreads;
use serde_json::{Value as Json, json};
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension::Value};
use tract_onnx::pb::{ModelProto, ValueInfoProto, type_proto};

use crate::graph::{self, FLOAT, TEXT, node, port, untyped};
use crate::models::{api, ask};
use crate::place::runtimes;

/// A port whose axes have these names, or lengths.
fn named(name: &str, axes: &[&str]) -> ValueInfoProto {
    let mut port = port(name, FLOAT, &[]);
    let axis = |axis: &&str| Dimension {
        value: Some(match axis.parse() {
            Ok(length) => Value::DimValue(length),
            Err(_) => Value::DimParam((*axis).to_owned()),
        }),
        ..Dimension::default()
    };
    if let Some(type_proto::Value::TensorType(tensor)) = port.r#type.as_mut().and_then(|ty| ty.value.as_mut())
    {
        tensor.shape.as_mut().unwrap().dim = axes.iter().map(axis).collect();
    }
    port
}

/// The model in the runtimes that can load it.
fn started(
    model: &ModelProto,
    example: Option<&str>,
    request: Option<Json>,
) -> Vec<(&'static str, Arc<InProcess>)> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.onnx"), graph::bytes(model)).unwrap();
    if let Some(example) = example {
        std::fs::write(folder.path().join("example.json"), example).unwrap();
    }
    let threads = InferenceThreads::start(1, 8).unwrap();
    let start = |onnx: &adyton_runtime::onnx_models::Onnx| {
        let loaded = onnx.load(folder.path(), "model.onnx").ok()?;
        let apis = api(request.clone());
        Some(InProcess::start(loaded, &apis, Arc::clone(&threads), Clock::system()).unwrap())
    };
    runtimes()
        .iter()
        .filter_map(|(name, onnx)| Some((*name, start(onnx)?)))
        .collect()
}

#[test]
fn a_list_may_have_to_be_of_a_certain_length() {
    let nodes = vec![node("Reshape", "", &["x", "rows"], &["y"], Vec::new())];
    let model = graph::model(
        vec![named("x", &["n"])],
        vec![untyped("y")],
        nodes,
        vec![graph::whole("rows", &[2], &[-1, 100])],
    );
    let body = format!("{{\"inputs\":[{}]}}", vec!["1"; 200].join(","));
    let started = started(&model, None, None);
    assert_eq!(started.len(), runtimes().len());
    for (runtime, model) in started {
        assert_eq!(model.note(), None, "{runtime}");
        let answered: Json = serde_json::from_str(&ask(&model, &body)).unwrap();
        assert_eq!(answered["outputs"]["y"].as_array().unwrap().len(), 2, "{runtime}");
    }
}

/// The first shapes tried do not work: 32 columns are needed. The batch must be one in both inputs.
#[test]
fn axes_of_one_name_have_one_length() {
    let nodes = vec![
        node("Reshape", "", &["x", "rows"], &["wide"], Vec::new()),
        node("Gather", "", &["state", "first"], &["last"], Vec::new()),
        node("Concat", "", &["wide", "last"], &["y"], vec![int("axis", 1)]),
    ];
    let model = graph::model(
        vec![named("state", &["2", "batch", "8"]), named("x", &["batch", "n"])],
        vec![untyped("y")],
        nodes,
        vec![
            graph::whole("rows", &[2], &[-1, 32]),
            graph::whole("first", &[], &[0]),
        ],
    );
    let started = started(&model, None, None);
    assert_eq!(started.len(), runtimes().len());
    for (runtime, model) in started {
        assert_eq!(model.note(), None, "{runtime}");
    }
}

fn int(name: &str, value: i64) -> tract_onnx::pb::AttributeProto {
    tract_onnx::pb::AttributeProto {
        name: name.to_owned(),
        r#type: 2,
        i: value,
        ..Default::default()
    }
}

/// Refuses each text that is not a colour, so neither empty texts nor `1` tell whether it works.
pub(crate) fn colours() -> ModelProto {
    let encoder = vec![graph::texts("cats_strings", &["red", "blue"]), int("zeros", 0)];
    graph::model(
        vec![port("colour", TEXT, &[-1, 1])],
        vec![untyped("y")],
        vec![node("OneHotEncoder", "ai.onnx.ml", &["colour"], &["y"], encoder)],
        Vec::new(),
    )
}

/// A body that it answers.
pub(crate) const RED: &str = r#"{"inputs":{"colour":[["red"]]}}"#;

#[test]
fn the_example_of_the_package_is_the_first_run_where_ours_fail() {
    for (runtime, model) in started(&colours(), Some(RED), None) {
        assert_eq!(model.note(), None, "{runtime}");
    }
    let described = json!({"data": {"type": "object", "properties": {"inputs": {"type": "object", "properties":
        {"colour": {"type": "array", "items": {"type": "array", "items": {"type": "string", "example": "blue"}}}}}}}});
    for (runtime, model) in started(&colours(), None, Some(described)) {
        assert_eq!(model.note(), None, "{runtime}");
    }
}

#[test]
fn a_model_that_answered_nothing_serves_and_says_so() {
    for example in [None, Some(r#"{"inputs":{"colour":[["green"]]}}"#)] {
        for (runtime, model) in started(&colours(), example, None) {
            let note = model.note().unwrap();
            assert!(
                note.starts_with("the model produced no output during warm-up: with "),
                "{runtime}: {note}"
            );
            assert!(note.contains("model/example.json"), "{runtime}: {note}");
            assert_eq!(
                note.contains("the package's example"),
                example.is_some(),
                "{note}"
            );
            assert!(!model.is_inline(1), "nobody knows how long it takes");
            assert_eq!(ask(&model, RED), r#"{"outputs":{"y":[[[1.0,0.0]]]}}"#);
        }
    }
}
