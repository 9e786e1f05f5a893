//! The trial: a plan and its reference answer the same rows.

use super::plan::Plan;
use crate::onnx::predictor::Predictor;
use smallvec::smallvec;

use crate::onnx::tensor::{Axis, Elements, Input, Shape, Tensor, Value};

/// Rows of a trial, where the model does not say how many it takes.
const ROWS: usize = 64;
/// How often it is tried.
const TRIALS: u64 = 4;
/// Columns that are tried for an axis that the model leaves open: the number that fits is known to the reference.
const OPEN_COLUMNS: usize = 1;
/// Scores may differ by so much of their size: what adding in another order makes.
const ROUNDING: f32 = 1e-4;

/// Whether both give the same, for rows of small, large, negative and zero numbers.
pub(super) fn agree(plan: &Plan, reference: &dyn Predictor) -> bool {
    (0..TRIALS).all(|trial| {
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15 ^ trial);
        let inputs: Vec<Tensor> = reference
            .ports()
            .inputs
            .iter()
            .map(|input| rows(input, &mut numbers))
            .collect();
        match (plan.run(&inputs), reference.run(&inputs)) {
            (Some(own), Ok(wanted)) => {
                own.len() == wanted.len() && own.iter().zip(&wanted).all(|(own, wanted)| same(own, wanted))
            }
            _ => false,
        }
    })
}

fn rows(input: &Input, numbers: &mut Numbers) -> Tensor {
    let length = |at: usize, open| match input.axes.as_deref().and_then(|axes| axes.get(at)) {
        Some(Axis::Fixed(length)) => *length,
        Some(Axis::Any(_)) | None => open,
    };
    let shape: Shape = smallvec![length(0, ROWS), length(1, OPEN_COLUMNS)];
    let count = shape.iter().product();
    Tensor {
        shape,
        elements: Elements::Float32((0..count).map(|_| numbers.next()).collect()),
    }
}

/// Numbers that are the same at every start.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // A part of ±1, then one of five sizes.
        let part = (self.0 >> 40) as f32 / (1u64 << 23) as f32 - 1.0;
        part * [0.0, 0.1, 1.0, 8.0, 64.0][(self.0 % 5) as usize]
    }
}

fn same(own: &Value, wanted: &Value) -> bool {
    match (own, wanted) {
        (Value::Tensor(own), Value::Tensor(wanted)) => {
            own.shape == wanted.shape
                && match (&own.elements, &wanted.elements) {
                    (Elements::Float32(own), Elements::Float32(wanted)) => {
                        own.iter().zip(wanted).all(|(own, wanted)| near(*own, *wanted))
                    }
                    (own, wanted) => own == wanted,
                }
        }
        (Value::Maps(own), Value::Maps(wanted)) => {
            own.len() == wanted.len()
                && own.iter().zip(wanted).all(|(own, wanted)| {
                    own.len() == wanted.len()
                        && own
                            .iter()
                            .zip(wanted)
                            .all(|(own, wanted)| own.0 == wanted.0 && near(own.1, wanted.1))
                })
        }
        _ => false,
    }
}

fn near(own: f32, wanted: f32) -> bool {
    (own - wanted).abs() <= ROUNDING * own.abs().max(wanted.abs()).max(1.0)
}
