//! Quantised models: what stands between a `DequantizeLinear` and a `QuantizeLinear` is computed as it is written, on both runtimes.

use tract_onnx::pb::TensorProto;

use crate::graph::{self, FLOAT, constant, node, port, text, untyped};
use crate::models::{ask, each};

/// One number of eight bits; `kind` is 2 without a sign and 3 with one.
fn eight_bits(name: &str, kind: i32, number: i32) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        data_type: kind,
        int32_data: vec![number],
        ..TensorProto::default()
    }
}

/// `x` is quantised, dequantised, given to the operator, quantised to `to` and dequantised.
fn between(operator: &str, attributes: Vec<tract_onnx::pb::AttributeProto>, to: i32) -> Vec<u8> {
    let mut model = graph::model(
        vec![port("x", FLOAT, &[2, 3])],
        vec![untyped("y")],
        vec![
            node("QuantizeLinear", "", &["x", "scale", "from"], &["q"], Vec::new()),
            node(
                "DequantizeLinear",
                "",
                &["q", "scale", "from"],
                &["d"],
                Vec::new(),
            ),
            node(operator, "", &["d"], &["o"], attributes),
            node("QuantizeLinear", "", &["o", "small", "to"], &["r"], Vec::new()),
            node("DequantizeLinear", "", &["r", "small", "to"], &["y"], Vec::new()),
        ],
        vec![
            constant("scale", &[], &[0.25]),
            constant("small", &[], &[1.0 / 64.0]),
            eight_bits("from", 3, -3),
            eight_bits("to", to, 0),
        ],
    );
    model.opset_import[0].version = 13;
    graph::bytes(&model)
}

#[test]
fn operators_that_look_at_more_than_one_number_do() {
    for to in [2, 3] {
        for (runtime, model) in each(&between("Softmax", Vec::new(), to), None) {
            assert_eq!(
                ask(&model, r#"{"inputs":[[0,0,-20],[1,1,1]]}"#),
                r#"{"outputs":{"y":[[0.5,0.5,0.0],[0.328125,0.328125,0.328125]]}}"#,
                "{runtime}, {to}"
            );
        }
    }
}

#[test]
fn signs_may_differ_before_and_behind() {
    for (runtime, model) in each(&between("Relu", Vec::new(), 2), None) {
        assert_eq!(
            ask(&model, r#"{"inputs":[[-1,-0.25,0],[0.25,1,3]]}"#),
            r#"{"outputs":{"y":[[0.0,0.0,0.0],[0.25,1.0,3.0]]}}"#,
            "{runtime}"
        );
    }
}

/// `tract` would take the constant for the mode.
#[test]
fn a_padding_of_another_mode_with_a_constant_is_refused() {
    let model = graph::model(
        vec![port("x", FLOAT, &[3])],
        vec![untyped("y")],
        vec![node(
            "Pad",
            "",
            &["x", "pads", "value"],
            &["y"],
            vec![text("mode", "edge")],
        )],
        vec![
            graph::whole("pads", &[2], &[1, 1]),
            constant("value", &[], &[9.0]),
        ],
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.onnx"), graph::bytes(&model)).unwrap();
    let refusal = adyton_runtime::onnx_models::Onnx::builtin()
        .load(folder.path(), "m.onnx")
        .unwrap_err();
    assert!(
        refusal
            .to_string()
            .contains("does not support `mode` = \"edge\" of Pad"),
        "{refusal}"
    );
}
