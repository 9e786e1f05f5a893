//! `ZipMap`, the last operator of scikit-learn classifiers: it makes a map from label to score of each row of scores.
//!
//! The compiled-in runtime does not know it, and taking the maps out of ONNX Runtime again costs more than the model itself.
//! So both run the graph without it, and the maps are made here.

use std::collections::HashSet;
use std::sync::Arc;

use prost::Message;
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, NodeProto, ValueInfoProto};

use super::predictor::RunError;
use super::tensor::{Elements, Label, Tensor, Value};

/// Larger files, in bytes, are no classifiers of this kind, and are left as they are.
const LARGEST: usize = 16 << 20;

/// A graph without its final maps: its file anew, and the labels of each output that was one.
pub(super) struct Cut {
    pub(super) file: Vec<u8>,
    pub(super) labels: Vec<Option<Vec<Label>>>,
}

/// Cuts the maps off the model in `file`; `None` when there are none, or when the file holds more than is surely kept when it
/// is written again (functions, weights in other files, operators of unknown domains).
pub(super) fn cut_file(file: &[u8]) -> Option<Cut> {
    if file.len() > LARGEST || memchr::memmem::find(file, b"ZipMap").is_none() {
        return None;
    }
    let mut model = ModelProto::decode(file).ok()?;
    let known = |domain: &str| matches!(domain, "" | "ai.onnx" | "ai.onnx.ml");
    let plain = model.functions.is_empty() && model.opset_import.iter().all(|set| known(&set.domain));
    let graph = model.graph.as_mut().filter(|_| plain)?;
    if graph
        .initializer
        .iter()
        .any(|tensor| !tensor.external_data.is_empty())
    {
        return None;
    }
    let labels = cut(graph);
    labels.iter().any(Option::is_some).then(|| Cut {
        file: model.encode_to_vec(),
        labels,
    })
}

/// Cuts each `ZipMap` whose result is an output off; gives the labels of each output that was one.
pub(super) fn cut(graph: &mut GraphProto) -> Vec<Option<Vec<Label>>> {
    let mut cut = HashSet::new();
    let nodes = &graph.node;
    let mut cut_behind = |output: &mut ValueInfoProto| {
        let is_its = |node: &NodeProto| node.op_type == "ZipMap" && node.output.first() == Some(&output.name);
        let at = nodes.iter().position(is_its)?;
        let scores = nodes[at].input.first()?.clone();
        cut.insert(at);
        output.name = scores;
        output.r#type = None;
        Some(labels(&nodes[at]))
    };
    let labels = graph.output.iter_mut().map(&mut cut_behind).collect();
    let mut at = 0;
    graph.node.retain(|_| {
        at += 1;
        !cut.contains(&(at - 1))
    });
    labels
}

fn labels(node: &NodeProto) -> Vec<Label> {
    let numbers = attribute(node, "classlabels_int64s")
        .map(|found| found.ints.as_slice())
        .unwrap_or_default();
    let texts = attribute(node, "classlabels_strings")
        .map(|found| found.strings.as_slice())
        .unwrap_or_default();
    let numbers = numbers.iter().map(|number| Label::Number(*number));
    let texts = texts
        .iter()
        .map(|text| Label::Text(Arc::from(String::from_utf8_lossy(text).as_ref())));
    numbers.chain(texts).collect()
}

/// The attribute of a node with this name.
pub(super) fn attribute<'n>(node: &'n NodeProto, name: &str) -> Option<&'n AttributeProto> {
    node.attribute.iter().find(|attribute| attribute.name == name)
}

/// What the `ZipMap` would have made of its input.
pub(super) fn maps(scores: Tensor, labels: &[Label]) -> Result<Value, RunError> {
    let Elements::Float32(elements) = scores.elements else {
        return Err(RunError("ZipMap: the scores are not float32".to_owned()));
    };
    if labels.is_empty() || scores.shape.last() != Some(&labels.len()) {
        let problem = format!(
            "ZipMap: {} labels for scores of shape {:?}",
            labels.len(),
            scores.shape
        );
        return Err(RunError(problem));
    }
    let rows = elements.chunks_exact(labels.len());
    Ok(Value::Maps(
        rows.map(|row| labels.iter().cloned().zip(row.iter().copied()).collect())
            .collect(),
    ))
}
