//! Runs can be ended, models take turns, and no model takes the threads that others need.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::id::ProjectId;
use adyton_core::sample::wait_for;
use adyton_runtime::onnx::ending::Ending;
use adyton_runtime::onnx::in_process::{Call, InProcess, ModelError, Pending};
use adyton_runtime::onnx::predictor::{Predictor, RunError};
use adyton_runtime::onnx::signature::{Axis, Input, Ports};
use adyton_runtime::onnx::tensor::{ElementType, Elements, Tensor, Value};
use adyton_runtime::onnx::threads::{InferenceThreads, ThreadSettings, ThreadsLost};
use bytes::Bytes;
use tract_onnx::pb::ModelProto;

use crate::callers::counting;
use crate::graph::{self, FLOAT, node, port};
use crate::launchers::started_on;
use crate::models::api;
use crate::place::{onnx_runtime, runtimes};

const LOUD: ProjectId = ProjectId::from_bits(1);
const QUIET: ProjectId = ProjectId::from_bits(2);

/// Answers at once what it is sent; a positive number runs until it is ended, a negative one until the doors open.
#[derive(Debug)]
struct Slow {
    ports: Ports,
    doors_open: Arc<AtomicBool>,
    log: Arc<Mutex<Vec<f32>>>,
}

impl Predictor for Slow {
    fn ports(&self) -> &Ports {
        &self.ports
    }
    fn run(&self, inputs: &[Tensor]) -> Result<Vec<Value>, RunError> {
        Ok(vec![Value::Tensor(inputs[0].clone())])
    }
    fn run_until(&self, inputs: &[Tensor], ending: &Ending) -> Result<Vec<Value>, RunError> {
        let Elements::Float32(numbers) = &inputs[0].elements else {
            return Err(RunError::new("no numbers"));
        };
        // The first run is told zeros and ones.
        if numbers[0].abs() > 1.0 {
            self.log.lock().unwrap().push(numbers[0]);
        }
        while numbers[0] > 99.0 && !ending.is_over()
            || numbers[0] < -99.0 && !self.doors_open.load(Ordering::SeqCst)
        {
            #[expect(clippy::disallowed_methods, reason = "between two looks at a condition")]
            std::thread::sleep(Duration::from_millis(1));
        }
        self.run(inputs)
    }
    fn runtime(&self) -> String {
        "slow".into()
    }
}

struct World {
    threads: Arc<InferenceThreads>,
    doors_open: Arc<AtomicBool>,
    log: Arc<Mutex<Vec<f32>>>,
}

impl World {
    fn new(settings: ThreadSettings) -> Self {
        Self {
            threads: InferenceThreads::with(settings).unwrap(),
            doors_open: Arc::default(),
            log: Arc::default(),
        }
    }
    fn model(&self, project: ProjectId) -> Arc<InProcess> {
        let input = Input {
            name: "x".into(),
            element: ElementType::Float32,
            axes: Some(vec![Axis::Fixed(1)]),
        };
        let model = Slow {
            ports: Ports {
                inputs: vec![input],
                outputs: vec!["y".into()],
            },
            doors_open: Arc::clone(&self.doors_open),
            log: Arc::clone(&self.log),
        };
        self.start(project, Box::new(model))
    }
    fn start(&self, project: ProjectId, model: Box<dyn Predictor>) -> Arc<InProcess> {
        let (threads, clock) = (Arc::clone(&self.threads), Clock::system());
        InProcess::start_for(project, model, &api(None), threads, clock, &Ending::new()).unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.doors_open.store(true, Ordering::SeqCst);
    }
}

fn submit(model: &Arc<InProcess>, body: &str) -> Result<Pending, ModelError> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    model.submit(
        Call {
            path: "/",
            body: &body,
        },
        &Arc::default(),
    )
}

fn call(model: &Arc<InProcess>, number: f32) -> Pending {
    submit(model, &format!(r#"{{"inputs":{{"x":[{number}]}}}}"#)).unwrap()
}

async fn answered(pending: Pending) {
    let answer = tokio::time::timeout(Duration::from_secs(30), pending).await;
    assert_eq!(answer.expect("an answer in time").unwrap().status, 200);
}

#[tokio::test]
async fn a_caller_who_leaves_ends_the_run_and_frees_the_thread() {
    let world = World::new(ThreadSettings::new(1, 8));
    let model = world.model(LOUD);
    let endless = call(&model, 100.0);
    wait_for("the run", || world.threads.counts().running == 1);
    let never = call(&model, 2.0);
    drop(never);
    drop(endless);
    answered(call(&model, 3.0)).await;
    let counts = world.threads.counts();
    assert_eq!((counts.ended, counts.abandoned, counts.waiting), (1, 1, 0));
    assert_eq!(
        *world.log.lock().unwrap(),
        [100.0, 3.0],
        "who left while waiting is not begun with"
    );
}

#[tokio::test]
async fn another_project_gets_a_further_thread_and_the_own_calls_do_not() {
    let world = World::new(ThreadSettings::new(1, 8));
    let (loud, quiet) = (world.model(LOUD), world.model(QUIET));
    let endless = call(&loud, 100.0);
    wait_for("the run", || world.threads.counts().running == 1);
    let behind = call(&loud, 5.0);
    for _ in 0..3 {
        answered(call(&quiet, 7.0)).await;
    }
    assert_eq!(*world.log.lock().unwrap(), [100.0, 7.0, 7.0, 7.0]);
    let counts = world.threads.counts();
    assert_eq!(
        (counts.further, counts.waiting),
        (1, 1),
        "one more thread, kept for a moment"
    );
    drop(endless);
    answered(behind).await;
    wait_for("the further thread to end", || {
        world.threads.counts().further == 0
    });
}

#[tokio::test]
async fn all_are_answered_however_many_calls_one_project_has_waiting() {
    let world = World::new(ThreadSettings::new(1, 64));
    let (loud, quiet) = (world.model(LOUD), world.model(QUIET));
    let first = call(&quiet, 100.0);
    wait_for("the run", || world.threads.counts().running == 1);
    let many: Vec<Pending> = (0..20).map(|_| call(&loud, 5.0)).collect();
    let one = call(&quiet, 7.0);
    // The loud one has a thread of its own by now; it is held, so that only turns decide.
    drop(first);
    answered(one).await;
    for pending in many {
        answered(pending).await;
    }
    let log = world.log.lock().unwrap();
    assert_eq!(log.len(), 22);
}

#[tokio::test]
async fn one_model_may_fill_half_of_the_queue() {
    let world = World::new(ThreadSettings::new(1, 8));
    let (loud, quiet) = (world.model(LOUD), world.model(QUIET));
    let endless = call(&loud, 100.0);
    wait_for("the run", || world.threads.counts().running == 1);
    let waiting: Vec<Pending> = (0..4).map(|_| call(&loud, 5.0)).collect();
    let more = submit(&loud, r#"{"inputs":{"x":[6]}}"#);
    assert_eq!(more.unwrap_err(), ModelError::Busy);
    answered(call(&quiet, 7.0)).await;
    // Places of those who left are free again.
    drop(waiting);
    let late = call(&loud, 8.0);
    drop(endless);
    answered(late).await;
}

#[tokio::test]
async fn a_thread_that_does_not_come_back_is_replaced_and_its_model_given_up() {
    let settings = ThreadSettings {
        longest_call: Duration::ZERO,
        grace: Duration::from_millis(20),
        ..ThreadSettings::new(1, 8)
    };
    let world = World::new(settings);
    let (deaf, other) = (world.model(LOUD), world.model(LOUD));
    let stuck = call(&deaf, -100.0);
    wait_for("the run", || world.threads.counts().running == 1);
    let behind = call(&other, 5.0);
    drop(stuck);
    answered(behind).await;
    let refused = submit(&deaf, r#"{"inputs":{"x":[6]}}"#);
    assert_eq!(refused.unwrap_err(), ModelError::Stopping);
    assert_eq!(world.threads.counts().lost, 1);
    world.doors_open.store(true, Ordering::SeqCst);
    wait_for("the thread to come back", || world.threads.counts().running == 0);
    answered(call(&other, 6.0)).await;
}

/// Whoever starts such a service again and again would cost a thread each time.
#[tokio::test]
async fn no_further_model_is_loaded_where_too_many_threads_did_not_come_back() {
    let settings = ThreadSettings {
        longest_call: Duration::ZERO,
        grace: Duration::from_millis(20),
        ..ThreadSettings::new(1, 8)
    };
    let world = World::new(settings);
    let lose = |project| {
        let deaf = world.model(project);
        let before = world.threads.counts();
        let stuck = call(&deaf, -100.0);
        wait_for("the run", || world.threads.counts().running == before.running + 1);
        drop(stuck);
        wait_for("the loss", || world.threads.counts().lost == before.lost + 1);
    };
    lose(LOUD);
    assert_eq!(world.threads.may_load(LOUD), Ok(()));
    lose(LOUD);
    assert_eq!(world.threads.may_load(LOUD), Err(ThreadsLost::OfProject(2)));
    assert_eq!(world.threads.may_load(QUIET), Ok(()), "another project goes on");
    let refused = started_on(&world.threads, LOUD).await.unwrap();
    assert!(
        refused.contains("2 inference threads are kept by predictions of this project"),
        "{refused}"
    );
    assert_eq!(started_on(&world.threads, QUIET).await, None);
    for project in 3..9 {
        lose(ProjectId::from_bits(project));
    }
    assert_eq!(world.threads.may_load(QUIET), Err(ThreadsLost::OfAll(8)));
    world.doors_open.store(true, Ordering::SeqCst);
    wait_for("the threads to come back", || world.threads.counts().running == 0);
    assert_eq!(world.threads.may_load(LOUD), Ok(()));
    assert_eq!(started_on(&world.threads, LOUD).await, None);
}

#[tokio::test]
async fn the_end_of_the_threads_ends_what_runs_and_waits() {
    let world = World::new(ThreadSettings::new(1, 8));
    let model = world.model(LOUD);
    let endless = call(&model, 100.0);
    wait_for("the run", || world.threads.counts().running == 1);
    let behind = call(&model, 5.0);
    world.threads.close();
    assert_eq!(behind.await, Err(ModelError::Stopping));
    let _ = endless.await;
    wait_for("the run to end", || world.threads.counts().running == 0);
}

/// Products, one after the other, that no optimiser can do beforehand; each takes a moment with many rows.
fn products() -> ModelProto {
    const WIDTH: usize = 64;
    const COUNT: usize = 300;
    let weights: Vec<f32> = (0..WIDTH * WIDTH)
        .map(|at| if at % (WIDTH + 1) == 0 { 1.0 } else { 0.0 })
        .collect();
    let name = |at: usize| match at {
        0 => "x".to_owned(),
        COUNT => "y".to_owned(),
        at => format!("t{at}"),
    };
    let product = |at: usize| node("MatMul", "", &[&name(at), "w"], &[&name(at + 1)], Vec::new());
    graph::model(
        vec![port("x", FLOAT, &[-1, 64])],
        vec![port("y", FLOAT, &[-1, 64])],
        (0..COUNT).map(product).collect(),
        vec![graph::constant("w", &[64, 64], &weights)],
    )
}

#[tokio::test]
async fn a_long_run_of_every_runtime_is_ended_between_its_nodes() {
    let rows = vec![vec![1.0_f32; 64]; 6000];
    let body = format!(r#"{{"inputs":{{"x":{rows:?}}}}}"#);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.onnx"), graph::bytes(&products())).unwrap();
    for (runtime, onnx) in runtimes() {
        let world = World::new(ThreadSettings::new(1, 8));
        let model = world.start(LOUD, onnx.load(folder.path(), "m.onnx").unwrap());
        let long = submit(&model, &body).unwrap();
        wait_for("the run", || world.threads.counts().running == 1);
        drop(long);
        wait_for("the thread to be free", || world.threads.counts().running == 0);
        assert_eq!(world.threads.counts().ended, 1, "{runtime}");
    }
}

#[tokio::test]
async fn an_endless_loop_of_a_caller_ends_with_the_caller_and_others_are_answered_meanwhile() {
    let Some(onnx) = onnx_runtime() else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.onnx"), graph::bytes(&counting())).unwrap();
    let world = World::new(ThreadSettings::new(2, 16));
    let evil = world.start(LOUD, onnx.load(folder.path(), "m.onnx").unwrap());
    let honest = world.model(QUIET);
    let endless = format!(r#"{{"inputs":{{"n":{},"x":[0]}}}}"#, i64::MAX);
    let calls: Vec<Pending> = (0..4).map(|_| submit(&evil, &endless).unwrap()).collect();
    wait_for("the runs", || world.threads.counts().running == 2);
    answered(call(&honest, 7.0)).await;
    drop(calls);
    wait_for("the threads to be free", || world.threads.counts().running == 0);
    answered(submit(&evil, r#"{"inputs":{"n":3,"x":[0]}}"#).unwrap()).await;
}

/// What this process has in memory, in bytes.
fn resident() -> usize {
    let told = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = told.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// The tests have the C library's heap, as ONNX Runtime has in the server: what is freed between what is still used stays there until
/// somebody asks for it.
#[test]
fn memory_that_is_free_is_given_back_after_a_model_has_gone() {
    const BLOCKS: usize = 4_000;
    const BLOCK: usize = 48 * 1024;
    let world = World::new(ThreadSettings::new(1, 8));
    let model = world.model(LOUD);
    let (mut left, mut kept) = (Vec::new(), Vec::new());
    for _ in 0..BLOCKS {
        left.push(vec![1u8; BLOCK]);
        kept.push(vec![1u8; 1024]);
    }
    let full = resident();
    drop(left);
    drop(model);
    wait_for("the memory to be given back", || {
        resident() + BLOCKS * BLOCK / 2 < full
    });
    drop(kept);
}
