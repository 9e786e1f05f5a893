//! What the time of a run depends on, read from the graph when a model is loaded.
//!
//! A model that is measured as fast may run on the gateway's own core, where nothing can interrupt it. The measure is taken on
//! inputs of ours, so it holds only for graphs whose time follows from how many elements they are given. A loop that counts to
//! a number of the caller's, or a tensor made as large as the caller says, is fast on zeros and slow when somebody wants it
//! to be. Operators are known by name here: one that is not known counts as one whose time nobody can tell.

use std::collections::HashSet;
use std::path::Path;

use prost::Message;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto};

/// Larger files, in bytes, are not looked at: what they hold is rarely fast, and never worth the memory of a second copy.
const LARGEST: u64 = 16 << 20;

/// What the time of a run depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cost {
    /// The shapes of the inputs; how, is to be measured.
    Shapes,
    /// What the inputs say, or something that is not known.
    Contents,
}

#[rustfmt::skip]
/// Operators whose time follows from the shapes of what they are given, whatever it says.
const BY_SHAPE: &[&str] = &[
    // one element, or a few, for each
    "Abs", "Acos", "Acosh", "Add", "And", "ArrayFeatureExtractor", "Asin", "Asinh", "Atan", "Atanh", "Binarizer", "BitShift",
    "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor", "Cast", "CastLike", "Ceil", "Celu", "Clip", "Cos", "Cosh",
    "DequantizeLinear", "Div", "Dropout", "DynamicQuantizeLinear", "Elu", "Equal", "Erf", "Exp", "Floor", "Gelu", "Greater",
    "GreaterOrEqual", "HardSigmoid", "HardSwish", "Identity", "Imputer", "IsInf", "IsNaN", "LabelEncoder", "LeakyRelu", "Less",
    "LessOrEqual", "Log", "Max", "Mean", "Min", "Mish", "Mod", "Mul", "Neg", "Not", "Or", "PRelu", "Pow", "QuantizeLinear",
    "Reciprocal", "Relu", "Round", "Scaler", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh", "Softplus", "Softsign", "Sqrt",
    "Sub", "Sum", "Tan", "Tanh", "ThresholdedRelu", "Trilu", "Where", "Xor",
    // the same elements in another order, or fewer
    "Concat", "Constant", "DepthToSpace", "EyeLike", "FeatureVectorizer", "Flatten", "Gather", "GatherElements", "GatherND",
    "Reshape", "ReverseSequence", "ScatterElements", "ScatterND", "Shape", "Size", "Slice", "SpaceToDepth", "Split", "Squeeze",
    "Transpose", "Unsqueeze", "ZipMap",
    // sums and orders along axes
    "ArgMax", "ArgMin", "CumSum", "Hardmax", "LogSoftmax", "LpNormalization", "Normalizer", "ReduceL1", "ReduceL2",
    "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare",
    "Softmax", "TopK",
    // layers
    "AveragePool", "BatchNormalization", "Conv", "ConvInteger", "ConvTranspose", "Det", "Einsum", "GRU", "Gemm",
    "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "GroupNormalization", "InstanceNormalization", "LRN", "LSTM",
    "LayerNormalization", "LpPool", "MatMul", "MatMulInteger", "MaxPool", "MeanVarianceNormalization", "QLinearConv",
    "QLinearMatMul", "RNN",
    // models of scikit-learn
    "LinearClassifier", "LinearRegressor", "OneHotEncoder", "SVMClassifier", "SVMRegressor", "TreeEnsemble",
    "TreeEnsembleClassifier", "TreeEnsembleRegressor",
];

/// Operators that make something as large as an input says. Where the graph itself holds that number, it is a shape like any
/// other; the second part is the first of the inputs that must be the graph's own.
const MADE_LARGE: &[(&str, usize)] = &[
    ("ConstantOfShape", 0),
    ("Range", 0),
    ("Expand", 1),
    ("OneHot", 1),
    ("Pad", 1),
    ("Resize", 1),
    ("Tile", 1),
    ("Upsample", 1),
];

/// What the time of the model in `path` depends on.
pub(super) fn of_file(path: &Path) -> Cost {
    let is_small = std::fs::metadata(path).is_ok_and(|meta| meta.len() <= LARGEST);
    let file = if is_small { std::fs::read(path).ok() } else { None };
    let model = file.and_then(|file| ModelProto::decode(file.as_slice()).ok());
    match model.and_then(|model| model.graph) {
        Some(graph) if by_shapes(&graph) => Cost::Shapes,
        Some(_) | None => Cost::Contents,
    }
}

/// Functions of the model need no look of their own: their names are not known, so calling one is enough to be refused.
/// Neither do graphs inside operators: none that has one is in the list.
fn by_shapes(graph: &GraphProto) -> bool {
    let mut own: HashSet<&str> = graph
        .initializer
        .iter()
        .map(|tensor| tensor.name.as_str())
        .collect();
    // An input that is left out has an empty name.
    own.insert("");
    let constants = graph.node.iter().filter(|node| node.op_type == "Constant");
    own.extend(constants.flat_map(|node| &node.output).map(String::as_str));
    graph.node.iter().all(|node| node_by_shapes(node, &own))
}

fn node_by_shapes(node: &NodeProto, own: &HashSet<&str>) -> bool {
    if !matches!(node.domain.as_str(), "" | "ai.onnx" | "ai.onnx.ml") {
        return false;
    }
    let name = node.op_type.as_str();
    if let Some((_, first)) = MADE_LARGE.iter().find(|(known, _)| *known == name) {
        return node
            .input
            .iter()
            .skip(*first)
            .all(|input| own.contains(input.as_str()));
    }
    BY_SHAPE.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(op: &str, domain: &str, from: &[&str]) -> NodeProto {
        NodeProto {
            op_type: op.to_owned(),
            domain: domain.to_owned(),
            input: from.iter().map(|name| (*name).to_owned()).collect(),
            output: vec![format!("{op}-made")],
            ..NodeProto::default()
        }
    }

    fn judged(nodes: Vec<NodeProto>) -> bool {
        by_shapes(&GraphProto {
            node: nodes,
            ..GraphProto::default()
        })
    }

    #[test]
    fn what_counts_to_a_given_number_is_told_from_what_does_not() {
        assert!(judged(vec![
            node("MatMul", "", &["x", "w"]),
            node("Relu", "", &["h"])
        ]));
        assert!(judged(vec![node("TreeEnsembleClassifier", "ai.onnx.ml", &["x"])]));
        for op in [
            "Loop",
            "Scan",
            "If",
            "NonZero",
            "SequenceMap",
            "StringSplit",
            "Unique",
        ] {
            assert!(!judged(vec![node(op, "", &["n"])]), "{op}");
        }
        assert!(
            !judged(vec![node("MatMul", "com.example", &["x"])]),
            "another's operator"
        );
    }

    #[test]
    fn a_size_may_come_from_the_graph_but_not_from_the_caller() {
        for op in ["ConstantOfShape", "Range"] {
            assert!(!judged(vec![node(op, "", &["n"])]), "{op}");
            assert!(judged(vec![
                node("Constant", "", &[]),
                node(op, "", &["Constant-made"])
            ]));
        }
        assert!(!judged(vec![node("Expand", "", &["x", "shape"])]));
        assert!(judged(vec![
            node("Constant", "", &[]),
            node("Pad", "", &["x", "Constant-made", ""])
        ]));
    }
}
