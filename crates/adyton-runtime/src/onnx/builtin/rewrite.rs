//! Rewrites what `tract` does not know, before it sees the graph.
//!
//! - The end of a classifier is cut off, as for ONNX Runtime (`classifier.rs`).
//! - An `Identity` that only names an output is skipped.
//! - `ArrayFeatureExtractor` gets its indices in a row, as the specification takes them.
//! - `Scaler` becomes a subtraction and a multiplication; what else of classical machine learning is replaced, `learned.rs` says.
//! - Axes without name and length get a name, since `tract` needs a symbol for each; the first axes share one (the batch).

use std::collections::HashSet;

use tract_onnx::pb::tensor_shape_proto::dimension::Value as Length;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::pb::{AttributeProto, GraphProto, TensorProto};

use super::learned;
use super::nodes::operator;
use crate::onnx::classifier::{self, After, attribute};

/// Rewrites all of it; gives what is left to do with each output.
pub(super) fn all(graph: &mut GraphProto) -> Vec<After> {
    let mut after = classifier::cut_maps(graph);
    skip_identities(graph);
    classifier::number_texts(graph, &mut after);
    trim_coefficients(graph);
    replace_scalers(graph);
    learned::replace(graph);
    flatten_features(graph);
    name_axes(graph);
    after
}

/// An output that only passes on what another node makes becomes that node's own: exporters put an `Identity` behind labels.
fn skip_identities(graph: &mut GraphProto) {
    let most = graph.node.len();
    for output in &mut graph.output {
        let mut passed = 0;
        let made = |name: &str| {
            graph
                .node
                .iter()
                .find(|node| node.output.iter().any(|made| made == name))
        };
        // A circle of them ends with the count; that it is none, `tract` says.
        while passed < most
            && let Some(node) = made(&output.name).filter(|node| node.op_type == "Identity")
            && let Some(source) = node.input.first().filter(|source| made(source).is_some())
        {
            passed += 1;
            output.name = source.clone();
        }
    }
    let read: HashSet<String> = graph
        .node
        .iter()
        .flat_map(|node| node.input.iter().cloned())
        .collect();
    let given: HashSet<&str> = graph.output.iter().map(|output| output.name.as_str()).collect();
    graph.node.retain(|node| {
        node.op_type != "Identity"
            || node
                .output
                .iter()
                .any(|made| read.contains(made) || given.contains(made.as_str()))
    });
}

/// ONNX Runtime takes as many coefficients as classes times columns and ignores the rest; so does this. The classifier that
/// the `onnxruntime` wheel ships has twice as many as it needs.
fn trim_coefficients(graph: &mut GraphProto) {
    for node in graph
        .node
        .iter_mut()
        .filter(|node| node.op_type == "LinearClassifier")
    {
        let from = node
            .input
            .first()
            .and_then(|name| graph.input.iter().find(|input| input.name == *name));
        let Some(Type::TensorType(tensor)) = from.and_then(|input| input.r#type.as_ref()?.value.as_ref())
        else {
            continue;
        };
        let axis = tensor
            .shape
            .as_ref()
            .and_then(|shape| shape.dim.last()?.value.as_ref());
        let Some(Length::DimValue(columns)) = axis else {
            continue;
        };
        let models = attribute(node, "intercepts").map_or(0, |found| found.floats.len());
        let wanted = models.saturating_mul(usize::try_from(*columns).unwrap_or(0));
        let coefficients = node.attribute.iter_mut().find(|one| one.name == "coefficients");
        if let Some(coefficients) = coefficients.filter(|found| wanted > 0 && found.floats.len() > wanted) {
            coefficients.floats.truncate(wanted);
        }
    }
}

/// `Scaler` of `ai.onnx.ml`: `(x - offset) * scale`, in float32.
fn replace_scalers(graph: &mut GraphProto) {
    let nodes = std::mem::take(&mut graph.node);
    for (at, node) in nodes.into_iter().enumerate() {
        let (true, [from], [to]) = (
            node.op_type == "Scaler",
            node.input.as_slice(),
            node.output.as_slice(),
        ) else {
            graph.node.push(node);
            continue;
        };
        let own = |part: &str| format!("adyton.scaler.{at}.{part}");
        let mut cast = operator("Cast", &[from], &own("cast"));
        cast.attribute.push(AttributeProto {
            name: "to".to_owned(),
            r#type: 2,
            i: 1,
            ..AttributeProto::default()
        });
        for part in ["offset", "scale"] {
            let floats = attribute(&node, part)
                .map(|found| found.floats.clone())
                .unwrap_or_default();
            graph.initializer.push(TensorProto {
                name: own(part),
                data_type: 1,
                // One number scales all columns.
                dims: if floats.len() == 1 {
                    Vec::new()
                } else {
                    vec![i64::try_from(floats.len()).unwrap_or(0)]
                },
                float_data: floats,
                ..TensorProto::default()
            });
        }
        graph.node.push(cast);
        graph
            .node
            .push(operator("Sub", &[&own("cast"), &own("offset")], &own("moved")));
        graph
            .node
            .push(operator("Mul", &[&own("moved"), &own("scale")], to));
    }
}

/// `ArrayFeatureExtractor` of `ai.onnx.ml` takes its indices in a row, however they come, and makes a table of what has one axis;
/// `tract` gathers along the last axis.
fn flatten_features(graph: &mut GraphProto) {
    let nodes = std::mem::take(&mut graph.node);
    for (at, mut node) in nodes.into_iter().enumerate() {
        if node.op_type == "ArrayFeatureExtractor"
            && let [from, indices] = node.input.as_mut_slice()
        {
            let is_row = axes(graph, from) == Some(1);
            let own = |part: &str| format!("adyton.features.{at}.{part}");
            let row: Vec<i64> = if is_row { vec![1, -1] } else { vec![-1] };
            graph.initializer.push(TensorProto {
                name: own("row"),
                data_type: 7,
                dims: vec![i64::try_from(row.len()).unwrap_or(0)],
                int64_data: row,
                ..TensorProto::default()
            });
            let flat = operator("Reshape", &[indices, &own("row")], &own("flat"));
            graph.node.push(flat);
            *indices = own("flat");
        }
        graph.node.push(node);
    }
}

/// How many axes a constant or an input has, where the graph says it.
fn axes(graph: &GraphProto, name: &str) -> Option<usize> {
    if let Some(tensor) = graph.initializer.iter().find(|tensor| tensor.name == name) {
        return Some(tensor.dims.len());
    }
    let input = graph.input.iter().find(|input| input.name == name)?;
    let Type::TensorType(tensor) = input.r#type.as_ref()?.value.as_ref()?;
    Some(tensor.shape.as_ref()?.dim.len())
}

fn name_axes(graph: &mut GraphProto) {
    let known: HashSet<&str> = graph
        .initializer
        .iter()
        .map(|tensor| tensor.name.as_str())
        .collect();
    for (port, input) in graph
        .input
        .iter_mut()
        .enumerate()
        .filter(|(_, input)| !known.contains(input.name.as_str()))
    {
        let Some(Type::TensorType(tensor)) = input.r#type.as_mut().and_then(|ty| ty.value.as_mut()) else {
            continue;
        };
        for (at, axis) in tensor
            .shape
            .iter_mut()
            .flat_map(|shape| shape.dim.iter_mut())
            .enumerate()
        {
            let open = match &axis.value {
                None => true,
                Some(Length::DimValue(length)) => *length < 0,
                Some(Length::DimParam(name)) => name.is_empty() || name == "?" || name.starts_with("unk__"),
            };
            if open {
                let name = if at == 0 {
                    "adyton_batch".to_owned()
                } else {
                    format!("adyton_{port}_{at}")
                };
                axis.value = Some(Length::DimParam(name));
            }
        }
    }
}
