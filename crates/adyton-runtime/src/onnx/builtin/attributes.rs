//! Refuses what the compiled-in runtime would compute otherwise than the model says: unknown operator sets, and attributes
//! that it does not understand (`operators.rs` lists the ones that it does).

use adyton_core::shown::{quoted, quoted_bytes};
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Length;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, NodeProto, ValueInfoProto};

use super::nodes::{NAME, numbers, shown, whole_numbers};
use super::operators::{self, ML, ML_SETS, ONNX, Rule, SETS};
use super::tensors::element_type;
use crate::onnx::classifier::attribute;

/// What is not understood, in words; `None` when all is.
pub(super) fn refusal(model: &ModelProto) -> Option<String> {
    let sets = model.opset_import.iter();
    let version_of = |domain: &str| {
        let own = |found: &str| found == domain || (domain == ONNX && found == "ai.onnx");
        sets.clone().find(|set| own(&set.domain)).map(|set| set.version)
    };
    for (domain, shown, known) in [(ONNX, "ai.onnx", SETS), (ML, ML, ML_SETS)] {
        if let Some(version) = version_of(domain).filter(|version| !known.contains(version)) {
            return Some(format!(
                "operator set {version} of {shown} is not one of {} to {}; export the model with one of these",
                known.start(),
                known.end()
            ));
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
        return Some(format!(
            "the compiled-in runtime does not support the type of the tensor \"{}\"",
            quoted(&tensor.name, NAME)
        ));
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
    combination(node, graph, version)
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

/// What is understood alone, and not together.
fn combination(node: &NodeProto, graph: &GraphProto, version: i64) -> Option<String> {
    let text = |name: &str| attribute(node, name).map(|found| found.s.as_slice());
    let number = |name: &str| attribute(node, name).map_or(0, |found| found.i);
    match node.op_type.as_str() {
        "RNN" | "LSTM" | "GRU" => {
            let both = text("direction") == Some(b"bidirectional");
            let activations =
                attribute(node, "activations").filter(|found| !default_activations(node, found, both));
            if let Some(found) = activations {
                return Some(unsupported_attribute(node, found));
            }
            if both && number("layout") == 1 {
                return attribute(node, "layout").map(|found| unsupported_attribute(node, found));
            }
        }
        // The padding is reckoned from the input's lengths when the graph is prepared, which panics over those that do not fit.
        "ConvTranspose" if attribute(node, "output_shape").is_some() && padding_is_unknown(node, graph) => {
            let given = attribute(node, "output_shape");
            return given.map(|found| {
                unsupported_attribute(node, found) + " with `auto_pad`, or where lengths of an input are open"
            });
        }
        // Explicit padding and a rule for padding contradict each other; which one wins differs.
        "Conv" | "ConvInteger" | "ConvTranspose" | "QLinearConv" | "AveragePool" | "MaxPool" => {
            let rule = attribute(node, "auto_pad").filter(|found| found.s != b"NOTSET");
            if let (Some(rule), Some(_)) = (rule, attribute(node, "pads")) {
                return Some(unsupported_attribute(node, rule));
            }
        }
        // `tract` cuts such a length to 32 bits, and makes a tensor of what is left.
        "Expand" | "Tile" | "Reshape" | "Pad" | "OneHot" | "ConstantOfShape" => {
            let lengths = node
                .input
                .get(if node.op_type == "ConstantOfShape" { 0 } else { 1 });
            let too_long = |length: &i64| *length > i64::from(i32::MAX);
            if lengths.is_some_and(|name| whole_numbers(graph, name).iter().any(too_long)) {
                return Some(format!(
                    "the compiled-in runtime does not support {} of this size (node \"{}\")",
                    node.op_type,
                    shown(node)
                ));
            }
            if node.op_type == "Pad" {
                return padding(node, graph, version);
            }
        }
        // Where the resized length is no whole number, the specification stretches over the fraction too.
        "Resize" if text("coordinate_transformation_mode") == Some(b"align_corners") => {
            let scales = node
                .input
                .get(if version < 11 { 1 } else { 2 })
                .filter(|name| !name.is_empty());
            let whole = |scale: &f32| scale.fract() == 0.0;
            let are_whole = |name: &String| numbers(graph, name).is_some_and(|all| all.iter().all(whole));
            if scales.is_some_and(|name| !are_whole(name)) {
                return attribute(node, "coordinate_transformation_mode")
                    .map(|found| unsupported_attribute(node, found));
            }
        }
        // Training was what they did when nothing was said.
        "BatchNormalization" | "Dropout" if version < 7 && number("is_test") != 1 => {
            return Some(format!(
                "the compiled-in runtime does not support {} for training (node \"{}\" has no `is_test` = 1)",
                node.op_type,
                shown(node)
            ));
        }
        // The first `Resize` took other points than the ones that came after it.
        "Resize" if version < 11 => {
            return Some(format!(
                "the compiled-in runtime does not support Resize of operator set {version}; export the model with a newer one"
            ));
        }
        // Each neighbour of a point is moved to the border by itself.
        "GridSample" if matches!(text("mode"), Some(b"cubic" | b"bicubic")) => {
            let border = attribute(node, "padding_mode").filter(|found| found.s == b"border");
            return border.map(|found| unsupported_attribute(node, found));
        }
        // The largest number, which is what is meant where nothing is said, is not the largest without its sign.
        "Normalizer" if attribute(node, "norm").is_none() => {
            return Some(format!(
                "the compiled-in runtime does not support Normalizer without `norm` (node \"{}\")",
                shown(node)
            ));
        }
        "LinearClassifier" => return one_model_for_two(node),
        "Scan" if version < 9 => {
            return Some(format!(
                "the compiled-in runtime does not support Scan of operator set {version}; export the model with a newer one"
            ));
        }
        _ => {}
    }
    None
}

fn padding_is_unknown(node: &NodeProto, graph: &GraphProto) -> bool {
    let rule = attribute(node, "auto_pad").filter(|found| found.s != b"NOTSET");
    rule.is_some() || is_open(graph)
}

/// Whether an axis behind the first (the batch) of an input has any length.
fn is_open(graph: &GraphProto) -> bool {
    let open = |input: &ValueInfoProto| match input.r#type.as_ref().and_then(|ty| ty.value.as_ref()) {
        Some(Type::TensorType(tensor)) => {
            let axes = tensor.shape.iter().flat_map(|shape| &shape.dim);
            axes.skip(1)
                .any(|axis| !matches!(axis.value, Some(Length::DimValue(_))))
        }
        _ => false,
    };
    graph.input.iter().any(open)
}

/// What is not understood of a `Pad`: a constant for another mode is taken for the mode, and nothing can be cut off.
fn padding(node: &NodeProto, graph: &GraphProto, version: i64) -> Option<String> {
    let mode = attribute(node, "mode").filter(|found| found.s != b"constant");
    let has_constant = node.input.get(2).is_some_and(|name| !name.is_empty());
    if let Some(mode) = mode.filter(|_| has_constant) {
        return Some(unsupported_attribute(node, mode));
    }
    let given = match version < 11 {
        true => attribute(node, "pads").map_or_else(Vec::new, |found| found.ints.clone()),
        false => node
            .input
            .get(1)
            .map_or_else(Vec::new, |name| whole_numbers(graph, name)),
    };
    given.iter().any(|pad| *pad < 0).then(|| {
        format!(
            "the compiled-in runtime does not support Pad with a negative number (node \"{}\")",
            shown(node)
        )
    })
}

/// Of two classes and one model, the score of the first class is the rest of the second one's, or its opposite, or what else a
/// runtime thinks; of probabilities all think the same.
fn one_model_for_two(node: &NodeProto) -> Option<String> {
    let count = |name: &str| attribute(node, name).map_or(0, |found| found.ints.len() + found.strings.len());
    let classes = count("classlabels_ints") + count("classlabels_strings");
    let models = attribute(node, "intercepts").map_or(1, |found| found.floats.len());
    let is_probability = attribute(node, "post_transform").is_some_and(|found| found.s == b"LOGISTIC");
    (classes == 2 && models == 1 && !is_probability).then(|| {
        format!(
            "the compiled-in runtime does not support LinearClassifier of two classes with one row of coefficients, but with \
             `post_transform` = \"LOGISTIC\" (node \"{}\")",
            shown(node)
        )
    })
}

fn default_activations(node: &NodeProto, given: &AttributeProto, both: bool) -> bool {
    let one: &[&str] = match node.op_type.as_str() {
        "LSTM" => &["Sigmoid", "Tanh", "Tanh"],
        "GRU" => &["Sigmoid", "Tanh"],
        _ => &["Tanh"],
    };
    let directions = if both { 2 } else { 1 };
    let default = one.iter().cycle().take(one.len() * directions);
    given.strings.is_empty()
        || (given.strings.len() == one.len() * directions
            && given
                .strings
                .iter()
                .zip(default)
                .all(|(given, default)| given.eq_ignore_ascii_case(default.as_bytes())))
}

fn unsupported_attribute(node: &NodeProto, given: &AttributeProto) -> String {
    let value = match given.r#type {
        1 => format!(" = {}", given.f),
        2 => format!(" = {}", given.i),
        3 => format!(" = \"{}\"", quoted_bytes(&given.s, NAME)),
        _ => String::new(),
    };
    format!(
        "the compiled-in runtime does not support `{}`{value} of {} (node \"{}\")",
        quoted(&given.name, NAME),
        quoted(&node.op_type, NAME),
        shown(node)
    )
}
