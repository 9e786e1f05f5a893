//! What is rewritten, refused and kept from a model, by its file.

#![allow(clippy::unwrap_used, reason = "tests")]
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::pb::{AttributeProto, ModelProto, TensorProto, TypeProto, type_proto};

use super::*;

fn node(op: &str, inputs: &[&str], output: &str) -> NodeProto {
    NodeProto {
        op_type: op.to_owned(),
        name: op.to_lowercase(),
        input: inputs.iter().map(|input| (*input).to_owned()).collect(),
        output: vec![output.to_owned()],
        ..NodeProto::default()
    }
}

fn input(name: &str, elements: DataType) -> ValueInfoProto {
    let tensor = type_proto::Tensor {
        elem_type: elements.into(),
        shape: None,
    };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            value: Some(Type::TensorType(tensor)),
            ..TypeProto::default()
        }),
        ..ValueInfoProto::default()
    }
}

fn numbers(name: &str, elements: &[i64]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        data_type: DataType::Int64.into(),
        dims: vec![i64::try_from(elements.len()).unwrap()],
        raw_data: elements
            .iter()
            .flat_map(|element| element.to_le_bytes())
            .collect(),
        ..TensorProto::default()
    }
}

fn of(
    elements: DataType,
    opset: i64,
    nodes: Vec<NodeProto>,
    weights: Vec<TensorProto>,
) -> Result<Guarded, String> {
    let model = ModelProto {
        graph: Some(GraphProto {
            node: nodes,
            input: vec![input("x", elements), input("d", elements)],
            initializer: weights,
            ..GraphProto::default()
        }),
        opset_import: vec![OperatorSetIdProto {
            domain: String::new(),
            version: opset,
        }],
        ..ModelProto::default()
    };
    guard(&model.encode_to_vec().into(), LoadInto::Server)
}

/// The operators of a file, those of graphs inside included.
fn operators(file: &[u8]) -> Vec<String> {
    let model = ModelProto::decode(file).unwrap();
    let outer = model.graph.unwrap().node;
    let inner = outer.iter().flat_map(graphs_of).flat_map(|graph| &graph.node);
    outer
        .iter()
        .chain(inner)
        .map(|node| node.op_type.clone())
        .collect()
}

const SAFE: [&str; 7] = ["Sign", "Equal", "Abs", "Where", "Div", "Mul", "Where"];

#[test]
fn a_division_of_integers_that_a_caller_sends_is_rewritten_and_others_are_left() {
    let divide = |from: &str, by: &str| vec![node("Div", &[from, by], "y")];
    let rewritten = |elements, nodes, weights| of(elements, 17, nodes, weights).unwrap().file;
    for elements in [DataType::Int32, DataType::Int64] {
        let file = rewritten(elements, divide("x", "d"), Vec::new()).unwrap();
        assert_eq!(operators(&file), SAFE);
    }
    assert!(rewritten(DataType::Float, divide("x", "d"), Vec::new()).is_none());
    assert!(rewritten(DataType::Int64, divide("x", "two"), vec![numbers("two", &[2, 1])]).is_none());
    assert!(
        rewritten(
            DataType::Int64,
            divide("x", "one"),
            vec![numbers("one", &[2, -1])]
        )
        .is_some()
    );
    assert!(rewritten(DataType::Int64, divide("ten", "d"), vec![numbers("ten", &[10])]).is_none());
    assert!(
        rewritten(
            DataType::Int64,
            divide("ten", "d"),
            vec![numbers("ten", &[i64::MIN])]
        )
        .is_some()
    );
    // A weight that is an input too is the caller's.
    assert!(rewritten(DataType::Int64, divide("x", "d"), vec![numbers("d", &[2])]).is_some());
}

#[test]
fn the_type_of_a_division_follows_from_what_stands_before_it() {
    let file = |between: Vec<NodeProto>| {
        let nodes = [between, vec![node("Div", &["a", "b"], "y")]].concat();
        of(DataType::Float, 17, nodes, Vec::new()).unwrap().file
    };
    assert!(file(vec![node("Relu", &["x"], "a"), node("Exp", &["d"], "b")]).is_none());
    assert!(file(vec![node("Shape", &["x"], "a"), node("Size", &["d"], "b")]).is_some());
    assert!(file(vec![node("Mystery", &["x"], "a"), node("Mystery", &["d"], "b")]).is_some());
    let mut cast = node("Cast", &["x"], "a");
    cast.attribute.push(AttributeProto {
        name: "to".to_owned(),
        i: i64::from(i32::from(DataType::Int32)),
        ..AttributeProto::default()
    });
    assert!(file(vec![cast, node("Mystery", &["d"], "b")]).is_some());
}

#[test]
fn a_division_inside_of_an_operator_is_found() {
    let body = GraphProto {
        node: vec![node("Div", &["x", "d"], "inner")],
        ..GraphProto::default()
    };
    let mut branch = node("If", &["condition"], "y");
    branch.attribute.push(AttributeProto {
        name: "then_branch".to_owned(),
        g: Some(body),
        ..AttributeProto::default()
    });
    let file = of(DataType::Int64, 17, vec![branch.clone()], Vec::new())
        .unwrap()
        .file;
    assert_eq!(operators(&file.unwrap())[1..], SAFE);
    assert!(
        of(DataType::Float, 17, vec![branch], Vec::new())
            .unwrap()
            .file
            .is_none()
    );
}

#[test]
fn what_cannot_be_guarded_is_refused_with_the_fix() {
    let refused = |opset, nodes, weights| of(DataType::Int64, opset, nodes, weights).unwrap_err();
    let old = refused(8, vec![node("Div", &["x", "d"], "y")], Vec::new());
    assert!(old.contains("\"div\" (Div)") && old.contains("opset 9"), "{old}");
    let frames = || vec![node("STFT", &["x", "step"], "y")];
    for weights in [Vec::new(), vec![numbers("step", &[0])]] {
        assert!(refused(17, frames(), weights).contains("constant step"));
    }
    let reversed = refused(17, vec![node("ReverseSequence", &["x", "d"], "y")], Vec::new());
    assert!(
        reversed.contains("input \"x\" leaves open how many"),
        "{reversed}"
    );
    let fixed = of(DataType::Int64, 17, frames(), vec![numbers("step", &[8])]).unwrap();
    assert_eq!(fixed.crashes_when_empty.as_deref(), Some("STFT"));
}

#[test]
fn inputs_without_elements_are_not_for_operators_that_crash_over_them() {
    let crashes = |node| {
        of(DataType::Float, 17, vec![node], Vec::new())
            .unwrap()
            .crashes_when_empty
    };
    assert_eq!(crashes(node("Relu", &["x"], "y")), None);
    assert_eq!(crashes(node("LSTM", &["x"], "y")).as_deref(), Some("LSTM"));
    let mut foreign = node("Attention", &["x"], "y");
    foreign.domain = "com.microsoft".to_owned();
    assert_eq!(crashes(foreign).as_deref(), Some("Attention"));
    assert!(
        guard(&Bytes::from_static(b"no model"), LoadInto::Server)
            .unwrap()
            .file
            .is_none()
    );
}

/// Why a model of these nodes has to run in a process of its own.
fn unproven(nodes: Vec<NodeProto>) -> Option<String> {
    let graph = GraphNodes {
        node: nodes,
        ..GraphNodes::default()
    };
    proof::lacks(&graph, &[])
}

#[test]
fn a_recurrent_layer_is_proven_unless_its_sequence_may_become_empty_in_the_graph() {
    let layer = || node("LSTM", &["a", "w", "r", "", "h"], "y");
    let after = |before: NodeProto| unproven(vec![before, node("Relu", &["b"], "a"), layer()]);
    assert_eq!(after(node("Transpose", &["x"], "b")), None);
    let said = after(node("Slice", &["x", "from", "to"], "b")).unwrap();
    assert!(
        said.contains("(LSTM)") && said.contains("becomes empty"),
        "{said}"
    );
    // The first state is refused by the operator when it has another size.
    assert_eq!(unproven(vec![node("Expand", &["zero", "n"], "h"), layer()]), None);
    assert!(
        unproven(vec![
            node("Slice", &["x", "from", "to"], "a"),
            node("Unique", &["a"], "y")
        ])
        .is_some()
    );
}

#[test]
fn operators_of_other_domains_are_proven_of_nothing_but_the_models_own_functions() {
    let mut gelu = node("FastGelu", &["x"], "y");
    gelu.domain = "com.microsoft".to_owned();
    let said = unproven(vec![gelu.clone()]).unwrap();
    assert!(said.contains("\"com.microsoft\""), "{said}");
    let graph = GraphNodes {
        node: vec![gelu],
        ..GraphNodes::default()
    };
    let function = |inner: NodeProto| FunctionProto {
        name: Some("FastGelu".to_owned()),
        domain: Some("com.microsoft".to_owned()),
        node: vec![inner],
        ..FunctionProto::default()
    };
    assert_eq!(proof::lacks(&graph, &[function(node("Relu", &["x"], "y"))]), None);
    // What is given to one inside of a function is not followed.
    assert!(proof::lacks(&graph, &[function(node("GRU", &["x", "w", "r"], "y"))]).is_some());
}

#[test]
fn inside_of_a_loop_nothing_is_followed() {
    let inner = GraphProto {
        node: vec![node("RNN", &["x", "w", "r"], "y")],
        ..GraphProto::default()
    };
    let mut repeat = node("Loop", &["n"], "y");
    repeat.attribute.push(AttributeProto {
        g: Some(inner),
        ..AttributeProto::default()
    });
    assert!(unproven(vec![repeat]).unwrap().contains("(RNN)"));
}

#[test]
fn where_a_crash_ends_nothing_else_a_model_is_loaded_as_it_is() {
    let model = |opset| ModelProto {
        graph: Some(GraphProto {
            node: vec![node("Div", &["x", "d"], "y")],
            input: vec![input("x", DataType::Int64), input("d", DataType::Int64)],
            ..GraphProto::default()
        }),
        opset_import: vec![OperatorSetIdProto {
            domain: String::new(),
            version: opset,
        }],
        ..ModelProto::default()
    };
    let file: Bytes = model(7).encode_to_vec().into();
    assert!(guard(&file, LoadInto::Server).is_err());
    assert!(guard(&file, LoadInto::Sandbox).unwrap().file.is_none());
}
