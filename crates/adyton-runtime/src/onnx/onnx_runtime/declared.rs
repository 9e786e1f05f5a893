//! What a session declares of its inputs and outputs, and whether JSON can carry it.

use std::collections::HashSet;
use std::sync::Arc;

use adyton_core::graph_problem::GraphProblem;
use adyton_core::shown::quoted;
use ort::session::Session;
use ort::value::{TensorElementType, ValueType};

use super::values::element_type;
use crate::onnx::load_error::{InputKind, LoadError};
use crate::onnx::signature::{Axis, Input, MOST_AXES, Ports};

/// So much of a name is shown, in letters.
const NAME: usize = 60;

/// The inputs and outputs of a model; `file` is how messages name it. The number of axes of some inputs is left open, which only
/// the file tells from none.
///
/// # Errors
/// One of them is of a type that JSON cannot carry.
pub(super) fn ports(session: &Session, open_ranks: &HashSet<String>, file: &str) -> Result<Ports, LoadError> {
    let inputs = session.inputs().iter().map(|port| {
        let refused = |what: InputKind| LoadError::Input {
            file: file.to_owned(),
            input: quoted(port.name(), NAME),
            what,
        };
        let ValueType::Tensor {
            ty,
            shape,
            dimension_symbols,
        } = port.dtype()
        else {
            return Err(refused(InputKind::Other(port.dtype().to_string())));
        };
        let element = element_type(*ty).ok_or_else(|| refused(InputKind::Elements(ty.to_string())))?;
        let axes =
            shape
                .iter()
                .zip(dimension_symbols.iter())
                .map(|(length, name)| match usize::try_from(*length) {
                    Ok(length) => Axis::Fixed(length),
                    Err(_) => Axis::Any((!name.is_empty()).then(|| Arc::from(name.as_str()))),
                });
        if shape.len() > MOST_AXES {
            return Err(refused(InputKind::Axes(shape.len())));
        }
        Ok(Input {
            name: Arc::from(port.name()),
            element,
            axes: (!open_ranks.contains(port.name())).then(|| axes.collect()),
        })
    });
    let hidden = |port: &&ort::value::Outlet| !can_be_shown(port.dtype());
    if let Some(port) = session.outputs().iter().find(hidden) {
        return Err(LoadError::Output {
            file: file.to_owned(),
            output: quoted(port.name(), NAME),
            what: match port.dtype() {
                ValueType::Tensor { ty, .. } => {
                    let element = &ty.to_string();
                    GraphProblem::TensorOf { element }.kept()
                }
                other => other.to_string(),
            },
        });
    }
    Ok(Ports {
        inputs: inputs.collect::<Result<_, _>>()?,
        outputs: session
            .outputs()
            .iter()
            .map(|port| Arc::from(port.name()))
            .collect(),
    })
}

/// Whether what such an output holds can be written as JSON; the elements of sequences are seen when they come.
fn can_be_shown(ty: &ValueType) -> bool {
    match ty {
        ValueType::Tensor { ty, .. } => *ty == TensorElementType::Undefined || element_type(*ty).is_some(),
        ValueType::Sequence(_) | ValueType::Map { .. } => true,
        ValueType::Optional(_) => false,
    }
}
