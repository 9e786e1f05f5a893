//! Nothing of one call reaches another: recurrent graphs of many kinds, called by two callers in any order and at once,
//! answer as a session does that has never been asked before.

use std::path::Path;
use std::sync::Arc;

use adyton_core::clock::Clock;
use adyton_runtime::onnx::in_process::InProcess;
use adyton_runtime::onnx::predictor::Predictor;
use adyton_runtime::onnx::tensor::{Elements, Tensor, Value};
use adyton_runtime::onnx::threads::InferenceThreads;
use adyton_runtime::onnx_models::Onnx;
use proptest::prelude::*;
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto};

use crate::graph::{self, FLOAT, constant, node, port, untyped};
use crate::models::{api, ask};
use crate::place::{onnx_runtime, runtimes};

/// What a graph is made of.
#[derive(Clone, Debug)]
struct Recipe {
    kind: Kind,
    steps: usize,
    batch: usize,
    width: usize,
    hidden: usize,
    start: Start,
    bias: bool,
    open: bool,
    weights: Vec<f32>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Kind {
    Rnn,
    Lstm,
    Gru,
    /// Begins at the end of the sequence.
    Both,
    Scan,
    /// A `Scan` in the body of a `Scan`.
    ScanInScan,
    /// An `RNN` in the body of a `Scan`.
    RnnInScan,
    Loop,
}

/// Where the first state comes from.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Start {
    /// It is left out: zeros.
    Absent,
    /// The graph holds it.
    Constant,
    /// The caller gives it.
    Input,
}

fn recipes() -> impl Strategy<Value = Recipe> {
    let kind = prop::sample::select(vec![
        Kind::Rnn,
        Kind::Lstm,
        Kind::Gru,
        Kind::Both,
        Kind::Scan,
        Kind::ScanInScan,
        Kind::RnnInScan,
        Kind::Loop,
    ]);
    let start = prop::sample::select(vec![Start::Absent, Start::Constant, Start::Input]);
    let weights = prop::collection::vec(-1.0f32..1.0, 64);
    (
        kind,
        1usize..4,
        1usize..3,
        1usize..3,
        1usize..3,
        start,
        any::<bool>(),
        any::<bool>(),
        weights,
    )
        .prop_map(
            |(kind, steps, batch, width, hidden, start, bias, open, weights)| Recipe {
                kind,
                steps,
                batch,
                width,
                hidden,
                start,
                bias,
                open,
                weights,
            },
        )
}

impl Recipe {
    fn some(&self, name: &str, dims: &[usize]) -> TensorProto {
        let count: usize = dims.iter().product();
        let dims: Vec<i64> = dims.iter().map(|length| *length as i64).collect();
        let values: Vec<f32> = self
            .weights
            .iter()
            .cycle()
            .skip(name.len())
            .take(count)
            .copied()
            .collect();
        constant(name, &dims, &values)
    }
    /// A length that the graph leaves open, if it leaves any.
    fn length(&self, length: usize) -> i64 {
        if self.open { -1 } else { length as i64 }
    }
    /// The shapes of the inputs that a caller gives.
    fn shapes(&self) -> Vec<Vec<usize>> {
        let directions = if self.kind == Kind::Both { 2 } else { 1 };
        let (first, state) = match self.kind {
            Kind::Rnn | Kind::Lstm | Kind::Gru | Kind::Both => (
                vec![self.steps, self.batch, self.width],
                vec![directions, self.batch, self.hidden],
            ),
            Kind::Scan | Kind::Loop => (vec![self.steps, self.width], vec![self.width]),
            Kind::ScanInScan => (vec![self.batch, self.steps, self.width], vec![self.width]),
            Kind::RnnInScan => (
                vec![self.batch, self.steps, 1, self.width],
                vec![1, 1, self.hidden],
            ),
        };
        match self.start {
            Start::Input => vec![first, state],
            _ => vec![first],
        }
    }
    fn model(&self) -> ModelProto {
        match self.kind {
            Kind::Rnn | Kind::Lstm | Kind::Gru | Kind::Both => self.layer(),
            Kind::Loop => self.counted(),
            Kind::Scan | Kind::ScanInScan | Kind::RnnInScan => self.scan(),
        }
    }
    fn whole(
        &self,
        inputs: Vec<ValueInfoProto>,
        outputs: &[&str],
        nodes: Vec<NodeProto>,
        constants: Vec<TensorProto>,
    ) -> ModelProto {
        let outputs = outputs.iter().map(|name| untyped_float(name)).collect();
        graph::model(inputs, outputs, nodes, constants)
    }
    fn recurrent(&self, x: &str, first: &str, made: [&str; 2]) -> (NodeProto, Vec<TensorProto>) {
        let (op, gates) = match self.kind {
            Kind::Lstm => ("LSTM", 4),
            Kind::Gru => ("GRU", 3),
            _ => ("RNN", 1),
        };
        let directions = if self.kind == Kind::Both { 2 } else { 1 };
        let mut constants = vec![
            self.some("w", &[directions, gates * self.hidden, self.width]),
            self.some("recurrence", &[directions, gates * self.hidden, self.hidden]),
        ];
        if self.bias {
            constants.push(self.some("bias", &[directions, 2 * gates * self.hidden]));
        }
        let from = [
            x,
            "w",
            "recurrence",
            if self.bias { "bias" } else { "" },
            "",
            first,
        ];
        let mut attributes = vec![int("hidden_size", self.hidden as i64)];
        if self.kind == Kind::Both {
            attributes.push(graph::text("direction", "bidirectional"));
        }
        (node(op, "", &from, &made, attributes), constants)
    }
    fn layer(&self) -> ModelProto {
        let directions = if self.kind == Kind::Both { 2 } else { 1 };
        let state = [directions, self.batch, self.hidden];
        let mut inputs = vec![port(
            "x",
            FLOAT,
            &[self.steps as i64, self.length(self.batch), self.width as i64],
        )];
        let (layer, mut constants) = self.recurrent(
            "x",
            if self.start == Start::Absent { "" } else { "first" },
            ["y", "last"],
        );
        match self.start {
            Start::Absent => {}
            Start::Constant => constants.push(self.some("first", &state)),
            Start::Input => inputs.push(port(
                "first",
                FLOAT,
                &[directions as i64, self.length(self.batch), self.hidden as i64],
            )),
        }
        self.whole(inputs, &["y", "last"], vec![layer], constants)
    }
    fn first_of(&self, shape: &[usize], inputs: &mut Vec<ValueInfoProto>, constants: &mut Vec<TensorProto>) {
        let lengths: Vec<i64> = shape.iter().map(|length| *length as i64).collect();
        match self.start {
            Start::Input => inputs.push(port("first", FLOAT, &lengths)),
            Start::Constant => constants.push(self.some("first", shape)),
            Start::Absent => {
                let zeros = vec![0.0; shape.iter().product()];
                constants.push(constant("first", &lengths, &zeros));
            }
        }
    }
    fn scan(&self) -> ModelProto {
        let shapes = Recipe {
            start: Start::Input,
            ..self.clone()
        }
        .shapes();
        let mut lengths: Vec<i64> = shapes[0].iter().map(|length| *length as i64).collect();
        lengths[0] = self.length(shapes[0][0]);
        let mut inputs = vec![port("x", FLOAT, &lengths)];
        let mut constants = Vec::new();
        self.first_of(&shapes[1], &mut inputs, &mut constants);
        let body = self.body(&shapes);
        let scan = node(
            "Scan",
            "",
            &["first", "x"],
            &["last", "y"],
            vec![inner("body", body), int("num_scan_inputs", 1)],
        );
        self.whole(inputs, &["last", "y"], vec![scan], constants)
    }
    /// What a `Scan` does with a step: `tanh` of state and input, or another recurrence over the input.
    fn body(&self, shapes: &[Vec<usize>]) -> GraphProto {
        let lengths = |shape: &[usize]| shape.iter().map(|length| *length as i64).collect::<Vec<_>>();
        let (state, step) = (lengths(&shapes[1]), lengths(&shapes[0][1..]));
        let add = |from: [&str; 2], to: &str| node("Add", "", &from, &[to], Vec::new());
        let tanh = |from: &str, to: &str| node("Tanh", "", &[from], &[to], Vec::new());
        let (nodes, constants, out) = match self.kind {
            Kind::ScanInScan => {
                let inner_body = GraphProto {
                    name: "inner".to_owned(),
                    input: vec![
                        port("is", FLOAT, &[self.width as i64]),
                        port("ix", FLOAT, &[self.width as i64]),
                    ],
                    output: vec![
                        port("in", FLOAT, &[self.width as i64]),
                        port("iy", FLOAT, &[self.width as i64]),
                    ],
                    node: vec![
                        add(["is", "ix"], "ia"),
                        tanh("ia", "in"),
                        node("Identity", "", &["in"], &["iy"], Vec::new()),
                    ],
                    ..GraphProto::default()
                };
                let scan = node(
                    "Scan",
                    "",
                    &["inner_first", "step"],
                    &["inner_last", "inner_all"],
                    vec![inner("body", inner_body), int("num_scan_inputs", 1)],
                );
                (
                    vec![
                        scan,
                        add(["state", "inner_last"], "sum"),
                        tanh("sum", "next"),
                        node("Identity", "", &["inner_all"], &["out"], Vec::new()),
                    ],
                    vec![self.some("inner_first", &[self.width])],
                    step.clone(),
                )
            }
            Kind::RnnInScan => {
                let (layer, constants) = self.recurrent("step", "", ["all", "inner_last"]);
                (
                    vec![
                        layer,
                        add(["state", "inner_last"], "sum"),
                        tanh("sum", "next"),
                        node("Identity", "", &["inner_last"], &["out"], Vec::new()),
                    ],
                    constants,
                    state.clone(),
                )
            }
            _ => (
                vec![
                    add(["state", "step"], "sum"),
                    tanh("sum", "next"),
                    node("Identity", "", &["sum"], &["out"], Vec::new()),
                ],
                Vec::new(),
                state.clone(),
            ),
        };
        GraphProto {
            name: "body".to_owned(),
            input: vec![port("state", FLOAT, &state), port("step", FLOAT, &step)],
            output: vec![port("next", FLOAT, &state), port("out", FLOAT, &out)],
            node: nodes,
            initializer: constants,
            ..GraphProto::default()
        }
    }
    fn counted(&self) -> ModelProto {
        let mut inputs = vec![port("x", FLOAT, &[self.length(self.steps), self.width as i64])];
        let mut constants = vec![graph::whole("count", &[], &[self.steps as i64])];
        self.first_of(&[self.width], &mut inputs, &mut constants);
        let body = GraphProto {
            name: "body".to_owned(),
            input: vec![
                port("at", graph::INT64, &[]),
                port("go", 9, &[]),
                port("state", FLOAT, &[self.width as i64]),
            ],
            output: vec![
                port("on", 9, &[]),
                port("next", FLOAT, &[self.width as i64]),
                port("out", FLOAT, &[self.width as i64]),
            ],
            node: vec![
                node("Identity", "", &["go"], &["on"], Vec::new()),
                node("Gather", "", &["x", "at"], &["step"], Vec::new()),
                node("Add", "", &["state", "step"], &["sum"], Vec::new()),
                node("Tanh", "", &["sum"], &["next"], Vec::new()),
                node("Identity", "", &["sum"], &["out"], Vec::new()),
            ],
            ..GraphProto::default()
        };
        let counted = node(
            "Loop",
            "",
            &["count", "", "first"],
            &["last", "y"],
            vec![inner("body", body)],
        );
        self.whole(inputs, &["last", "y"], vec![counted], constants)
    }
}

fn untyped_float(name: &str) -> ValueInfoProto {
    let mut port = untyped(name);
    port.r#type = graph::port(name, FLOAT, &[]).r#type.map(|mut ty| {
        if let Some(tract_onnx::pb::type_proto::Value::TensorType(tensor)) = ty.value.as_mut() {
            tensor.shape = None;
        }
        ty
    });
    port
}

fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: 2,
        i: value,
        ..AttributeProto::default()
    }
}

fn inner(name: &str, graph: GraphProto) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: 5,
        g: Some(graph),
        ..AttributeProto::default()
    }
}

fn tensors(shapes: &[Vec<usize>], numbers: &[f32]) -> Vec<Tensor> {
    let mut numbers = numbers.iter().cycle().copied();
    shapes
        .iter()
        .map(|shape| Tensor {
            shape: shape.iter().copied().collect(),
            elements: Elements::Float32(numbers.by_ref().take(shape.iter().product()).collect()),
        })
        .collect()
}

fn load(onnx: &Onnx, folder: &Path) -> Result<Box<dyn Predictor>, String> {
    onnx.load(folder, "model.onnx")
        .map_err(|problem| problem.to_string())
}

/// The elements of all outputs, and their shapes.
fn answer(model: &dyn Predictor, inputs: &[Tensor]) -> Vec<(Vec<usize>, Vec<f32>)> {
    let values = model.run(inputs).unwrap();
    let plain = |value: Value| match value {
        Value::Tensor(Tensor {
            shape,
            elements: Elements::Float32(elements),
        }) => (shape.to_vec(), elements),
        other => panic!("{other:?}"),
    };
    values.into_iter().map(plain).collect()
}

fn same(one: &[(Vec<usize>, Vec<f32>)], other: &[(Vec<usize>, Vec<f32>)]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|((shape, one), (other_shape, other))| {
            shape == other_shape
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| (one - other).abs() < 1e-5)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_call_reaches_another(
        recipe in recipes(),
        callers in prop::collection::vec(prop::collection::vec(-3.0f32..3.0, 24), 2),
        order in prop::collection::vec(0usize..2, 4..8),
    ) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("model.onnx"), graph::bytes(&recipe.model())).unwrap();
        let given: Vec<Vec<Tensor>> = callers.iter().map(|numbers| tensors(&recipe.shapes(), numbers)).collect();
        let reference = onnx_runtime().unwrap_or_else(Onnx::builtin);
        for (runtime, onnx) in runtimes() {
            let model = match load(&onnx, folder.path()) {
                Ok(model) => model,
                // What it lacks it says; that is no wrong answer.
                Err(problem) if runtime == "built-in" && recipe.kind == Kind::Loop => {
                    prop_assert!(problem.contains("no operator Loop"), "{problem}");
                    continue;
                }
                Err(problem) => return Err(TestCaseError::fail(format!("{runtime}: {problem}"))),
            };
            // Each call is compared with a session that nobody has asked before.
            let fresh = |caller: usize| answer(load(&reference, folder.path()).unwrap().as_ref(), &given[caller]);
            for caller in &order {
                let (got, right) = (answer(model.as_ref(), &given[*caller]), fresh(*caller));
                prop_assert!(same(&got, &right), "{runtime}: {got:?} is not {right:?}");
            }
            let right = [fresh(0), fresh(1)];
            let (model, given) = (model.as_ref(), &given);
            let agree = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..2)
                    .map(|caller| {
                        let right = &right[caller];
                        scope.spawn(move || (0..10).all(|_| same(&answer(model, &given[caller]), right)))
                    })
                    .collect();
                threads.into_iter().all(|thread| thread.join().unwrap())
            });
            prop_assert!(agree, "{runtime}: two callers at once get other answers than alone");
        }
    }
}

/// The numbers are `tanh(1)` and `tanh(0)`: what the recurrence starts with is the specification's, not the caller's before.
#[test]
fn a_recurrent_model_answers_the_same_each_time() {
    let layer = node("RNN", "", &["x", "w", "r"], &["y"], vec![int("hidden_size", 1)]);
    let model = graph::model(
        vec![port("x", FLOAT, &[1, 1, 1])],
        vec![port("y", FLOAT, &[1, 1, 1, 1])],
        vec![layer],
        vec![
            constant("w", &[1, 1, 1], &[1.0]),
            constant("r", &[1, 1, 1], &[1.0]),
        ],
    );
    for (runtime, model) in crate::models::each(&graph::bytes(&model), None) {
        for (x, y) in [
            ("1.0", "0.7615"),
            ("1.0", "0.7615"),
            ("-3.0", "-0.995"),
            ("0.0", "0.0"),
            ("1.0", "0.7615"),
        ] {
            let answered = ask(&model, &format!(r#"{{"inputs":{{"x":[[[{x}]]]}}}}"#));
            assert!(
                answered.starts_with(&format!(r#"{{"outputs":{{"y":[[[[{y}"#)),
                "{runtime}: {x}: {answered}"
            );
        }
    }
}

/// How many rows come is not known before they come, so the compiled-in runtime prepares the graph for each number.
#[test]
fn a_batch_of_open_length_needs_no_first_state() {
    let recipe = Recipe {
        kind: Kind::Lstm,
        steps: 2,
        batch: 1,
        width: 1,
        hidden: 1,
        start: Start::Absent,
        bias: true,
        open: true,
        weights: vec![0.5, -0.25, 1.0],
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.onnx"), graph::bytes(&recipe.model())).unwrap();
    let threads = InferenceThreads::start(1, 8).unwrap();
    let bodies = [
        r#"{"inputs":{"x":[[[1]],[[2]]]}}"#,
        r#"{"inputs":{"x":[[[1],[3]],[[2],[4]]]}}"#,
    ];
    let mut answers = Vec::new();
    for (_, onnx) in runtimes() {
        let loaded = load(&onnx, folder.path()).unwrap();
        let model = InProcess::start(loaded, &api(None), Arc::clone(&threads), Clock::system()).unwrap();
        for body in bodies {
            let answered: serde_json::Value = serde_json::from_str(&ask(&model, body)).unwrap();
            // The first caller's row is the same, whoever else is in the batch.
            answers.push(answered["outputs"]["y"][1][0][0][0].as_f64().unwrap());
        }
    }
    assert!(
        answers.iter().all(|answer| (answer - answers[0]).abs() < 1e-5),
        "{answers:?}"
    );
}
