//! Outputs that are few and long: texts and labels count by their letters, before they are copied.

use adyton_runtime::onnx::load_into::LoadInto;
use adyton_runtime::onnx_models::Onnx;
use tract_onnx::pb::{AttributeProto, ModelProto, NodeProto, OperatorSetIdProto, ValueInfoProto};

use crate::graph::{self, FLOAT, TEXT, node, port, texts, untyped};
use crate::isolated::{served, text};
use crate::models::{ask, each};
use crate::place::{onnx_runtime, runtimes};

const MIB: usize = 1 << 20;
/// More of a MiB than an answer may have.
const TOO_MANY: usize = 260;
const REFUSED: &str = "the model failed: the model's answer has more than 268435456 bytes; send less at once";

/// Repeats a text as often as there are numbers.
fn repeating() -> ModelProto {
    let ports = vec![port("x", TEXT, &[1]), port("n", FLOAT, &[-1])];
    let count = node("Shape", "", &["n"], &["times"], Vec::new());
    let tile = node("Tile", "", &["x", "times"], &["y"], Vec::new());
    graph::model(ports, vec![port("y", TEXT, &[-1])], vec![count, tile], Vec::new())
}

fn repeat(letters: usize, times: usize) -> String {
    let numbers = vec!["0"; times].join(",");
    format!(
        r#"{{"inputs":{{"x":["{}"],"n":[{numbers}]}}}}"#,
        "t".repeat(letters)
    )
}

/// A classifier of one column, with these classes, and what is behind it.
fn classifier(classes: AttributeProto, behind: Option<NodeProto>, output: ValueInfoProto) -> ModelProto {
    let attributes = vec![
        graph::floats("coefficients", &[-1.0, 1.0]),
        graph::floats("intercepts", &[0.0, 0.0]),
        classes,
        graph::text("post_transform", "SOFTMAX"),
    ];
    let classify = node(
        "LinearClassifier",
        "ai.onnx.ml",
        &["x"],
        &["label", "scores"],
        attributes,
    );
    let nodes = [Some(classify), behind].into_iter().flatten().collect();
    graph::model(vec![port("x", FLOAT, &[-1, 1])], vec![output], nodes, Vec::new())
}

/// Two names of classes, of which the first has a MiB.
fn names() -> AttributeProto {
    texts("classlabels_strings", &[&"c".repeat(MIB), "other"])
}

/// Gives the name of each row's class.
fn labels() -> ModelProto {
    classifier(names(), None, port("label", TEXT, &[-1]))
}

/// Gives each row's scores by name.
fn maps() -> ModelProto {
    let zip = node("ZipMap", "ai.onnx.ml", &["scores"], &["maps"], vec![names()]);
    classifier(
        graph::ints("classlabels_ints", &[0, 1]),
        Some(zip),
        untyped("maps"),
    )
}

/// So many rows of the first class.
fn rows(count: usize) -> String {
    format!(r#"{{"inputs":[{}]}}"#, vec!["[-9]"; count].join(","))
}

#[test]
fn texts_are_bounded_by_their_letters_on_every_runtime() {
    for (runtime, model) in each(&graph::bytes(&repeating()), None) {
        assert_eq!(
            ask(&model, &repeat(3, 2)),
            r#"{"outputs":{"y":["ttt","ttt"]}}"#,
            "{runtime}"
        );
        assert_eq!(ask(&model, &repeat(MIB, TOO_MANY)), REFUSED, "{runtime}");
    }
}

#[test]
fn names_of_classes_are_bounded_by_their_letters_on_every_runtime() {
    for graph in [labels(), maps()] {
        for (runtime, model) in each(&graph::bytes(&graph), None) {
            let answer = ask(&model, &rows(2));
            assert!((2 * MIB..3 * MIB).contains(&answer.len()), "{runtime}");
            assert_eq!(ask(&model, &rows(TOO_MANY)), REFUSED, "{runtime}");
        }
    }
}

/// With an operator set that is not known, the end of the graph is left to ONNX Runtime, which gives maps.
#[tokio::test]
async fn keys_of_maps_are_bounded_by_their_letters() {
    let mut model = maps();
    model.opset_import.push(OperatorSetIdProto {
        domain: "com.example".to_owned(),
        version: 1,
    });
    let Some(onnx) = onnx_runtime() else {
        return;
    };
    for into in [LoadInto::Server, LoadInto::Sandbox] {
        let (_bench, _instance, model) = served(onnx.clone(), into, &graph::bytes(&model)).await;
        assert!(text(&model, &rows(2)).await.len() > 2 * MIB, "{into:?}");
        assert_eq!(text(&model, &rows(TOO_MANY)).await, REFUSED, "{into:?}");
    }
}

#[tokio::test]
async fn texts_of_a_model_in_a_process_of_its_own_are_bounded_there() {
    for (runtime, onnx) in runtimes() {
        let (_bench, _instance, model) = served(onnx, LoadInto::Sandbox, &graph::bytes(&maps())).await;
        assert_eq!(text(&model, &rows(TOO_MANY)).await, REFUSED, "{runtime}");
        assert!(
            text(&model, &rows(1)).await.len() > MIB,
            "{runtime}: it has not ended"
        );
    }
}

/// Some GiB of texts would be the end of the process, which may have a GiB.
#[tokio::test]
async fn the_compiled_in_runtime_makes_no_more_texts_than_there_is_room_for() {
    let (_bench, _instance, model) =
        served(Onnx::builtin(), LoadInto::Sandbox, &graph::bytes(&repeating())).await;
    let said = text(&model, &repeat(MIB, 1 << 14)).await;
    assert!(said.contains("than `onnx.memory` allows"), "{said}");
    assert_eq!(text(&model, &repeat(1, 1)).await, r#"{"outputs":{"y":["t"]}}"#);
}
