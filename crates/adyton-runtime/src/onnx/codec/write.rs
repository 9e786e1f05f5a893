//! Writes outputs as JSON, straight into a buffer.

use bytes::Bytes;
use half::f16;
use serde::Serialize;

use super::json_buffer::JsonBuffer;
use crate::onnx::predictor::RunError;
use crate::onnx::signature::Ports;
use crate::onnx::tensor::{Elements, Label, Tensor, Value, each_type};

/// `{"outputs":{…}}` with every output under its name.
///
/// # Errors
/// There is no memory for it.
pub(super) fn outputs(ports: &Ports, values: &[Value]) -> Result<Bytes, RunError> {
    let mut answer = JsonBuffer::with_capacity(256);
    answer.extend_from_slice(b"{\"outputs\":{");
    for (at, (name, one)) in ports.outputs.iter().zip(values).enumerate() {
        if at > 0 {
            answer.push(b',');
        }
        text(&mut answer, name);
        answer.push(b':');
        value(&mut answer, one);
    }
    answer.extend_from_slice(b"}}");
    answer.finish()
}

fn value(answer: &mut JsonBuffer, value: &Value) {
    match value {
        Value::Tensor(one) => tensor(answer, one),
        Value::Maps(maps) => list(answer, maps.iter(), |answer, one| map(answer, one)),
        Value::Sequence(tensors) => list(answer, tensors.iter(), tensor),
    }
}

fn list<T>(answer: &mut JsonBuffer, items: impl Iterator<Item = T>, put: impl Fn(&mut JsonBuffer, T)) {
    answer.push(b'[');
    for (at, item) in items.enumerate() {
        if answer.is_full() {
            return;
        }
        if at > 0 {
            answer.push(b',');
        }
        put(answer, item);
    }
    answer.push(b']');
}

/// A tensor as nested lists; one without axes is a bare value.
pub(super) fn tensor(answer: &mut JsonBuffer, tensor: &Tensor) {
    each_type!(&tensor.elements, elements => nested(answer, &tensor.shape, elements));
}

/// One row (one index of the first axis) of a tensor.
pub(super) fn row(answer: &mut JsonBuffer, tensor: &Tensor, row: usize) {
    let Some((rows, inner)) = tensor.shape.split_first() else {
        return answer.extend_from_slice(b"null");
    };
    each_type!(&tensor.elements, elements => {
        let length = elements.len() / (*rows).max(1);
        nested(answer, inner, elements.get(row * length..(row + 1) * length).unwrap_or_default());
    });
}

/// One element of a tensor.
pub(super) fn element(answer: &mut JsonBuffer, elements: &Elements, at: usize) {
    each_type!(elements, elements => match elements.get(at) {
        Some(one) => one.put(answer),
        None => answer.extend_from_slice(b"null"),
    });
}

fn nested<T: Element>(answer: &mut JsonBuffer, shape: &[usize], elements: &[T]) {
    match shape {
        [] => match elements.first() {
            Some(one) => one.put(answer),
            None => answer.extend_from_slice(b"null"),
        },
        [_] => list(answer, elements.iter(), |answer, one| one.put(answer)),
        [first, inner @ ..] => {
            let length = elements.len() / (*first).max(1);
            // With an axis of length zero further in, there is nothing to cut: every index gives an empty list.
            list(answer, 0..*first, |answer, at| {
                nested(answer, inner, &elements[at * length..(at + 1) * length])
            });
        }
    }
}

/// Scores by label: `{"setosa":0.97,…}`. Keys of JSON objects are texts, so integer labels become texts.
pub(super) fn map(answer: &mut JsonBuffer, scores: &[(Label, f32)]) {
    answer.push(b'{');
    for (at, (name, score)) in scores.iter().enumerate() {
        if at > 0 {
            answer.push(b',');
        }
        match name {
            Label::Text(name) => text(answer, name),
            Label::Number(number) => {
                answer.push(b'"');
                json(answer, number);
                answer.push(b'"');
            }
        }
        answer.push(b':');
        score.put(answer);
    }
    answer.push(b'}');
}

/// A label as a value.
pub(super) fn label(answer: &mut JsonBuffer, label: &Label) {
    match label {
        Label::Text(name) => text(answer, name),
        Label::Number(number) => json(answer, number),
    }
}

/// A key of an object: the name with quotes and escapes.
pub(super) fn key(name: &str) -> String {
    serde_json::to_string(name).unwrap_or_default()
}

/// A text with quotes and escapes.
pub(super) fn text(answer: &mut JsonBuffer, text: &str) {
    json(answer, text);
}

/// Serialises a plain value; writing numbers and texts into memory cannot fail.
fn json<T: Serialize + ?Sized>(answer: &mut JsonBuffer, value: &T) {
    if serde_json::to_writer(&mut *answer, value).is_err() {
        answer.extend_from_slice(b"null");
    }
}

/// An element that JSON can show.
trait Element {
    fn put(&self, answer: &mut JsonBuffer);
}

/// JSON has no word for what is not finite.
fn not_finite(answer: &mut JsonBuffer, is_nan: bool, is_negative: bool) {
    answer.extend_from_slice(match (is_nan, is_negative) {
        (true, _) => b"\"NaN\"".as_slice(),
        (false, false) => b"\"Infinity\"",
        (false, true) => b"\"-Infinity\"",
    });
}

macro_rules! float {
    ($($type:ty),*) => {$(
        impl Element for $type {
            fn put(&self, answer: &mut JsonBuffer) {
                match self.is_finite() {
                    true => json(answer, self),
                    false => not_finite(answer, self.is_nan(), self.is_sign_negative()),
                }
            }
        }
    )*};
}
float!(f32, f64);

impl Element for f16 {
    fn put(&self, answer: &mut JsonBuffer) {
        self.to_f32().put(answer);
    }
}

macro_rules! plain {
    ($($type:ty),*) => {$(
        impl Element for $type {
            fn put(&self, answer: &mut JsonBuffer) {
                json(answer, self);
            }
        }
    )*};
}
plain!(i8, i16, i32, i64, u8, u16, u32, u64, bool, String);
