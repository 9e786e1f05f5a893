//! The codecs against a model that is not one: it gives back what it was given.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::Arc;

use expect_test::{Expect, expect};
use serde_json::json;
use smallvec::smallvec;

use super::*;
use crate::onnx::predictor::RunError;
use crate::onnx::signature::{Axis, Input};
use crate::onnx::tensor::{ElementType, Elements, Label, Tensor, Value};

mod any_body;
mod rows;
mod tensors;

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
        Ok(answer) => String::from_utf8(answer.body.to_vec()).unwrap(),
        Err(problem) => problem.to_string(),
    }
}

fn check(inputs: Vec<Input>, body: &str, expected: Expect) {
    expected.assert_eq(&answer(&echo(inputs), &Codec::Tensors, body));
}

fn matrix() -> Vec<Input> {
    vec![port("x", ElementType::Float32, &[-1, 4])]
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
