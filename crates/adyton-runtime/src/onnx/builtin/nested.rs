//! Nodes with graphs inside of them (`If`, `Scan`): what is said of one for which `tract` could not prepare the model. Its own words
//! are about its insides.

use adyton_core::graph_fault::GraphFault;
use adyton_core::shown::quoted;
use tract_onnx::pb::GraphProto;

use super::nodes::{NAME, shown};

/// What is said of a graph that `tract` could not prepare for a node that has graphs inside of it.
pub(super) fn with_graphs(graph: &GraphProto) -> Vec<Blamed> {
    let mut all = Vec::new();
    for node in &graph.node {
        let inner: Vec<&GraphProto> = node
            .attribute
            .iter()
            .flat_map(|given| given.g.iter().chain(&given.graphs))
            .collect();
        if inner.is_empty() {
            continue;
        }
        let name = node.output.first().filter(|_| node.name.is_empty());
        all.push(Blamed {
            as_blamed: format!("\"{}\" {}", name.unwrap_or(&node.name), node.op_type),
            what: GraphFault::OpenBranches {
                operator: &quoted(&node.op_type, NAME),
                node: &shown(node),
            }
            .kept(),
        });
        all.extend(inner.into_iter().flat_map(with_graphs));
    }
    all
}

/// A node with graphs inside of it.
pub(super) struct Blamed {
    /// As `tract` names it.
    pub(super) as_blamed: String,
    /// What we say of it.
    pub(super) what: String,
}
