//! What only an input decides, and `tract` answers with something made up: nodes of these kinds are looked at before each run
//! of theirs, and the call fails with a reason instead.
//!
//! - `TopK` of more elements than there are.
//! - A recurrence over no steps, whose final state would be the initial one.
//! - A reflected margin that is longer than what it reflects.
//! - `ReduceMax` and `ReduceMin` over nothing, or over infinities alone: `tract` begins with the largest finite number.
//!
//! What fails with every input is refused when the graph is prepared ([`refuse`]).

use adyton_core::graph_fault::GraphFault;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{TypedOp, bail};
use tract_onnx::tract_core::ops::array::{Pad, PadMode, Topk};
use tract_onnx::tract_core::ops::cast::Cast;
use tract_onnx::tract_core::ops::gru_seq::GruSeq;
use tract_onnx::tract_core::ops::logic::IfThenElse;
use tract_onnx::tract_core::ops::nn::{Reduce, Reducer};
use tract_onnx::tract_core::ops::scan::{OptScan, Scan, ScanInfo};

use super::texts;

/// The nodes of a graph that are looked at.
#[derive(Debug)]
pub(super) struct UnsupportedInputs(Vec<(usize, InputCheck)>);

#[derive(Clone, Debug)]
enum InputCheck {
    /// `TopK` along this axis.
    TopK(usize),
    /// A recurrence over this axis of this input.
    Steps { input: usize, axis: usize },
    /// `ReduceMax` or `ReduceMin`.
    Extreme,
    /// `Pad` that reflects, with the margins of each axis.
    Reflect(Vec<(usize, usize)>),
}

impl UnsupportedInputs {
    /// Finds them.
    pub(super) fn among(model: &TypedModel) -> Self {
        let kind = |node: &TypedNode| kind(node.op.as_ref()).map(|kind| (node.id, kind));
        Self(model.nodes().iter().filter_map(kind).collect())
    }

    /// Runs the node, if it may run on these inputs.
    pub(super) fn run(
        &self,
        node: usize,
        inputs: TVec<TValue>,
        run: impl FnOnce(TVec<TValue>) -> TractResult<TVec<TValue>>,
    ) -> TractResult<TVec<TValue>> {
        self.check(node, &inputs)?;
        let outputs = run(inputs)?;
        let is_extreme = matches!(self.kind(node), Some(InputCheck::Extreme));
        let made_up = |value: &TValue| {
            value
                .try_as_plain_ram()
                .and_then(|plain| plain.as_slice::<f32>())
                .is_ok_and(|all| all.iter().any(|one| one.abs() == f32::MAX))
        };
        if is_extreme && outputs.iter().any(made_up) {
            bail!(GraphFault::ExtremeOfNothing.kept());
        }
        Ok(outputs)
    }

    fn kind(&self, node: usize) -> Option<&InputCheck> {
        let at = self.0.binary_search_by_key(&node, |(id, _)| *id).ok()?;
        Some(&self.0[at].1)
    }

    /// Whether the node may run on these inputs.
    fn check(&self, node: usize, inputs: &[TValue]) -> TractResult<()> {
        let Some(kind) = self.kind(node) else {
            return Ok(());
        };
        match kind {
            InputCheck::TopK(axis) => {
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
                let (count, axis, length) = (&count.to_string(), &axis.to_string(), &length.to_string());
                bail!(GraphFault::TopKMany { count, axis, length }.kept());
            }
            InputCheck::Extreme => Ok(()),
            InputCheck::Reflect(margins) => {
                let lengths = inputs.first().map_or(&[][..], |input| input.shape());
                let too_long = lengths
                    .iter()
                    .zip(margins)
                    .find(|(length, (before, after))| before.max(after) >= *length && before.max(after) > &0);
                match too_long {
                    Some((length, (before, after))) => {
                        let (before, after) = (&before.to_string(), &after.to_string());
                        let length = &length.to_string();
                        bail!(
                            GraphFault::ReflectsMany {
                                before,
                                after,
                                length
                            }
                            .kept()
                        )
                    }
                    None => Ok(()),
                }
            }
            InputCheck::Steps { input, axis } => {
                if inputs.get(*input).and_then(|input| input.shape().get(*axis)) == Some(&0) {
                    bail!(GraphFault::NoSteps.kept());
                }
                Ok(())
            }
        }
    }
}

fn is_extreme(reduce: &Reduce) -> bool {
    matches!(reduce.reducer, Reducer::Max | Reducer::Min)
}

/// Refuses what was prepared and cannot run, or not be looked at.
pub(super) fn refuse(model: &TypedModel) -> TractResult<()> {
    for node in model.nodes() {
        let input = |at: usize| {
            node.inputs
                .get(at)
                .and_then(|outlet| model.outlet_fact(*outlet).ok())
        };
        if node.op_is::<Reduce>() && input(0).is_some_and(|fact| fact.datum_type == DatumType::Bool) {
            let (operator, node) = (&node.op.name(), &node.name);
            bail!(GraphFault::BooleansReduced { operator, node }.kept());
        }
        let casts_to_text = node
            .op_as::<Cast>()
            .is_some_and(|cast| cast.to == DatumType::String);
        if casts_to_text && input(0).is_some_and(|fact| fact.datum_type.is_float()) {
            bail!(GraphFault::FloatsToTexts { node: &node.name }.kept());
        }
        // It would be cut to float32, and compared with numbers that lie next to it.
        if node.op.name() == "TreeEnsembleClassifier"
            && input(0).is_some_and(|fact| fact.datum_type == DatumType::F64)
        {
            bail!(GraphFault::TreesOfDoubles { node: &node.name }.kept());
        }
        if node.op.name() == "Dropout" && input(2).is_some_and(|fact| fact.konst.is_some()) {
            bail!(GraphFault::DropoutTraining { node: &node.name }.kept());
        }
        let bodies: Vec<&TypedModel> = if let Some(scan) = node.op_as::<OptScan>() {
            vec![scan.plan.model()]
        } else if let Some(branches) = node.op_as::<IfThenElse>() {
            vec![&branches.then_body, &branches.else_body]
        } else {
            Vec::new()
        };
        for body in bodies {
            if let Some(topk) = body.nodes().iter().find(|node| node.op_is::<Topk>()) {
                let (node, outer) = (&topk.name, &node.op.name());
                bail!(GraphFault::TopKInside { node, outer }.kept());
            }
            if let Some(repeats) = body.nodes().iter().find(|node| texts::are_repeated_by(node)) {
                let fault = GraphFault::TextsInside {
                    operator: &repeats.op.name(),
                    node: &repeats.name,
                    outer: &node.op.name(),
                };
                bail!(fault.kept());
            }
            refuse(body)?;
        }
    }
    Ok(())
}

fn kind(op: &dyn TypedOp) -> Option<InputCheck> {
    let steps = |(input, info): (usize, &ScanInfo)| InputCheck::Steps {
        input,
        axis: info.axis,
    };
    if let Some(topk) = op.downcast_ref::<Topk>() {
        return Some(InputCheck::TopK(topk.axis));
    }
    if let Some(reduce) = op.downcast_ref::<Reduce>() {
        return is_extreme(reduce).then_some(InputCheck::Extreme);
    }
    if let Some(pad) = op.downcast_ref::<Pad>() {
        return matches!(pad.mode, PadMode::Reflect).then(|| InputCheck::Reflect(pad.pads.clone()));
    }
    if op.downcast_ref::<GruSeq>().is_some() {
        return Some(InputCheck::Steps { input: 0, axis: 1 });
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
