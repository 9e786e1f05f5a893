//! What only an input decides, and `tract` answers with something made up: nodes of these kinds are looked at before each run
//! of theirs, and the call fails with a reason instead.
//!
//! - `TopK` of more elements than there are.
//! - A recurrence over no steps, whose final state would be the initial one.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{TypedOp, bail};
use tract_onnx::tract_core::ops::array::Topk;
use tract_onnx::tract_core::ops::gru_seq::GruSeq;
use tract_onnx::tract_core::ops::scan::{OptScan, Scan, ScanInfo};

/// The nodes of a graph that are looked at.
#[derive(Debug)]
pub(super) struct Watch(Vec<(usize, Kind)>);

#[derive(Clone, Debug)]
enum Kind {
    /// `TopK` along this axis.
    TopK(usize),
    /// A recurrence over this axis of this input.
    Steps { input: usize, axis: usize },
}

impl Watch {
    /// Finds them.
    pub(super) fn over(model: &TypedModel) -> Self {
        let kind = |node: &TypedNode| kind(node.op.as_ref()).map(|kind| (node.id, kind));
        Self(model.nodes().iter().filter_map(kind).collect())
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the node may run on these inputs.
    pub(super) fn check(&self, node: usize, inputs: &[TValue]) -> TractResult<()> {
        let Ok(at) = self.0.binary_search_by_key(&node, |(id, _)| *id) else {
            return Ok(());
        };
        match &self.0[at].1 {
            Kind::TopK(axis) => {
                let [values, count, ..] = inputs else {
                    return Ok(());
                };
                let length = values.shape().get(*axis).copied().unwrap_or(0);
                let count = count
                    .cast_to::<i64>()?
                    .try_as_plain_ram()?
                    .as_slice::<i64>()?
                    .first()
                    .copied();
                let count = count.unwrap_or(0);
                if usize::try_from(count).is_ok_and(|count| count <= length) {
                    return Ok(());
                }
                bail!("TopK: k is {count}, and axis {axis} has {length} elements");
            }
            Kind::Steps { input, axis } => {
                if inputs.get(*input).and_then(|input| input.shape().get(*axis)) == Some(&0) {
                    bail!("a recurrent operator was given a sequence without steps");
                }
                Ok(())
            }
        }
    }
}

fn kind(op: &dyn TypedOp) -> Option<Kind> {
    let steps = |(input, info): (usize, &ScanInfo)| Kind::Steps {
        input,
        axis: info.axis,
    };
    if let Some(topk) = op.downcast_ref::<Topk>() {
        return Some(Kind::TopK(topk.axis));
    }
    if op.downcast_ref::<GruSeq>().is_some() {
        return Some(Kind::Steps { input: 0, axis: 1 });
    }
    if let Some(scan) = op.downcast_ref::<Scan>() {
        let scanned = scan.input_mapping.iter().enumerate();
        return scanned
            .filter_map(|(at, mapping)| Some((at, mapping.as_scan()?)))
            .map(steps)
            .next();
    }
    if let Some(scan) = op.downcast_ref::<OptScan>() {
        let scanned = scan.input_mapping.iter().enumerate();
        return scanned
            .filter_map(|(at, mapping)| Some((at, mapping.as_scan()?)))
            .map(steps)
            .next();
    }
    None
}
