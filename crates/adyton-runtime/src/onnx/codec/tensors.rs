//! Reads `{"inputs":…}` into tensors, checked against what the model declares.
//!
//! `named.rs` reads the objects, `nested.rs` a tensor's lists; `complete.rs` checks what was found, `problem.rs` says what is wrong.

mod complete;
mod named;
mod nested;
mod problem;

use adyton_core::fact::Fact;
use serde::de::DeserializeSeed;

use self::complete::complete;
use self::named::Body;
use self::problem::{ReadStop, body_of, unreadable};
pub(super) use self::problem::{is_special, word_at};
use super::error::InputError;
use crate::onnx::signature::Ports;
use crate::onnx::tensor::Tensor;

/// Reads the tensors of a body, in the order of the model's inputs.
pub(super) fn read(body: &[u8], ports: &Ports) -> Result<Vec<Tensor>, InputError> {
    if body.is_empty() {
        return Err(Fact::InputEmpty {
            expected: body_of(ports),
        }
        .into());
    }
    let mut stop = ReadStop::default();
    let mut from = serde_json::Deserializer::from_slice(body);
    let read = Body {
        ports,
        stop: &mut stop,
    }
    .deserialize(&mut from)
    .and_then(|found| from.end().map(|()| found));
    match (read, stop) {
        (Ok(found), _) => complete(found, ports),
        (
            Err(_),
            ReadStop {
                problem: Some(problem),
                ..
            },
        ) => Err(problem),
        (Err(syntax), ReadStop { place: None, .. }) => {
            let (field, error) = ("body".to_owned(), syntax.to_string());
            Err(Fact::InputNotJson { field, error }.into())
        }
        (
            Err(syntax),
            ReadStop {
                place: Some(place), ..
            },
        ) => Err(unreadable(body, &syntax, place)),
    }
}
