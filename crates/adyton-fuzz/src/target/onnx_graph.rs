//! An ONNX model, built from choices: axes with odd names, names that repeat, attributes of every type, subgraphs in subgraphs. What
//! must hold: all that reads a graph before a runtime does comes back, whatever the graph.

use prost::Message as _;
use tract_onnx::pb::tensor_shape_proto::Dimension;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Length;
use tract_onnx::pb::type_proto::{Tensor as TensorType, Value as Kind};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto,
    TensorProto, TensorShapeProto, TypeProto, ValueInfoProto,
};

use crate::choices::Choices;

/// How deep subgraphs go.
const DEEP: usize = 6;
/// How large the parts of one graph are, at most.
const PARTS: usize = 6;

const OPERATORS: &[&str] = &[
    "Add",
    "MatMul",
    "Gemm",
    "Relu",
    "Identity",
    "Reshape",
    "Concat",
    "Slice",
    "Loop",
    "If",
    "Scan",
    "LSTM",
    "GRU",
    "RNN",
    "TopK",
    "Expand",
    "ConstantOfShape",
    "Constant",
    "Cast",
    "ArgMax",
    "Softmax",
    "ZipMap",
    "Scaler",
    "Normalizer",
    "LinearClassifier",
    "LinearRegressor",
    "TreeEnsembleClassifier",
    "LabelEncoder",
    "Conv",
    "NoSuchOperator",
    "",
];
const DOMAINS: &[&str] = &["", "ai.onnx", "ai.onnx.ml", "com.microsoft", "évil"];
const NAMES: &[&str] = &["x", "y", "z", "", "a b", "\u{202e}", "N", "x", "probabilities"];
const ATTRIBUTES: &[&str] = &[
    "axis",
    "to",
    "direction",
    "clip",
    "body",
    "then_branch",
    "else_branch",
    "value",
    "classlabels_int64s",
    "classlabels_ints",
    "classlabels_strings",
    "coefficients",
    "intercepts",
    "offset",
    "scale",
    "shape",
    "post_transform",
    "multi_class",
];

pub(crate) fn run(bytes: &[u8]) {
    // As bytes they are no graph, mostly; the first one says which of the two is meant.
    match bytes.split_first() {
        Some((0xff, raw)) => adyton_runtime::fuzzing::graph(raw),
        _ => adyton_runtime::fuzzing::graph(&built(bytes)),
    }
}

fn built(bytes: &[u8]) -> Vec<u8> {
    let mut choices = Choices::new(bytes);
    let model = ModelProto {
        ir_version: choices.number(),
        opset_import: (0..choices.below(3))
            .map(|_| OperatorSetIdProto {
                domain: (*choices.one(DOMAINS)).to_owned(),
                version: choices.number(),
            })
            .collect(),
        metadata_props: (0..choices.below(3))
            .map(|_| StringStringEntryProto {
                key: name(&mut choices),
                value: name(&mut choices),
            })
            .collect(),
        graph: (choices.byte() != 0xfe).then(|| graph(&mut choices, DEEP)),
        ..ModelProto::default()
    };
    model.encode_to_vec()
}

fn graph(choices: &mut Choices<'_>, deep: usize) -> GraphProto {
    let many = |choices: &mut Choices<'_>| {
        if choices.is_over() {
            0
        } else {
            choices.below(PARTS)
        }
    };
    let (inputs, outputs) = (many(choices), many(choices));
    let (values, nodes, tensors) = (many(choices), many(choices), many(choices));
    GraphProto {
        name: name(choices),
        input: (0..inputs).map(|_| value(choices)).collect(),
        output: (0..outputs).map(|_| value(choices)).collect(),
        value_info: (0..values).map(|_| value(choices)).collect(),
        node: (0..nodes).map(|_| node(choices, deep)).collect(),
        initializer: (0..tensors).map(|_| tensor(choices)).collect(),
        ..GraphProto::default()
    }
}

fn node(choices: &mut Choices<'_>, deep: usize) -> NodeProto {
    NodeProto {
        op_type: (*choices.one(OPERATORS)).to_owned(),
        domain: (*choices.one(DOMAINS)).to_owned(),
        name: name(choices),
        input: (0..choices.below(4)).map(|_| name(choices)).collect(),
        output: (0..choices.below(4)).map(|_| name(choices)).collect(),
        attribute: (0..choices.below(4)).map(|_| attribute(choices, deep)).collect(),
        ..NodeProto::default()
    }
}

fn attribute(choices: &mut Choices<'_>, deep: usize) -> AttributeProto {
    let is_nested = deep > 0 && choices.below(3) == 0;
    AttributeProto {
        name: (*choices.one(ATTRIBUTES)).to_owned(),
        r#type: i32::from(choices.byte() % 16),
        i: choices.number(),
        f: f32::from_bits(choices.byte().into()),
        s: choices.bytes(16).to_vec(),
        ints: (0..choices.below(4)).map(|_| choices.number()).collect(),
        floats: (0..choices.below(4)).map(|_| f32::from(choices.byte())).collect(),
        strings: (0..choices.below(4)).map(|_| choices.bytes(8).to_vec()).collect(),
        t: (choices.below(4) == 0).then(|| tensor(choices)),
        g: is_nested.then(|| graph(choices, deep - 1)),
        ..AttributeProto::default()
    }
}

fn tensor(choices: &mut Choices<'_>) -> TensorProto {
    TensorProto {
        name: name(choices),
        dims: (0..choices.below(4)).map(|_| choices.number()).collect(),
        data_type: i32::from(choices.byte() % 24),
        raw_data: choices.bytes(32).to_vec(),
        float_data: (0..choices.below(4)).map(|_| f32::from(choices.byte())).collect(),
        int64_data: (0..choices.below(4)).map(|_| choices.number()).collect(),
        ..TensorProto::default()
    }
}

fn value(choices: &mut Choices<'_>) -> ValueInfoProto {
    let shape = (choices.below(8) != 0).then(|| TensorShapeProto {
        dim: (0..choices.below(5)).map(|_| axis(choices)).collect(),
    });
    let tensor = TensorType {
        elem_type: i32::from(choices.byte() % 24),
        shape,
    };
    ValueInfoProto {
        name: name(choices),
        r#type: (choices.below(8) != 0).then(|| TypeProto {
            denotation: String::new(),
            value: Some(Kind::TensorType(tensor)),
        }),
        ..ValueInfoProto::default()
    }
}

fn axis(choices: &mut Choices<'_>) -> Dimension {
    let length = match choices.below(4) {
        0 => None,
        1 => Some(Length::DimParam(axis_name(choices))),
        _ => Some(Length::DimValue(choices.number())),
    };
    Dimension {
        denotation: String::new(),
        value: length,
    }
}

/// A runtime may read the name of an axis as a formula.
fn axis_name(choices: &mut Choices<'_>) -> String {
    let many = choices.below(64) * choices.below(64);
    match choices.below(5) {
        0 => name(choices),
        1 => format!("{}N{}", "(".repeat(many), ")".repeat(many)),
        2 => format!("{}N", "-".repeat(many)),
        3 => format!("N{}", "+N".repeat(many)),
        _ => String::from_utf8_lossy(choices.bytes(32)).into_owned(),
    }
}

fn name(choices: &mut Choices<'_>) -> String {
    match choices.below(4) {
        0 => String::from_utf8_lossy(choices.bytes(12)).into_owned(),
        _ => (*choices.one(NAMES)).to_owned(),
    }
}
