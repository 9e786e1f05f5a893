//! Between JSON and tensors. Two forms of a prediction's body:
//!
//! - **Tensors**: `{"inputs":{"x":[[…]]}}` → `{"outputs":{"y":[[…]]}}`, the ONNX model's own names and nesting. With a single
//!   input, `{"inputs":[[…]]}` is that input.
//! - **Rows**, the ModelArts convention for predictive models: `{"meta":{"uuid"},"data":{"req_data":[{"column":5.1,…}]}}`
//!   → `{"meta":{"uuid"},"data":{"resp_data":[{"column":5.1,…,"predictresult":…}]}}`. Chosen when the request schema in
//!   `config.json` declares `req_data` rows with named properties; the columns are the properties in declared order.
//!
//! Bodies are read by `serde_json` straight into vectors, without a tree of JSON values in between (`tensors.rs`, `rows/cells.rs`). JSON has no NaN and no infinities: in
//! answers they are the texts `"NaN"`, `"Infinity"` and `"-Infinity"`, and inputs of floating point take the same texts.

mod error;
mod json_buffer;
mod number;
mod rows;
mod schema;
mod tensors;
mod unread;
mod write;

use adyton_core::fact::Fact;
use adyton_core::graph_fault::GraphFault;
use adyton_core::model::ApiDeclaration;
use bytes::Bytes;
use serde_json::Value as Json;

pub use self::error::{InputError, PredictError};
pub use self::schema::SchemaError;
pub use self::unread::UnreadFields;
use super::predictor::{Predictor, RunError};
use super::signature::{MOST_OUTPUT_AXES, Ports};
use super::tensor::{Tensor, Value};

/// A model's answer to a body.
#[derive(Debug)]
pub struct Predicted {
    /// The answer's body.
    pub body: Bytes,
    /// What of the request's body counted for nothing.
    pub unread: UnreadFields,
}

/// How the bodies of one declared API are read and written.
#[derive(Clone, PartialEq, Debug)]
pub enum Codec {
    /// Named tensors.
    Tensors,
    /// Rows of named columns.
    Rows(rows::Columns),
}

impl Codec {
    /// The codec for an API whose `request` is declared as `request` (`{"Content-type", "data": schema}`).
    ///
    /// # Errors
    /// The schema declares `req_data` rows that do not fit the model's inputs.
    pub fn choose(request: Option<&Json>, ports: &Ports) -> Result<Self, SchemaError> {
        match request.and_then(schema::row_properties) {
            None => Ok(Self::Tensors),
            Some(names) => rows::Columns::fit(names, ports).map(Self::Rows),
        }
    }

    /// Answers one body with the model.
    ///
    /// # Errors
    /// The body does not fit, or the model failed.
    pub fn predict(&self, model: &dyn Predictor, body: &[u8]) -> Result<Predicted, PredictError> {
        let answer = match self {
            Self::Tensors => tensors::read(body, model.ports())
                .map_err(PredictError::from)
                .and_then(|inputs| {
                    let body = write::outputs(model.ports(), &run(model, &inputs)?)?;
                    // A field that tensors do not have is refused.
                    let unread = UnreadFields::default();
                    Ok(Predicted { body, unread })
                }),
            Self::Rows(columns) => rows::predict(columns, model, body),
        };
        // What the reader of JSON says of a mark, which nobody sees, helps nobody.
        match answer {
            Err(PredictError::Input(_)) if is_marked(body) => {
                Err(InputError::from(Fact::InputByteOrderMark).into())
            }
            answer => answer,
        }
    }
}

/// Runs the model.
fn run(model: &dyn Predictor, inputs: &[Tensor]) -> Result<Vec<Value>, RunError> {
    model.run(inputs).and_then(with_few_axes)
}

/// The values, if readers of JSON can follow them. How many axes an output has may be for its caller to say, and writing lists that
/// nest without end would take a stack without end.
///
/// # Errors
/// One has more.
pub(crate) fn with_few_axes(values: Vec<Value>) -> Result<Vec<Value>, RunError> {
    let tensors = values.iter().flat_map(|value| match value {
        Value::Tensor(tensor) => std::slice::from_ref(tensor),
        Value::Sequence(tensors) => tensors,
        Value::Maps(_) => &[],
    });
    let deepest = tensors.map(|tensor| tensor.shape.len()).max().unwrap_or_default();
    match deepest > MOST_OUTPUT_AXES {
        true => {
            let (axes, most) = (&deepest.to_string(), &MOST_OUTPUT_AXES.to_string());
            Err(RunError::new(GraphFault::OutputAxes { axes, most }.kept()))
        }
        false => Ok(values),
    }
}

/// Whether a body begins with a byte order mark: of UTF-8 or of UTF-16.
fn is_marked(body: &[u8]) -> bool {
    [&b"\xef\xbb\xbf"[..], b"\xff\xfe", b"\xfe\xff"]
        .iter()
        .any(|mark| body.starts_with(mark))
}

/// The codec of each declared API, by its path.
///
/// # Errors
/// The number of the declaration (`apis[n]`) whose schema does not fit the model.
pub fn of_apis(apis: &[ApiDeclaration], ports: &Ports) -> Result<Vec<(String, Codec)>, (usize, SchemaError)> {
    let choose = |(at, api): (usize, &ApiDeclaration)| match Codec::choose(api.request.as_ref(), ports) {
        Ok(codec) => Ok((api.url.clone(), codec)),
        Err(problem) => Err((at, problem)),
    };
    apis.iter().enumerate().map(choose).collect()
}

#[cfg(test)]
mod tests;
