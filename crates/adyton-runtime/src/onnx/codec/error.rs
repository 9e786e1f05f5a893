//! Why a body gets no prediction.

use std::fmt;

use adyton_core::fact::Fact;

use crate::onnx::predictor::RunError;
use crate::onnx::signature::Input;
use crate::onnx::tensor::show_shape;

/// What is wrong with a prediction's body: at which field (`inputs.x[2][0]`, `data.req_data[0].sepal_length`, `body`), what was
/// expected there, and what came. Boxed: it is large, and rare.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InputError(pub Box<Fact>);

impl std::error::Error for InputError {}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.words())
    }
}

impl From<Fact> for InputError {
    fn from(fact: Fact) -> Self {
        Self(Box::new(fact))
    }
}

impl InputError {
    /// A tensor of the wrong shape.
    pub(super) fn shape(input: &Input, shape: &[usize]) -> Self {
        Fact::InputUnfit {
            field: format!("inputs.{}", input.name),
            expected: input.to_string(),
            got: show_shape(shape),
        }
        .into()
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
