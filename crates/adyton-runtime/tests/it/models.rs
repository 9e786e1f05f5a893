//! Models on every runtime at hand: the same answers, or the same refusals.

use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::model::ApiDeclaration;
use adyton_runtime::onnx::in_process::{Call, InProcess, ModelError};
use adyton_runtime::onnx::threads::InferenceThreads;
use bytes::Bytes;
use expect_test::{Expect, expect};
use serde_json::{Value as Json, json};

use crate::graph::{self, FLOAT, FLOAT16, INT64, TEXT, node, port, untyped};
use crate::place::{onnx_runtime, runtimes};

pub(crate) fn api(request: Option<Json>) -> Vec<ApiDeclaration> {
    vec![ApiDeclaration {
        url: "/".to_owned(),
        method: "POST".to_owned(),
        request,
        response: None,
    }]
}

fn rows(columns: &[&str]) -> Json {
    let properties: serde_json::Map<String, Json> = columns
        .iter()
        .map(|name| ((*name).to_owned(), json!({"type": "number"})))
        .collect();
    json!({"Content-type": "application/json", "data": {"type": "object", "properties": {"data": {"type": "object",
        "properties": {"req_data": {"type": "array", "items": [{"type": "object", "properties": properties}]}}}}}})
}

/// The model on each runtime.
pub(crate) fn each(model: &[u8], request: Option<&Json>) -> Vec<(&'static str, Arc<InProcess>)> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.onnx"), model).unwrap();
    let threads = InferenceThreads::start(1, 8).unwrap();
    let start = |onnx: &adyton_runtime::onnx_models::Onnx| {
        let loaded = onnx.load(folder.path(), "model.onnx").unwrap();
        InProcess::start(
            loaded,
            &api(request.cloned()),
            Arc::clone(&threads),
            Clock::system(),
        )
        .unwrap()
    };
    runtimes()
        .iter()
        .map(|(name, onnx)| (*name, start(onnx)))
        .collect()
}

pub(crate) fn ask(model: &InProcess, body: &str) -> String {
    match model.predict_inline(Call {
        path: "/",
        body: &Bytes::copy_from_slice(body.as_bytes()),
    }) {
        Ok(answer) => String::from_utf8(answer.body.to_vec()).unwrap(),
        Err(problem) => problem.to_string(),
    }
}

/// Numbers rounded to five places: runtimes add in different orders.
fn rounded(value: &Json) -> Json {
    match value {
        Json::Number(number) if number.is_f64() => json!((number.as_f64().unwrap() * 1e5).round() / 1e5),
        Json::Array(items) => items.iter().map(rounded).collect(),
        Json::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), rounded(value)))
            .collect(),
        other => other.clone(),
    }
}

pub(crate) fn check(model: &[u8], request: Option<&Json>, body: &str, expected: Expect) {
    let mut answers: Vec<(&str, String)> = Vec::new();
    for (runtime, model) in each(model, request) {
        let answer = ask(&model, body);
        answers.push((
            runtime,
            serde_json::from_str(&answer).map_or(answer, |json: Json| rounded(&json).to_string()),
        ));
    }
    assert!(
        answers.iter().all(|(_, answer)| *answer == answers[0].1),
        "the runtimes differ: {answers:#?}"
    );
    expected.assert_eq(&answers[0].1);
}

#[test]
fn a_classifier_answers_by_label_on_every_runtime() {
    check(
        &graph::iris(),
        None,
        r#"{"inputs":{"float_input":[[5.1,3.5,1.4,0.2],[6.3,3.3,6.0,2.5]]}}"#,
        expect![[
            r#"{"outputs":{"label":["setosa","virginica"],"probabilities":[{"setosa":0.98162,"versicolor":0.01838,"virginica":0.0},{"setosa":0.0,"versicolor":0.00388,"virginica":0.99612}]}}"#
        ]],
    );
}

/// ONNX Runtime keeps the tensors of a single row for the next one.
#[test]
fn rows_of_one_caller_leave_nothing_in_the_answers_of_the_next() {
    let bodies = [
        r#"{"inputs":{"float_input":[[5.1,3.5,1.4,0.2]]}}"#,
        r#"{"inputs":{"float_input":[[6.3,3.3,6.0,2.5]]}}"#,
        r#"{"inputs":{"float_input":[["NaN",0,0,0]]}}"#,
        r#"{"inputs":{"float_input":[[6.3,3.3,6.0,2.5],[5.1,3.5,1.4,0.2]]}}"#,
        r#"{"inputs":{"float_input":[]}}"#,
        r#"{"inputs":{"float_input":[["red",0,0,0]]}}"#,
    ];
    for (runtime, model) in each(&graph::iris(), None) {
        // Each is answered alone first, by a model that has answered nobody else.
        let alone = bodies.map(|body| {
            let mut fresh = each(&graph::iris(), None).into_iter();
            let (_, fresh) = fresh.find(|(name, _)| *name == runtime).unwrap();
            ask(&fresh, body)
        });
        for before in bodies {
            for (body, alone) in bodies.iter().zip(&alone) {
                ask(&model, before);
                assert_eq!(ask(&model, body), *alone, "{runtime}: {body} after {before}");
            }
        }
    }
}

#[test]
fn a_model_whose_outputs_have_other_shapes_for_other_rows_answers_them_all() {
    let Some(onnx) = onnx_runtime() else { return };
    let doubled = vec![graph::floats("offset", &[0.0]), graph::floats("scale", &[2.0])];
    let model = graph::model(
        vec![port("x", FLOAT, &[-1, 3])],
        vec![untyped("doubled"), untyped("places")],
        vec![
            node("Scaler", "ai.onnx.ml", &["x"], &["doubled"], doubled),
            node("NonZero", "", &["doubled"], &["places"], Vec::new()),
        ],
        Vec::new(),
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.onnx"), graph::bytes(&model)).unwrap();
    let loaded = onnx.load(folder.path(), "model.onnx").unwrap();
    let threads = InferenceThreads::start(1, 8).unwrap();
    let model = InProcess::start(loaded, &api(None), threads, Clock::system()).unwrap();
    for _ in 0..2 {
        for (row, doubled, places) in [
            ("[0,0,0]", "[[0.0,0.0,0.0]]", "[[],[]]"),
            ("[1,0,2]", "[[2.0,0.0,4.0]]", "[[0,0],[0,2]]"),
            ("[3,4,5]", "[[6.0,8.0,10.0]]", "[[0,0,0],[0,1,2]]"),
        ] {
            let answer = ask(&model, &format!(r#"{{"inputs":{{"x":[{row}]}}}}"#));
            assert_eq!(
                answer,
                format!(r#"{{"outputs":{{"doubled":{doubled},"places":{places}}}}}"#)
            );
        }
    }
}

/// The numbers are what the Python package `onnxruntime` 1.32 answers for its own `logreg_iris.onnx`.
#[test]
fn the_classifier_of_the_wheel_answers_as_its_own_package_does() {
    check(
        &graph::wheel_iris(),
        None,
        r#"{"inputs":{"float_input":[[5.1,3.5],[1.4,0.2],[6.3,2.5]]}}"#,
        expect![[
            r#"{"outputs":{"label":[0,0,0],"probabilities":[{"0":0.97825,"1":0.0,"2":0.02175},{"0":0.61155,"1":0.05682,"2":0.33164},{"0":0.81921,"1":0.0,"2":0.18079}]}}"#
        ]],
    );
}

#[test]
fn a_classifier_answers_rows_on_every_runtime() {
    let columns = rows(&["sepal_length", "sepal_width", "petal_length", "petal_width"]);
    check(
        &graph::iris(),
        Some(&columns),
        r#"{"meta":{"uuid":"u-1"},"data":{"req_data":[{"sepal_length":6.3,"sepal_width":3.3,"petal_length":6.0,"petal_width":2.5}]}}"#,
        expect![[
            r#"{"meta":{"uuid":"u-1"},"data":{"resp_data":[{"sepal_length":6.3,"sepal_width":3.3,"petal_length":6.0,"petal_width":2.5,"predictresult":"virginica","probabilities":{"setosa":0.0,"versicolor":0.00388,"virginica":0.99612}}]}}"#
        ]],
    );
}

#[test]
fn wrong_shapes_are_named() {
    check(
        &graph::iris(),
        None,
        r#"{"inputs":{"float_input":[[5.1,3.5,1.4]]}}"#,
        expect!["inputs.float_input: expected float32 [N,4], got [1,3]"],
    );
}

#[test]
fn texts_pass_through() {
    let model = graph::model(
        vec![port("t", TEXT, &[-1])],
        vec![port("u", TEXT, &[-1])],
        vec![node("Identity", "", &["t"], &["u"], Vec::new())],
        Vec::new(),
    );
    check(
        &graph::bytes(&model),
        None,
        r#"{"inputs":{"t":["grüße","","b"]}}"#,
        expect![[r#"{"outputs":{"u":["grüße","","b"]}}"#]],
    );
}

#[test]
fn half_precision_is_read_and_written() {
    let model = graph::model(
        vec![port("x", FLOAT16, &[-1, 2]), port("y", FLOAT16, &[-1, 2])],
        vec![port("z", FLOAT16, &[-1, 2])],
        vec![node("Add", "", &["x", "y"], &["z"], Vec::new())],
        Vec::new(),
    );
    check(
        &graph::bytes(&model),
        None,
        r#"{"inputs":{"x":[[0.5,1]],"y":[[2,0.25]]}}"#,
        expect![[r#"{"outputs":{"z":[[2.5,1.25]]}}"#]],
    );
}

#[test]
fn integers_and_axes_of_any_length_work() {
    let model = graph::model(
        vec![port("n", INT64, &[-1, -1])],
        vec![port("twice", INT64, &[-1, -1])],
        vec![node("Add", "", &["n", "n"], &["twice"], Vec::new())],
        Vec::new(),
    );
    let model = graph::bytes(&model);
    check(
        &model,
        None,
        r#"{"inputs":{"n":[[1,-2,3]]}}"#,
        expect![[r#"{"outputs":{"twice":[[2,-4,6]]}}"#]],
    );
    check(
        &model,
        None,
        r#"{"inputs":{"n":[[1],[9007199254740993]]}}"#,
        expect![[r#"{"outputs":{"twice":[[2],[18014398509481986]]}}"#]],
    );
}

#[test]
fn what_is_not_finite_is_shown() {
    let model = graph::model(
        vec![port("x", FLOAT, &[-1])],
        vec![port("y", FLOAT, &[-1])],
        vec![node("Log", "", &["x"], &["y"], Vec::new())],
        Vec::new(),
    );
    check(
        &graph::bytes(&model),
        None,
        r#"{"inputs":{"x":[1,0,-1]}}"#,
        expect![[r#"{"outputs":{"y":[0.0,"-Infinity","NaN"]}}"#]],
    );
}

#[test]
fn a_scaler_works_on_every_runtime() {
    let attributes = vec![
        graph::floats("offset", &[1.0, 2.0]),
        graph::floats("scale", &[2.0, 0.5]),
    ];
    let model = graph::model(
        vec![port("x", FLOAT, &[-1, 2])],
        vec![port("y", FLOAT, &[-1, 2])],
        vec![node("Scaler", "ai.onnx.ml", &["x"], &["y"], attributes)],
        Vec::new(),
    );
    check(
        &graph::bytes(&model),
        None,
        r#"{"inputs":[[1,2],[2,4]]}"#,
        expect![[r#"{"outputs":{"y":[[0.0,0.0],[2.0,1.0]]}}"#]],
    );
}

#[test]
fn integer_labels_become_keys() {
    let classifier = vec![
        graph::floats("coefficients", &[1.0, -1.0]),
        graph::floats("intercepts", &[0.0, 0.0]),
        graph::ints("classlabels_ints", &[0, 1]),
        graph::text("post_transform", "SOFTMAX"),
    ];
    let model = graph::model(
        vec![port("x", FLOAT, &[-1, 1])],
        vec![port("label", INT64, &[-1]), untyped("p")],
        vec![
            node(
                "LinearClassifier",
                "ai.onnx.ml",
                &["x"],
                &["label", "scores"],
                classifier,
            ),
            node(
                "ZipMap",
                "ai.onnx.ml",
                &["scores"],
                &["p"],
                vec![graph::ints("classlabels_int64s", &[0, 1])],
            ),
        ],
        Vec::new(),
    );
    check(
        &graph::bytes(&model),
        None,
        r#"{"inputs":[[1],[-1]]}"#,
        expect![[r#"{"outputs":{"label":[0,1],"p":[{"0":0.8808,"1":0.1192},{"0":0.1192,"1":0.8808}]}}"#]],
    );
}

/// Whoever asks for scores alone may leave the names of the classes in the graph, at an output of the node that nobody takes.
#[test]
fn names_of_classes_that_nobody_takes_are_no_hindrance() {
    let classifier = vec![
        graph::floats("coefficients", &[1.0, -1.0]),
        graph::floats("intercepts", &[0.0, 0.0]),
        graph::texts("classlabels_strings", &["up", "down"]),
        graph::text("post_transform", "SOFTMAX"),
    ];
    let outputs = ["label", "scores"];
    let model = graph::model(
        vec![port("x", FLOAT, &[-1, 1])],
        vec![port("scores", FLOAT, &[-1, 2])],
        vec![node(
            "LinearClassifier",
            "ai.onnx.ml",
            &["x"],
            &outputs,
            classifier,
        )],
        Vec::new(),
    );
    check(
        &graph::bytes(&model),
        None,
        r#"{"inputs":[[1],[-1]]}"#,
        expect![[r#"{"outputs":{"scores":[[0.8808,0.1192],[0.1192,0.8808]]}}"#]],
    );
}

#[test]
fn an_empty_batch_has_an_empty_answer() {
    check(
        &graph::iris(),
        None,
        r#"{"inputs":{"float_input":[]}}"#,
        expect![[r#"{"outputs":{"label":[],"probabilities":[]}}"#]],
    );
}

/// The compiled-in runtime cannot prepare this for every shape at once: an axis that is squeezed must have one element.
#[test]
fn a_graph_that_depends_on_its_shapes_runs_with_each() {
    let axes = graph::whole("axes", &[1], &[1]);
    let model = graph::model(
        vec![port("x", FLOAT, &[-1, -1])],
        vec![port("y", FLOAT, &[-1])],
        vec![node("Squeeze", "", &["x", "axes"], &["y"], Vec::new())],
        vec![axes],
    );
    let model = graph::bytes(&model);
    check(
        &model,
        None,
        r#"{"inputs":[[5]]}"#,
        expect![[r#"{"outputs":{"y":[5.0]}}"#]],
    );
    check(
        &model,
        None,
        r#"{"inputs":[[5],[6],[7]]}"#,
        expect![[r#"{"outputs":{"y":[5.0,6.0,7.0]}}"#]],
    );
}

#[test]
fn a_mistake_is_the_models_own_answer() {
    let (_, model) = each(&graph::iris(), None).remove(0);
    let problem = model
        .predict_inline(Call {
            path: "/",
            body: &Bytes::from_static(b"{"),
        })
        .unwrap_err();
    let answer = problem.answer().unwrap();
    assert_eq!(answer.status, 400);
    let body: Json = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["erno"], "MR.0105");
    assert!(
        body["msg"].as_str().unwrap().starts_with("body: not valid JSON"),
        "{body}"
    );
}

#[tokio::test]
async fn calls_on_threads_are_answered_bounded_and_withdrawn() {
    // A thousand multiplications of a large matrix keep the one thread busy for a while.
    let side = 256;
    let mut nodes = vec![node("MatMul", "", &["x", "w"], &["h0"], Vec::new())];
    for step in 1..40 {
        let (from, to) = (format!("h{}", step - 1), format!("h{step}"));
        nodes.push(node("MatMul", "", &[&from, "w"], &[&to], Vec::new()));
    }
    let weights = vec![0.001; (side * side) as usize];
    let model = graph::model(
        vec![port("x", FLOAT, &[side, side])],
        vec![port("h39", FLOAT, &[side, side])],
        nodes,
        vec![graph::constant("w", &[side, side], &weights)],
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.onnx"), graph::bytes(&model)).unwrap();
    let threads = InferenceThreads::start(1, 4).unwrap();
    let loaded = adyton_runtime::onnx_models::Onnx::builtin()
        .load(folder.path(), "model.onnx")
        .unwrap();
    let model = InProcess::start(loaded, &api(None), Arc::clone(&threads), Clock::system()).unwrap();
    assert!(!model.is_inline(10), "it is far from fast");

    let row = vec!["1"; side as usize].join(",");
    let body = Bytes::from(format!(
        "{{\"inputs\":[{}]}}",
        vec![format!("[{row}]"); side as usize].join(",")
    ));
    let call = Call {
        path: "/",
        body: &body,
    };
    let first = model.submit(call, &Arc::default()).unwrap();
    let mut waiting: Vec<_> = std::iter::from_fn(|| model.submit(call, &Arc::default()).ok())
        .take(10)
        .collect();
    assert!(waiting.len() < 10, "one model fills at most half of the queue");
    assert_eq!(model.submit(call, &Arc::default()).unwrap_err(), ModelError::Busy);
    let last = waiting.remove(0);
    drop(waiting);
    assert_eq!(first.await.unwrap().status, 200);
    assert_eq!(last.await.unwrap().status, 200);
    tokio::time::timeout(Duration::from_secs(10), async {
        while threads.waiting() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert_eq!(
        model.submit(call, &Arc::default()).unwrap().await.unwrap().status,
        200
    );
}

#[test]
fn missing_operators_are_named() {
    let model = graph::model(
        vec![port("x", FLOAT, &[-1])],
        vec![port("y", FLOAT, &[-1])],
        vec![node("FrobnicateRows", "com.example", &["x"], &["y"], Vec::new())],
        Vec::new(),
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.onnx"), graph::bytes(&model)).unwrap();
    let refused = adyton_runtime::onnx_models::Onnx::builtin()
        .load(folder.path(), "m.onnx")
        .unwrap_err();
    expect!["model/m.onnx: the compiled-in runtime has no operator com.example.FrobnicateRows; install ONNX Runtime (`adyton doctor --fix`, then restart the server) or set `onnx.library` to its shared library"].assert_eq(&refused.to_string());
}

/// What every runtime says of a model that it cannot load; all of them must name the file.
fn refused(model: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.onnx"), model).unwrap();
    for (runtime, onnx) in runtimes() {
        let problem = onnx.load(folder.path(), "m.onnx").unwrap_err().to_string();
        assert!(problem.starts_with("model/m.onnx: "), "{runtime}: {problem}");
    }
}

#[test]
fn broken_graphs_are_refused_by_every_runtime() {
    let ports = || (vec![port("x", FLOAT, &[1, 2])], vec![port("y", FLOAT, &[1, 2])]);
    let (input, output) = ports();
    let dangling = vec![node("Add", "", &["x", "nowhere"], &["y"], Vec::new())];
    refused(&graph::bytes(&graph::model(input, output, dangling, Vec::new())));
    let (input, output) = ports();
    let weights = vec![graph::constant("w", &[3, 2], &[0.0; 6])];
    let product = vec![node("MatMul", "", &["x", "w"], &["y"], Vec::new())];
    refused(&graph::bytes(&graph::model(input, output, product, weights)));
    refused(b"");
    refused(&graph::iris()[..200]);
}

#[test]
fn a_classifier_answers_on_every_runtime_and_what_is_not_finite_panics_none() {
    for (runtime, model) in each(&graph::iris(), None) {
        let ask = |x: &str| {
            ask(
                &model,
                &format!(r#"{{"inputs":{{"float_input":[[{x},3.5,1.4,0.2]]}}}}"#),
            )
        };
        assert!(ask("5.1").contains("setosa"), "{runtime}");
        // Answered or refused; nothing panics.
        assert!(!ask(r#""NaN""#).contains("runtime panicked"), "{runtime}");
    }
}
