//! The ModelArts convention for predictive models: rows of named columns in, the same rows with `predictresult` out.
//!
//! `predictresult` is the model's label for the row: its first output with one integer, text or boolean a row; otherwise
//! the label of the highest score; otherwise the row's numbers. Scores, where the model gives them, follow as
//! `probabilities`, if they are some, else under the output's own name. The columns and `meta.uuid` are echoed as they were written.
//!
//! `columns.rs` fits the declared columns to a model; `cells.rs` reads a body, `feed.rs` makes tensors
//! of it, and `result.rs` reads the model's outputs.

mod cells;
mod columns;
mod feed;
mod result;

use self::cells::Cells;
pub(super) use self::columns::Columns;
use self::feed::feed;
use self::result::RowResults;
use super::Predicted;
use super::error::PredictError;
use super::json_buffer::JsonBuffer;
use crate::onnx::predictor::Predictor;

/// Room in an answer beside what is repeated: around the rows, and for what a model says of one.
const ROOM_AROUND: usize = 64;
const ROOM_FOR_RESULT: usize = 128;

/// Answers one body of rows.
pub(super) fn predict(
    columns: &Columns,
    model: &dyn Predictor,
    body: &[u8],
) -> Result<Predicted, PredictError> {
    let Cells { uuid, cells, unread } = cells::read(columns.names(), body)?;
    let width = columns.names().len();
    let count = cells.len() / width;
    let room = body.len() + count * (columns.keys_length() + ROOM_FOR_RESULT);
    let mut answer = JsonBuffer::with_capacity(ROOM_AROUND + room);
    answer.extend_from_slice(b"{\"meta\":{");
    if let Some(uuid) = uuid {
        answer.extend_from_slice(b"\"uuid\":");
        answer.extend_from_slice(uuid.as_bytes());
    }
    answer.extend_from_slice(b"},\"data\":{\"resp_data\":[");
    if count > 0 {
        let inputs = feed(columns, &model.ports().inputs, &cells, count)?;
        let outputs = super::run(model, &inputs)?;
        let result = RowResults::of(&outputs, count, columns, model.ports());
        for (row, cells) in cells.chunks_exact(width).enumerate() {
            if answer.is_full() {
                break;
            }
            answer.extend_from_slice(if row == 0 { b"{" } else { b",{" });
            for (key, cell) in columns.keys().zip(cells) {
                answer.extend_from_slice(key.as_bytes());
                answer.extend_from_slice(cell.as_bytes());
                answer.push(b',');
            }
            result.write(&mut answer, row);
            answer.push(b'}');
        }
    }
    answer.extend_from_slice(b"]}}");
    Ok(Predicted {
        body: answer.finish()?,
        unread,
    })
}
