//! The end of scikit-learn's classifiers, which both runtimes are spared: texts of classes, and `ZipMap`, the operator that makes a
//! map from label to score of each row of scores.
//!
//! The compiled-in runtime knows neither, and taking texts and maps out of ONNX Runtime again costs as much as a small model. So the
//! graph is run without them, and texts and maps are made here.

use std::collections::HashSet;
use std::sync::Arc;

use adyton_core::graph_fault::GraphFault;
use prost::Message;
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, NodeProto, ValueInfoProto};

use super::memory::OutputBudget;
use super::predictor::RunError;
use super::tensor::{Elements, Label, Tensor, Value};

/// Larger files, in bytes, are no classifiers of this kind, and are left as they are.
const LARGEST: usize = 16 << 20;

/// What stood behind an output and was cut off.
#[derive(Debug)]
pub(super) enum After {
    /// Nothing.
    Plain,
    /// A `ZipMap` with these labels: rows of scores become maps.
    Maps(Vec<Label>),
    /// The texts of classes: numbers become texts.
    Texts(Vec<String>),
}

impl After {
    /// Does what is left to do with an output.
    ///
    /// # Errors
    /// The output is not what the graph says that it is, or there is no room for its texts.
    pub(super) fn finish(&self, tensor: Tensor, room: &mut OutputBudget) -> Result<Value, RunError> {
        match self {
            Self::Plain => Ok(Value::Tensor(tensor)),
            Self::Maps(labels) => maps(tensor, labels, room),
            Self::Texts(texts) => name_classes(tensor, texts, room),
        }
    }
}

/// A graph without its end: its file anew, and what is left to do with each output.
pub(super) struct Cut {
    pub(super) file: Vec<u8>,
    pub(super) after: Vec<After>,
}

/// Cuts the end off the model in `file`; `None` when there is none, or when the file holds more than is surely kept when it
/// is written again (functions, weights in other files, operators of unknown domains).
pub(super) fn cut_file(file: &[u8]) -> Option<Cut> {
    let names = |name: &str| memchr::memmem::find(file, name.as_bytes()).is_some();
    if file.len() > LARGEST || !(names("ZipMap") || names("classlabels_strings")) {
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
    let mut after = cut_maps(graph);
    number_texts(graph, &mut after);
    let is_cut = after.iter().any(|after| !matches!(after, After::Plain));
    is_cut.then(|| Cut {
        file: model.encode_to_vec(),
        after,
    })
}

/// Cuts each `ZipMap` whose result is an output off; gives what is left to do with each output.
pub(super) fn cut_maps(graph: &mut GraphProto) -> Vec<After> {
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
    let after = graph
        .output
        .iter_mut()
        .map(|output| cut_behind(output).map_or(After::Plain, After::Maps))
        .collect();
    let mut at = 0;
    graph.node.retain(|_| {
        at += 1;
        !cut.contains(&(at - 1))
    });
    after
}

/// Classes that are texts become numbers where nothing in the graph reads the label: it is an output, or nobody's.
pub(super) fn number_texts(graph: &mut GraphProto, after: &mut [After]) {
    let read: HashSet<String> = graph
        .node
        .iter()
        .flat_map(|node| node.input.iter().cloned())
        .collect();
    for node in &mut graph.node {
        let numbers = match node.op_type.as_str() {
            "LinearClassifier" => "classlabels_ints",
            "TreeEnsembleClassifier" => "classlabels_int64s",
            _ => continue,
        };
        let Some(label) = node.output.first().filter(|label| !read.contains(*label)) else {
            continue;
        };
        let port = graph.output.iter().position(|output| output.name == *label);
        let Some(classes) = node
            .attribute
            .iter_mut()
            .find(|one| one.name == "classlabels_strings")
        else {
            continue;
        };
        if classes.strings.is_empty() {
            continue;
        }
        let texts = std::mem::take(&mut classes.strings);
        classes.name = numbers.to_owned();
        classes.r#type = 7;
        classes.ints = (0..i64::try_from(texts.len()).unwrap_or(0)).collect();
        if let Some(port) = port {
            graph.output[port].r#type = None;
            after[port] = After::Texts(
                texts
                    .iter()
                    .map(|text| String::from_utf8_lossy(text).into_owned())
                    .collect(),
            );
        }
        // Older exporters leave the other kind of classes behind, empty; two of a name would contradict each other.
        let mut kept = false;
        node.attribute.retain(|one| {
            one.name != numbers || (!one.ints.is_empty() && !std::mem::replace(&mut kept, true))
        });
    }
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
fn maps(scores: Tensor, labels: &[Label], room: &mut OutputBudget) -> Result<Value, RunError> {
    let Elements::Float32(elements) = scores.elements else {
        return Err(RunError::Said(GraphFault::ScoresOfOtherType.kept()));
    };
    if labels.is_empty() || scores.shape.last() != Some(&labels.len()) {
        let (labels, shape) = (&labels.len().to_string(), &format!("{:?}", scores.shape));
        return Err(RunError::Said(GraphFault::LabelsUnfit { labels, shape }.kept()));
    }
    let rows = elements.chunks_exact(labels.len());
    room.take_scores(rows.len(), labels)?;
    Ok(Value::Maps(
        rows.map(|row| labels.iter().cloned().zip(row.iter().copied()).collect())
            .collect(),
    ))
}

/// The texts of classes for their numbers.
fn name_classes(classes: Tensor, texts: &[String], room: &mut OutputBudget) -> Result<Value, RunError> {
    let Elements::Int64(numbers) = classes.elements else {
        return Err(RunError::Said(GraphFault::NoClassNumbers.kept()));
    };
    let text = |number: &i64| {
        usize::try_from(*number)
            .ok()
            .and_then(|at| texts.get(at))
            .map_or("", String::as_str)
    };
    let letters = numbers.iter().map(|number| text(number).len() as u64).sum();
    room.take_texts(numbers.len(), letters)?;
    Ok(Value::Tensor(Tensor {
        shape: classes.shape,
        elements: Elements::Text(numbers.iter().map(|number| text(number).to_owned()).collect()),
    }))
}
