//! `DequantizeLinear` as an operator of our own.
//!
//! `tract` makes one table of 256 answers out of everything between its `DequantizeLinear` and the next `QuantizeLinear`, if each
//! operator there has the same axes before and behind it. A `Softmax` has, though each of its numbers depends on all the others,
//! and the table is wrong too where one side is signed and the other is not. An operator that `tract` does not know is left alone.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::logic::IfThenElse;
use tract_onnx::tract_core::ops::quant::DequantizeLinearF32;
use tract_onnx::tract_core::ops::scan::Scan;

/// Takes the place of each `DequantizeLinear` in `model`, and in the graphs inside of it.
pub(super) fn keep_apart(model: &mut TypedModel) {
    for node in model.nodes_mut() {
        if let Some(own) = node.op_as::<DequantizeLinearF32>().cloned().map(Dequantize) {
            node.op = Box::new(own);
        } else if let Some(scan) = node.op_as_mut::<Scan>() {
            keep_apart(&mut scan.body);
        } else if let Some(branches) = node.op_as_mut::<IfThenElse>() {
            keep_apart(&mut branches.then_body);
            keep_apart(&mut branches.else_body);
        }
    }
}

/// Computes what the operator inside of it computes.
#[derive(Clone, Debug, PartialEq)]
struct Dequantize(DequantizeLinearF32);

// Its scale is compared as a number, and no scale is NaN: `tract` compares operators to join equal nodes.
impl Eq for Dequantize {}

impl Op for Dequantize {
    fn name(&self) -> StaticName {
        "DequantizeLinear".into()
    }
    op_as_typed_op!();
}

impl EvalOp for Dequantize {
    op_out_of_plan!();
    fn eval(&self, context: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        self.0.eval(context, inputs)
    }
}

impl TypedOp for Dequantize {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        self.0.output_facts(inputs)
    }
    fn axes_mapping(&self, inputs: &[&TypedFact], outputs: &[&TypedFact]) -> TractResult<AxesMapping> {
        AxesMapping::natural(inputs, outputs)
    }
    as_op!();
}
