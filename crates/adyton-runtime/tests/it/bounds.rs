//! Graphs that were made to take the server along: the compiled-in runtime is never given them, and the refusal says what
//! they hold. A stack overflow would end the test program, as it would end the server.

use adyton_runtime::onnx::load_into::LoadInto;
use adyton_runtime::onnx_models::Onnx;
use expect_test::{Expect, expect};
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension::Value};
use tract_onnx::pb::type_proto;
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, ValueInfoProto};

use crate::graph::{self, FLOAT, INT64, node, port};
use crate::isolated::{served, text};
use crate::place::onnx_runtime;

/// A port of one axis with this name.
fn named(name: &str, axis: &str) -> ValueInfoProto {
    let mut port = port(name, FLOAT, &[-1]);
    if let Some(type_proto::Value::TensorType(tensor)) = port.r#type.as_mut().and_then(|ty| ty.value.as_mut())
    {
        tensor.shape.as_mut().unwrap().dim = vec![Dimension {
            value: Some(Value::DimParam(axis.to_owned())),
            ..Dimension::default()
        }];
    }
    port
}

fn relu(input: ValueInfoProto, output: ValueInfoProto, values: Vec<ValueInfoProto>) -> ModelProto {
    let nodes = vec![
        node("Relu", "", &["x"], &["h"], Vec::new()),
        node("Relu", "", &["h"], &["y"], Vec::new()),
    ];
    let mut model = graph::model(vec![input], vec![output], nodes, Vec::new());
    model.graph.as_mut().unwrap().value_info = values;
    model
}

fn load(model: &ModelProto) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.onnx"), graph::bytes(model)).unwrap();
    let loaded = Onnx::builtin().load(folder.path(), "m.onnx");
    loaded.map(drop).map_err(|problem| problem.to_string())
}

fn refused(model: &ModelProto, expected: Expect) {
    expected.assert_eq(&load(model).unwrap_err());
}

#[test]
fn names_of_axes_that_nest_without_end_are_refused() {
    let plain = || named("x", "N");
    let brackets = format!("{}N{}", "(".repeat(20_000), ")".repeat(20_000));
    let signs = format!("{}N", "-".repeat(50_000));
    refused(
        &relu(named("x", &brackets), named("y", "N"), Vec::new()),
        expect![[
            r#"model/m.onnx: input "x": the name of axis 0 has 40001 bytes, more than 256; give the axis (`dim_param`) a short name"#
        ]],
    );
    // Behind the inputs a name decides nothing, and exporters write long sums into them.
    let sum = format!("{}1", "floor(n/2)+".repeat(40));
    for long in [&brackets, &signs, &sum] {
        let let_go = relu(plain(), named("y", long), vec![named("h", long)]);
        assert_eq!(load(&let_go), Ok(()), "{} bytes", long.len());
    }
    for deep in [
        format!("{}N", "- ".repeat(17)),
        format!("{}N{}", "floor(".repeat(17), ")".repeat(17)),
        format!("{}N", "-(".repeat(9)),
    ] {
        let problem = load(&relu(named("x", &deep), named("y", "N"), Vec::new())).unwrap_err();
        assert!(
            problem.contains("input \"x\": the name of axis 0 nests more than 16"),
            "{problem}"
        );
    }
}

#[test]
fn names_of_axes_that_people_use_are_taken() {
    for name in [
        "N",
        "batch_size",
        "floor(W/2 - 1/2) + 1",
        "2*((a - b) - (c - d))",
        "Mod(s0, 8)",
        "é",
    ] {
        assert_eq!(
            load(&relu(named("x", name), named("y", name), Vec::new())),
            Ok(()),
            "{name}"
        );
    }
}

#[test]
fn graphs_inside_of_graphs_have_an_end() {
    let body = |inner: Option<GraphProto>| {
        let nodes = match inner {
            None => vec![node("Relu", "", &["x"], &["b"], Vec::new())],
            Some(inner) => {
                let branch = |name: &str| AttributeProto {
                    name: name.to_owned(),
                    r#type: 5,
                    g: Some(inner.clone()),
                    ..AttributeProto::default()
                };
                vec![node(
                    "If",
                    "",
                    &["c"],
                    &["b"],
                    vec![branch("then_branch"), branch("else_branch")],
                )]
            }
        };
        GraphProto {
            name: "body".to_owned(),
            node: nodes,
            output: vec![port("b", FLOAT, &[1])],
            ..GraphProto::default()
        }
    };
    // Two branches at each level: the size doubles, so one level beyond what is allowed.
    let nested = (0..9).fold(body(None), |inner, _| body(Some(inner)));
    let mut model = relu(port("x", FLOAT, &[1]), port("b", FLOAT, &[1]), Vec::new());
    model.graph.as_mut().unwrap().input.push(port("c", 9, &[1]));
    model.graph.as_mut().unwrap().node = nested.node;
    refused(
        &model,
        expect![[
            r#"model/m.onnx: graph "body": lies in more than 8 graphs of operators such as If and Loop; export the model with fewer"#
        ]],
    );
}

#[test]
fn identities_in_a_circle_are_refused() {
    let mut model = relu(port("x", FLOAT, &[1]), port("a", FLOAT, &[1]), Vec::new());
    model.graph.as_mut().unwrap().node = vec![
        node("Identity", "", &["b"], &["a"], Vec::new()),
        node("Identity", "", &["a"], &["b"], Vec::new()),
    ];
    assert!(load(&model).unwrap_err().starts_with("model/m.onnx: "));
}

/// The caller says how many axes the output has; writing it by nested lists would take a stack without end.
#[tokio::test]
async fn an_output_of_more_axes_than_anybody_reads_is_an_error_of_its_call() {
    let ports = vec![port("x", FLOAT, &[-1]), port("s", INT64, &[-1])];
    let nodes = vec![node("Reshape", "", &["x", "s"], &["y"], Vec::new())];
    let file = graph::bytes(&graph::model(ports, vec![graph::untyped("y")], nodes, Vec::new()));
    let Some(onnx) = onnx_runtime() else { return };
    for into in [LoadInto::Server, LoadInto::Sandbox] {
        let (_bench, _instance, model) = served(onnx.clone(), into, &file).await;
        let body = |axes: usize| format!(r#"{{"inputs":{{"x":[1],"s":[{}]}}}}"#, vec!["1"; axes].join(","));
        assert_eq!(text(&model, &body(2)).await, r#"{"outputs":{"y":[[1.0]]}}"#);
        let nested = text(&model, &body(64)).await;
        assert!(nested.starts_with(r#"{"outputs":{"y":[[[["#), "{nested}");
        for axes in [65, 200_000] {
            let said = text(&model, &body(axes)).await;
            assert!(said.contains("axes, more than 64"), "{said}");
        }
    }
}

#[tokio::test]
async fn a_model_that_always_gives_too_many_axes_is_told_to_have_answered_nothing() {
    let Some(onnx) = onnx_runtime() else { return };
    let axes: Vec<i64> = (0..64).collect();
    let deep = node("Unsqueeze", "", &["x"], &["y"], vec![graph::ints("axes", &axes)]);
    let mut model = graph::model(
        vec![port("x", FLOAT, &[1])],
        vec![graph::untyped("y")],
        vec![deep],
        Vec::new(),
    );
    model.opset_import[0].version = 7;
    let (_bench, _instance, model) = served(onnx, LoadInto::Server, &graph::bytes(&model)).await;
    let note = model.note().unwrap_or_default();
    assert!(note.contains("an output has 65 axes, more than 64"), "{note}");
}
