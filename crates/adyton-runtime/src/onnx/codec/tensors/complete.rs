//! Whether the tensors of a body are the inputs of the model: all there, with shapes that fit, and fit each other.

use adyton_core::fact::Fact;

use super::problem::body_of;
use crate::onnx::codec::error::InputError;
use crate::onnx::signature::{Axis, Input, Ports};
use crate::onnx::tensor::{Tensor, show_shape};

/// All inputs must be there, with shapes that fit.
pub(super) fn complete(found: Option<Vec<Option<Tensor>>>, ports: &Ports) -> Result<Vec<Tensor>, InputError> {
    let Some(found) = found else {
        let (field, expected) = ("inputs".to_owned(), body_of(ports));
        return Err(Fact::InputMissing { field, expected }.into());
    };
    let mut tensors = Vec::with_capacity(found.len());
    for (tensor, input) in found.into_iter().zip(&ports.inputs) {
        let Some(tensor) = tensor else {
            let (field, expected) = (format!("inputs.{}", input.name), input.to_string());
            return Err(Fact::InputMissing { field, expected }.into());
        };
        if !input.takes(&tensor.shape) {
            return Err(InputError::shape(input, &tensor.shape));
        }
        tensors.push(tensor);
    }
    same_lengths(&tensors, &ports.inputs)?;
    Ok(tensors)
}

/// Axes of one name have one length: what the model then does with two is for each runtime to say, and none says it well.
fn same_lengths(tensors: &[Tensor], inputs: &[Input]) -> Result<(), InputError> {
    /// Names that exporters give to every axis whose length they do not know.
    const NO_NAMES: [&str; 3] = ["?", "None", "unknown"];
    if inputs.len() < 2 {
        return Ok(());
    }
    let mut seen: Vec<(&str, usize, &Input)> = Vec::new();
    for (tensor, input) in tensors.iter().zip(inputs) {
        for (axis, length) in input.axes.iter().flatten().zip(&tensor.shape) {
            let Axis::Any(Some(name)) = axis else { continue };
            if NO_NAMES.contains(&&**name) {
                continue;
            }
            match seen.iter().find(|(known, ..)| *known == &**name) {
                None => seen.push((name, *length, input)),
                Some((_, first, _)) if first == length => {}
                Some((_, first, other)) => {
                    let fact = Fact::InputAxesDiffer {
                        field: format!("inputs.{}", input.name),
                        expected: input.to_string(),
                        axis: format!("{name}={first}"),
                        other: format!("inputs.{}", other.name),
                        got: show_shape(&tensor.shape),
                    };
                    return Err(fact.into());
                }
            }
        }
    }
    Ok(())
}
