//! A division of integers that cannot overflow: where the divisor is -1 or 1, the dividend is multiplied by it, which wraps round.
//!
//! It is written with operators that know both integers and floats, because the type of a value is not always known; for floats
//! the quotient is the same to the bit.

use std::collections::HashMap;

use tract_onnx::pb::NodeProto;

use super::LEVELS;
use super::element_types::ElementTypes;

/// Rewrites divisions.
#[derive(Default)]
pub(super) struct Division {
    /// The name of the first that had to be.
    pub(super) found: Option<String>,
}

impl Division {
    /// What stands in place of some of the nodes, by their numbers.
    pub(super) fn rewrite(
        &mut self,
        nodes: &[NodeProto],
        types: &ElementTypes,
        level: usize,
    ) -> HashMap<usize, Vec<NodeProto>> {
        let numbered = nodes.iter().enumerate();
        numbered
            .filter_map(|(at, node)| Some((at, self.in_place_of(node, types, level)?)))
            .collect()
    }

    fn in_place_of(
        &mut self,
        node: &NodeProto,
        types: &ElementTypes,
        level: usize,
    ) -> Option<Vec<NodeProto>> {
        if let ([dividend, divisor], [_]) = (node.input.as_slice(), node.output.as_slice())
            && node.op_type == "Div"
            && matches!(node.domain.as_str(), "" | "ai.onnx")
        {
            if !types.may_overflow(dividend, divisor) {
                return None;
            }
            self.found.get_or_insert_with(|| node.name.clone());
            return Some(without_overflow(node));
        }
        let mut changed = None;
        for (at, attribute) in node.attribute.iter().enumerate().filter(|_| level < LEVELS) {
            for (inner, graph) in attribute.g.iter().chain(&attribute.graphs).enumerate() {
                let nodes = self.rewrite(&graph.node, &types.inside(graph), level + 1);
                if nodes.is_empty() {
                    continue;
                }
                let attribute = &mut changed.get_or_insert_with(|| node.clone()).attribute[at];
                let mut graphs = attribute.g.iter_mut().chain(&mut attribute.graphs);
                if let Some(graph) = graphs.nth(inner) {
                    graph.node = put(&graph.node, nodes);
                }
            }
        }
        changed.map(|node| vec![node])
    }
}

fn put(nodes: &[NodeProto], mut others: HashMap<usize, Vec<NodeProto>>) -> Vec<NodeProto> {
    let numbered = nodes.iter().enumerate();
    numbered
        .flat_map(|(at, node)| others.remove(&at).unwrap_or_else(|| vec![node.clone()]))
        .collect()
}

/// The nodes that give what `division` gives.
fn without_overflow(division: &NodeProto) -> Vec<NodeProto> {
    let (dividend, divisor, output) = (&division.input[0], &division.input[1], &division.output[0]);
    let names = ["sign", "is_unit", "size", "safe", "quotient", "product"];
    let [sign, unit, size, safe, quotient, product] = names.map(|name| format!("{output}/{name}"));
    let node = |op: &str, inputs: &[&String], output: &String| NodeProto {
        op_type: op.to_owned(),
        input: inputs.iter().copied().cloned().collect(),
        output: vec![output.clone()],
        name: format!("{output}/{op}"),
        ..NodeProto::default()
    };
    vec![
        node("Sign", &[divisor], &sign),
        node("Equal", &[divisor, &sign], &unit),
        node("Abs", &[divisor], &size),
        // 1 in place of -1; 0 stays, and is refused as before.
        node("Where", &[&unit, &size, divisor], &safe),
        NodeProto {
            name: division.name.clone(),
            ..node("Div", &[dividend, &safe], &quotient)
        },
        node("Mul", &[&quotient, &sign], &product),
        node("Where", &[&unit, &product, &quotient], output),
    ]
}
