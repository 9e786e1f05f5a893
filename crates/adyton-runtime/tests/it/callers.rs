//! What a caller may send that a model was not made for: it costs that caller's answer, and never the server.

use adyton_core::clock::Clock;
use adyton_runtime::onnx::in_process::InProcess;
use adyton_runtime::onnx::threads::InferenceThreads;
use expect_test::expect;
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, ValueInfoProto};

use crate::graph::{self, FLOAT, INT64, TEXT, node, port};
use crate::models::{api, ask, check, each};
use crate::place::{onnx_runtime, runtimes};

/// A loop that counts to the number it is given.
pub(crate) fn counting() -> ModelProto {
    let body = GraphProto {
        name: "body".to_owned(),
        node: vec![
            node("Identity", "", &["go"], &["go_on"], Vec::new()),
            node("Add", "", &["so_far", "one"], &["more"], Vec::new()),
        ],
        input: vec![
            port("i", INT64, &[]),
            port("go", 9, &[]),
            port("so_far", FLOAT, &[1]),
        ],
        output: vec![port("go_on", 9, &[]), port("more", FLOAT, &[1])],
        initializer: vec![graph::constant("one", &[1], &[1.0])],
        ..GraphProto::default()
    };
    let attribute = AttributeProto {
        name: "body".to_owned(),
        r#type: 5,
        g: Some(body),
        ..AttributeProto::default()
    };
    graph::model(
        vec![port("n", INT64, &[]), port("x", FLOAT, &[1])],
        vec![port("y", FLOAT, &[1])],
        vec![node("Loop", "", &["n", "", "x"], &["y"], vec![attribute])],
        Vec::new(),
    )
}

#[test]
fn a_model_whose_time_is_the_callers_never_runs_on_a_gateways_core() {
    let Some(onnx) = onnx_runtime() else { return };
    let folder = tempfile::tempdir().unwrap();
    let threads = InferenceThreads::start(1, 8).unwrap();
    let start = |model: &ModelProto| {
        std::fs::write(folder.path().join("m.onnx"), graph::bytes(model)).unwrap();
        let loaded = onnx.load(folder.path(), "m.onnx").unwrap();
        InProcess::start(
            loaded,
            &api(None),
            std::sync::Arc::clone(&threads),
            Clock::system(),
        )
        .unwrap()
    };
    let counts = start(&counting());
    assert_eq!(
        ask(&counts, r#"{"inputs":{"n":3,"x":[0]}}"#),
        r#"{"outputs":{"y":[3.0]}}"#
    );
    assert!(!counts.is_inline(10), "it is fast with zeros only");
    let makes = start(&graph::model(
        vec![port("n", INT64, &[1])],
        vec![port("y", FLOAT, &[-1])],
        vec![node("ConstantOfShape", "", &["n"], &["y"], Vec::new())],
        Vec::new(),
    ));
    assert!(!makes.is_inline(10), "it makes as much as it is told to");
    let adds = start(&graph::model(
        vec![port("x", FLOAT, &[-1, 4])],
        vec![port("y", FLOAT, &[-1, 4])],
        vec![node("Relu", "", &["x"], &["y"], Vec::new())],
        Vec::new(),
    ));
    assert!(
        adds.is_inline(1000),
        "a model of few steps stays where it is fast: {adds:?}"
    );
    let multiplies = start(&graph::model(
        vec![port("a", FLOAT, &[-1, 1]), port("b", FLOAT, &[1, -1])],
        vec![port("y", FLOAT, &[-1, -1])],
        vec![node("MatMul", "", &["a", "b"], &["y"], Vec::new())],
        Vec::new(),
    ));
    assert!(!multiplies.is_inline(8 * 1024), "its time grows with the square");
}

#[test]
fn an_input_without_rank_takes_any_shape() {
    let mut model = graph::model(
        vec![port("x", FLOAT, &[])],
        vec![graph::untyped("y")],
        vec![node("Neg", "", &["x"], &["y"], Vec::new())],
        Vec::new(),
    );
    let scalar = graph::bytes(&model);
    check(
        &scalar,
        None,
        r#"{"inputs":{"x":2}}"#,
        expect![[r#"{"outputs":{"y":-2.0}}"#]],
    );
    check(
        &scalar,
        None,
        r#"{"inputs":{"x":[2]}}"#,
        expect!["inputs.x: expected float32 [], got [1]"],
    );
    let input: &mut ValueInfoProto = &mut model.graph.as_mut().unwrap().input[0];
    if let Some(tract_onnx::pb::type_proto::Value::TensorType(tensor)) =
        input.r#type.as_mut().unwrap().value.as_mut()
    {
        tensor.shape = None;
    }
    let Some(onnx) = onnx_runtime() else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.onnx"), graph::bytes(&model)).unwrap();
    let loaded = onnx.load(folder.path(), "m.onnx").unwrap();
    let threads = InferenceThreads::start(1, 8).unwrap();
    let model = InProcess::start(loaded, &api(None), threads, Clock::system()).unwrap();
    for (given, answer) in [
        ("1", "-1.0"),
        ("[1,2]", "[-1.0,-2.0]"),
        ("[[1],[2]]", "[[-1.0],[-2.0]]"),
    ] {
        let body = format!(r#"{{"inputs":{{"x":{given}}}}}"#);
        assert_eq!(ask(&model, &body), format!(r#"{{"outputs":{{"y":{answer}}}}}"#));
    }
}

#[test]
fn a_model_that_divides_by_its_input_is_no_broken_model() {
    let model = graph::model(
        vec![port("a", INT64, &[-1]), port("b", INT64, &[-1])],
        vec![port("y", INT64, &[-1])],
        vec![node("Div", "", &["a", "b"], &["y"], Vec::new())],
        Vec::new(),
    );
    check(
        &graph::bytes(&model),
        None,
        r#"{"inputs":{"a":[7,9],"b":[2,3]}}"#,
        expect![[r#"{"outputs":{"y":[3,3]}}"#]],
    );
}

#[test]
fn a_zero_character_in_a_text_is_the_callers_mistake() {
    let model = graph::model(
        vec![port("t", TEXT, &[-1])],
        vec![port("u", TEXT, &[-1])],
        vec![node("Identity", "", &["t"], &["u"], Vec::new())],
        Vec::new(),
    );
    check(
        &graph::bytes(&model),
        None,
        r#"{"inputs":{"t":["fine","a\u0000b"]}}"#,
        expect![[
            r#"inputs.t[1]: has a zero character (\u0000), which ends a text for the model; leave it out"#
        ]],
    );
}

/// An input whose first axis has a name.
fn named(name: &str, axis: &str) -> ValueInfoProto {
    use tract_onnx::pb::{tensor_shape_proto::dimension::Value as Length, type_proto::Value as Type};
    let mut input = port(name, FLOAT, &[-1, 3]);
    if let Some(Type::TensorType(tensor)) = input.r#type.as_mut().unwrap().value.as_mut() {
        tensor.shape.as_mut().unwrap().dim[0].value = Some(Length::DimParam(axis.to_owned()));
    }
    input
}

#[test]
fn axes_of_one_name_have_one_length() {
    let model = graph::model(
        vec![named("a", "N"), named("b", "N")],
        vec![graph::untyped("y")],
        vec![node("Add", "", &["a", "b"], &["y"], Vec::new())],
        Vec::new(),
    );
    check(
        &graph::bytes(&model),
        None,
        r#"{"inputs":{"a":[[1,2,3]],"b":[[1,2,3],[4,5,6]]}}"#,
        expect!["inputs.b: expected float32 [N,3] with N=1 as in inputs.a, got [2,3]"],
    );
}

#[test]
fn a_panic_of_a_runtime_is_told_with_its_message() {
    let model = graph::model(
        vec![port("i", INT64, &[-1])],
        vec![port("y", FLOAT, &[-1])],
        vec![node("Gather", "", &["table", "i"], &["y"], Vec::new())],
        vec![graph::constant("table", &[3], &[1.0, 2.0, 3.0])],
    );
    for (runtime, model) in each(&graph::bytes(&model), None) {
        let answer = ask(&model, r#"{"inputs":{"i":[99]}}"#);
        assert!(answer.starts_with("the model failed: "), "{runtime}: {answer}");
        assert!(
            answer.contains("99") || answer.contains("bounds"),
            "{runtime}: {answer}"
        );
        assert_eq!(
            ask(&model, r#"{"inputs":{"i":[2]}}"#),
            r#"{"outputs":{"y":[3.0]}}"#
        );
    }
}

#[test]
fn a_model_of_a_future_opset_is_refused_in_a_few_words() {
    let Some(onnx) = onnx_runtime() else { return };
    let mut model = graph::model(
        vec![port("x", FLOAT, &[1])],
        vec![port("y", FLOAT, &[1])],
        vec![node("Relu", "", &["x"], &["y"], Vec::new())],
        Vec::new(),
    );
    model.opset_import[0].version = 99;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.onnx"), graph::bytes(&model)).unwrap();
    let said = onnx.load(folder.path(), "m.onnx").unwrap_err().to_string();
    assert!(
        !said.contains("std::") && !said.contains("onnxruntime_src"),
        "{said}"
    );
    assert!(said.contains("opset 99") || said.contains("Opset 99"), "{said}");
    assert!(said.contains("export the model with an older opset"), "{said}");
}

#[test]
fn inputs_of_many_axes_work_or_are_refused_when_they_are_loaded() {
    let model = |axes: usize| {
        let ones = vec![1; axes];
        graph::bytes(&graph::model(
            vec![port("x", FLOAT, &ones)],
            vec![port("y", FLOAT, &ones)],
            vec![node("Neg", "", &["x"], &["y"], Vec::new())],
            Vec::new(),
        ))
    };
    let nine = format!("{}1{}", "[".repeat(9), "]".repeat(9));
    check(
        &model(9),
        None,
        &format!(r#"{{"inputs":{{"x":{nine}}}}}"#),
        expect![[r#"{"outputs":{"y":[[[[[[[[[-1.0]]]]]]]]]}}"#]],
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.onnx"), model(17)).unwrap();
    for (runtime, onnx) in runtimes() {
        let said = onnx.load(folder.path(), "m.onnx").unwrap_err().to_string();
        assert!(
            said.contains("a tensor of 17 axes, more than 16"),
            "{runtime}: {said}"
        );
    }
}
