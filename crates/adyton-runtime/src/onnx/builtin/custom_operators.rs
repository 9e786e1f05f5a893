//! Operators of our own in place of those of `tract` that panic, or compute something else than ONNX Runtime does.
//!
//! - `GatherND` and `ScatterND` take negative indices, which count from the end; an index that is out of range is an error of
//!   the call.
//! - `OneHot` leaves a row without its mark where the index is out of range, as the specification says.
//! - `DynamicQuantizeLinear` of zeros alone has the scale 1, not 0, by which nobody could divide.

use adyton_core::graph_fault::GraphFault;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::array::{GatherNd, OneHot, ScatterNd};
use tract_onnx::tract_core::ops::cnn::Deconv;
use tract_onnx::tract_core::ops::logic::IfThenElse;
use tract_onnx::tract_core::ops::scan::Scan;

/// Takes their places in `model`, and in the graphs inside of it.
///
/// # Errors
/// A `ConvTranspose` is to give less than it makes: the padding that is missing was reckoned below zero.
pub(super) fn replace(model: &mut TypedModel) -> TractResult<()> {
    for node in model.nodes_mut() {
        if let Some(own) = own(node.op.as_ref()) {
            node.op = Box::new(own);
        } else if let Some(scan) = node.op_as_mut::<Scan>() {
            replace(&mut scan.body)?;
        } else if let Some(branches) = node.op_as_mut::<IfThenElse>() {
            replace(&mut branches.then_body)?;
            replace(&mut branches.else_body)?;
        } else if let Some(transposed) = node.op_as::<Deconv>()
            && transposed
                .adjustments
                .iter()
                .any(|more| i32::try_from(*more).is_err())
        {
            bail!(GraphFault::ShortOutputShape { node: &node.name }.kept());
        }
    }
    Ok(())
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Own {
    Gather(GatherNd),
    Scatter(ScatterNd),
    OneHot(OneHot),
    DynamicQuantize,
}

fn own(op: &dyn TypedOp) -> Option<Own> {
    if let Some(gather) = op.downcast_ref::<GatherNd>() {
        return Some(Own::Gather(gather.clone()));
    }
    if let Some(scatter) = op.downcast_ref::<ScatterNd>() {
        return Some(Own::Scatter(scatter.clone()));
    }
    if let Some(one_hot) = op.downcast_ref::<OneHot>() {
        return Some(Own::OneHot(one_hot.clone()));
    }
    (op.name() == "DynamicQuantizeLinearU8").then_some(Own::DynamicQuantize)
}

impl Op for Own {
    fn name(&self) -> StaticName {
        match self {
            Self::Gather(_) => "GatherND",
            Self::Scatter(_) => "ScatterND",
            Self::OneHot(_) => "OneHot",
            Self::DynamicQuantize => "DynamicQuantizeLinear",
        }
        .into()
    }
    op_as_typed_op!();
}

impl EvalOp for Own {
    op_out_of_plan!();
    fn eval(&self, context: &EvalContext<'_>, mut inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        match self {
            Self::Gather(inner) => {
                from_the_start(&mut inputs, inner.batch_dims, "GatherND")?;
                inner.eval(context, inputs)
            }
            Self::Scatter(inner) => {
                from_the_start(&mut inputs, 0, "ScatterND")?;
                inner.eval(context, inputs)
            }
            Self::OneHot(inner) => one_hot(inner, context, inputs),
            Self::DynamicQuantize => quantize(&inputs),
        }
    }
}

impl TypedOp for Own {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        match self {
            Self::Gather(inner) => inner.output_facts(inputs),
            Self::Scatter(inner) => inner.output_facts(inputs),
            Self::OneHot(inner) => inner.output_facts(inputs),
            Self::DynamicQuantize => Ok(tvec!(
                u8::datum_type().fact(inputs[0].shape.iter()),
                f32::fact(&[] as &[usize]),
                u8::fact(&[] as &[usize]),
            )),
        }
    }
    as_op!();
}

/// Makes the indices, which are the second input, count from the start; `batch` axes of the data come before those that they
/// speak of.
fn from_the_start(inputs: &mut TVec<TValue>, batch: usize, name: &str) -> TractResult<()> {
    let [data, indices, ..] = inputs.as_slice() else {
        bail!(GraphFault::NoIndices { operator: name }.kept());
    };
    let axes = data.shape().get(batch..).unwrap_or_default();
    let depth = indices.shape().last().copied().unwrap_or(0);
    if depth == 0 || depth > axes.len() {
        let fault = GraphFault::IndexWide {
            operator: name,
            depth: &depth.to_string(),
            axes: &axes.len().to_string(),
        };
        bail!(fault.kept());
    }
    let mut indices = indices.cast_to::<i64>()?.into_owned();
    for (at, index) in indices
        .try_as_plain_ram_mut()?
        .as_slice_mut::<i64>()?
        .iter_mut()
        .enumerate()
    {
        let length = i64::try_from(axes[at % depth])?;
        if *index < -length || *index >= length {
            let fault = GraphFault::IndexOutside {
                operator: name,
                index: &index.to_string(),
                length: &length.to_string(),
            };
            bail!(fault.kept());
        }
        if *index < 0 {
            *index += length;
        }
    }
    inputs[1] = indices.into_tvalue();
    Ok(())
}

/// One length more than wanted takes the marks of all indices that are out of range, and is cut off.
fn one_hot(inner: &OneHot, context: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
    let depth = i64::try_from(inner.dim)?;
    let mut indices = inputs[0].cast_to::<i64>()?.into_owned();
    for index in indices.try_as_plain_ram_mut()?.as_slice_mut::<i64>()? {
        *index = match *index {
            index if (0..depth).contains(&index) => index,
            index if (-depth..0).contains(&index) => index + depth,
            _ => depth,
        };
    }
    let wider = OneHot {
        dim: inner.dim + 1,
        ..inner.clone()
    };
    let marked = wider.eval(context, tvec!(indices.into_tvalue()))?;
    Ok(tvec!(marked[0].slice(inner.axis, 0, inner.dim)?.into_tvalue()))
}

fn quantize(inputs: &[TValue]) -> TractResult<TVec<TValue>> {
    let [given] = inputs else {
        bail!(GraphFault::OneInput.kept());
    };
    let plain = given.try_as_plain_ram()?;
    let numbers = plain.as_slice::<f32>()?;
    let (least, most) = numbers.iter().fold((0f32, 0f32), |(least, most), number| {
        (least.min(*number), most.max(*number))
    });
    let scale = match least == most {
        true => 1.0,
        false => (most - least) / f32::from(u8::MAX),
    };
    let zero = byte(-least / scale);
    let quantized: Vec<u8> = numbers
        .iter()
        .map(|number| byte((number / scale).round_ties_even() + f32::from(zero)))
        .collect();
    let quantized = Tensor::from_shape(given.shape(), &quantized)?;
    Ok(tvec!(
        quantized.into_tvalue(),
        tensor0(scale).into_tvalue(),
        tensor0(zero).into_tvalue()
    ))
}

/// The nearest whole number that eight bits without a sign can hold.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded and within the range; no number becomes 0"
)]
fn byte(number: f32) -> u8 {
    number.round_ties_even().clamp(0.0, f32::from(u8::MAX)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantized(numbers: &[f32]) -> (Vec<u8>, f32, u8) {
        let all = quantize(&[tensor1(numbers).into_tvalue()]).unwrap();
        let bytes = all[0]
            .try_as_plain_ram()
            .unwrap()
            .as_slice::<u8>()
            .unwrap()
            .to_vec();
        (
            bytes,
            *all[1].try_as_plain_ram().unwrap().to_scalar::<f32>().unwrap(),
            *all[2].try_as_plain_ram().unwrap().to_scalar::<u8>().unwrap(),
        )
    }

    #[test]
    fn zeros_alone_have_a_scale_to_divide_by() {
        assert_eq!(quantized(&[0.0, -0.0]), (vec![0, 0], 1.0, 0));
        assert_eq!(quantized(&[]), (vec![], 1.0, 0));
        assert_eq!(quantized(&[0.0, 255.0]), (vec![0, 255], 1.0, 0));
        assert_eq!(quantized(&[-51.0, 204.0]), (vec![0, 255], 1.0, 51));
    }

    #[test]
    fn indices_count_from_the_start_or_are_refused() {
        let data = Tensor::zero::<f32>(&[2, 3]).unwrap().into_tvalue();
        let of = |index: &[i64], batch| {
            let mut inputs = tvec!(data.clone(), tensor1(index).into_tvalue());
            from_the_start(&mut inputs, batch, "GatherND").map(|()| {
                let plain = inputs[1].try_as_plain_ram().unwrap();
                plain.as_slice::<i64>().unwrap().to_vec()
            })
        };
        assert_eq!(of(&[-1, -3], 0).unwrap(), [1, 0]);
        assert_eq!(of(&[-3], 1).unwrap(), [0]);
        assert!(of(&[2, 0], 0).is_err());
        assert!(of(&[0, -4], 0).is_err());
        assert!(of(&[0, 0, 0], 0).is_err());
        assert!(of(&[], 0).is_err());
    }
}
