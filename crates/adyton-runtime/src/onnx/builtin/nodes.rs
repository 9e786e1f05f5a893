//! What a graph says of a node, for those who ask before `tract` sees it: its name for messages, and its constants; and new nodes.

use adyton_core::graph_fault::GraphFault;
use adyton_core::shown::{quoted, quoted_bytes};
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto};

use crate::onnx::classifier::attribute;

/// So much of a name is shown, in letters.
pub(super) const NAME: usize = 60;

/// A node that makes one value of others, and is named after it.
pub(super) fn operator(name: &str, from: &[&str], to: &str) -> NodeProto {
    NodeProto {
        input: from.iter().map(|input| (*input).to_owned()).collect(),
        output: vec![to.to_owned()],
        name: to.to_owned(),
        op_type: name.to_owned(),
        ..NodeProto::default()
    }
}

/// The name of a node as messages show it; its first output's when it has none.
pub(super) fn shown(node: &NodeProto) -> String {
    let name = node
        .output
        .first()
        .filter(|_| node.name.is_empty())
        .unwrap_or(&node.name);
    quoted(name, NAME)
}

/// That a node is not understood, and what of it.
pub(super) fn unsupported(node: &NodeProto, what: GraphFault<'_>) -> String {
    let (what, node) = (&what.kept(), &shown(node));
    GraphFault::NotSupported { what, node }.kept()
}

/// That an attribute of a node is not understood with this value.
pub(super) fn unsupported_attribute(node: &NodeProto, given: &AttributeProto) -> String {
    let value = match given.r#type {
        1 => format!(" = {}", given.f),
        2 => format!(" = {}", given.i),
        3 => format!(" = \"{}\"", quoted_bytes(&given.s, NAME)),
        _ => String::new(),
    };
    let fault = GraphFault::Attribute {
        attribute: &quoted(&given.name, NAME),
        value: &value,
        operator: &quoted(&node.op_type, NAME),
        node: &shown(node),
    };
    fault.kept()
}

/// The numbers of a constant of the graph; none of what is no constant.
pub(super) fn whole_numbers(graph: &GraphProto, name: &str) -> Vec<i64> {
    let Some(tensor) = constant(graph, name).filter(|tensor| tensor.data_type == INT64) else {
        return Vec::new();
    };
    let number = |bytes: &[u8]| bytes.try_into().map(i64::from_le_bytes).unwrap_or(0);
    match tensor.raw_data.is_empty() {
        true => tensor.int64_data.clone(),
        false => tensor.raw_data.chunks(8).map(number).collect(),
    }
}

/// `int64` among the types of tensors.
const INT64: i32 = 7;

/// The numbers of a constant of the graph.
pub(super) fn numbers(graph: &GraphProto, name: &str) -> Option<Vec<f32>> {
    let tensor = constant(graph, name)?;
    if tensor.raw_data.is_empty() {
        return Some(tensor.float_data.clone());
    }
    let number = |bytes: &[u8]| bytes.try_into().map(f32::from_le_bytes).ok();
    tensor.raw_data.chunks(4).map(number).collect()
}

fn constant<'g>(graph: &'g GraphProto, name: &str) -> Option<&'g TensorProto> {
    let made = |node: &&NodeProto| node.op_type == "Constant" && node.output.iter().any(|made| made == name);
    let constant = || attribute(graph.node.iter().find(made)?, "value")?.t.as_ref();
    let own = graph.initializer.iter().find(|tensor| tensor.name == name);
    own.or_else(constant)
}
