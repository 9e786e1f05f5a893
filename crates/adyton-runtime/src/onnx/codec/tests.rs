//! The codecs against a model that is not one: it gives back what it was given.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::Arc;

use expect_test::{Expect, expect};
use serde_json::json;
use smallvec::smallvec;

use super::*;
use crate::onnx::signature::{Axis, Input};
use crate::onnx::tensor::{ElementType, Elements, Label, Tensor, Value};

#[derive(Debug)]
struct Echo {
    ports: Ports,
    gives: Option<Vec<Value>>,
}

impl Predictor for Echo {
    fn ports(&self) -> &Ports {
        &self.ports
    }
    fn run(&self, inputs: &[Tensor]) -> Result<Vec<Value>, RunError> {
        Ok(self
            .gives
            .clone()
            .unwrap_or_else(|| inputs.iter().cloned().map(Value::Tensor).collect()))
    }
    fn runtime(&self) -> String {
        "echo".to_owned()
    }
}

fn port(name: &str, element: ElementType, axes: &[i64]) -> Input {
    let axis = |length: &i64| usize::try_from(*length).map_or(Axis::Any(None), Axis::Fixed);
    Input {
        name: name.into(),
        element,
        axes: Some(axes.iter().map(axis).collect()),
    }
}

fn echo(inputs: Vec<Input>) -> Echo {
    let outputs = inputs.iter().map(|input| Arc::clone(&input.name)).collect();
    Echo {
        ports: Ports { inputs, outputs },
        gives: None,
    }
}

fn answer(model: &Echo, codec: &Codec, body: &str) -> String {
    match codec.predict(model, body.as_bytes()) {
        Ok(answer) => String::from_utf8(answer.to_vec()).unwrap(),
        Err(problem) => problem.to_string(),
    }
}

fn check(inputs: Vec<Input>, body: &str, expected: Expect) {
    expected.assert_eq(&answer(&echo(inputs), &Codec::Tensors, body));
}

fn matrix() -> Vec<Input> {
    vec![port("x", ElementType::Float32, &[-1, 4])]
}

#[test]
fn tensors_go_through_by_name() {
    check(
        matrix(),
        r#"{"id":7,"inputs":{"x":[[1,2.5,-3e-1,0]]}}"#,
        expect![[r#"{"outputs":{"x":[[1.0,2.5,-0.3,0.0]]}}"#]],
    );
    check(
        matrix(),
        r#"{"inputs":[[1,2,3,4],[5,6,7,8]]}"#,
        expect![[r#"{"outputs":{"x":[[1.0,2.0,3.0,4.0],[5.0,6.0,7.0,8.0]]}}"#]],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[]}}"#,
        expect![[r#"{"outputs":{"x":[]}}"#]],
    );
    check(
        vec![
            port("t", ElementType::Text, &[-1]),
            port("b", ElementType::Bool, &[]),
            port("n", ElementType::Uint8, &[-1]),
        ],
        r#"{"inputs":{"n":[255,3.0],"b":true,"t":["a\n","ü"]}}"#,
        expect![[r#"{"outputs":{"t":["a\n","ü"],"b":true,"n":[255,3]}}"#]],
    );
    check(
        vec![port("h", ElementType::Float16, &[-1])],
        r#"{"inputs":{"h":[0.5,1]}}"#,
        expect![[r#"{"outputs":{"h":[0.5,1.0]}}"#]],
    );
}

#[test]
fn what_json_has_no_word_for_is_a_text() {
    check(
        vec![port("x", ElementType::Float64, &[-1])],
        r#"{"inputs":{"x":["NaN","Infinity","-Infinity",1]}}"#,
        expect![[r#"{"outputs":{"x":["NaN","Infinity","-Infinity",1.0]}}"#]],
    );
}

#[test]
fn what_is_no_object_is_said_to_be_none() {
    for (body, expected) in [
        (
            "[]",
            expect![[r#"body: expected {"inputs":{"x": float32 [N,4]}}, got a list"#]],
        ),
        (
            "null",
            expect![[r#"body: expected {"inputs":{"x": float32 [N,4]}}, got null"#]],
        ),
        (
            r#""a""#,
            expect![[r#"body: expected {"inputs":{"x": float32 [N,4]}}, got the text "a""#]],
        ),
        (
            r#"{"inputs":5}"#,
            expect![[r#"inputs: expected an object of tensors, {"x": float32 [N,4]}, got 5"#]],
        ),
        (
            r#"{"inputs":{"x":[[1,2,3,4]]},"inputs":{}}"#,
            expect!["inputs: occurs twice in the body"],
        ),
        (
            r#"{"inputs":{"x":[[1,2,3,4]],"x":[[1,2,3,4]]}}"#,
            expect!["inputs.x: occurs twice in the body"],
        ),
        (
            "{\"inputs\":",
            expect!["body: not valid JSON: EOF while parsing a value at line 1 column 10"],
        ),
    ] {
        check(matrix(), body, expected);
    }
}

#[test]
fn numbers_that_json_does_not_have_are_named_with_their_place() {
    for (body, expected) in [
        (
            r#"{"inputs":{"x":[[1,2,NaN,4]]}}"#,
            expect![[
                r#"inputs.x[0][2]: expected float32, got NaN; JSON has no word for it: write "NaN", "Infinity" or "-Infinity", with the quotes"#
            ]],
        ),
        (
            "{\"inputs\":{\"x\":\n[[1,2,3,4],\n[1,-Infinity ,3,4]]}}",
            expect![[
                r#"inputs.x[1][1]: expected float32, got -Infinity; JSON has no word for it: write "NaN", "Infinity" or "-Infinity", with the quotes"#
            ]],
        ),
        (
            r#"{"inputs":{"x":[[1e999,2,3,4]]}}"#,
            expect![[
                r#"inputs.x[0][0]: expected float32, got 1e999; JSON has no word for it: write "NaN", "Infinity" or "-Infinity", with the quotes"#
            ]],
        ),
        (
            r#"{"inputs":{"x":[[1,oops,3,4]]}}"#,
            expect!["inputs.x[0][1]: not valid JSON: expected value at line 1 column 20"],
        ),
    ] {
        check(matrix(), body, expected);
    }
    check(
        vec![port("n", ElementType::Int64, &[-1])],
        r#"{"inputs":{"n":[1,nan]}}"#,
        expect!["inputs.n[1]: expected int64, got nan"],
    );
}

#[test]
fn only_shares_of_one_are_called_probabilities() {
    let body =
        r#"{"data":{"req_data":[{"sepal_length":1,"sepal_width":2,"petal_length":3,"petal_width":4}]}}"#;
    let label = Value::Tensor(Tensor {
        shape: smallvec![1],
        elements: Elements::Int64(vec![1]),
    });
    let given = |scores: Vec<f32>| {
        let scores = Value::Tensor(Tensor {
            shape: smallvec![1, scores.len()],
            elements: Elements::Float32(scores),
        });
        let (mut model, codec) = rows(vec![label.clone(), scores]);
        model.ports.outputs = vec!["label".into(), "distances".into()];
        answer(&model, &codec, body)
    };
    let shares = given(vec![0.25, 0.75]);
    assert!(
        shares.ends_with(r#""predictresult":1,"probabilities":[0.25,0.75]}]}}"#),
        "{shares}"
    );
    let distances = given(vec![7.5, 0.1]);
    assert!(
        distances.ends_with(r#""predictresult":1,"distances":[7.5,0.1]}]}}"#),
        "{distances}"
    );
}

#[test]
fn mistakes_name_the_field() {
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2,3]]}}"#,
        expect!["inputs.x: expected float32 [N,4], got [1,3]"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[1,2,3,4]}}"#,
        expect!["inputs.x: expected float32 [N,4], got [4]"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":7}}"#,
        expect!["inputs.x: expected float32 [N,4], got []"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2,"three",4]]}}"#,
        expect![[r#"inputs.x[0][2]: expected float32, got the text "three""#]],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2,null,4]]}}"#,
        expect!["inputs.x[0][2]: expected float32, got null"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2,3,4],[1,2]]}}"#,
        expect!["inputs.x[1]: lists differ in length: expected 4 elements as in the first, got 2"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2,3,[4]]]}}"#,
        expect!["inputs.x[0][3]: expected a value here, as in the elements before, got a list"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2,3,4],5]}}"#,
        expect!["inputs.x[1]: expected a list here, as in the elements before, got a value"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[],5]}}"#,
        expect!["inputs.x[1]: expected a list here, as in the elements before, got a value"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[1e39,2,3,4]]}}"#,
        expect!["inputs.x[0][0]: expected float32, got 1000000000000000000000000000000000000000"],
    );
    check(
        matrix(),
        r#"{"inputs":{"y":[[1]]}}"#,
        expect![[r#"inputs.y: no such input; the model takes "x""#]],
    );
    check(
        matrix(),
        r#"{"inputs":{}}"#,
        expect!["inputs.x: is missing; expected float32 [N,4]"],
    );
    check(
        matrix(),
        r#"{"data":1}"#,
        expect![[r#"inputs: is missing; expected {"inputs":{"x": float32 [N,4]}}"#]],
    );
    check(
        matrix(),
        "",
        expect![[r#"body: is empty; expected {"inputs":{"x": float32 [N,4]}}"#]],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2,3,4]]"#,
        expect!["body: not valid JSON: EOF while parsing an object at line 1 column 26"],
    );
    check(
        matrix(),
        r#"{"inputs":{"x":[[1,2,3,4]]}} x"#,
        expect!["body: not valid JSON: trailing characters at line 1 column 30"],
    );
    check(
        vec![port("n", ElementType::Int8, &[-1])],
        r#"{"inputs":{"n":[1.5]}}"#,
        expect!["inputs.n[0]: expected int8, got 1.5"],
    );
    check(
        vec![port("n", ElementType::Int8, &[-1])],
        r#"{"inputs":{"n":[128]}}"#,
        expect!["inputs.n[0]: expected int8, got 128"],
    );
    check(
        matrix(),
        &format!("{{\"inputs\":{}1{}}}", "[".repeat(17), "]".repeat(17)),
        expect![[
            r#"inputs.x[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: lists are nested deeper than 16"#
        ]],
    );
}

fn iris_request() -> serde_json::Value {
    let number = json!({"type": "number"});
    json!({"Content-type": "applicaton/json", "data": {"type": "object", "properties": {"data": {"type": "object",
        "properties": {"req_data": {"type": "array", "item": [{"type": "object", "properties": {
            "sepal_length": number, "sepal_width": number, "petal_length": number, "petal_width": number}}]}}}}}})
}

fn rows(gives: Vec<Value>) -> (Echo, Codec) {
    let mut model = echo(matrix());
    model.gives = Some(gives);
    let codec = Codec::choose(Some(&iris_request()), &model.ports).unwrap();
    (model, codec)
}

#[test]
fn rows_are_echoed_with_their_result() {
    let label = Value::Tensor(Tensor {
        shape: smallvec![1],
        elements: Elements::Text(vec!["setosa".into()]),
    });
    let scores = Value::Maps(vec![vec![
        (Label::Text("setosa".into()), 0.75),
        (Label::Number(1), 0.25),
    ]]);
    let (model, codec) = rows(vec![label, scores]);
    let body = r#"{"meta":{"uuid":"10eb0091"},"data":{"req_data":[
        {"sepal_width":3.50,"sepal_length":"5.1","petal_length":1.4,"petal_width":0.2,"colour":"blue"}]}}"#;
    expect![[r#"{"meta":{"uuid":"10eb0091"},"data":{"resp_data":[{"sepal_length":"5.1","sepal_width":3.50,"petal_length":1.4,"petal_width":0.2,"predictresult":"setosa","probabilities":{"setosa":0.75,"1":0.25}}]}}"#]]
        .assert_eq(&answer(&model, &codec, body));
    expect![[r#"{"meta":{},"data":{"resp_data":[]}}"#]].assert_eq(&answer(
        &model,
        &codec,
        r#"{"data":{"req_data":[]}}"#,
    ));
}

#[test]
fn a_model_without_a_label_gives_its_numbers() {
    let (model, codec) = rows(vec![Value::Tensor(Tensor {
        shape: smallvec![1, 2],
        elements: Elements::Float32(vec![0.5, 2.0]),
    })]);
    let body =
        r#"{"data":{"req_data":[{"sepal_length":1,"sepal_width":2,"petal_length":3,"petal_width":4}]}}"#;
    expect![[r#"{"meta":{},"data":{"resp_data":[{"sepal_length":1,"sepal_width":2,"petal_length":3,"petal_width":4,"predictresult":[0.5,2.0]}]}}"#]]
        .assert_eq(&answer(&model, &codec, body));
}

#[test]
fn mistakes_in_rows_name_row_and_column() {
    let (model, codec) = rows(Vec::new());
    let check = |body: &str, expected: Expect| expected.assert_eq(&answer(&model, &codec, body));
    check(
        r#"{"data":{"req_data":[{"sepal_length":1,"sepal_width":2,"petal_width":4}]}}"#,
        expect![
            "data.req_data[0].petal_length: is missing; each row has sepal_length, sepal_width, petal_length, petal_width"
        ],
    );
    check(
        r#"{"data":{"req_data":[{"sepal_length":"five","sepal_width":2,"petal_length":3,"petal_width":4}]}}"#,
        expect![[r#"data.req_data[0].sepal_length: expected a number (float32), got "five""#]],
    );
    check(
        r#"{"data":{}}"#,
        expect![[
            r#"data.req_data: is missing; expected {"data":{"req_data":[{"sepal_length":…,"sepal_width":…,"petal_length":…,"petal_width":…}]}}"#
        ]],
    );
    check(
        r#"{"data":5}"#,
        expect![[
            r#"body: invalid type: integer `5`, expected an object with "req_data" at line 1 column 9; expected {"data":{"req_data":[{"sepal_length":…,"sepal_width":…,"petal_length":…,"petal_width":…}]}}"#
        ]],
    );
    check(
        r#"{"data":{"req_data":{"a":1}}}"#,
        expect![
            "data.req_data: expected a list of objects: invalid type: map, expected a list of rows at line 1 column 0"
        ],
    );
}

#[test]
fn declared_rows_must_fit_the_model() {
    let ports = Ports {
        inputs: vec![port("x", ElementType::Float32, &[-1, 2])],
        outputs: vec!["y".into()],
    };
    expect![[r#"request.data: req_data rows have 4 properties (sepal_length, sepal_width, petal_length, petal_width), but the model's input "x" is float32 [N,2]"#]]
        .assert_eq(&Codec::choose(Some(&iris_request()), &ports).unwrap_err().to_string());
    let each = |name| port(name, ElementType::Float32, &[-1, 1]);
    let names = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
    let model = echo(names.map(each).to_vec());
    let codec = Codec::choose(Some(&iris_request()), &model.ports).unwrap();
    assert!(matches!(codec, Codec::Rows(_)));
    assert_eq!(
        Codec::choose(Some(&json!({"data": {"type": "object"}})), &ports).unwrap(),
        Codec::Tensors
    );
}

/// Any JSON at all, and things that nearly are.
fn any_body() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<f64>().prop_map(|number| number.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        "[a-z\"\\\\]{0,5}".prop_map(|text| format!("{text:?}")),
    ];
    let nested = leaf.prop_recursive(6, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(","))),
            ("(inputs|x|data|req_data|meta|a)", inner)
                .prop_map(|(key, value)| format!("{{\"{key}\":{value}}}")),
        ]
    });
    (nested, 0usize..3).prop_map(|(body, cut)| {
        body.chars()
            .take(body.chars().count().saturating_sub(cut))
            .collect()
    })
}

proptest::proptest! {
    #[test]
    fn no_body_breaks_a_codec(body in any_body()) {
        let model = echo(matrix());
        let rows = Codec::choose(Some(&iris_request()), &model.ports).unwrap();
        for codec in [Codec::Tensors, rows] {
            // An answer or a reason; a panic fails the test.
            let _ = codec.predict(&model, body.as_bytes());
        }
    }

    #[test]
    fn numbers_come_back_as_they_went(numbers in proptest::collection::vec(proptest::num::f32::NORMAL, 4..5)) {
        let model = echo(matrix());
        let body = serde_json::json!({"inputs": {"x": [numbers]}}).to_string();
        let answer: serde_json::Value = serde_json::from_str(&answer(&model, &Codec::Tensors, &body)).unwrap();
        let back: Vec<f32> = serde_json::from_value(answer["outputs"]["x"][0].clone()).unwrap();
        proptest::prop_assert_eq!(back, numbers);
    }
}
