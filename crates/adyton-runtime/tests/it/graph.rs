//! Small ONNX models, made here rather than kept as files.

use prost::Message;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto,
    TypeProto, ValueInfoProto, type_proto,
};

pub(crate) const FLOAT: i32 = 1;
pub(crate) const INT64: i32 = 7;
pub(crate) const TEXT: i32 = 8;
pub(crate) const FLOAT16: i32 = 10;

/// A port of `elem_type`; negative lengths are axes of any length.
pub(crate) fn port(name: &str, elem_type: i32, axes: &[i64]) -> ValueInfoProto {
    let dim = axes.iter().map(|length| Dimension {
        value: (*length >= 0).then_some(dimension::Value::DimValue(*length)),
        ..Dimension::default()
    });
    let shape = Some(TensorShapeProto { dim: dim.collect() });
    let tensor = type_proto::Value::TensorType(type_proto::Tensor { elem_type, shape });
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            value: Some(tensor),
            ..TypeProto::default()
        }),
        ..ValueInfoProto::default()
    }
}

/// An output whose type the runtime finds out itself.
pub(crate) fn untyped(name: &str) -> ValueInfoProto {
    ValueInfoProto {
        name: name.to_owned(),
        ..ValueInfoProto::default()
    }
}

pub(crate) fn node(
    op: &str,
    domain: &str,
    from: &[&str],
    to: &[&str],
    attribute: Vec<AttributeProto>,
) -> NodeProto {
    NodeProto {
        input: from.iter().map(|name| (*name).to_owned()).collect(),
        output: to.iter().map(|name| (*name).to_owned()).collect(),
        name: to[0].to_owned(),
        op_type: op.to_owned(),
        domain: domain.to_owned(),
        attribute,
        ..NodeProto::default()
    }
}

pub(crate) fn floats(name: &str, floats: &[f32]) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: 6,
        floats: floats.to_vec(),
        ..AttributeProto::default()
    }
}

pub(crate) fn ints(name: &str, ints: &[i64]) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: 7,
        ints: ints.to_vec(),
        ..AttributeProto::default()
    }
}

pub(crate) fn texts(name: &str, texts: &[&str]) -> AttributeProto {
    let strings = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    AttributeProto {
        name: name.to_owned(),
        r#type: 8,
        strings,
        ..AttributeProto::default()
    }
}

pub(crate) fn text(name: &str, text: &str) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: 3,
        s: text.as_bytes().to_vec(),
        ..AttributeProto::default()
    }
}

pub(crate) fn constant(name: &str, dims: &[i64], float_data: &[f32]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        data_type: FLOAT,
        dims: dims.to_vec(),
        float_data: float_data.to_vec(),
        ..TensorProto::default()
    }
}

pub(crate) fn whole(name: &str, dims: &[i64], int64_data: &[i64]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        data_type: INT64,
        dims: dims.to_vec(),
        int64_data: int64_data.to_vec(),
        ..TensorProto::default()
    }
}

pub(crate) fn model(
    input: Vec<ValueInfoProto>,
    output: Vec<ValueInfoProto>,
    node: Vec<NodeProto>,
    initializer: Vec<TensorProto>,
) -> ModelProto {
    let set = |domain: &str, version| OperatorSetIdProto {
        domain: domain.to_owned(),
        version,
    };
    ModelProto {
        ir_version: 8,
        opset_import: vec![set("", 15), set("ai.onnx.ml", 2)],
        graph: Some(GraphProto {
            name: "g".to_owned(),
            node,
            input,
            output,
            initializer,
            ..GraphProto::default()
        }),
        ..ModelProto::default()
    }
}

pub(crate) fn bytes(model: &ModelProto) -> Vec<u8> {
    model.encode_to_vec()
}

/// A classifier of four columns and three classes with probabilities as maps, as scikit-learn's exporter writes them.
pub(crate) fn iris() -> Vec<u8> {
    let coefficients = [
        -0.423, 0.967, -2.517, -1.079, 0.534, -0.321, -0.206, -0.944, -0.110, -0.645, 2.724, 2.023,
    ];
    let classifier = vec![
        floats("coefficients", &coefficients),
        floats("intercepts", &[9.85, 2.237, -12.087]),
        texts("classlabels_strings", &["setosa", "versicolor", "virginica"]),
        text("post_transform", "SOFTMAX"),
    ];
    let zip = vec![texts(
        "classlabels_strings",
        &["setosa", "versicolor", "virginica"],
    )];
    let norm = vec![text("norm", "L1")];
    bytes(&model(
        vec![port("float_input", FLOAT, &[-1, 4])],
        vec![port("label", TEXT, &[-1]), untyped("probabilities")],
        vec![
            node(
                "LinearClassifier",
                "ai.onnx.ml",
                &["float_input"],
                &["label", "scores"],
                classifier,
            ),
            node("Normalizer", "ai.onnx.ml", &["scores"], &["normal"], norm),
            node("ZipMap", "ai.onnx.ml", &["normal"], &["probabilities"], zip),
        ],
        Vec::new(),
    ))
}

/// The same graph as `logreg_iris.onnx`, which the `onnxruntime` wheel ships: a logistic regression over two columns, with a
/// batch of exactly three rows.
pub(crate) fn wheel_iris() -> Vec<u8> {
    let coefficients = [
        0.385_741_14,
        1.380_540_6,
        -2.131_45,
        -0.992_804_8,
        0.642_774_5,
        -1.748_938_8,
        0.515_096_6,
        -1.405_347_6,
        -1.724_119_2,
        -1.159_513_7,
        2.247_884_8,
        2.428_391_5,
    ];
    let classifier = vec![
        floats("coefficients", &coefficients),
        floats("intercepts", &[0.249_629_2, 0.582_027_8, -0.941_616_65]),
        ints("classlabels_ints", &[0, 1, 2]),
        text("post_transform", "LOGISTIC"),
    ];
    let zip = vec![ints("classlabels_int64s", &[0, 1, 2])];
    bytes(&model(
        vec![port("float_input", FLOAT, &[3, 2])],
        vec![port("label", INT64, &[3]), untyped("probabilities")],
        vec![
            node(
                "LinearClassifier",
                "ai.onnx.ml",
                &["float_input"],
                &["label", "scores"],
                classifier,
            ),
            node(
                "Normalizer",
                "ai.onnx.ml",
                &["scores"],
                &["normal"],
                vec![text("norm", "L1")],
            ),
            node("ZipMap", "ai.onnx.ml", &["normal"], &["probabilities"], zip),
        ],
        Vec::new(),
    ))
}
