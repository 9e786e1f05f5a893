//! The example that a package brings: a body that the model is known to answer. It is used where inputs of our own making are
//! no use: a list of exactly a hundred numbers, texts of known categories.
//!
//! Either `model/example.json`, the body as a caller would send it; or the declared request schema, where each of its values
//! has an `example`, `examples` or a `default` (`adyton_core::example_body`).

use std::fs;
use std::path::Path;

use adyton_core::example_body::given;
use adyton_core::graph_fault::GraphFault;
use parking_lot::Mutex;
use rustix::process::Pid;
use serde_json::Value as Json;

use super::codec::{Codec, PredictError};
use super::cost::Cost;
use super::ending::Ending;
use super::predictor::{Predictor, RunError};
use super::signature::Ports;
use super::tensor::{Tensor, Value};

/// The file, beside the model.
const FILE: &str = "example.json";
/// A larger one, in bytes, is not read.
const LARGEST: u64 = 16 << 20;

/// The example in the folder of the model, if there is one.
fn in_folder(model: &Path) -> Option<Vec<u8>> {
    let path = model.join(FILE);
    let fits = fs::metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST);
    if fits { fs::read(path).ok() } else { None }
}

/// The example that a declared request (`{"Content-type", "data": schema}`) describes.
pub(super) fn of_schema(request: &Json) -> Option<Vec<u8>> {
    serde_json::to_vec(&given(request)?).ok()
}

/// The tensors that the model answered when it was asked with `body`; else what was wrong.
pub(super) fn ask(model: &dyn Predictor, codec: &Codec, body: &[u8]) -> Result<Vec<Tensor>, PredictError> {
    let listener = RecordingModel {
        model,
        heard: Mutex::new(None),
    };
    codec.predict(&listener, body)?;
    let heard = listener.heard.into_inner();
    heard.ok_or_else(|| RunError::new(GraphFault::AsksNothing.kept()).into())
}

/// A model whose package brings an example.
#[derive(Debug)]
pub(crate) struct WithExample {
    model: Box<dyn Predictor>,
    body: Vec<u8>,
}

impl WithExample {
    /// The model, with the example that lies in its folder if there is one.
    pub(crate) fn of_folder(folder: &Path, model: Box<dyn Predictor>) -> Box<dyn Predictor> {
        match in_folder(folder) {
            None => model,
            Some(body) => Box::new(Self { model, body }),
        }
    }
}

impl Predictor for WithExample {
    fn ports(&self) -> &Ports {
        self.model.ports()
    }
    fn run(&self, inputs: &[Tensor]) -> Result<Vec<Value>, RunError> {
        self.model.run(inputs)
    }
    fn run_until(&self, inputs: &[Tensor], ending: &Ending) -> Result<Vec<Value>, RunError> {
        self.model.run_until(inputs, ending)
    }
    fn cost(&self) -> Cost {
        self.model.cost()
    }
    fn example(&self) -> Option<&[u8]> {
        Some(&self.body)
    }
    fn on_end(&self, tell: Box<dyn FnOnce(String) + Send>) {
        self.model.on_end(tell);
    }
    fn process(&self) -> Option<Pid> {
        self.model.process()
    }
    fn runtime(&self) -> String {
        self.model.runtime()
    }
}

/// A model with an ear for what it is asked.
#[derive(Debug)]
struct RecordingModel<'m> {
    model: &'m dyn Predictor,
    heard: Mutex<Option<Vec<Tensor>>>,
}

impl Predictor for RecordingModel<'_> {
    fn ports(&self) -> &Ports {
        self.model.ports()
    }
    fn run(&self, inputs: &[Tensor]) -> Result<Vec<Value>, RunError> {
        let values = self.model.run(inputs)?;
        *self.heard.lock() = Some(inputs.to_vec());
        Ok(values)
    }
    fn cost(&self) -> Cost {
        self.model.cost()
    }
    fn runtime(&self) -> String {
        self.model.runtime()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::of_schema;

    #[test]
    fn a_schema_whose_values_all_have_examples_is_one() {
        let number = |example: f64| json!({"type": "number", "example": example});
        let rows = json!({"data": {"type": "object", "properties": {"data": {"type": "object", "properties": {"req_data":
            {"type": "array", "items": [{"type": "object", "properties": {"a": number(1.5), "b": {"type": "string", "default": "x"}}}]}}}}}});
        let body = of_schema(&rows).map(|body| String::from_utf8(body).unwrap_or_default());
        assert_eq!(
            body.as_deref(),
            Some(r#"{"data":{"req_data":[{"a":1.5,"b":"x"}]}}"#)
        );
        let whole = json!({"data": {"type": "object", "examples": [{"inputs": {"x": [1]}}]}});
        assert_eq!(of_schema(&whole), Some(br#"{"inputs":{"x":[1]}}"#.to_vec()));
        let half =
            json!({"data": {"type": "object", "properties": {"a": number(1.0), "b": {"type": "number"}}}});
        assert_eq!(of_schema(&half), None);
    }
}
