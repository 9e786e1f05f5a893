//! What the compiled-in runtime would compute otherwise than the model says, it refuses by name; what only an input decides is
//! an error of that call.

use adyton_runtime::onnx_models::Onnx;
use expect_test::{Expect, expect};
use tract_onnx::pb::{AttributeProto, ModelProto, StringStringEntryProto};

use crate::graph::{self, FLOAT, constant, node, port, untyped};
use crate::models::{ask, each};
use crate::place::runtimes;

fn refused(model: &ModelProto, expected: Expect) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.onnx"), graph::bytes(model)).unwrap();
    let problem = Onnx::builtin().load(folder.path(), "m.onnx").unwrap_err();
    expected.assert_eq(&problem.to_string());
}

fn lstm(attributes: Vec<AttributeProto>) -> ModelProto {
    graph::model(
        vec![port("x", FLOAT, &[2, 1, 1])],
        vec![untyped("y")],
        vec![node("LSTM", "", &["x", "w", "r"], &["y"], attributes)],
        vec![
            constant("w", &[1, 4, 1], &[0.5; 4]),
            constant("r", &[1, 4, 1], &[0.5; 4]),
        ],
    )
}

fn number(name: &str, i: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: 2,
        i,
        ..AttributeProto::default()
    }
}

#[test]
fn attributes_that_it_does_not_understand_are_named() {
    refused(
        &lstm(vec![graph::text("direction", "reverse")]),
        expect![[
            r#"model/m.onnx: the compiled-in runtime does not support `direction` = "reverse" of LSTM (node "y"); ONNX Runtime may support it (`adyton doctor --fix` installs it)"#
        ]],
    );
    let clip = AttributeProto {
        name: "clip".to_owned(),
        r#type: 1,
        f: 0.5,
        ..AttributeProto::default()
    };
    refused(
        &lstm(vec![clip]),
        expect![[
            r#"model/m.onnx: the compiled-in runtime does not support `clip` = 0.5 of LSTM (node "y"); ONNX Runtime may support it (`adyton doctor --fix` installs it)"#
        ]],
    );
    refused(
        &lstm(vec![graph::texts("activations", &["Relu", "Tanh", "Tanh"])]),
        expect![[
            r#"model/m.onnx: the compiled-in runtime does not support `activations` of LSTM (node "y"); ONNX Runtime may support it (`adyton doctor --fix` installs it)"#
        ]],
    );
    refused(
        &lstm(vec![number("input_forget", 1)]),
        expect![[
            r#"model/m.onnx: the compiled-in runtime does not support `input_forget` = 1 of LSTM (node "y"); ONNX Runtime may support it (`adyton doctor --fix` installs it)"#
        ]],
    );
}

#[test]
fn attributes_that_say_what_is_so_anyway_are_taken() {
    let plain = vec![
        graph::text("direction", "forward"),
        graph::texts("activations", &["Sigmoid", "Tanh", "tanh"]),
        number("hidden_size", 1),
        number("input_forget", 0),
    ];
    let all = each(&graph::bytes(&lstm(plain)), None);
    let answers: Vec<String> = all
        .iter()
        .map(|(_, model)| ask(model, r#"{"inputs":[[[1]],[[2]]]}"#))
        .collect();
    assert!(
        answers
            .iter()
            .all(|answer| answer.starts_with(r#"{"outputs":{"y":[[[[0.174"#)),
        "{answers:?}"
    );
}

#[test]
fn another_domains_operator_is_not_taken_for_its_namesake() {
    let nodes = vec![node("Relu", "com.example", &["x"], &["y"], Vec::new())];
    let model = graph::model(
        vec![port("x", FLOAT, &[1])],
        vec![port("y", FLOAT, &[1])],
        nodes,
        Vec::new(),
    );
    refused(
        &model,
        expect![
            "model/m.onnx: the compiled-in runtime has no operator com.example.Relu; install ONNX Runtime (`adyton doctor --fix`) or set `onnx.library` to its shared library"
        ],
    );
}

#[test]
fn more_than_there_is_is_an_error_of_the_call() {
    let model = graph::model(
        vec![port("x", FLOAT, &[-1])],
        vec![untyped("y"), untyped("at")],
        vec![node("TopK", "", &["x", "k"], &["y", "at"], Vec::new())],
        vec![graph::whole("k", &[1], &[3])],
    );
    for (runtime, model) in each(&graph::bytes(&model), None) {
        assert_eq!(
            ask(&model, r#"{"inputs":[1,4,2,3]}"#),
            r#"{"outputs":{"y":[4.0,3.0,2.0],"at":[1,3,2]}}"#,
            "{runtime}"
        );
        let problem = ask(&model, r#"{"inputs":[1,2]}"#);
        assert!(problem.starts_with("the model failed: "), "{runtime}: {problem}");
    }
}

/// `tract` would cut the length to 32 bits and answer an empty list.
#[test]
fn a_tensor_of_too_great_a_length_is_refused() {
    let model = graph::model(
        vec![port("x", FLOAT, &[1])],
        vec![untyped("y")],
        vec![node("Expand", "", &["x", "shape"], &["y"], Vec::new())],
        vec![graph::whole("shape", &[1], &[1 << 33])],
    );
    refused(
        &model,
        expect![[
            r#"model/m.onnx: the compiled-in runtime does not support Expand of this size (node "y"); ONNX Runtime may support it (`adyton doctor --fix` installs it)"#
        ]],
    );
}

/// Whoever imports a model need not know where its package lies on the server.
#[test]
fn a_refusal_does_not_say_where_packages_lie() {
    let mut weights = constant("w", &[2], &[]);
    weights.data_location = Some(1);
    weights.external_data = vec![StringStringEntryProto {
        key: "location".to_owned(),
        value: "no-such-file.bin".to_owned(),
    }];
    let model = graph::model(
        vec![port("x", FLOAT, &[2])],
        vec![untyped("y")],
        vec![node("Add", "", &["x", "w"], &["y"], Vec::new())],
        vec![weights],
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.onnx"), graph::bytes(&model)).unwrap();
    for (runtime, onnx) in runtimes() {
        let problem = onnx.load(folder.path(), "m.onnx").unwrap_err().to_string();
        let place = folder.path().display().to_string();
        assert!(
            !problem.contains(&place) && problem.contains("no-such-file.bin"),
            "{runtime}: {problem}"
        );
    }
}
