//! The JSON body of a prediction: tensors, and rows. What must hold: what is read and given back as it is is valid JSON.

use std::sync::OnceLock;

use adyton_runtime::onnx::codec::Codec;
use adyton_runtime::onnx::predictor::{Predictor, RunError};
use adyton_runtime::onnx::signature::{Axis, Input, Ports};
use adyton_runtime::onnx::tensor::{ElementType, Tensor, Value};
use serde_json::json;

use crate::choices::Choices;

/// A model that gives back what it was given.
#[derive(Debug)]
struct Echo(Ports);

impl Predictor for Echo {
    fn ports(&self) -> &Ports {
        &self.0
    }
    fn run(&self, inputs: &[Tensor]) -> Result<Vec<Value>, RunError> {
        Ok(inputs.iter().cloned().map(Value::Tensor).collect())
    }
    fn runtime(&self) -> String {
        "echo".to_owned()
    }
}

const TYPES: [ElementType; 6] = [
    ElementType::Float32,
    ElementType::Int64,
    ElementType::Uint8,
    ElementType::Bool,
    ElementType::Text,
    ElementType::Float16,
];

/// Models of one and of two inputs, of each type.
fn models() -> &'static Vec<(Echo, Codec)> {
    static MODELS: OnceLock<Vec<(Echo, Codec)>> = OnceLock::new();
    MODELS.get_or_init(|| {
        let input = |name: &str, element, axes: &[Option<usize>]| Input {
            name: name.into(),
            element,
            axes: Some(axes.iter().map(|axis| axis.map_or(Axis::Any(None), Axis::Fixed)).collect()),
        };
        let of = |inputs: Vec<Input>| Echo(Ports {
            outputs: inputs.iter().map(|input| input.name.clone()).collect(),
            inputs,
        });
        let mut models = Vec::new();
        for element in TYPES {
            models.push((of(vec![input("x", element, &[None, Some(2)])]), Codec::Tensors));
            models.push((
                of(vec![input("x", element, &[None]), input("y", ElementType::Float32, &[])]),
                Codec::Tensors,
            ));
            let rows = of(vec![input("a", element, &[None, Some(1)]), input("b", ElementType::Float32, &[None, Some(1)])]);
            let schema = json!({"data": {"type": "object", "properties": {"data": {"type": "object", "properties": {
                "req_data": {"type": "array", "items": [{"type": "object", "properties": {"a": {}, "b": {}}}]}}}}}});
            if let Ok(codec) = Codec::choose(Some(&schema), rows.ports()) {
                models.push((rows, codec));
            }
        }
        models
    })
}

pub(crate) fn run(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let (model, codec) = choices.one(models());
    let Ok(answer) = codec.predict(model, choices.rest()) else {
        return;
    };
    // With all its texts; a number that the caller sent comes back as it was, though it may be beyond what a reader holds.
    if let Err(problem) = serde_json::from_slice::<serde_json::Value>(&answer.body) {
        let problem = problem.to_string();
        assert!(problem.starts_with("number out of range"), "{problem}");
    }
}
