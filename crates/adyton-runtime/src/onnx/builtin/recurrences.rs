//! Recurrent operators begin anew with each run.
//!
//! `tract` is made for streams: its `Scan` (to which RNN, LSTM and GRU are lowered) goes on where the run before ended. A
//! prediction is no stream. What one caller sent must not reach the next, and a recurrence inside of another one begins anew
//! with each round of the outer one. So each is told to, wherever it lies in the graph.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::gru_seq::GruSeq;
use tract_onnx::tract_core::ops::logic::IfThenElse;
use tract_onnx::tract_core::ops::scan::Scan;

/// Makes every recurrence in `model`, and in the graphs inside of it, begin with its initial state.
pub(super) fn begin_anew(model: &mut TypedModel) {
    for node in model.nodes_mut() {
        if let Some(scan) = node.op_as_mut::<Scan>() {
            scan.reset_every_turn = true;
            begin_anew(&mut scan.body);
        } else if let Some(gru) = node.op_as_mut::<GruSeq>() {
            gru.reset_every_turn = true;
        } else if let Some(branches) = node.op_as_mut::<IfThenElse>() {
            begin_anew(&mut branches.then_body);
            begin_anew(&mut branches.else_body);
        }
    }
}
