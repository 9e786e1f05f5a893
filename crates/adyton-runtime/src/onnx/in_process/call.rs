//! A call of a model in process, and what comes of it.

use bytes::Bytes;
use http::StatusCode;

use crate::onnx::codec::{InputError, PredictError, UnreadFields};
use crate::onnx::predictor::RunError;

/// One call of a model.
#[derive(Clone, Copy, Debug)]
pub struct Call<'c> {
    /// The path below the service's API address: `/`, `/predictions/iris`.
    pub path: &'c str,
    /// The whole body.
    pub body: &'c Bytes,
}

/// A model's answer, to be passed on untouched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The body.
    pub body: Bytes,
    /// What of the call's body counted for nothing.
    pub unread: UnreadFields,
}

/// Why a model in process gave no prediction.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ModelError {
    /// The body does not fit the model: the caller's mistake. The model's own answer; see [`ModelError::answer`].
    #[error(transparent)]
    Input(#[from] InputError),
    /// The model failed on this input. The model's own answer; see [`ModelError::answer`].
    #[error("the model failed: {0}")]
    Failed(RunError),
    /// Too many calls wait for the inference threads (`ModelArts.4206`).
    #[error("too many calls wait for this model")]
    Busy,
    /// The process is ending (`ModelArts.4302`).
    #[error("the model is being stopped")]
    Stopping,
}

impl ModelError {
    /// What the model itself answers: `MR.0105` in the shape that ModelArts' own handlers use, with the reason. `None` for
    /// what the platform has to answer ([`Busy`](Self::Busy), [`Stopping`](Self::Stopping)).
    pub fn answer(&self) -> Option<Answer> {
        let status = match self {
            Self::Input(_) => StatusCode::BAD_REQUEST,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Busy | Self::Stopping => return None,
        };
        let body = serde_json::json!({"erno": "MR.0105", "msg": self.to_string(), "words_result": {}});
        Some(Answer {
            status,
            content_type: "application/json",
            body: body.to_string().into(),
            unread: UnreadFields::default(),
        })
    }
}

impl From<PredictError> for ModelError {
    fn from(problem: PredictError) -> Self {
        match problem {
            PredictError::Input(problem) => Self::Input(problem),
            PredictError::Run(problem) => Self::Failed(problem),
        }
    }
}
