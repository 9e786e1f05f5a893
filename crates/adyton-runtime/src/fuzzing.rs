//! What fuzzing feeds with bytes. No part of this crate's interface: it may change at any time.

use adyton_core::model::ModelSpec;

use crate::isolated;
use crate::onnx;
use crate::package::config;

/// A `config.json`, as far as it can be checked without the package's files.
pub fn config(text: &[u8]) -> Option<ModelSpec> {
    config::checked_alone(text)
}

/// All that reads a graph before a runtime does.
pub fn graph(bytes: &[u8]) {
    onnx::builtin::read_alone(bytes);
}

/// What a model's own process says of a run, of a model with so many outputs: nothing where it is no answer, else what was read, as it
/// is written again.
pub fn process_answer(frame: &[u8], outputs: usize) -> Option<Vec<u8>> {
    isolated::read_alone(frame, outputs)
}
