//! What a call's lengths lead to further inside: windows that must fit, and lengths that must not fall below zero.
//!
//! `tract` prepares a graph with symbols for open lengths, and reckons with them: an image of 1 × 1 under a window of 3 × 3
//! leaves -1 × -1 = 1 places, which its kernels then read outside of any memory. So before anything runs, each is reckoned out.

use std::collections::HashSet;

use adyton_core::graph_fault::GraphFault;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::bail;
use tract_onnx::tract_core::ops::cnn::{Conv, MaxPool, PaddingSpec, PoolSpec, SumPool};
use tract_onnx::tract_core::ops::scan::Scan;

/// The lengths of a graph that its inputs decide.
#[derive(Debug, Default)]
pub(super) struct Sizes {
    windows: Vec<Window>,
    /// Lengths that come out below zero for some inputs.
    lengths: Vec<TDim>,
}

/// A window that slides over an image.
#[derive(Debug)]
struct Window {
    node: String,
    spec: PoolSpec,
    image: TVec<TDim>,
}

impl Sizes {
    /// Finds them, and those that are wrong whatever comes.
    pub(super) fn of(model: &TypedModel) -> TractResult<Self> {
        let mut sizes = Self::default();
        let mut seen = HashSet::new();
        sizes.collect(model, &mut seen)?;
        sizes.check(&SymbolValues::default())?;
        Ok(sizes)
    }

    fn collect(&mut self, model: &TypedModel, seen: &mut HashSet<TDim>) -> TractResult<()> {
        for node in model.nodes() {
            let window = (node.op_as::<Conv>().map(|op| &op.pool_spec))
                .or_else(|| node.op_as::<MaxPool>().map(|op| &op.pool_spec))
                .or_else(|| node.op_as::<SumPool>().map(|op| &op.pool_spec));
            if let (Some(spec), Some(image)) = (window, node.inputs.first()) {
                self.windows.push(Window {
                    node: node.name.clone(),
                    spec: spec.clone(),
                    image: model.outlet_fact(*image)?.shape.dims().into(),
                });
            }
            for fact in node.outputs.iter().map(|output| &output.fact) {
                for length in fact.shape.dims() {
                    if falls_below_zero(length) && seen.insert(length.clone()) {
                        self.lengths.push(length.clone());
                    }
                }
            }
            if let Some(scan) = node.op_as::<Scan>() {
                self.collect(&scan.body, seen)?;
            }
        }
        Ok(())
    }

    /// Whether a run with these lengths may begin. What depends on more than the inputs' shapes is not asked here.
    pub(super) fn check(&self, symbols: &SymbolValues) -> TractResult<()> {
        self.windows.iter().try_for_each(|window| window.check(symbols))?;
        for length in &self.lengths {
            if let Ok(value @ ..0) = length.eval_to_i64(symbols) {
                let (length, value) = (&length.to_string(), &value.to_string());
                bail!(GraphFault::InputSmall { length, value }.kept());
            }
        }
        Ok(())
    }
}

impl Window {
    fn check(&self, symbols: &SymbolValues) -> TractResult<()> {
        let (before, after) = match &self.spec.padding {
            PaddingSpec::Explicit(before, after) | PaddingSpec::ExplicitOnnxPool(before, after, _) => {
                (before.as_slice(), after.as_slice())
            }
            PaddingSpec::Valid => (&[][..], &[][..]),
            // The margins are made to fit.
            PaddingSpec::SameUpper | PaddingSpec::SameLower => return Ok(()),
        };
        let image = self.spec.data_format.shape(self.image.clone())?;
        let dilations = self.spec.dilations();
        for (at, (side, kernel)) in image.hw_dims().iter().zip(&self.spec.kernel_shape).enumerate() {
            let Ok(side) = side.eval_to_i64(symbols) else {
                continue;
            };
            let margin = |of: &[usize]| of.get(at).copied().unwrap_or(0);
            // Where lengths are rounded up, a last window may stand out by less than a step.
            let beyond = match &self.spec.padding {
                PaddingSpec::ExplicitOnnxPool(_, _, true) => self.spec.stride(at).saturating_sub(1),
                _ => 0,
            };
            let room = usize::try_from(side)
                .unwrap_or(0)
                .saturating_add(margin(before))
                .saturating_add(margin(after))
                .saturating_add(beyond);
            let reach = kernel
                .saturating_sub(1)
                .saturating_mul(dilations.get(at).copied().unwrap_or(1));
            if room <= reach {
                let fault = GraphFault::WindowLarge {
                    node: &self.node,
                    kernel: &kernel.to_string(),
                    side: &side.to_string(),
                };
                bail!(fault.kept());
            }
        }
        Ok(())
    }
}

/// Whether a length can come out below zero; a symbol cannot.
fn falls_below_zero(length: &TDim) -> bool {
    match length {
        TDim::Val(value) => *value < 0,
        TDim::Sym(_) => false,
        TDim::Add(terms) | TDim::Mul(terms) | TDim::Broadcast(terms) | TDim::Min(terms) => {
            terms.iter().any(falls_below_zero)
        }
        TDim::Max(terms) => terms.iter().all(falls_below_zero),
        TDim::MulInt(times, term) => *times < 0 || falls_below_zero(term),
        TDim::Div(term, _) => falls_below_zero(term),
        // One or nought.
        TDim::Ge(..) | TDim::Eq(..) => false,
    }
}
