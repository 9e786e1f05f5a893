//! Reads `{"inputs":…}` into tensors, checked against what the model declares.
//!
//! `named.rs` reads the objects, `nested.rs` a tensor's lists; `complete.rs` checks what was found, `trouble.rs` says what is wrong.

mod complete;
mod named;
mod nested;
mod trouble;

use serde::de::DeserializeSeed;

use self::complete::complete;
use self::named::Body;
use self::trouble::{Trouble, unreadable};
use super::InputError;
use crate::onnx::signature::Ports;
use crate::onnx::tensor::Tensor;

/// Reads the tensors of a body, in the order of the model's inputs.
pub(super) fn tensors(body: &[u8], ports: &Ports) -> Result<Vec<Tensor>, InputError> {
    if body.is_empty() {
        return Err(InputError::new(
            "body",
            format!("is empty; expected {{\"inputs\":{{{}}}}}", wanted(ports)),
        ));
    }
    let mut trouble = Trouble::default();
    let mut from = serde_json::Deserializer::from_slice(body);
    let read = Body {
        ports,
        trouble: &mut trouble,
    }
    .deserialize(&mut from)
    .and_then(|found| from.end().map(|()| found));
    match (read, trouble) {
        (Ok(found), _) => complete(found, ports),
        (
            Err(_),
            Trouble {
                problem: Some(problem),
                ..
            },
        ) => Err(problem),
        (Err(syntax), Trouble { place: None, .. }) => {
            Err(InputError::new("body", format!("not valid JSON: {syntax}")))
        }
        (
            Err(syntax),
            Trouble {
                place: Some(place), ..
            },
        ) => Err(unreadable(body, &syntax, place)),
    }
}

/// `"x": float32 [N,4], "y": int64 [N]`
fn wanted(ports: &Ports) -> String {
    ports
        .inputs
        .iter()
        .map(|input| format!("\"{}\": {input}", input.name))
        .collect::<Vec<_>>()
        .join(", ")
}
