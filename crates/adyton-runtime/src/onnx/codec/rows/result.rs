//! What the model's outputs say of each row, and how it is written.

use super::columns::Columns;
use crate::onnx::codec::json_buffer::JsonBuffer;
use crate::onnx::codec::write;
use crate::onnx::signature::Ports;
use crate::onnx::tensor::{Elements, Label, Tensor, Value};

/// What the outputs say of each row.
pub(super) struct RowResults<'o> {
    label: Option<&'o Tensor>,
    scores: Option<&'o Value>,
    /// What the scores are called in the answer.
    name: &'o str,
}

impl<'o> RowResults<'o> {
    /// Finds label and scores of `count` rows.
    pub(super) fn of(outputs: &'o [Value], count: usize, columns: &Columns, ports: &'o Ports) -> Self {
        let one_a_row = |value: &'o Value| match value {
            Value::Tensor(tensor)
                if tensor.elements.len() == count && tensor.shape.first() == Some(&count) =>
            {
                Some(tensor)
            }
            Value::Tensor(_) | Value::Maps(_) | Value::Sequence(_) => None,
        };
        let is_class = |tensor: &&Tensor| {
            !matches!(
                tensor.elements,
                Elements::Float32(_) | Elements::Float64(_) | Elements::Float16(_)
            )
        };
        let label = outputs.iter().filter_map(one_a_row).find(is_class);
        let label = label.or_else(|| outputs.iter().find_map(one_a_row));
        let at = outputs.iter().position(|value| match value {
            Value::Maps(maps) => maps.len() == count,
            Value::Tensor(tensor) => {
                tensor.shape.first() == Some(&count) && tensor.elements.len() > count && !is_class(&tensor)
            }
            Value::Sequence(_) => false,
        });
        let scores = at.and_then(|at| outputs.get(at));
        let own = at
            .and_then(|at| ports.outputs.get(at))
            .map_or("scores", |name| &**name);
        let is_taken =
            |name: &str| name == "predictresult" || columns.names().iter().any(|column| column == name);
        let name = match scores {
            Some(Value::Tensor(scores)) if !are_probabilities(scores, count) => match is_taken(own) {
                true => "scores",
                false => own,
            },
            Some(_) | None => "probabilities",
        };
        Self { label, scores, name }
    }

    /// Writes `"predictresult":…` and, where there are scores, `,"probabilities":…` or `,"<the output's name>":…`.
    pub(super) fn write(&self, answer: &mut JsonBuffer, row: usize) {
        answer.extend_from_slice(b"\"predictresult\":");
        match (self.label, self.scores) {
            (Some(label), _) => write::element(answer, &label.elements, row),
            (None, Some(Value::Maps(maps))) => match highest(&maps[row]) {
                Some(label) => write::label(answer, label),
                None => answer.extend_from_slice(b"null"),
            },
            (None, Some(Value::Tensor(scores))) => return write::row(answer, scores, row),
            (None, _) => return answer.extend_from_slice(b"null"),
        }
        let mut named = || {
            answer.push(b',');
            write::text(answer, self.name);
            answer.push(b':');
        };
        match self.scores {
            Some(Value::Maps(maps)) => {
                named();
                write::map(answer, &maps[row]);
            }
            Some(Value::Tensor(scores)) => {
                named();
                write::row(answer, scores, row);
            }
            Some(Value::Sequence(_)) | None => {}
        }
    }
}

/// Whether each row is a share of one: what a classifier gives, unlike distances or values.
fn are_probabilities(scores: &Tensor, count: usize) -> bool {
    /// What rounding may make of a share and of the sum.
    const ROUNDING: f64 = 1e-3;
    let width = scores.elements.len() / count.max(1);
    fn are_shares<T>(all: &[T], width: usize, value: impl Fn(&T) -> f64) -> bool {
        all.chunks(width).all(|row| {
            let sum: f64 = row.iter().map(&value).sum();
            let is_one = (sum - 1.0).abs() <= ROUNDING;
            is_one
                && row
                    .iter()
                    .all(|one| (-ROUNDING..=1.0 + ROUNDING).contains(&value(one)))
        })
    }
    match &scores.elements {
        Elements::Float32(all) => are_shares(all, width, |one| f64::from(*one)),
        Elements::Float64(all) => are_shares(all, width, |one| *one),
        Elements::Float16(all) => are_shares(all, width, |one| one.to_f64()),
        _ => false,
    }
}

fn highest(scores: &[(Label, f32)]) -> Option<&Label> {
    scores
        .iter()
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(label, _)| label)
}
