//! What ends the process inside ONNX Runtime's own code, whatever its errors say, and how a model is kept from it.
//!
//! - An integer divided by -1 whose quotient has no room in its type (the least `int32` or `int64`) is a hardware fault. Each
//!   division of integers whose operands are not the graph's own is rewritten before the model is loaded (`division.rs`).
//! - Some operators crash over tensors without elements ([`CRASH_WHEN_EMPTY`]). A model that has one is not given such inputs.
//! - `STFT` divides by the step between frames: it must be the graph's own, and not 0.
//! - `ReverseSequence` counts on two axes: an input whose number of axes is left open could have fewer.
//!
//! Found by running all conformance cases on changed inputs, in processes of their own (`tests/harness/crashes.py`). What no
//! case covers, such as operators of other domains, counts as crashing over tensors without elements, and is proven of no model
//! (`proof.rs`): unless the settings say otherwise, such a model runs in a process of its own. A file that cannot be read here is
//! left to ONNX Runtime, which says what is wrong with it.

mod division;
mod element_types;
mod proof;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::{HashMap, HashSet};

use adyton_core::graph_fault::GraphFault;
use adyton_core::shown::quoted;
use bytes::Bytes;
use prost::Message;
use tract_onnx::pb::{FunctionProto, GraphProto, NodeProto, OperatorSetIdProto, ValueInfoProto};

use self::division::Division;
use self::element_types::{ElementTypes, Weight};
use super::unknown_rank::leaves_rank_open;
use crate::onnx::load_into::LoadInto;

/// Operators that end the process over a tensor without elements.
const CRASH_WHEN_EMPTY: &[&str] = &[
    "ConvTranspose",
    "GRU",
    "LSTM",
    "RNN",
    "ReverseSequence",
    "STFT",
    "Unique",
];
/// From this version of the operators on, all that a rewritten division needs is there.
const REWRITABLE: i64 = 9;
/// What is shown of a name, in characters.
const SHOWN: usize = 60;
/// How deep graphs may lie in each other: more is not looked at.
const LEVELS: usize = 16;

const MODEL_GRAPH: u32 = 7;
const MODEL_FUNCTIONS: u32 = 25;
const GRAPH_NODE: u32 = 1;
const FUNCTION_NODE: u32 = 7;

/// A model, as far as it matters here; weights are not copied.
#[derive(Clone, PartialEq, prost::Message)]
struct Model {
    #[prost(message, optional, tag = "7")]
    graph: Option<GraphNodes>,
    #[prost(message, repeated, tag = "8")]
    opset_import: Vec<OperatorSetIdProto>,
    #[prost(message, repeated, tag = "25")]
    functions: Vec<FunctionProto>,
}

/// A graph, as far as it matters here.
#[derive(Clone, PartialEq, prost::Message)]
struct GraphNodes {
    #[prost(message, repeated, tag = "1")]
    node: Vec<NodeProto>,
    #[prost(message, repeated, tag = "5")]
    initializer: Vec<Weight>,
    #[prost(message, repeated, tag = "11")]
    input: Vec<ValueInfoProto>,
    #[prost(message, repeated, tag = "12")]
    output: Vec<ValueInfoProto>,
    #[prost(message, repeated, tag = "13")]
    value_info: Vec<ValueInfoProto>,
}

/// What is to be loaded in place of a file, and what must not be asked of it.
#[derive(Debug, Default)]
pub(super) struct Guarded {
    /// The file anew; `None` when it can be loaded as it is.
    pub(super) file: Option<Vec<u8>>,
    /// The operator over which inputs without elements would end the process.
    pub(super) crashes_when_empty: Option<String>,
    /// The names of the inputs whose number of axes is left open.
    pub(super) open_ranks: HashSet<String>,
}

/// Looks through a model's file.
///
/// # Errors
/// The model cannot be kept from ending the process that it is to be loaded into, or is not proven to be: what in it, and what
/// to do.
pub(super) fn guard(file: &Bytes, into: LoadInto) -> Result<Guarded, String> {
    let Ok(model) = Model::decode(file.clone()) else {
        return Ok(Guarded::default());
    };
    let graph = model.graph.unwrap_or_default();
    let mut operators = Operators::default();
    operators.add(&graph.node, 0);
    for function in &model.functions {
        operators.add(&function.node, 0);
    }
    let unfit = match into {
        LoadInto::Sandbox => None,
        LoadInto::Server => operators.refusal(&graph),
        LoadInto::ServerIfProven => operators
            .refusal(&graph)
            .or_else(|| proof::lacks(&graph, &model.functions)),
    };
    if let Some(reason) = unfit {
        return Err(reason);
    }
    let declared = [&graph.input, &graph.output, &graph.value_info];
    let types = ElementTypes::of(&graph.initializer, declared, &graph.node);
    let mut division = Division::default();
    let main = division.rewrite(&graph.node, &types, 0);
    let functions: HashMap<usize, _> = (model.functions.iter().enumerate())
        .filter_map(|(at, function)| {
            // What a function is given is not known in it.
            let nodes = division.rewrite(&function.node, &ElementTypes::default(), 0);
            (!nodes.is_empty()).then_some((at, nodes))
        })
        .collect();
    let is_old = version(&model.opset_import) < REWRITABLE;
    let file = match division.found {
        None => None,
        Some(_) if is_old && into == LoadInto::Sandbox => None,
        Some(node) if is_old => {
            let fault = GraphFault::DividesByMinusOne {
                node: &quoted(&node, SHOWN),
                version: &REWRITABLE.to_string(),
            };
            return Err(fault.kept());
        }
        Some(_) => wire::splice(file, &|tag, at, content| match tag {
            MODEL_GRAPH => Some(vec![wire::splice(content, &replaced(GRAPH_NODE, &main))?]),
            MODEL_FUNCTIONS => Some(vec![wire::splice(
                content,
                &replaced(FUNCTION_NODE, functions.get(&at)?),
            )?]),
            _ => None,
        }),
    };
    Ok(Guarded {
        file,
        // What is only not known may be tried where a crash ends nothing else.
        crashes_when_empty: operators
            .crashes_when_empty
            .filter(|operator| into != LoadInto::Sandbox || CRASH_WHEN_EMPTY.contains(&operator.as_str())),
        open_ranks: (graph.input.into_iter().filter(leaves_rank_open))
            .map(|input| input.name)
            .collect(),
    })
}

/// Puts the nodes that were rewritten in place of those with their numbers.
fn replaced(
    field: u32,
    nodes: &HashMap<usize, Vec<NodeProto>>,
) -> impl Fn(u32, usize, &[u8]) -> Option<Vec<Vec<u8>>> {
    move |tag, at, _| {
        let nodes = nodes.get(&at).filter(|_| tag == field)?;
        Some(nodes.iter().map(Message::encode_to_vec).collect())
    }
}

/// The version of the standard operators.
fn version(imports: &[OperatorSetIdProto]) -> i64 {
    let standard = imports
        .iter()
        .filter(|set| matches!(set.domain.as_str(), "" | "ai.onnx"));
    standard.map(|set| set.version).max().unwrap_or(1)
}

/// What the operators of a model mean for its inputs.
#[derive(Default)]
struct Operators {
    crashes_when_empty: Option<String>,
    reverses: Option<String>,
    /// The name and the step of each `STFT`.
    steps: Vec<(String, String)>,
}

impl Operators {
    fn add(&mut self, nodes: &[NodeProto], level: usize) {
        for node in nodes {
            let op = node.op_type.as_str();
            if self.crashes_when_empty.is_none() && (!is_standard(node) || CRASH_WHEN_EMPTY.contains(&op)) {
                self.crashes_when_empty = Some(op.to_owned());
            }
            match op {
                "ReverseSequence" => self.reverses = Some(node.name.clone()),
                "STFT" => {
                    let step = node.input.get(1).cloned().unwrap_or_default();
                    self.steps.push((node.name.clone(), step));
                }
                _ => {}
            }
            if level < LEVELS {
                for inner in graphs_of(node) {
                    self.add(&inner.node, level + 1);
                }
            }
        }
    }

    /// Why the model cannot be loaded.
    fn refusal(&self, graph: &GraphNodes) -> Option<String> {
        if let Some(name) = &self.reverses
            && let Some(input) = graph.input.iter().find(|input| leaves_rank_open(input))
        {
            let fault = GraphFault::ReversesOneAxis {
                node: &quoted(name, SHOWN),
                input: &quoted(&input.name, SHOWN),
            };
            return Some(fault.kept());
        }
        let given: HashSet<&str> = graph.input.iter().map(|input| input.name.as_str()).collect();
        let own = graph
            .initializer
            .iter()
            .filter(|weight| !given.contains(weight.name.as_str()));
        let mut fixed: HashSet<&str> = own
            .filter(|weight| weight.lacks(0))
            .map(|weight| weight.name.as_str())
            .collect();
        for node in graph.node.iter().filter(|node| node.op_type == "Constant") {
            if element_types::constant(node).is_some_and(|weight| weight.lacks(0)) {
                fixed.extend(node.output.iter().map(String::as_str));
            }
        }
        let (name, _) = self
            .steps
            .iter()
            .find(|(_, step)| !fixed.contains(step.as_str()))?;
        let node = &quoted(name, SHOWN);
        Some(GraphFault::StepOfFrames { node }.kept())
    }
}

/// Whether an operator is one of ONNX's own, which the conformance cases cover.
fn is_standard(node: &NodeProto) -> bool {
    matches!(node.domain.as_str(), "" | "ai.onnx" | "ai.onnx.ml")
}

/// The graphs inside of an operator.
fn graphs_of(node: &NodeProto) -> impl Iterator<Item = &GraphProto> {
    let attributes = node.attribute.iter();
    attributes.flat_map(|attribute| attribute.g.iter().chain(&attribute.graphs))
}
