//! Operators of classical machine learning that `tract` does not have, said in ones that it has.
//!
//! - `TreeEnsembleRegressor` becomes a classifier whose label nobody reads: what is added up in the leaves is the same.
//! - `Imputer` of what is not a number becomes `IsNaN` and `Where`.
//!
//! A form of them that is not known stays as it is, and is named as missing.

use std::collections::HashSet;

use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto};

use super::nodes::operator;
use crate::onnx::classifier::attribute;

/// More targets than a regressor has: each takes memory in each row.
const MOST_TARGETS: i64 = 4096;
/// `tract` means something else with a classifier of two classes.
const FEWEST_CLASSES: i64 = 3;

/// Replaces those that are known.
pub(super) fn replace(graph: &mut GraphProto) {
    let nodes = std::mem::take(&mut graph.node);
    for (at, node) in nodes.into_iter().enumerate() {
        let replaced = match node.op_type.as_str() {
            "TreeEnsembleRegressor" => regressor(&node, at),
            "Imputer" => imputer(&node, at),
            _ => None,
        };
        match replaced {
            Some((nodes, constant)) => {
                graph.node.extend(nodes);
                graph.initializer.push(constant);
            }
            None => graph.node.push(node),
        }
    }
}

/// The targets' sums are the scores of as many classes; a `Gather` leaves out the classes that only make up the number.
fn regressor(node: &NodeProto, at: usize) -> Option<([NodeProto; 2], TensorProto)> {
    let targets = attribute(node, "n_targets")?.i;
    let ([_], [to], true) = (
        node.input.as_slice(),
        node.output.as_slice(),
        (1..=MOST_TARGETS).contains(&targets),
    ) else {
        return None;
    };
    let text = |name: &str| attribute(node, name).map_or(b"".as_slice(), |found| &found.s);
    if !matches!(text("post_transform"), b"" | b"NONE") {
        return None;
    }
    let share = share(node, text("aggregate_function"))?;
    // Of what a leaf says twice of one target, ONNX Runtime takes the first or the sum, as it comes.
    if says_twice(node) {
        return None;
    }
    let base = attribute(node, "base_values").map_or(&[][..], |found| &found.floats);
    if !base.is_empty()
        && (i64::try_from(base.len()) != Ok(targets) || (targets > 1 && !says_all(node, base.len())))
    {
        return None;
    }
    let classes = targets.max(FEWEST_CLASSES);
    let own = |part: &str| format!("adyton.regressor.{at}.{part}");
    let mut ensemble = node.clone();
    ensemble.op_type = "TreeEnsembleClassifier".to_owned();
    ensemble.output = vec![own("label"), own("scores")];
    ensemble.attribute.retain_mut(|one| {
        if let Some(part) = one.name.strip_prefix("target_") {
            one.name = format!("class_{part}");
        }
        if one.name == "class_weights" {
            one.floats.iter_mut().for_each(|weight| *weight *= share);
        }
        !["n_targets", "aggregate_function", "base_values"].contains(&one.name.as_str())
    });
    let mut bases = base.to_vec();
    bases.resize(usize::try_from(classes).unwrap_or(0), 0.0);
    ensemble.attribute.push(AttributeProto {
        floats: bases,
        ..named("base_values", 6)
    });
    ensemble.attribute.push(AttributeProto {
        ints: (0..classes).collect(),
        ..named("classlabels_int64s", 7)
    });
    let mut chosen = operator("Gather", &[&own("scores"), &own("targets")], to);
    // The ensemble keeps the node's name, which may be that of its output.
    chosen.name = own("chosen");
    chosen.attribute.push(AttributeProto {
        i: 1,
        ..named("axis", 2)
    });
    let which = TensorProto {
        name: own("targets"),
        data_type: 7,
        dims: vec![targets],
        int64_data: (0..targets).collect(),
        ..TensorProto::default()
    };
    Some(([ensemble, chosen], which))
}

/// Whether each leaf says something of each target. One of which a row learns nothing has no base value in ONNX Runtime.
fn says_all(node: &NodeProto, targets: usize) -> bool {
    let leaves = attribute(node, "nodes_modes").map_or(0, |found| {
        let leaves = found.strings.iter().filter(|mode| mode.as_slice() == b"LEAF");
        leaves.count()
    });
    let said = attribute(node, "target_ids").map_or(0, |found| found.ints.len());
    leaves.checked_mul(targets) == Some(said)
}

fn says_twice(node: &NodeProto) -> bool {
    let [trees, leaves, targets] = ["target_treeids", "target_nodeids", "target_ids"]
        .map(|name| attribute(node, name).map_or(&[][..], |found| &found.ints));
    let mut said = HashSet::new();
    let each = trees.iter().zip(leaves).zip(targets);
    !each
        .into_iter()
        .all(|((tree, leaf), target)| said.insert((tree, leaf, target)))
}

/// What each tree counts for: once, or its share of them all.
fn share(node: &NodeProto, aggregate: &[u8]) -> Option<f32> {
    let trees = attribute(node, "nodes_treeids")?;
    match aggregate {
        b"" | b"SUM" => Some(1.0),
        b"AVERAGE" => Some(1.0 / trees.ints.iter().collect::<HashSet<_>>().len().max(1) as f32),
        _ => None,
    }
}

fn named(name: &str, r#type: i32) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type,
        ..AttributeProto::default()
    }
}

/// One number for all columns, or one for each.
fn imputer(node: &NodeProto, at: usize) -> Option<([NodeProto; 2], TensorProto)> {
    let floats = &attribute(node, "imputed_value_floats")?.floats;
    let ([from], [to], true) = (
        node.input.as_slice(),
        node.output.as_slice(),
        attribute(node, "replaced_value_float")?.f.is_nan(),
    ) else {
        return None;
    };
    let known = [
        "imputed_value_floats",
        "replaced_value_float",
        "replaced_value_int64",
    ];
    let is_known = |one: &AttributeProto| known.contains(&one.name.as_str()) || one.ints.is_empty();
    if floats.is_empty() || !node.attribute.iter().all(is_known) {
        return None;
    }
    let own = |part: &str| format!("adyton.imputer.{at}.{part}");
    let instead = TensorProto {
        name: own("values"),
        data_type: 1,
        dims: if floats.len() == 1 {
            Vec::new()
        } else {
            vec![i64::try_from(floats.len()).unwrap_or(0)]
        },
        float_data: floats.clone(),
        ..TensorProto::default()
    };
    let missing = operator("IsNaN", &[from], &own("missing"));
    let filled = operator("Where", &[&own("missing"), &own("values"), from], to);
    Some(([missing, filled], instead))
}
