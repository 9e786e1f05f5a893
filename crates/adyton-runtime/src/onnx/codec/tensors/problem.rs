//! What went wrong while a body was read, in the words of the caller's own body.

use adyton_core::fact::Fact;
use adyton_core::json_words::JsonProblem;
use adyton_core::shown::{quoted, quoted_bytes};

use crate::onnx::codec::error::InputError;
use crate::onnx::signature::Ports;
use crate::onnx::tensor::ElementType;

/// How much of a value that cannot be read is shown.
const SHOWN: usize = 40;

/// What went wrong while a body was read, and where.
#[derive(Default)]
pub(super) struct ReadStop {
    /// Said by us, in the words of the caller's own body.
    pub(super) problem: Option<InputError>,
    /// Where the JSON reader stopped, when that was inside a tensor.
    pub(super) place: Option<Place>,
}

/// A place in a tensor: `inputs.x[0][2]`.
pub(super) struct Place {
    pub(super) field: String,
    pub(super) element: ElementType,
}

/// A value inside a tensor that is no JSON. Numbers that JSON has no word for are written by many clients all the same.
pub(super) fn unreadable(body: &[u8], syntax: &serde_json::Error, place: Place) -> InputError {
    let word = word_at(body, syntax);
    let is_special = is_special(&word);
    let is_large = !is_special && syntax.to_string().starts_with("number out of range");
    let takes_special = matches!(
        place.element,
        ElementType::Float32 | ElementType::Float64 | ElementType::Float16
    );
    let Place { field, element } = place;
    let expected = element.to_string();
    let fact = match (is_special || is_large, takes_special) {
        (true, true) => Fact::InputNoWord {
            field,
            expected,
            got: word,
        },
        (true, false) => Fact::InputUnfit {
            field,
            expected,
            got: word,
        },
        (false, _) => Fact::InputNotJson {
            field,
            error: syntax.to_string(),
        },
    };
    fact.into()
}

/// Whether a word is a number that JSON has no word for.
pub(in crate::onnx::codec) fn is_special(word: &str) -> bool {
    let bare = word.trim_start_matches(['-', '+']).to_ascii_lowercase();
    matches!(bare.as_str(), "nan" | "inf" | "infinity")
}

/// The word of the body at which the reader stopped.
pub(in crate::onnx::codec) fn word_at(body: &[u8], syntax: &serde_json::Error) -> String {
    let lines = body.split(|byte| *byte == b'\n');
    let Some(line) = lines.into_iter().nth(syntax.line().saturating_sub(1)) else {
        return String::new();
    };
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"[]{},:".contains(byte);
    let (before, after) = line.split_at(syntax.column().saturating_sub(1).min(line.len()));
    let start = before.iter().rposition(is_end).map_or(0, |at| at + 1);
    let length = after.iter().position(is_end).unwrap_or(after.len());
    let word = line.get(start..before.len() + length).unwrap_or_default();
    quoted_bytes(word, SHOWN)
}

/// A text as a message shows it.
pub(super) fn text(value: &str) -> String {
    JsonProblem::TheText {
        value: &quoted(value, SHOWN),
    }
    .kept()
}

/// `{"inputs":{"x": float32 [N,4], "y": int64 [N]}}`
pub(super) fn body_of(ports: &Ports) -> String {
    format!("{{\"inputs\":{{{}}}}}", wanted(ports))
}

/// `"x": float32 [N,4], "y": int64 [N]`
pub(super) fn wanted(ports: &Ports) -> String {
    ports
        .inputs
        .iter()
        .map(|input| format!("\"{}\": {input}", input.name))
        .collect::<Vec<_>>()
        .join(", ")
}
