//! Reads a graph's inputs and outputs, and rewrites what `tract` does not know before it sees the graph.
//!
//! - A `ZipMap` whose result is an output is cut off; its labels are kept, and the scores become the output.
//! - A classifier whose classes are texts gives their numbers; the texts are kept, and put back into its output.
//! - An `Identity` that only names an output is skipped.
//! - `Scaler` becomes a subtraction and a multiplication.
//! - Axes without name and length get a name, since `tract` needs a symbol for each; the first axes share one (the batch).

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use tract_onnx::pb::tensor_shape_proto::dimension::Value as Length;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto};

use super::{attributes, bounds, element_type, operators};
use crate::onnx::predictor::LoadError;
use crate::onnx::tensor::{Axis, Input, Label, MOST_AXES, Ports, Shape};
use crate::onnx::zip_map::{self, attribute};

/// What the graph takes and gives, after it was rewritten.
pub(super) struct Prepared {
    pub(super) ports: Ports,
    /// For each output, what is left to do with it.
    pub(super) after: Vec<After>,
}

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

/// Rewrites `model` and reads its ports; refuses operators that the runtime does not have.
pub(super) fn prepare(model: &mut ModelProto, file: &str) -> Result<Prepared, LoadError> {
    bounds::check(model).map_err(|what| LoadError::Bounds {
        file: file.to_owned(),
        what,
    })?;
    if !model.functions.is_empty() {
        let names: Vec<&str> = model
            .functions
            .iter()
            .filter_map(|function| function.name.as_deref())
            .collect();
        return Err(LoadError::Operators {
            file: file.to_owned(),
            operators: format!("{} (functions)", names.join(", ")),
        });
    }
    let Some(graph) = model.graph.as_mut() else {
        return Err(LoadError::Unreadable {
            file: file.to_owned(),
            cause: "it holds no graph".to_owned(),
        });
    };
    let outputs: Vec<Arc<str>> = graph
        .output
        .iter()
        .map(|output| Arc::from(output.name.as_str()))
        .collect();
    let mut after: Vec<After> = zip_map::cut(graph)
        .into_iter()
        .map(|labels| labels.map_or(After::Plain, After::Maps))
        .collect();
    skip_identities(graph);
    number_text_classes(graph, &mut after);
    trim_coefficients(graph);
    replace_scalers(graph);
    name_axes(graph);
    let mut missing = BTreeSet::new();
    missing_operators(graph, &mut missing);
    if !missing.is_empty() {
        let operators = missing.into_iter().collect::<Vec<_>>().join(", ");
        return Err(LoadError::Operators {
            file: file.to_owned(),
            operators,
        });
    }
    let inputs = inputs(graph, file)?;
    if let Some(what) = attributes::refusal(model) {
        return Err(LoadError::Attribute {
            file: file.to_owned(),
            what,
        });
    }
    Ok(Prepared {
        ports: Ports { inputs, outputs },
        after,
    })
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

/// Classes that are texts become numbers where the label is an output and nothing else in the graph reads it.
fn number_text_classes(graph: &mut GraphProto, after: &mut [After]) {
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
        let Some(port) = graph.output.iter().position(|output| output.name == *label) else {
            continue;
        };
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
        graph.output[port].r#type = None;
        after[port] = After::Texts(
            texts
                .iter()
                .map(|text| String::from_utf8_lossy(text).into_owned())
                .collect(),
        );
        // Older exporters leave the other kind of classes behind, empty; two of a name would contradict each other.
        let mut kept = false;
        node.attribute.retain(|one| {
            one.name != numbers || (!one.ints.is_empty() && !std::mem::replace(&mut kept, true))
        });
    }
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

fn operator(name: &str, from: &[&str], to: &str) -> NodeProto {
    NodeProto {
        input: from.iter().map(|input| (*input).to_owned()).collect(),
        output: vec![to.to_owned()],
        name: to.to_owned(),
        op_type: name.to_owned(),
        ..NodeProto::default()
    }
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

/// Gives the inputs exactly these shapes, in the order of the ports.
pub(super) fn fix_shapes(model: &mut ModelProto, shapes: &[Shape]) {
    let Some(graph) = model.graph.as_mut() else { return };
    let known: HashSet<&str> = graph
        .initializer
        .iter()
        .map(|tensor| tensor.name.as_str())
        .collect();
    let open = graph
        .input
        .iter_mut()
        .filter(|input| !known.contains(input.name.as_str()));
    for (input, shape) in open.zip(shapes) {
        let Some(Type::TensorType(tensor)) = input.r#type.as_mut().and_then(|ty| ty.value.as_mut()) else {
            continue;
        };
        for (axis, length) in tensor
            .shape
            .iter_mut()
            .flat_map(|shape| shape.dim.iter_mut())
            .zip(shape)
        {
            axis.value = Some(Length::DimValue(i64::try_from(*length).unwrap_or(i64::MAX)));
        }
    }
}

/// Whether an input has an axis of no elements, in a graph that looks for the largest or smallest of some.
pub(super) fn reduces_nothing(model: &ModelProto) -> bool {
    let Some(graph) = &model.graph else { return false };
    let empty = |input: &ValueInfoProto| match input.r#type.as_ref().and_then(|ty| ty.value.as_ref()) {
        Some(Type::TensorType(tensor)) => {
            let mut axes = tensor.shape.iter().flat_map(|shape| &shape.dim);
            axes.any(|axis| axis.value == Some(Length::DimValue(0)))
        }
        _ => false,
    };
    let reduces = |node: &NodeProto| matches!(node.op_type.as_str(), "ReduceMax" | "ReduceMin");
    graph.input.iter().any(empty) && graph.node.iter().any(reduces)
}

fn missing_operators(graph: &GraphProto, missing: &mut BTreeSet<String>) {
    for node in &graph.node {
        if operators::of(&node.domain, &node.op_type).is_none() {
            let domain = if node.domain.is_empty() {
                String::new()
            } else {
                format!("{}.", node.domain)
            };
            missing.insert(format!("{domain}{}", node.op_type));
        }
        for attribute in &node.attribute {
            for inner in attribute.g.iter().chain(&attribute.graphs) {
                missing_operators(inner, missing);
            }
        }
    }
}

fn inputs(graph: &GraphProto, file: &str) -> Result<Vec<Input>, LoadError> {
    let known: HashSet<&str> = graph
        .initializer
        .iter()
        .map(|tensor| tensor.name.as_str())
        .collect();
    graph
        .input
        .iter()
        .filter(|input| !known.contains(input.name.as_str()))
        .map(|port| input(port, file))
        .collect()
}

fn input(port: &ValueInfoProto, file: &str) -> Result<Input, LoadError> {
    let refused = |what: &str| LoadError::Input {
        file: file.to_owned(),
        input: port.name.clone(),
        what: what.to_owned(),
    };
    let Some(Type::TensorType(tensor)) = port.r#type.as_ref().and_then(|ty| ty.value.as_ref()) else {
        return Err(refused("not a tensor"));
    };
    let element = element_type(tensor.elem_type).ok_or_else(|| refused("a tensor of an unusual type"))?;
    let axes = tensor.shape.as_ref().map(|shape| {
        let axis = |axis: &tract_onnx::pb::tensor_shape_proto::Dimension| match &axis.value {
            Some(Length::DimValue(length)) => usize::try_from(*length).map_or(Axis::Any(None), Axis::Fixed),
            Some(Length::DimParam(name)) if !name.starts_with("adyton_") => {
                Axis::Any(Some(Arc::from(name.as_str())))
            }
            _ => Axis::Any(None),
        };
        shape.dim.iter().map(axis).collect::<Vec<_>>()
    });
    if let Some(axes) = axes.as_ref().filter(|axes| axes.len() > MOST_AXES) {
        let what = format!("a tensor of {} axes, more than {MOST_AXES}", axes.len());
        return Err(refused(&what));
    }
    Ok(Input {
        name: Arc::from(port.name.as_str()),
        element,
        axes,
    })
}
