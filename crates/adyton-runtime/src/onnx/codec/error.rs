//! Why a body gets no prediction.

use crate::onnx::predictor::RunError;
use crate::onnx::signature::Input;
use crate::onnx::tensor::show_shape;

/// What is wrong with a prediction's body: which field, and what was expected there.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct InputError {
    /// The path of the field: `inputs.x[2][0]`, `data.req_data[0].sepal_length`, `body`.
    pub field: String,
    /// What was expected and what came.
    pub problem: String,
}

impl InputError {
    pub(crate) fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            problem: problem.into(),
        }
    }
    /// A tensor of the wrong shape.
    pub(super) fn shape(input: &Input, shape: &[usize]) -> Self {
        Self::new(
            format!("inputs.{}", input.name),
            format!("expected {input}, got {}", show_shape(shape)),
        )
    }
}

/// Why a prediction got no answer from a codec and its model.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PredictError {
    /// The caller's body does not fit the model.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The model failed.
    #[error(transparent)]
    Run(#[from] RunError),
}
