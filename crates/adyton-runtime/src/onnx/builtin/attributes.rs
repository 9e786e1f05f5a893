//! Refuses what the compiled-in runtime would compute otherwise than the model says: unknown operator sets, and attributes
//! that it does not understand (`operators.rs` lists the ones that it does).

use adyton_core::graph_fault::GraphFault;
use adyton_core::shown::quoted;
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, NodeProto};

use super::combinations;
use super::nodes::{NAME, unsupported_attribute};
use super::operators::{self, ML, ML_SETS, ONNX, Rule, SETS};
use super::tensors::element_type;

/// What is not understood, in words; `None` when all is.
pub(super) fn refusal(model: &ModelProto) -> Option<String> {
    let sets = model.opset_import.iter();
    let version_of = |domain: &str| {
        let own = |found: &str| found == domain || (domain == ONNX && found == "ai.onnx");
        sets.clone().find(|set| own(&set.domain)).map(|set| set.version)
    };
    for (domain, shown, known) in [(ONNX, "ai.onnx", SETS), (ML, ML, ML_SETS)] {
        if let Some(version) = version_of(domain).filter(|version| !known.contains(version)) {
            let fault = GraphFault::OperatorSet {
                version: &version.to_string(),
                domain: shown,
                first: &known.start().to_string(),
                last: &known.end().to_string(),
            };
            return Some(fault.kept());
        }
    }
    let version = version_of(ONNX).unwrap_or(*SETS.start());
    model.graph.as_ref().and_then(|graph| in_graph(graph, version))
}

fn in_graph(graph: &GraphProto, version: i64) -> Option<String> {
    let strange = graph
        .initializer
        .iter()
        .find(|tensor| element_type(tensor.data_type).is_none());
    if let Some(tensor) = strange {
        let fault = GraphFault::TensorType {
            tensor: &quoted(&tensor.name, NAME),
        };
        return Some(fault.kept());
    }
    graph.node.iter().find_map(|node| in_node(node, graph, version))
}

fn in_node(node: &NodeProto, graph: &GraphProto, version: i64) -> Option<String> {
    // Operators that are missing are told elsewhere, all together.
    let known = operators::of(&node.domain, &node.op_type)?;
    for given in &node.attribute {
        let rule = known.iter().find(|(name, _)| *name == given.name);
        if !rule.is_some_and(|(_, rule)| allows(*rule, given)) {
            return Some(unsupported_attribute(node, given));
        }
        let inner = given.g.iter().chain(&given.graphs);
        if let Some(refusal) = inner
            .map(|graph| in_graph(graph, version))
            .find_map(|found| found)
        {
            return Some(refusal);
        }
    }
    combinations::refusal(node, graph, version)
}

fn allows(rule: Rule, given: &AttributeProto) -> bool {
    match rule {
        Rule::Any => true,
        Rule::Int(only) => given.i == only,
        Rule::Float(only) => given.f == only,
        Rule::Texts(only) => only.iter().any(|text| text.as_bytes() == given.s.as_slice()),
        Rule::Never => {
            given.r#type >= FLOATS
                && given.floats.is_empty()
                && given.ints.is_empty()
                && given.strings.is_empty()
        }
    }
}

/// The first of the types of attributes that are lists.
const FLOATS: i32 = 6;
