//! `TreeEnsembleClassifier` in the form that `tract` computes rightly, or a refusal.
//!
//! - Exporters give a classifier of two classes weights for one of them. `tract` makes the right scores of that, and the label of
//!   the other class. So both classes get weights here: what one gains, the other loses.
//! - The other forms of two classes mean something else in each runtime and are refused.
//! - `tract` takes the number of a node for its place, follows children without looking where they lead, and does not know all
//!   comparisons.

use std::collections::{HashMap, HashSet};

use adyton_core::graph_fault::GraphFault;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto};

use super::nodes::unsupported;
use crate::onnx::classifier::attribute;

/// The type of attributes that are lists of floats.
const FLOATS: i32 = 6;
/// The comparisons that `tract` makes as they are meant, and the leaf. With `BRANCH_NEQ` it takes the wrong way for NaN.
const MODES: [&str; 5] = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GT", "BRANCH_EQ", "LEAF"];

/// Rewrites each ensemble in `graph`, and in the graphs inside of it.
///
/// # Errors
/// Why one cannot be computed.
pub(super) fn rewrite(graph: &mut GraphProto) -> Result<(), String> {
    for node in &mut graph.node {
        let inner = node.attribute.iter_mut();
        for graph in inner.flat_map(|one| one.g.iter_mut().chain(&mut one.graphs)) {
            rewrite(graph)?;
        }
        if node.op_type == "TreeEnsembleClassifier" {
            settle(node)?;
        }
    }
    Ok(())
}

fn settle(node: &mut NodeProto) -> Result<(), String> {
    branches(node)?;
    let refused = |what| Err(unsupported(node, what));
    let classes = ints(node, "classlabels_int64s").len() + texts(node, "classlabels_strings").len();
    let weights = Weights::of(node).ok_or_else(|| unsupported(node, GraphFault::TreesLeafLists))?;
    if weights
        .ids
        .iter()
        .any(|id| !usize::try_from(*id).is_ok_and(|id| id < classes))
    {
        return refused(GraphFault::TreesNoLabel);
    }
    match classes {
        0 | 1 => refused(GraphFault::TreesFewClasses),
        2 => weigh_both(node, weights),
        _ if floats(node, "base_values").is_empty() => match weights.reach_all(node, classes) {
            true => Ok(()),
            false => refused(GraphFault::TreesUnreached),
        },
        _ => Ok(()),
    }
}

/// What the leaves say.
struct Weights {
    trees: Vec<i64>,
    nodes: Vec<i64>,
    ids: Vec<i64>,
    weights: Vec<f32>,
}

impl Weights {
    fn of(node: &NodeProto) -> Option<Self> {
        let (trees, nodes) = (ints(node, "class_treeids"), ints(node, "class_nodeids"));
        let (ids, weights) = (ints(node, "class_ids"), floats(node, "class_weights"));
        let same = [trees.len(), nodes.len(), ids.len()]
            .iter()
            .all(|length| *length == weights.len());
        same.then(|| Self {
            trees: trees.to_vec(),
            nodes: nodes.to_vec(),
            ids: ids.to_vec(),
            weights: weights.to_vec(),
        })
    }

    /// Whether each class gets a score from each row, or zero is the least that one can get: a class without a score counts as
    /// zero for `tract`, and does not count in other runtimes.
    fn reach_all(&self, node: &NodeProto, classes: usize) -> bool {
        if self.weights.iter().all(|weight| *weight >= 0.0) {
            return true;
        }
        let mut leaves: HashMap<i64, usize> = HashMap::new();
        for (tree, mode) in ints(node, "nodes_treeids").iter().zip(texts(node, "nodes_modes")) {
            *leaves.entry(*tree).or_default() += usize::from(mode == b"LEAF");
        }
        let mut reached: HashMap<(i64, i64), HashSet<i64>> = HashMap::new();
        for ((tree, leaf), id) in self.trees.iter().zip(&self.nodes).zip(&self.ids) {
            reached.entry((*tree, *id)).or_default().insert(*leaf);
        }
        let always = |((tree, id), reached): (&(i64, i64), &HashSet<i64>)| {
            (leaves.get(tree) == Some(&reached.len())).then_some(*id)
        };
        reached.iter().filter_map(always).collect::<HashSet<i64>>().len() == classes
    }
}

/// Gives both of two classes weights, where only the first has some.
fn weigh_both(node: &mut NodeProto, given: Weights) -> Result<(), String> {
    if given.ids.iter().any(|id| *id != 0) {
        return Err(unsupported(node, GraphFault::TreesSecondWeights));
    }
    let base = match floats(node, "base_values") {
        [] => 0.0,
        [base] => *base,
        _ => return Err(unsupported(node, GraphFault::TreesTwoBases)),
    };
    // A score that cannot be negative is a probability, and the other class has the rest of it.
    let is_probability = given.weights.iter().all(|weight| *weight >= 0.0);
    let after = attribute(node, "post_transform").map_or(b"NONE".as_slice(), |found| &found.s);
    let whole = match (after, is_probability) {
        (b"NONE" | b"", true) => 1.0,
        (b"NONE" | b"" | b"LOGISTIC", false) => 0.0,
        _ => {
            let after = String::from_utf8_lossy(after)
                .chars()
                .take(60)
                .collect::<String>();
            return Err(unsupported(node, GraphFault::TreesAfter { after: &after }));
        }
    };
    let twice = |numbers: &[i64]| {
        numbers
            .iter()
            .flat_map(|number| [*number, *number])
            .collect::<Vec<i64>>()
    };
    let both = given
        .weights
        .iter()
        .flat_map(|weight| [-weight, *weight])
        .collect();
    for one in &mut node.attribute {
        match one.name.as_str() {
            "class_treeids" => one.ints = twice(&given.trees),
            "class_nodeids" => one.ints = twice(&given.nodes),
            "class_ids" => one.ints = given.ids.iter().flat_map(|_| [0, 1]).collect(),
            _ => {}
        }
    }
    set_floats(node, "class_weights", both);
    set_floats(node, "base_values", vec![whole - base, base]);
    Ok(())
}

/// Whether the nodes are what `tract` takes them for.
fn branches(node: &NodeProto) -> Result<(), String> {
    let modes = texts(node, "nodes_modes");
    if let Some(mode) = modes
        .iter()
        .find(|mode| !MODES.iter().any(|known| known.as_bytes() == mode.as_slice()))
    {
        let mode: String = String::from_utf8_lossy(mode).chars().take(60).collect();
        return Err(unsupported(node, GraphFault::TreesMode { mode: &mode }));
    }
    let lists = [
        "nodes_treeids",
        "nodes_nodeids",
        "nodes_truenodeids",
        "nodes_falsenodeids",
    ];
    let [trees, ids, yes, no] = lists.map(|name| ints(node, name));
    if [trees, ids, yes, no].iter().any(|list| list.len() != modes.len()) {
        return Err(unsupported(node, GraphFault::TreesNodeLists));
    }
    let mut all: HashMap<i64, HashMap<i64, Option<[i64; 2]>>> = HashMap::new();
    for (at, mode) in modes.iter().enumerate() {
        let children = (mode != b"LEAF").then_some([yes[at], no[at]]);
        all.entry(trees[at]).or_default().insert(ids[at], children);
    }
    let count: usize = all.values().map(HashMap::len).sum();
    if count != modes.len() || !all.values().all(is_tree) {
        return Err(unsupported(node, GraphFault::TreesNumbers));
    }
    Ok(())
}

/// Whether each node is reached from the first on one way, and the numbers are places.
fn is_tree(nodes: &HashMap<i64, Option<[i64; 2]>>) -> bool {
    let mut reached = HashSet::from([0]);
    let mut ahead = vec![0];
    while let Some(at) = ahead.pop() {
        let Some(children) = nodes.get(&at) else {
            return false;
        };
        for child in children.iter().flatten() {
            if !reached.insert(*child) {
                return false;
            }
            ahead.push(*child);
        }
    }
    let places = i64::try_from(nodes.len()).unwrap_or(i64::MAX);
    reached.len() == nodes.len() && reached.iter().all(|number| (0..places).contains(number))
}

fn ints<'n>(node: &'n NodeProto, name: &str) -> &'n [i64] {
    attribute(node, name).map_or(&[], |found| &found.ints)
}

fn floats<'n>(node: &'n NodeProto, name: &str) -> &'n [f32] {
    attribute(node, name).map_or(&[], |found| &found.floats)
}

fn texts<'n>(node: &'n NodeProto, name: &str) -> &'n [Vec<u8>] {
    attribute(node, name).map_or(&[], |found| &found.strings)
}

fn set_floats(node: &mut NodeProto, name: &str, floats: Vec<f32>) {
    node.attribute.retain(|one| one.name != name);
    node.attribute.push(AttributeProto {
        name: name.to_owned(),
        r#type: FLOATS,
        floats,
        ..AttributeProto::default()
    });
}
