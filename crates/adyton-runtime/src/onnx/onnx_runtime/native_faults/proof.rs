//! What is left to prove of a model before it may run in the server: that the operators that crash over tensors without elements
//! are never given one that becomes empty inside of the graph, and that all operators are ONNX's own, which the conformance
//! cases cover. Inputs that are empty already are refused at each call.

use std::collections::{HashMap, HashSet};

use adyton_core::graph_fault::GraphFault;
use adyton_core::shown::quoted;
use tract_onnx::pb::{FunctionProto, NodeProto};

use super::{CRASH_WHEN_EMPTY, GraphNodes, LEVELS, SHOWN, graphs_of, is_standard};

#[rustfmt::skip]
/// Operators that may give a tensor without elements although each of theirs has some.
const MAY_EMPTY: &[&str] = &[
    "AffineGrid", "AveragePool", "BlackmanWindow", "CenterCropPad", "Col2Im", "Compress", "ConstantOfShape", "Conv", "ConvInteger",
    "ConvTranspose", "DFT", "DeformConv", "Expand", "GridSample", "HammingWindow", "HannWindow", "ImageDecoder", "LpPool",
    "MaxPool", "MaxUnpool", "MelWeightMatrix", "NonMaxSuppression", "NonZero", "OneHot", "OptionalGetElement", "Pad",
    "QLinearConv", "RandomNormal", "RandomUniform", "Range", "Resize", "STFT", "SequenceAt", "SequenceEmpty", "Shape", "Slice",
    "Split", "SplitToSequence", "StringSplit", "Tile", "TopK", "Upsample",
];
/// Of these only the first input counts: others of another size are refused by the operator.
const BY_FIRST_INPUT: &[&str] = &["GRU", "LSTM", "RNN"];

/// Why a model is not proven to be harmless; `None` when it is.
pub(super) fn lacks(graph: &GraphNodes, functions: &[FunctionProto]) -> Option<String> {
    let local: HashSet<(&str, &str)> = functions
        .iter()
        .map(|function| (function.domain(), function.name()))
        .collect();
    let inner = functions.iter().flat_map(|function| &function.node);
    let foreign = graph.node.iter().chain(inner.clone());
    if let Some(node) = foreign.clone().find_map(|node| foreign_in(node, &local, 0)) {
        let fault = GraphFault::ForeignDomain {
            node: &quoted(&node.name, SHOWN),
            operator: &quoted(&node.op_type, SHOWN),
            domain: &quoted(&node.domain, SHOWN),
        };
        return Some(fault.kept());
    }
    let made_by: HashMap<&str, &NodeProto> = graph
        .node
        .iter()
        .flat_map(|node| node.output.iter().map(move |name| (name.as_str(), node)))
        .collect();
    // What reaches an operator inside of a loop or a function is not followed.
    let hidden = graph.node.iter().find_map(|node| fragile_inside(node, 0));
    let hidden = hidden.or_else(|| inner.clone().find(|node| is_fragile(node)));
    let fragile = graph.node.iter().filter(|node| is_fragile(node));
    let reached = fragile.filter(|node| given(node).any(|name| may_be_empty(name, &made_by)));
    let node = hidden.or_else(|| reached.into_iter().next())?;
    let fault = GraphFault::CrashesWhenEmpty {
        node: &quoted(&node.name, SHOWN),
        operator: &quoted(&node.op_type, SHOWN),
    };
    Some(fault.kept())
}

fn is_fragile(node: &NodeProto) -> bool {
    CRASH_WHEN_EMPTY.contains(&node.op_type.as_str())
}

/// An operator that crashes in the graphs inside of `node`.
fn fragile_inside(node: &NodeProto, level: usize) -> Option<&NodeProto> {
    let deeper = |graph| nodes_of(graph, level);
    graphs_of(node)
        .flat_map(deeper)
        .find_map(|inner| match is_fragile(inner) {
            true => Some(inner),
            false => fragile_inside(inner, level + 1),
        })
}

/// The operator that is not ONNX's own, nor one of the model's functions: `node`, or one in the graphs inside of it.
fn foreign_in<'n>(node: &'n NodeProto, local: &HashSet<(&str, &str)>, level: usize) -> Option<&'n NodeProto> {
    let is_own = is_standard(node) || local.contains(&(node.domain.as_str(), node.op_type.as_str()));
    if !is_own {
        return Some(node);
    }
    graphs_of(node)
        .flat_map(|graph| nodes_of(graph, level))
        .find_map(|inner| foreign_in(inner, local, level + 1))
}

fn nodes_of(graph: &tract_onnx::pb::GraphProto, level: usize) -> impl Iterator<Item = &NodeProto> {
    graph.node.iter().filter(move |_| level < LEVELS)
}

/// The inputs over which a fragile operator crashes when they are empty.
fn given(node: &NodeProto) -> impl Iterator<Item = &str> {
    let most = match BY_FIRST_INPUT.contains(&node.op_type.as_str()) {
        true => 1,
        false => usize::MAX,
    };
    node.input.iter().take(most).map(String::as_str)
}

/// Whether something before this value may have taken its elements away.
fn may_be_empty(name: &str, made_by: &HashMap<&str, &NodeProto>) -> bool {
    let (mut open, mut seen) = (vec![name], HashSet::new());
    while let Some(name) = open.pop() {
        let Some(node) = made_by.get(name).filter(|_| seen.insert(name.to_owned())) else {
            continue;
        };
        if !is_standard(node)
            || MAY_EMPTY.contains(&node.op_type.as_str())
            || graphs_of(node).next().is_some()
        {
            return true;
        }
        open.extend(node.input.iter().map(String::as_str));
    }
    false
}
