//! Refuses what the compiled-in runtime understands alone and not together: attributes beside other attributes, inputs or
//! versions of an operator (`attributes.rs` looks at each attribute by itself).

use adyton_core::graph_fault::GraphFault;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Length;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, ValueInfoProto};

use super::nodes::{numbers, shown, unsupported, unsupported_attribute, whole_numbers};
use crate::onnx::classifier::attribute;

/// What is not understood of a node of a graph in a version of ONNX's operators, in words.
type Combination = fn(&NodeProto, &GraphProto, i64) -> Option<String>;

/// Each rule with the operators that it is about. The first one that refuses counts.
const RULES: &[(&[&str], Combination)] = &[
    (&["RNN", "LSTM", "GRU"], recurrence),
    (&["ConvTranspose"], wanted_shape),
    (
        &[
            "Conv",
            "ConvInteger",
            "ConvTranspose",
            "QLinearConv",
            "AveragePool",
            "MaxPool",
        ],
        padded_twice,
    ),
    (
        &["Expand", "Tile", "Reshape", "Pad", "OneHot", "ConstantOfShape"],
        length,
    ),
    (&["Pad"], padding),
    (&["Resize"], stretching),
    (&["Resize"], first_resize),
    (&["BatchNormalization", "Dropout"], training),
    (&["GridSample"], border),
    (&["Normalizer"], norm),
    (&["LinearClassifier"], one_model_for_two),
    (&["Scan"], first_scan),
];

/// What is not understood, in words; `None` when all is.
pub(super) fn refusal(node: &NodeProto, graph: &GraphProto, version: i64) -> Option<String> {
    let own = RULES
        .iter()
        .filter(|(operators, _)| operators.contains(&node.op_type.as_str()));
    own.map(|(_, rule)| rule(node, graph, version))
        .find_map(|found| found)
}

fn text<'n>(node: &'n NodeProto, name: &str) -> Option<&'n [u8]> {
    attribute(node, name).map(|found| found.s.as_slice())
}

fn number(node: &NodeProto, name: &str) -> i64 {
    attribute(node, name).map_or(0, |found| found.i)
}

/// A rule for padding, beside which none is written out.
fn rule_of_padding(node: &NodeProto) -> Option<&AttributeProto> {
    attribute(node, "auto_pad").filter(|found| found.s != b"NOTSET")
}

fn recurrence(node: &NodeProto, _: &GraphProto, _: i64) -> Option<String> {
    let both = text(node, "direction") == Some(b"bidirectional");
    let activations = attribute(node, "activations").filter(|found| !default_activations(node, found, both));
    let layout = attribute(node, "layout").filter(|found| both && found.i == 1);
    activations
        .or(layout)
        .map(|found| unsupported_attribute(node, found))
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

/// The padding is reckoned from the input's lengths when the graph is prepared, which panics over those that do not fit.
fn wanted_shape(node: &NodeProto, graph: &GraphProto, _: i64) -> Option<String> {
    let given = attribute(node, "output_shape")?;
    let is_unknown = rule_of_padding(node).is_some() || is_open(graph);
    is_unknown.then(|| {
        let fault = &unsupported_attribute(node, given);
        GraphFault::WithAutoPad { fault }.kept()
    })
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

/// Explicit padding and a rule for padding contradict each other; which one wins differs.
fn padded_twice(node: &NodeProto, _: &GraphProto, _: i64) -> Option<String> {
    let rule = rule_of_padding(node)?;
    attribute(node, "pads").map(|_| unsupported_attribute(node, rule))
}

/// `tract` cuts such a length to 32 bits, and makes a tensor of what is left.
fn length(node: &NodeProto, graph: &GraphProto, _: i64) -> Option<String> {
    let at = if node.op_type == "ConstantOfShape" { 0 } else { 1 };
    let lengths = whole_numbers(graph, node.input.get(at)?);
    let is_too_long = lengths.iter().any(|length| *length > i64::from(i32::MAX));
    let operator = &node.op_type;
    is_too_long.then(|| unsupported(node, GraphFault::OfThisSize { operator }))
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
    let cuts = given.iter().any(|pad| *pad < 0);
    cuts.then(|| unsupported(node, GraphFault::PadNegative))
}

/// Where the resized length is no whole number, the specification stretches over the fraction too.
fn stretching(node: &NodeProto, graph: &GraphProto, version: i64) -> Option<String> {
    let mode =
        attribute(node, "coordinate_transformation_mode").filter(|found| found.s == b"align_corners")?;
    let at = if version < 11 { 1 } else { 2 };
    let scales = node.input.get(at).filter(|name| !name.is_empty())?;
    let is_whole = |scale: &f32| scale.fract() == 0.0;
    let are_whole = numbers(graph, scales).is_some_and(|all| all.iter().all(is_whole));
    (!are_whole).then(|| unsupported_attribute(node, mode))
}

/// The first `Resize` took other points than the ones that came after it.
fn first_resize(node: &NodeProto, _: &GraphProto, version: i64) -> Option<String> {
    (version < 11).then(|| too_old(node, version))
}

fn first_scan(node: &NodeProto, _: &GraphProto, version: i64) -> Option<String> {
    (version < 9).then(|| too_old(node, version))
}

fn too_old(node: &NodeProto, version: i64) -> String {
    let (operator, version) = (&node.op_type, &version.to_string());
    GraphFault::OldOperator { operator, version }.kept()
}

/// Training was what they did when nothing was said.
fn training(node: &NodeProto, _: &GraphProto, version: i64) -> Option<String> {
    (version < 7 && number(node, "is_test") != 1).then(|| {
        let (operator, node) = (&node.op_type, &shown(node));
        GraphFault::Training { operator, node }.kept()
    })
}

/// Each neighbour of a point is moved to the border by itself.
fn border(node: &NodeProto, _: &GraphProto, _: i64) -> Option<String> {
    let is_cubic = matches!(text(node, "mode"), Some(b"cubic" | b"bicubic"));
    let border = attribute(node, "padding_mode").filter(|found| is_cubic && found.s == b"border");
    border.map(|found| unsupported_attribute(node, found))
}

/// The largest number, which is what is meant where nothing is said, is not the largest without its sign.
fn norm(node: &NodeProto, _: &GraphProto, _: i64) -> Option<String> {
    let is_said = attribute(node, "norm").is_some();
    (!is_said).then(|| unsupported(node, GraphFault::NormalizerBare))
}

/// Of two classes and one model, the score of the first class is the rest of the second one's, or its opposite, or what else a
/// runtime thinks; of probabilities all think the same.
fn one_model_for_two(node: &NodeProto, _: &GraphProto, _: i64) -> Option<String> {
    let count = |name: &str| attribute(node, name).map_or(0, |found| found.ints.len() + found.strings.len());
    let classes = count("classlabels_ints") + count("classlabels_strings");
    let models = attribute(node, "intercepts").map_or(1, |found| found.floats.len());
    let is_probability = attribute(node, "post_transform").is_some_and(|found| found.s == b"LOGISTIC");
    let is_unclear = classes == 2 && models == 1 && !is_probability;
    is_unclear.then(|| unsupported(node, GraphFault::OneModelForTwo))
}

#[cfg(test)]
mod tests {
    use tract_onnx::pb::TensorProto;

    use super::*;

    const TODAY: i64 = 17;

    fn of(operator: &str, inputs: &[&str], attributes: Vec<AttributeProto>) -> NodeProto {
        NodeProto {
            op_type: operator.to_owned(),
            name: "n".to_owned(),
            input: inputs.iter().map(|name| (*name).to_owned()).collect(),
            attribute: attributes,
            ..NodeProto::default()
        }
    }

    fn words(name: &str, text: &str) -> AttributeProto {
        AttributeProto {
            name: name.to_owned(),
            r#type: 3,
            s: text.as_bytes().to_vec(),
            ..AttributeProto::default()
        }
    }

    fn whole(name: &str, i: i64) -> AttributeProto {
        AttributeProto {
            name: name.to_owned(),
            r#type: 2,
            i,
            ..AttributeProto::default()
        }
    }

    fn list(name: &str, texts: &[&str]) -> AttributeProto {
        AttributeProto {
            name: name.to_owned(),
            r#type: 8,
            strings: texts.iter().map(|text| text.as_bytes().to_vec()).collect(),
            ..AttributeProto::default()
        }
    }

    /// A graph that holds these lengths as `l` and these scales as `s`.
    fn holding(lengths: &[i64], scales: &[f32]) -> GraphProto {
        let tensor = |name: &str, data_type| TensorProto {
            name: name.to_owned(),
            data_type,
            ..TensorProto::default()
        };
        GraphProto {
            initializer: vec![
                TensorProto {
                    int64_data: lengths.to_vec(),
                    ..tensor("l", 7)
                },
                TensorProto {
                    float_data: scales.to_vec(),
                    ..tensor("s", 1)
                },
            ],
            ..GraphProto::default()
        }
    }

    #[track_caller]
    fn refused(node: &NodeProto, graph: &GraphProto, version: i64, why: &str) {
        let told = refusal(node, graph, version).expect("refused");
        assert!(told.contains(why), "{told}");
    }

    #[track_caller]
    fn taken(node: &NodeProto, graph: &GraphProto, version: i64) {
        assert_eq!(refusal(node, graph, version), None);
    }

    #[test]
    fn recurrences_have_their_usual_activations_one_for_each_direction() {
        let graph = GraphProto::default();
        let gru = |attributes| of("GRU", &["x"], attributes);
        taken(
            &gru(vec![list("activations", &["sigmoid", "Tanh"])]),
            &graph,
            TODAY,
        );
        refused(
            &gru(vec![list("activations", &["Tanh", "Sigmoid"])]),
            &graph,
            TODAY,
            "`activations` of GRU",
        );
        let both = || words("direction", "bidirectional");
        let one = list("activations", &["Sigmoid", "Tanh"]);
        refused(&gru(vec![both(), one]), &graph, TODAY, "`activations` of GRU");
        let two = list("activations", &["Sigmoid", "Tanh", "Sigmoid", "Tanh"]);
        taken(&gru(vec![both(), two]), &graph, TODAY);
        refused(
            &gru(vec![both(), whole("layout", 1)]),
            &graph,
            TODAY,
            "`layout` = 1 of GRU",
        );
        taken(&gru(vec![whole("layout", 1)]), &graph, TODAY);
        taken(&gru(vec![both(), whole("layout", 0)]), &graph, TODAY);
    }

    #[test]
    fn padding_is_said_in_one_way() {
        let graph = GraphProto::default();
        let conv = |attributes| of("Conv", &["x"], attributes);
        let pads = || whole("pads", 0);
        refused(
            &conv(vec![words("auto_pad", "SAME_UPPER"), pads()]),
            &graph,
            TODAY,
            "`auto_pad` = \"SAME_UPPER\" of Conv",
        );
        taken(&conv(vec![words("auto_pad", "SAME_UPPER")]), &graph, TODAY);
        taken(&conv(vec![words("auto_pad", "NOTSET"), pads()]), &graph, TODAY);
        let transposed = |attributes| of("ConvTranspose", &["x"], attributes);
        let shape = || whole("output_shape", 0);
        taken(&transposed(vec![shape()]), &graph, TODAY);
        refused(
            &transposed(vec![shape(), words("auto_pad", "SAME_LOWER")]),
            &graph,
            TODAY,
            "with `auto_pad`, or where lengths of an input are open",
        );
    }

    #[test]
    fn nothing_is_cut_off_and_no_length_is_cut_to_32_bits() {
        let negative = holding(&[0, -1], &[]);
        let pad = |attributes| of("Pad", &["x", "l"], attributes);
        refused(
            &pad(Vec::new()),
            &negative,
            TODAY,
            "Pad with a negative number (node \"n\")",
        );
        taken(&pad(Vec::new()), &holding(&[0, 1], &[]), TODAY);
        let reflect = of("Pad", &["x", "l", "c"], vec![words("mode", "reflect")]);
        refused(
            &reflect,
            &holding(&[0, 1], &[]),
            TODAY,
            "`mode` = \"reflect\" of Pad",
        );
        let without = of("Pad", &["x", "l", ""], vec![words("mode", "reflect")]);
        taken(&without, &holding(&[0, 1], &[]), TODAY);
        let long = holding(&[1 << 31], &[]);
        for (operator, inputs) in [
            ("Expand", &["x", "l"][..]),
            ("Tile", &["x", "l"]),
            ("ConstantOfShape", &["l"]),
        ] {
            let node = of(operator, inputs, Vec::new());
            refused(&node, &long, TODAY, &format!("{operator} of this size"));
            taken(&node, &holding(&[(1 << 31) - 1], &[]), TODAY);
        }
    }

    #[test]
    fn versions_of_operators_that_computed_something_else_are_refused() {
        let graph = GraphProto::default();
        for (operator, last) in [("Resize", 10), ("Scan", 8)] {
            let node = of(operator, &["x"], Vec::new());
            refused(&node, &graph, last, &format!("{operator} of operator set {last}"));
            taken(&node, &graph, last + 1);
        }
        for operator in ["BatchNormalization", "Dropout"] {
            let training = of(operator, &["x"], Vec::new());
            refused(&training, &graph, 6, "for training");
            taken(&training, &graph, 7);
            taken(&of(operator, &["x"], vec![whole("is_test", 1)]), &graph, 6);
        }
    }

    #[test]
    fn corners_are_aligned_where_the_scale_is_whole() {
        let mode = || words("coordinate_transformation_mode", "align_corners");
        let resized = |mode| of("Resize", &["x", "", "s"], vec![mode]);
        refused(
            &resized(mode()),
            &holding(&[], &[1.0, 1.5]),
            TODAY,
            "align_corners",
        );
        taken(&resized(mode()), &holding(&[], &[1.0, 2.0]), TODAY);
        // A scale that only a call brings may be any.
        refused(&resized(mode()), &GraphProto::default(), TODAY, "align_corners");
        let half = words("coordinate_transformation_mode", "half_pixel");
        taken(&resized(half), &holding(&[], &[1.0, 1.5]), TODAY);
        let by_lengths = of("Resize", &["x", "", "", "l"], vec![mode()]);
        taken(&by_lengths, &holding(&[3], &[]), TODAY);
    }

    #[test]
    fn what_runtimes_think_differently_of_is_refused() {
        let graph = GraphProto::default();
        let sampled = |mode, padding| {
            let attributes = vec![words("mode", mode), words("padding_mode", padding)];
            of("GridSample", &["x"], attributes)
        };
        for mode in ["cubic", "bicubic"] {
            refused(
                &sampled(mode, "border"),
                &graph,
                TODAY,
                "`padding_mode` = \"border\"",
            );
            taken(&sampled(mode, "zeros"), &graph, TODAY);
        }
        taken(&sampled("bilinear", "border"), &graph, TODAY);
        refused(
            &of("Normalizer", &["x"], Vec::new()),
            &graph,
            TODAY,
            "without `norm`",
        );
        taken(
            &of("Normalizer", &["x"], vec![words("norm", "L2")]),
            &graph,
            TODAY,
        );
        let classes = |names: &[&str], after: &str| {
            let attributes = vec![list("classlabels_strings", names), words("post_transform", after)];
            of("LinearClassifier", &["x"], attributes)
        };
        refused(
            &classes(&["a", "b"], "NONE"),
            &graph,
            TODAY,
            "of two classes with one row",
        );
        taken(&classes(&["a", "b"], "LOGISTIC"), &graph, TODAY);
        taken(&classes(&["a", "b", "c"], "NONE"), &graph, TODAY);
    }
}
