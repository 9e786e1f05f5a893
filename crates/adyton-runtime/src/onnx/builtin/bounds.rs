//! Bounds on what a graph may hold, asked before `tract` sees it.
//!
//! `tract` reads some texts of a graph, and graphs inside of operators, by recursion without an end. A text that nests deep
//! enough overflows the stack, which no guard catches: the whole server would end. So what nests is counted here first, and
//! a graph that holds more than a real model does is refused.

use adyton_core::graph_fault::GraphFault;
use adyton_core::shown::quoted;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Length;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, ValueInfoProto};

/// The longest name of an axis (`dim_param`), in bytes. It may be an expression, like `floor(width/2) + 1`.
const AXIS_NAME: usize = 256;
/// How deep brackets and signs may nest in the name of an axis.
const AXIS_LEVELS: usize = 16;
/// The longest equation of an `Einsum`, in bytes.
const EQUATION: usize = 256;
/// How deep graphs may lie in each other: the bodies of `If`, `Loop` and `Scan`.
const GRAPH_LEVELS: usize = 8;

/// Whether the model is within the bounds; else what is not, and where.
pub(super) fn check(model: &ModelProto) -> Result<(), String> {
    model.graph.as_ref().map_or(Ok(()), |graph| check_graph(graph, 1))
}

/// Names of axes decide something at inputs only; exporters write sums without end into those of outputs, which are let go.
pub(super) fn let_go(model: &mut ModelProto) {
    let Some(graph) = model.graph.as_mut() else {
        return;
    };
    for value in graph.output.iter_mut().chain(&mut graph.value_info) {
        let Some(Type::TensorType(tensor)) = value.r#type.as_mut().and_then(|ty| ty.value.as_mut()) else {
            continue;
        };
        for axis in tensor.shape.iter_mut().flat_map(|shape| &mut shape.dim) {
            if matches!(&axis.value, Some(Length::DimParam(name)) if is_out(name)) {
                axis.value = None;
            }
        }
    }
}

fn is_out(name: &str) -> bool {
    name.len() > AXIS_NAME || levels(name) > AXIS_LEVELS
}

fn check_graph(graph: &GraphProto, level: usize) -> Result<(), String> {
    if level > GRAPH_LEVELS {
        let fault = GraphFault::GraphsInGraphs {
            graph: &shown(&graph.name),
            most: &GRAPH_LEVELS.to_string(),
        };
        return Err(fault.kept());
    }
    for (what, values) in [
        (ValueKind::Input, &graph.input),
        (ValueKind::Output, &graph.output),
        (ValueKind::Inner, &graph.value_info),
    ] {
        for value in values {
            check_axes(what, value)?;
        }
    }
    graph.node.iter().try_for_each(|node| check_node(node, level))
}

/// What a value is to its graph.
#[derive(Clone, Copy)]
enum ValueKind {
    Input,
    Output,
    Inner,
}

impl ValueKind {
    fn too_long(self, name: &str, axis: usize, bytes: usize) -> String {
        let (axis, bytes, most) = (&axis.to_string(), &bytes.to_string(), &AXIS_NAME.to_string());
        match self {
            Self::Input => GraphFault::InputAxisLong {
                name,
                axis,
                bytes,
                most,
            },
            Self::Output => GraphFault::OutputAxisLong {
                name,
                axis,
                bytes,
                most,
            },
            Self::Inner => GraphFault::ValueAxisLong {
                name,
                axis,
                bytes,
                most,
            },
        }
        .kept()
    }

    fn too_deep(self, name: &str, axis: usize) -> String {
        let (axis, most) = (&axis.to_string(), &AXIS_LEVELS.to_string());
        match self {
            Self::Input => GraphFault::InputAxisDeep { name, axis, most },
            Self::Output => GraphFault::OutputAxisDeep { name, axis, most },
            Self::Inner => GraphFault::ValueAxisDeep { name, axis, most },
        }
        .kept()
    }
}

fn check_axes(what: ValueKind, value: &ValueInfoProto) -> Result<(), String> {
    let Some(Type::TensorType(tensor)) = value.r#type.as_ref().and_then(|ty| ty.value.as_ref()) else {
        return Ok(());
    };
    let axes = tensor.shape.iter().flat_map(|shape| &shape.dim);
    for (at, axis) in axes.enumerate() {
        let Some(Length::DimParam(name)) = &axis.value else {
            continue;
        };
        if name.len() > AXIS_NAME {
            return Err(what.too_long(&shown(&value.name), at, name.len()));
        }
        if levels(name) > AXIS_LEVELS {
            return Err(what.too_deep(&shown(&value.name), at));
        }
    }
    Ok(())
}

fn check_node(node: &NodeProto, level: usize) -> Result<(), String> {
    for attribute in &node.attribute {
        if node.op_type == "Einsum" && attribute.s.len() > EQUATION {
            let fault = GraphFault::EquationLong {
                node: &shown(&node.name),
                bytes: &attribute.s.len().to_string(),
                most: &EQUATION.to_string(),
            };
            return Err(fault.kept());
        }
        for inner in attribute.g.iter().chain(&attribute.graphs) {
            check_graph(inner, level + 1)?;
        }
    }
    Ok(())
}

/// How deep the reader of axis names goes at most: a level for each bracket that is open, and for each sign that stands
/// before a term.
fn levels(name: &str) -> usize {
    let (mut open, mut most, mut signs) = (0usize, 0usize, 0usize);
    let mut term_before = false;
    for letter in name.chars().filter(|letter| !letter.is_whitespace()) {
        match letter {
            '(' => open += 1,
            ')' => open = open.saturating_sub(1),
            '-' if !term_before => signs += 1,
            _ => {}
        }
        term_before = letter == ')' || letter.is_alphanumeric() || letter == '_' || letter == '.';
        most = most.max(open);
    }
    most + signs
}

/// A name of the graph as messages show it: its beginning, printable.
fn shown(name: &str) -> String {
    const SHOWN: usize = 60;
    quoted(name, SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_of_the_reader() {
        assert_eq!(levels("N"), 0);
        assert_eq!(levels("a - b - c"), 0);
        assert_eq!(levels("floor(W/2 - 1/2) + 1"), 1);
        assert_eq!(levels("((N))"), 2);
        assert_eq!(levels("(a) - (b)"), 1);
        assert_eq!(levels("- - -N"), 3);
        assert_eq!(levels("-(-(N))"), 4);
        assert_eq!(levels("a*-b"), 1);
    }
}
