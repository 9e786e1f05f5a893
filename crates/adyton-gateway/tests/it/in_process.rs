//! Models in this process: answered inline or by the inference threads.

use std::sync::{Arc, Condvar, Mutex};

use adyton_core::clock::Clock;
use adyton_core::evidence::Evidence;
use adyton_core::measured::Measured;
use adyton_runtime::onnx::in_process::InProcess;
use adyton_runtime::onnx::predictor::{Predictor, RunError};
use adyton_runtime::onnx::signature::{Axis, Input, Ports};
use adyton_runtime::onnx::tensor::{ElementType, Tensor, Value};
use adyton_runtime::onnx::threads::InferenceThreads;
use adyton_runtime::targets::Target;

use crate::model::wait_for;
use crate::world::{ACCESS, SECRET, World, api};

/// A model with one number in and the same number out. It can be made to wait, or to fail on negative numbers.
#[derive(Debug)]
pub(crate) struct Echo {
    ports: Ports,
    gate: Arc<Gate>,
}

/// Calls wait here while it is closed.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    closed: Mutex<bool>,
    pub(crate) inside: Mutex<usize>,
    changed: Condvar,
}

impl Gate {
    pub(crate) fn close(&self, closed: bool) {
        *self.closed.lock().unwrap() = closed;
        self.changed.notify_all();
    }
    fn pass(&self) {
        *self.inside.lock().unwrap() += 1;
        let mut closed = self.closed.lock().unwrap();
        while *closed {
            closed = self.changed.wait(closed).unwrap();
        }
    }
}

impl Predictor for Echo {
    fn ports(&self) -> &Ports {
        &self.ports
    }
    fn run(&self, inputs: &[Tensor]) -> Result<Vec<Value>, RunError> {
        self.gate.pass();
        let adyton_runtime::onnx::tensor::Elements::Float32(numbers) = &inputs[0].elements else {
            return Err(RunError::new("no numbers"));
        };
        if numbers[0] < 0.0 {
            return Err(RunError::new("it is negative"));
        }
        Ok(vec![Value::Tensor(inputs[0].clone())])
    }
    fn runtime(&self) -> String {
        "echo".into()
    }
}

/// A loaded echo model, on one inference thread with room for `room` calls.
pub(crate) fn echo(room: usize) -> (Target, Arc<Gate>) {
    let gate = Arc::new(Gate::default());
    let input = Input {
        name: "x".into(),
        element: ElementType::Float32,
        axes: Some(vec![Axis::Fixed(1)]),
    };
    let ports = Ports {
        inputs: vec![input],
        outputs: vec!["y".into()],
    };
    let model = Box::new(Echo {
        ports,
        gate: Arc::clone(&gate),
    });
    let threads = InferenceThreads::start(1, room).expect("a thread");
    let loaded = InProcess::start(model, &[api("/", "POST")], threads, Clock::system()).expect("a model");
    (Target::InProcess(loaded), gate)
}

#[test]
fn a_model_in_process_answers() {
    let world = World::new();
    let (target, _) = echo(8);
    world.runs(target);
    let reply = world.ask(&world.call().body(r#"{"inputs":{"x":[2.5]}}"#));
    assert_eq!((reply.status, reply.text()), (200, r#"{"outputs":{"y":[2.5]}}"#));
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("x-adyton-answered-by"), "model");
    assert_eq!(world.record(&reply).model, Some(crate::world::MODEL));
}

#[test]
fn a_query_which_no_such_model_reads_is_named() {
    let world = World::new();
    let (target, _) = echo(8);
    world.runs(target);
    let body = r#"{"inputs":{"x":[2.5]}}"#;
    let plain = world.ask(&world.call().body(body));
    assert_eq!(plain.header("x-adyton-ignored"), "");
    assert_eq!(world.record(&plain).evidence, Evidence::None);
    let mut ask = world.call().body(body);
    ask.target += "?verbose=1&top=5";
    let reply = world.ask(&ask);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("x-adyton-ignored"), "?verbose, ?top");
    let unread = Evidence::Dropped {
        headers: Vec::new(),
        fields: Vec::new(),
        is_query_unread: true,
    };
    assert_eq!(world.record(&reply).evidence, unread);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_compressed_body_is_decoded_and_counts_decoded() {
    let world = World::new();
    let (target, _) = echo(8);
    world.runs(target);
    let coded = |bytes: Vec<u8>| world.call().body(bytes).header("Content-Encoding", "gzip");
    let reply = world.ask(&coded(gzip(br#"{"inputs":{"x":[2.5]}}"#)));
    assert_eq!((reply.status, reply.text()), (200, r#"{"outputs":{"y":[2.5]}}"#));
    // What is signed is what was sent.
    let signed = world.signed(coded(gzip(br#"{"inputs":{"x":[2.5]}}"#)), ACCESS, SECRET);
    assert_eq!(world.ask(&signed).status, 200);
    let bomb = world.ask(&coded(gzip(&vec![b' '; 13 << 20])));
    assert_eq!((bomb.status, bomb.reason()), (413, "body.too_large"));
    let Evidence::Size { what, limit, .. } = world.record(&bomb).evidence else {
        panic!("the size is told");
    };
    assert_eq!((what, limit), (Measured::BodyDecoded, 12 << 20));
    let plain = world.ask(&coded(b"{}".to_vec()));
    assert_eq!((plain.status, plain.reason()), (400, "model.bad_input"));
    assert!(plain.text().contains("gzip"), "{}", plain.text());
    let unknown = world.ask(&world.call().header("Content-Encoding", "zstd"));
    assert_eq!(
        (unknown.status, unknown.reason()),
        (415, "request.content_coding")
    );
    assert_eq!(unknown.header("accept-encoding"), "gzip, deflate");
    assert!(unknown.text().contains("zstd"), "{}", unknown.text());
}

#[test]
fn bodies_over_64_kib_are_answered_by_the_inference_threads() {
    let world = World::new();
    let (target, gate) = echo(8);
    world.runs(target);
    let padded = format!(r#"{{"inputs":{{"x":[1]}}{}}}"#, " ".repeat(70_000));
    assert_eq!(world.ask(&world.call().body(padded.clone())).status, 200);
    // One waits in the model; the worker's core is free all the same.
    gate.close(true);
    let before = *gate.inside.lock().unwrap();
    let mut client = world.client();
    client.send(world.call().body(padded).bytes());
    wait_for("the model to begin", || *gate.inside.lock().unwrap() > before);
    assert_eq!(world.ask(&world.call().header("X-Stage", "BETA")).status, 404);
    gate.close(false);
    assert_eq!(client.read().status, 200);
}

#[test]
fn an_input_that_is_refused_has_spent_its_turn_and_says_what_is_left() {
    let world = World::with(|settings| settings.default_per_second = 3);
    let (target, _) = echo(8);
    world.runs(target);
    for (left, input, status) in [(2, "[-1]", 500), (1, "[\"seven\"]", 400), (0, "[1]", 200)] {
        let reply = world.ask(&world.call().body(format!(r#"{{"inputs":{{"x":{input}}}}}"#)));
        let expected = format!("remain:{left},limit:3,time:1 second");
        assert_eq!(
            (reply.status, reply.header("x-apig-ratelimit-api-allenv")),
            (status, expected.as_str())
        );
    }
    let refused = world.ask(&world.call().body(r#"{"inputs":{"x":[1]}}"#));
    assert_eq!(refused.reason(), "throttle.api");
}
