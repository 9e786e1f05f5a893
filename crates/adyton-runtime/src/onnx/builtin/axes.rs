//! Axes that a tensor does not have: `tract` takes them for the last, or for none, and answers with numbers of another axis.
//! How many axes a value has is known when `tract` has analysed the graph; where it is open, ONNX itself leaves it open.

use adyton_core::graph_fault::GraphFault;
use tract_onnx::pb::{GraphProto, NodeProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::bail;
use tract_onnx::tract_hir::infer::Factoid;

use super::nodes::shown;
use crate::onnx::classifier::attribute;

/// Refuses an axis that the node's input does not have.
pub(super) fn check(graph: &GraphProto, analysed: &InferenceModel) -> TractResult<()> {
    for node in &graph.node {
        let Some(more) = more_axes(&node.op_type) else {
            continue;
        };
        let Some(axis) = attribute(node, "axis").map(|given| given.i) else {
            continue;
        };
        let Some(rank) = rank(node, analysed) else {
            continue;
        };
        let count = rank + more;
        if !(-count..count).contains(&axis) {
            let fault = GraphFault::AxisOutside {
                operator: &node.op_type,
                node: &shown(node),
                axis: &axis.to_string(),
                rank: &rank.to_string(),
            };
            bail!(fault.kept());
        }
    }
    Ok(())
}

/// How many axes more than the input's may be named, for the operators over which `tract` does not fail by itself.
fn more_axes(operator: &str) -> Option<i64> {
    match operator {
        "Softmax" | "LogSoftmax" | "Hardmax" | "LayerNormalization" => Some(0),
        "OneHot" => Some(1),
        _ => None,
    }
}

/// How many axes a node's first input has, if that is known.
fn rank(node: &NodeProto, analysed: &InferenceModel) -> Option<i64> {
    let name = node.input.first()?;
    let outlet = analysed
        .find_outlet_label(name)
        .or_else(|| Some(analysed.node_by_name(name).ok()?.id.into()))?;
    analysed.outlet_fact(outlet).ok()?.shape.rank().concretize()
}
