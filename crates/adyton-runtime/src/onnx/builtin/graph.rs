//! Reads a graph's inputs and outputs, once `rewrite.rs` has made it one that `tract` knows, and refuses what it still does not.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use adyton_core::graph_problem::GraphProblem;
use adyton_core::shown::quoted;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Length;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, ValueInfoProto};

use super::nodes::NAME;
use super::rewrite;
use super::tensors::element_type;
use super::{attributes, bounds, operators, ranges, trees};
use crate::onnx::classifier::After;
use crate::onnx::load_error::{InputKind, LoadError};
use crate::onnx::signature::{Axis, Input, MOST_AXES, Ports};
use crate::onnx::tensor::Shape;

/// What the graph takes and gives, after it was rewritten.
pub(super) struct PreparedGraph {
    pub(super) ports: Ports,
    /// For each output, what is left to do with it.
    pub(super) after: Vec<After>,
}

/// Rewrites `model` and reads its ports; refuses operators that the runtime does not have.
pub(super) fn prepare(model: &mut ModelProto, file: &str) -> Result<PreparedGraph, LoadError> {
    bounds::let_go(model);
    bounds::check(model).map_err(|what| LoadError::Bounds {
        file: file.to_owned(),
        what,
    })?;
    if !model.functions.is_empty() {
        let names: Vec<String> = model
            .functions
            .iter()
            .filter_map(|function| function.name.as_deref())
            .map(|name| quoted(name, NAME))
            .collect();
        return Err(LoadError::Operators {
            file: file.to_owned(),
            operators: format!("{} (functions)", names.join(", ")),
        });
    }
    let Some(graph) = model.graph.as_mut() else {
        return Err(LoadError::Unreadable {
            file: file.to_owned(),
            cause: GraphProblem::NoGraph.kept(),
        });
    };
    let outputs: Vec<Arc<str>> = graph
        .output
        .iter()
        .map(|output| Arc::from(output.name.as_str()))
        .collect();
    let after = rewrite::all(graph);
    let mut missing = BTreeSet::new();
    missing_operators(graph, &mut missing);
    if !missing.is_empty() {
        let operators = missing.into_iter().collect::<Vec<_>>().join(", ");
        return Err(LoadError::Operators {
            file: file.to_owned(),
            operators,
        });
    }
    let inputs = inputs(graph, file)?;
    let understood = trees::rewrite(graph);
    if let Some(what) = understood.err().or_else(|| attributes::refusal(model)) {
        return Err(LoadError::Attribute {
            file: file.to_owned(),
            what,
        });
    }
    let out_of_range = model.graph.as_ref().map_or(Ok(()), ranges::check);
    out_of_range.map_err(|what| LoadError::Bounds {
        file: file.to_owned(),
        what,
    })?;
    Ok(PreparedGraph {
        ports: Ports { inputs, outputs },
        after,
    })
}

/// Gives the inputs exactly these shapes, in the order of the ports.
pub(super) fn fix_shapes(model: &mut ModelProto, shapes: &[Shape]) {
    let Some(graph) = model.graph.as_mut() else { return };
    let known: HashSet<&str> = graph
        .initializer
        .iter()
        .map(|tensor| tensor.name.as_str())
        .collect();
    let open = graph
        .input
        .iter_mut()
        .filter(|input| !known.contains(input.name.as_str()));
    for (input, shape) in open.zip(shapes) {
        let Some(Type::TensorType(tensor)) = input.r#type.as_mut().and_then(|ty| ty.value.as_mut()) else {
            continue;
        };
        for (axis, length) in tensor
            .shape
            .iter_mut()
            .flat_map(|shape| shape.dim.iter_mut())
            .zip(shape)
        {
            axis.value = Some(Length::DimValue(i64::try_from(*length).unwrap_or(i64::MAX)));
        }
    }
}

/// Whether an input has an axis of no elements, in a graph that looks for the largest or smallest of some.
pub(super) fn reduces_nothing(model: &ModelProto) -> bool {
    let Some(graph) = &model.graph else { return false };
    let empty = |input: &ValueInfoProto| match input.r#type.as_ref().and_then(|ty| ty.value.as_ref()) {
        Some(Type::TensorType(tensor)) => {
            let mut axes = tensor.shape.iter().flat_map(|shape| &shape.dim);
            axes.any(|axis| axis.value == Some(Length::DimValue(0)))
        }
        _ => false,
    };
    let reduces = |node: &NodeProto| matches!(node.op_type.as_str(), "ReduceMax" | "ReduceMin");
    graph.input.iter().any(empty) && graph.node.iter().any(reduces)
}

fn missing_operators(graph: &GraphProto, missing: &mut BTreeSet<String>) {
    for node in &graph.node {
        if operators::of(&node.domain, &node.op_type).is_none() {
            let domain = if node.domain.is_empty() {
                String::new()
            } else {
                format!("{}.", quoted(&node.domain, NAME))
            };
            missing.insert(format!("{domain}{}", quoted(&node.op_type, NAME)));
        }
        for attribute in &node.attribute {
            for inner in attribute.g.iter().chain(&attribute.graphs) {
                missing_operators(inner, missing);
            }
        }
    }
}

fn inputs(graph: &GraphProto, file: &str) -> Result<Vec<Input>, LoadError> {
    let known: HashSet<&str> = graph
        .initializer
        .iter()
        .map(|tensor| tensor.name.as_str())
        .collect();
    graph
        .input
        .iter()
        .filter(|input| !known.contains(input.name.as_str()))
        .map(|port| input(port, file))
        .collect()
}

fn input(port: &ValueInfoProto, file: &str) -> Result<Input, LoadError> {
    let refused = |what: InputKind| LoadError::Input {
        file: file.to_owned(),
        input: quoted(&port.name, NAME),
        what,
    };
    let Some(Type::TensorType(tensor)) = port.r#type.as_ref().and_then(|ty| ty.value.as_ref()) else {
        return Err(refused(InputKind::NoTensor));
    };
    let element = element_type(tensor.elem_type).ok_or_else(|| refused(InputKind::Unusual))?;
    let axes = tensor.shape.as_ref().map(|shape| {
        let axis = |axis: &tract_onnx::pb::tensor_shape_proto::Dimension| match &axis.value {
            Some(Length::DimValue(length)) => usize::try_from(*length).map_or(Axis::Any(None), Axis::Fixed),
            Some(Length::DimParam(name)) if !name.starts_with("adyton_") => {
                Axis::Any(Some(Arc::from(name.as_str())))
            }
            _ => Axis::Any(None),
        };
        shape.dim.iter().map(axis).collect::<Vec<_>>()
    });
    if let Some(axes) = axes.as_ref().filter(|axes| axes.len() > MOST_AXES) {
        return Err(refused(InputKind::Axes(axes.len())));
    }
    Ok(Input {
        name: Arc::from(port.name.as_str()),
        element,
        axes,
    })
}
