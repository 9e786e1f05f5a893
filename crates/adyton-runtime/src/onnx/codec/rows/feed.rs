//! Makes the model's tensors of the cells.

use adyton_core::fact::Fact;
use adyton_core::json_words::JsonProblem;
use adyton_core::shown::quoted;
use smallvec::smallvec;

use super::columns::{Columns, Feed};
use crate::onnx::codec::error::InputError;
use crate::onnx::codec::number;
use crate::onnx::signature::Input;
use crate::onnx::tensor::{Elements, Shape, Tensor};

/// The tensors that the rows make.
///
/// # Errors
/// A cell does not fit its input, or the model takes another number of rows.
pub(super) fn feed(
    columns: &Columns,
    inputs: &[Input],
    cells: &[&str],
    count: usize,
) -> Result<Vec<Tensor>, InputError> {
    let names = columns.names();
    let width = names.len();
    let push = |elements: &mut Elements, input: &Input, row: usize, column: usize| {
        let cell = cells[row * width + column];
        let field = || format!("data.req_data[{row}].{}", names[column]);
        // In JSON, the zero character is always written as an escape.
        if matches!(elements, Elements::Text(_))
            && cell.contains("\\u0000")
            && serde_json::from_str::<String>(cell).is_ok_and(|text| number::has_zero(elements, &text))
        {
            return Err(Fact::InputTextZero { field: field() }.into());
        }
        number::cell(elements, cell).ok_or_else(|| {
            let kind = &input.element.to_string();
            let wanted = if matches!(elements, Elements::Text(_)) {
                JsonProblem::TextOf { kind }
            } else {
                JsonProblem::NumberOf { kind }
            };
            let fact = Fact::InputUnfit {
                field: field(),
                expected: wanted.kept(),
                got: shown(cell),
            };
            InputError::from(fact)
        })
    };
    match columns.feed() {
        Feed::Matrix => {
            let input = &inputs[0];
            let mut elements = Elements::with_room(input.element, cells.len());
            for row in 0..count {
                for column in 0..width {
                    push(&mut elements, input, row, column)?;
                }
            }
            let shape: Shape = smallvec![count, width];
            if !input.takes(&shape) {
                let (rows, expected) = (count as u64, input.to_string());
                return Err(Fact::InputRows { rows, expected }.into());
            }
            Ok(vec![Tensor { shape, elements }])
        }
        Feed::Each(columns_of) => inputs
            .iter()
            .zip(columns_of)
            .map(|(input, column)| {
                let mut elements = Elements::with_room(input.element, count);
                for row in 0..count {
                    push(&mut elements, input, row, *column)?;
                }
                let shape: Shape = if input.axes.as_ref().is_some_and(|axes| axes.len() == 1) {
                    smallvec![count]
                } else {
                    smallvec![count, 1]
                };
                Ok(Tensor { shape, elements })
            })
            .collect(),
    }
}

fn shown(cell: &str) -> String {
    quoted(cell, 40)
}
