//! Numbers that no operator of the specification has, and that `tract` takes: it would panic over them, reckon for ever, or
//! answer with something made up. What only an input's shape decides is not asked here.

use std::ops::RangeInclusive;

use adyton_core::graph_fault::GraphFault;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto};

use super::nodes::{numbers, shown, whole_numbers};
use crate::onnx::classifier::attribute;

/// The longest side of a kernel, step or padding: far more than a real model has, and little enough to be reckoned with.
const LONGEST: i64 = 1 << 20;
/// An axis counts from the first or from the last; no tensor has so many.
const AXES: i64 = 64;

/// What is out of its range in a graph or in one inside of it, in words.
pub(super) fn check(graph: &GraphProto) -> Result<(), String> {
    for node in &graph.node {
        if let Some(wrong) = refusal(node, graph) {
            return Err(wrong);
        }
        let inner = node
            .attribute
            .iter()
            .flat_map(|given| given.g.iter().chain(&given.graphs));
        inner.into_iter().try_for_each(check)?;
    }
    Ok(())
}

fn refusal(node: &NodeProto, graph: &GraphProto) -> Option<String> {
    let by_attribute = node.attribute.iter().find_map(|given| {
        let range = range(node, given)?;
        let all = match given.ints.is_empty() {
            true => std::slice::from_ref(&given.i),
            false => given.ints.as_slice(),
        };
        let wrong = all.iter().find(|number| !range.contains(number))?;
        let fault = GraphFault::OutOfRange {
            attribute: &given.name,
            operator: &node.op_type,
            node: &shown(node),
            number: &wrong.to_string(),
            from: &range.start().to_string(),
            to: &range.end().to_string(),
        };
        Some(fault.kept())
    });
    by_attribute
        .or_else(|| together(node))
        .or_else(|| by_constant(node, graph))
}

/// What the numbers of an attribute must be.
fn range(node: &NodeProto, given: &AttributeProto) -> Option<RangeInclusive<i64>> {
    let is_axis = given.r#type == INT || given.r#type == INTS;
    match given.name.as_str() {
        "kernel_shape" | "strides" | "dilations" | "hidden_size" | "blocksize" | "group" => Some(1..=LONGEST),
        "size" if node.op_type == "LRN" => Some(1..=LONGEST),
        "pads" if node.op_type != "Pad" => Some(0..=LONGEST),
        "axis" | "axes" if is_axis => Some(-AXES..=AXES),
        _ => None,
    }
}

/// `int` and `ints` among the types of attributes.
const INT: i32 = 2;
const INTS: i32 = 7;

/// Attributes whose numbers contradict each other.
fn together(node: &NodeProto) -> Option<String> {
    let ints = |name: &str| attribute(node, name).map_or(&[][..], |found| found.ints.as_slice());
    match node.op_type.as_str() {
        "Transpose" => {
            let given = ints("perm");
            let mut sorted = given.to_vec();
            sorted.sort_unstable();
            let is_permutation = (0..).zip(&sorted).all(|(at, axis)| at == *axis);
            (!is_permutation).then(|| {
                let (axes, node) = (&format!("{given:?}"), &shown(node));
                GraphFault::NoPermutation { axes, node }.kept()
            })
        }
        "AveragePool" | "MaxPool" | "LpPool" => {
            let kernel = ints("kernel_shape");
            let mut sides = ints("pads").iter().zip(kernel.iter().cycle());
            sides.any(|(pad, side)| pad >= side).then(|| {
                let (operator, node) = (&node.op_type, &shown(node));
                GraphFault::PadsBeyondKernel { operator, node }.kept()
            })
        }
        _ => None,
    }
}

/// Constants that are given as inputs.
fn by_constant(node: &NodeProto, graph: &GraphProto) -> Option<String> {
    let whole = |at: usize| {
        node.input
            .get(at)
            .map_or_else(Vec::new, |name| whole_numbers(graph, name))
    };
    let floats = |at: usize| {
        node.input
            .get(at)
            .and_then(|name| numbers(graph, name))
            .unwrap_or_default()
    };
    let (operator, shown) = (node.op_type.as_str(), &shown(node));
    let (fault, is_wrong) = match operator {
        "Slice" | "Range" => {
            let at = if operator == "Slice" { 4 } else { 2 };
            (
                GraphFault::StepZero {
                    operator,
                    node: shown,
                },
                whole(at).contains(&0),
            )
        }
        "Tile" | "TopK" => {
            let is_negative = whole(1).iter().any(|count| *count < 0);
            (
                GraphFault::CountNegative {
                    operator,
                    node: shown,
                },
                is_negative,
            )
        }
        "Unsqueeze" | "Squeeze" => {
            let is_far = |axis: &i64| !(-AXES..=AXES).contains(axis);
            let fault = GraphFault::AxisFar {
                operator,
                node: shown,
            };
            (fault, whole(1).iter().any(is_far))
        }
        "Resize" | "Upsample" => {
            let is_none = |scale: &f32| *scale <= 0.0 || scale.is_nan();
            let scales = [floats(1), floats(2)];
            let scales = &scales[usize::from(node.input.len() > 2)];
            let fault = GraphFault::ScaleNotPositive {
                operator,
                node: shown,
            };
            (fault, scales.iter().any(is_none))
        }
        _ => return None,
    };
    is_wrong.then(|| fault.kept())
}
