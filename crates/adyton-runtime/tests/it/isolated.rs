//! Models in processes of their own: the same answers as in the server, and a crash that nobody else feels.

use std::sync::Arc;
use std::time::Duration;

use adyton_core::model::Engine;
use adyton_runtime::isolated::Isolation;
use adyton_runtime::launcher::End;
use adyton_runtime::onnx::in_process::{Answer, Call, InProcess, ModelError};
use adyton_runtime::onnx::load_into::LoadInto;
use adyton_runtime::onnx::threads::InferenceThreads;
use adyton_runtime::onnx_models::Onnx;
use adyton_runtime::targets::Target;
use bytes::Bytes;

use crate::callers::counting;
use crate::first_run::{RED, colours};
use crate::graph::{self, INT64, node, port};
use crate::keeper::keeper;
use crate::launchers::{Bench, Instance};
use crate::place::{onnx_runtime, runtimes};

const LONG: Duration = Duration::from_secs(60);

/// Models of `onnx` in processes of their own where `into` says so.
pub(crate) fn isolating(onnx: Onnx, into: LoadInto) -> Onnx {
    onnx.with_isolation(Isolation {
        into,
        child: keeper(),
        memory: 1 << 30,
        stack: 10 << 20,
    })
}

/// An instance of the model in `file`, and the model.
pub(crate) async fn served(onnx: Onnx, into: LoadInto, file: &[u8]) -> (Bench, Instance, Arc<InProcess>) {
    let threads = InferenceThreads::start(2, 16).unwrap();
    let bench = Bench::with(isolating(onnx, into), threads);
    let folder = bench.model_folder("model");
    std::fs::write(folder.join("m.onnx"), file).unwrap();
    let engine = Engine::Onnx {
        file: "m.onnx".to_owned(),
    };
    let (launcher, launch) = bench.case(engine, folder, LONG);
    let mut instance = Instance::start(launcher.as_ref(), launch);
    let Target::InProcess(model) = instance.ready().await else {
        panic!("an address");
    };
    (bench, instance, model)
}

async fn call(model: &Arc<InProcess>, body: &str) -> Result<Answer, ModelError> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    let pending = model.submit(
        Call {
            path: "/",
            body: &body,
        },
        &Arc::default(),
    )?;
    tokio::time::timeout(LONG, pending).await.expect("an answer")
}

pub(crate) async fn text(model: &Arc<InProcess>, body: &str) -> String {
    match call(model, body).await {
        Ok(answer) => String::from_utf8(answer.body.to_vec()).unwrap(),
        Err(problem) => problem.to_string(),
    }
}

#[tokio::test]
async fn a_model_in_a_process_of_its_own_answers_as_it_does_in_the_server() {
    let iris = r#"{"inputs":[[5.1,3.5,1.4,0.2]]}"#;
    let three = r#"{"inputs":[[5.1,3.5],[1,2],[6,3]]}"#;
    let cases = [
        (graph::iris(), vec![iris, r#"{"inputs":[[1,2]]}"#, "{}"]),
        (graph::wheel_iris(), vec![three]),
        (
            graph::bytes(&colours()),
            vec![RED, r#"{"inputs":{"colour":[["green"]]}}"#],
        ),
    ];
    for (runtime, onnx) in runtimes() {
        // The compiled-in runtime has no encoder of texts.
        let known = if runtime == "built-in" { 2 } else { cases.len() };
        for (file, bodies) in &cases[..known] {
            let (_here, _instance, here) = served(onnx.clone(), LoadInto::Server, file).await;
            let (_there, _other, there) = served(onnx.clone(), LoadInto::Sandbox, file).await;
            assert!(!here.runtime().contains("of its own"));
            assert!(
                there.runtime().ends_with(", in a process of its own"),
                "{runtime}"
            );
            for body in bodies {
                assert_eq!(
                    text(&there, body).await,
                    text(&here, body).await,
                    "{runtime}: {body}"
                );
            }
        }
    }
}

/// Divides integers by operators so old that nothing can be put in their place.
fn dividing() -> Vec<u8> {
    let ports = ["x", "d"].map(|name| port(name, INT64, &[-1])).to_vec();
    let divide = node("Div", "", &["x", "d"], &["y"], Vec::new());
    let mut model = graph::model(ports, vec![port("y", INT64, &[-1])], vec![divide], Vec::new());
    model.opset_import[0].version = 7;
    graph::bytes(&model)
}

#[tokio::test]
async fn a_crash_is_an_error_for_its_caller_and_the_end_of_that_instance_alone() {
    let Some(onnx) = onnx_runtime() else { return };
    let (_bench, instance, model) = served(onnx, LoadInto::ServerIfProven, &dividing()).await;
    let good = r#"{"inputs":{"x":[7,-7],"d":[2,2]}}"#;
    assert_eq!(text(&model, good).await, r#"{"outputs":{"y":[3,-3]}}"#);
    let deadly = r#"{"inputs":{"x":[-9223372036854775808],"d":[-1]}}"#;
    let said = text(&model, deadly).await;
    assert!(
        said.contains("the runtime crashed with signal 8 (SIGFPE)"),
        "{said}"
    );
    let End::Over { why, served: Some(_) } = instance.end().await else {
        panic!("it may be started again");
    };
    assert!(why.contains("SIGFPE"), "{why}");
    assert_eq!(call(&model, good).await, Err(ModelError::Stopping));
}

#[tokio::test]
async fn a_run_in_another_process_ends_with_its_caller_and_the_next_one_is_answered() {
    let Some(onnx) = onnx_runtime() else { return };
    let (_bench, _instance, model) = served(onnx, LoadInto::Sandbox, &graph::bytes(&counting())).await;
    for _ in 0..20 {
        let body = Bytes::from_static(br#"{"inputs":{"n":9223372036854775807,"x":[0]}}"#);
        let endless = model.submit(
            Call {
                path: "/",
                body: &body,
            },
            &Arc::default(),
        );
        let endless = endless.unwrap();
        tokio::task::yield_now().await;
        drop(endless);
    }
    let short = r#"{"inputs":{"n":3,"x":[0]}}"#;
    assert_eq!(text(&model, short).await, r#"{"outputs":{"y":[3.0]}}"#);
}

#[tokio::test]
async fn what_is_proven_stays_in_the_server() {
    let Some(onnx) = onnx_runtime() else { return };
    let (_bench, _instance, model) = served(onnx, LoadInto::ServerIfProven, &graph::iris()).await;
    assert!(!model.runtime().contains("of its own"));
}
