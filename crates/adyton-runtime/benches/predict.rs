//! What a prediction in process costs the worker beyond HTTP: nanoseconds from a body to its answer, for the iris sample.
//!
//! `cargo bench -p adyton-runtime --bench predict`. One line for each body: a row of the ModelArts convention, many
//! rows, and tensors by name.
#![expect(clippy::print_stdout, reason = "a bench prints its result")]

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use adyton_core::clock::Clock;
use adyton_core::model::ApiDeclaration;
use adyton_runtime::onnx::in_process::{Call, InProcess};
use adyton_runtime::onnx::threads::InferenceThreads;
use adyton_runtime::onnx_models::Onnx;
use bytes::Bytes;

/// Calls of one round, and rounds of which the fastest counts: others on the machine only ever make one slower.
const CALLS: u32 = 20_000;
const ROUNDS: u32 = 25;
const ROW: &str = r#"{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}"#;
/// Rows of the long body.
const MANY: usize = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/iris/model");
    let config: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("config.json"))?)?;
    let api = |url: &str, request: Option<&serde_json::Value>| ApiDeclaration {
        url: url.to_owned(),
        method: "POST".to_owned(),
        request: request.cloned(),
        response: None,
    };
    let apis = [api("/", config.pointer("/apis/0/request")), api("/tensors", None)];
    let threads = InferenceThreads::start(1, 8)?;
    let loaded = Onnx::builtin().load(&folder, "model.onnx")?;
    let model = InProcess::start(loaded, &apis, Arc::clone(&threads), Clock::system())?;
    let rows = |count: usize| {
        let rows = vec![ROW; count].join(",");
        Bytes::from(format!("{{\"data\":{{\"req_data\":[{rows}]}}}}"))
    };
    let tensors = Bytes::from_static(
        br#"{"inputs":{"sepal_length":[[5.1]],"sepal_width":[[3.5]],"petal_length":[[1.4]],"petal_width":[[0.2]]}}"#,
    );
    println!("{model:?}");
    for (name, path, body) in [
        ("one row", "/", rows(1)),
        ("many rows", "/", rows(MANY)),
        ("tensors", "/tensors", tensors),
    ] {
        let call = Call { path, body: &body };
        let answer = model.predict_inline(call)?;
        let round = || {
            let start = Instant::now();
            (0..CALLS).for_each(|_| drop(black_box(model.predict_inline(black_box(call)))));
            start.elapsed()
        };
        let best = (0..ROUNDS).map(|_| round()).min().unwrap_or(Duration::ZERO);
        println!(
            "{name:<10} {:>6} ns a call, {} bytes in, {} out",
            best.as_nanos() / u128::from(CALLS),
            body.len(),
            answer.body.len()
        );
    }
    Ok(())
}
