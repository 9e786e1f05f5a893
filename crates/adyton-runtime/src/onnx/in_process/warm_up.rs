//! The first run of a model (the *warm-up*), and what is measured with it: how long a run takes, and up to which body it
//! is short enough for the gateway's own core.

use std::time::{Duration, Instant};

use adyton_core::graph_problem::GraphProblem;
use adyton_core::model::ApiDeclaration;

use super::inline_policy::{INLINE, p99, thread_time};
use crate::onnx::codec::{Codec, PredictError, with_few_axes};
use crate::onnx::cost::Cost;
use crate::onnx::example;
use crate::onnx::memory;
use crate::onnx::panics::catch_panic;
use crate::onnx::predictor::Predictor;
use crate::onnx::signature::{Axis, Input};
use crate::onnx::tensor::{ElementType, Elements, Shape, Tensor, product, show_shape};
use crate::onnx::trial_shapes::{example_shapes, trial_shapes};

/// Bodies longer than this are read on the inference threads, however fast the model is.
pub const INLINE_BODY: usize = 64 * 1024;
/// The longest body for a model whose inputs have open axes besides the first: how its time grows with them was not measured,
/// and a product of two of them grows with the square.
const OPEN_BODY: usize = 1024;
/// The bodies that are tried, besides the one of a single row.
const BODIES: [usize; 3] = [4 * 1024, 16 * 1024, INLINE_BODY];
/// The fewest bytes that an element needs in a body: a digit and a comma.
const ELEMENT: usize = 2;
/// A run that a single body can cause may hold a gateway's core for so long.
const HOLD: Duration = Duration::from_millis(1);
/// How many axes are tried for an input that does not say how many it has.
const RANKS: usize = 4;

/// What came of the first run.
#[derive(Debug)]
pub(super) enum First {
    /// The model answered these inputs.
    Answered(Vec<Tensor>),
    /// It answered none that were tried.
    Unanswered(FirstFailure),
    /// The runtime panicked over each that was tried, and would over each call.
    Panicked(FirstFailure),
}

/// What a model said that did not answer.
#[derive(Debug, Default)]
pub(crate) struct FirstFailure {
    /// What was tried, and its words.
    pub(crate) said: String,
    /// Whether memory ran out.
    pub(crate) is_of_memory: bool,
}

impl FirstFailure {
    fn of_example(problem: &PredictError) -> Self {
        let unfit = &problem.to_string();
        Self::new(GraphProblem::WithExample { unfit }, problem)
    }

    fn new(said: GraphProblem<'_>, problem: &PredictError) -> Self {
        Self {
            said: said.kept(),
            is_of_memory: match problem {
                PredictError::Run(problem) => problem.is_of_memory(),
                PredictError::Input(_) => false,
            },
        }
    }
}

/// Why a model did not answer for the first time.
#[derive(Debug)]
pub(crate) enum Silence {
    /// It may answer what its callers send.
    Unanswered(FirstFailure),
    /// The runtime panics over whatever it is asked.
    Panics(FirstFailure),
}

/// Makes a model answer for the first time, with the examples of its package and then with inputs of ours.
pub(super) fn first_run(model: &dyn Predictor, apis: &[ApiDeclaration], codecs: &[(String, Codec)]) -> First {
    run(model, &examples(model, apis, codecs))
}

/// Makes a model answer for the first time, as a start does, without measuring how long that takes. Gives what it
/// said if it did not answer.
pub(crate) fn first_runs(
    model: &dyn Predictor,
    apis: &[ApiDeclaration],
    codecs: &[(String, Codec)],
) -> Option<Silence> {
    match first_run(model, apis, codecs) {
        First::Answered(_) => {
            inline_body(model, Duration::ZERO);
            None
        }
        First::Unanswered(said) => Some(Silence::Unanswered(said)),
        First::Panicked(said) => Some(Silence::Panics(said)),
    }
}

/// What the package itself gives as examples, best first.
fn examples<'c>(
    model: &dyn Predictor,
    apis: &[ApiDeclaration],
    codecs: &'c [(String, Codec)],
) -> Vec<(&'c Codec, Vec<u8>)> {
    let file = model.example().map(<[u8]>::to_vec);
    let file = file.and_then(|body| Some((&codecs.first()?.1, body)));
    let declared = apis.iter().zip(codecs).filter_map(|(api, (_, codec))| {
        let body = example::of_schema(api.request.as_ref()?)?;
        Some((codec, body))
    });
    file.into_iter().chain(declared).collect()
}

/// What is said of a model that answered none of its first runs: it serves all the same.
pub(crate) fn unanswered(said: &str) -> String {
    GraphProblem::ServedAnyway { cause: said }.kept()
}

/// Makes the model answer once. First the `examples` are tried, which the package brings: bodies, with the codec that reads them.
/// Then zeros are, and ones, since some divide by what they get; axes of open length are tried at several lengths, since a network
/// of convolutions may need more than one pixel.
fn run(model: &dyn Predictor, examples: &[(&Codec, Vec<u8>)]) -> First {
    let mut failed = None;
    let mut panics_always = true;
    for (codec, body) in examples {
        match catch_panic(|| example::ask(model, codec, body)) {
            Ok(Ok(inputs)) => return First::Answered(inputs),
            Ok(Err(problem)) => {
                panics_always = false;
                failed = Some(FirstFailure::of_example(&problem));
            }
            Err(panic) => failed = Some(FirstFailure::of_example(&panic.into())),
        }
    }
    let inputs = &model.ports().inputs;
    for shapes in shapes(inputs)
        .into_iter()
        .filter(|shapes| has_room(inputs, shapes))
    {
        for (fill, filled) in fills(inputs) {
            let example = example(inputs, &shapes, fill);
            let ran = catch_panic(|| model.run(&example));
            panics_always &= ran.is_err();
            match ran.and_then(|ran| ran).and_then(with_few_axes) {
                Ok(_) => return First::Answered(example),
                Err(problem) if failed.is_none() => {
                    let shapes: Vec<String> = shapes.iter().map(|shape| show_shape(shape)).collect();
                    let (shapes, cause) = (&shapes.join(", "), &problem.to_string());
                    let said = match filled {
                        Filled::Zeros => GraphProblem::WithZeros { shapes, cause },
                        Filled::Ones => GraphProblem::WithOnes { shapes, cause },
                    };
                    failed = Some(FirstFailure::new(said, &problem.into()));
                }
                Err(_) => {}
            }
        }
    }
    match (failed, panics_always) {
        (Some(problem), true) => First::Panicked(problem),
        (problem, _) => First::Unanswered(problem.unwrap_or_default()),
    }
}

type Fill = fn(ElementType, usize) -> Elements;

/// What inputs were filled with.
#[derive(Clone, Copy)]
enum Filled {
    Zeros,
    Ones,
}

/// What inputs are filled with, in order. A scalar is a parameter (a step, a count), and runtimes may crash over one that is 0.
fn fills(inputs: &[Input]) -> [(Fill, Filled); 2] {
    let (zeros, ones): ((Fill, _), (Fill, _)) =
        ((Elements::zeros, Filled::Zeros), (Elements::ones, Filled::Ones));
    let has_scalar = inputs
        .iter()
        .any(|input| input.axes.as_ref().is_some_and(Vec::is_empty));
    if has_scalar { [ones, zeros] } else { [zeros, ones] }
}

/// The shapes to try, those of all inputs together.
fn shapes(inputs: &[Input]) -> Vec<Vec<Shape>> {
    if inputs.iter().all(|input| input.axes.is_some()) {
        return trial_shapes(inputs);
    }
    let with_rank = |rank: usize| {
        let shape = |(input, shape): (&Input, Shape)| match input.axes {
            Some(_) => shape,
            None => Shape::from_elem(1, rank),
        };
        inputs
            .iter()
            .zip(example_shapes(inputs, 1, 1))
            .map(shape)
            .collect()
    };
    (0..=RANKS).map(with_rank).collect()
}

/// Whether inputs of these shapes can be made at all: a process of its own says itself what its model takes.
fn has_room(inputs: &[Input], shapes: &[Shape]) -> bool {
    let bytes = |(input, shape): (&Input, &Shape)| product(shape).saturating_mul(input.element.size());
    let all = inputs.iter().zip(shapes).map(bytes);
    memory::has_room_for(all.fold(0usize, usize::saturating_add) as u64)
}

fn example(inputs: &[Input], shapes: &[Shape], fill: Fill) -> Vec<Tensor> {
    let tensor = |(input, shape): (&Input, &Shape)| Tensor {
        shape: shape.clone(),
        elements: fill(input.element, product(shape)),
    };
    inputs.iter().zip(shapes).map(tensor).collect()
}

/// The p99 of a run in the thread's own time: the best of three rounds, so that a busy machine does not make a fast model
/// look slow. A model that takes a millisecond is slow enough to know after one run.
pub(super) fn measure(model: &dyn Predictor, example: &[Tensor]) -> Duration {
    let time = || {
        let start = thread_time();
        // An error here would be one of timing only: the same inputs have just worked.
        let _ = model.run(example);
        thread_time().saturating_sub(start)
    };
    let first = (0..3).map(|_| time()).min().unwrap_or_default();
    if first > Duration::from_millis(1) {
        return first;
    }
    (0..3)
        .map(|_| p99(&mut (0..200).map(|_| time()).collect::<Vec<_>>()))
        .min()
        .unwrap_or(first)
}

/// The longest body that may be answered on the gateway's own core; `None` when none may.
pub(super) fn inline_body(model: &dyn Predictor, p99: Duration) -> Option<usize> {
    let inputs = &model.ports().inputs;
    let is_open = |axis: &Axis| matches!(axis, Axis::Any(_));
    let is_open_inside = |input: &Input| match input.axes.as_deref() {
        None => true,
        Some(axes) => axes.iter().skip(1).any(is_open),
    };
    match model.cost() {
        Cost::Contents => None,
        // It is not inline now; should it ever get so fast, then for small bodies.
        Cost::Shapes if p99 > INLINE || inputs.iter().any(is_open_inside) => Some(OPEN_BODY),
        Cost::Shapes => Some(largest(model, OPEN_BODY)),
    }
}

/// The largest of [`BODIES`] whose rows the model answers within [`HOLD`].
fn largest(model: &dyn Predictor, smallest: usize) -> usize {
    let inputs = &model.ports().inputs;
    let width: usize = example_shapes(inputs, 1, 1)
        .iter()
        .map(|shape| product(shape))
        .sum();
    let mut most = smallest;
    for body in BODIES {
        let rows = body / ELEMENT / width.max(1);
        let shapes = example_shapes(inputs, rows.max(1), 1);
        let example = example(inputs, &shapes, Elements::ones);
        let time = || {
            let start = Instant::now();
            let ran = catch_panic(|| model.run(&example)).and_then(|ran| ran);
            ran.map(|_| start.elapsed())
        };
        // The better of two: the first run at a shape makes room for it.
        match (time(), time()) {
            (Ok(first), Ok(second)) if first.min(second) <= HOLD => most = body,
            _ => return most,
        }
    }
    most
}
