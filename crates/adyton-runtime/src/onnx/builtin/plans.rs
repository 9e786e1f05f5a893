//! Plans: a graph made ready to run. `tract` can prepare most graphs once for all shapes, with symbols for axes of open length.
//! Where it cannot (networks that compute with their own shapes), the graph is prepared for each shape that comes, and the
//! last few are kept: an image model is mostly called with one or two sizes.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use adyton_core::graph_fault::GraphFault;
use parking_lot::Mutex;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{SimplePlan, SimpleState, TypedOp, bail};
use tract_onnx::tract_core::plan::eval;

use super::sizes::Sizes;
use super::unsupported_inputs::{self, UnsupportedInputs};
use super::{axes, custom_operators, dequantize, graph, recurrences, tensors, texts};
use crate::onnx::ending::Ending;
use crate::onnx::memory::OutputBudget;
use crate::onnx::panics::{catch_panic, name_panic};
use crate::onnx::session_pool::SessionPool;
use crate::onnx::signature::{Axis, Input, Ports};
use crate::onnx::tensor::{Elements, Shape, Tensor, product};
use crate::onnx::trial_shapes::trial_shapes;

/// So many shapes keep their plan; each holds the weights once more.
const KEPT: usize = 4;

type Shapes = Vec<Shape>;
type TractPlan = SimplePlan<TypedFact, Box<dyn TypedOp>>;
type RunState = SimpleState<TypedFact, Box<dyn TypedOp>>;

/// See the module.
#[derive(Debug)]
pub(super) enum Plans {
    /// One for all shapes.
    Any(Plan),
    /// One for each shape.
    Each(Box<EachShape>),
}

impl Plans {
    /// Prepares the graph; `folder` is where weights in files of their own lie (`tract` refuses paths that leave it).
    pub(super) fn prepare(
        model: ModelProto,
        ports: &Ports,
        folder: Option<&Path>,
        copies: usize,
    ) -> TractResult<Self> {
        // It panics over some graphs with open axes (a recurrence over a batch of open length, without an initial state).
        let whole = match catch_panic(|| Plan::prepare(&model, folder, copies, false)) {
            Ok(Ok(plan)) => Ok(plan),
            Ok(Err(problem)) => Err(problem),
            Err(panic) => Err(panic.into()),
        };
        let each = EachShape {
            model,
            folder: folder.map(Path::to_owned),
            kept: Mutex::default(),
        };
        let trials = match ports.inputs.iter().all(|input| input.axes.is_some()) {
            true => trial_shapes(&ports.inputs),
            false => Vec::new(),
        };
        match whole {
            Err(problem) => {
                let fits = |shapes| catch_panic(|| each.plan(shapes)).is_ok_and(|plan| plan.is_ok());
                match trials.iter().any(fits) {
                    true => Ok(Self::Each(Box::new(each))),
                    // What it says of the graph with all its shapes open is the more general complaint.
                    false => Err(problem),
                }
            }
            Ok(plan) => {
                let is_open = |input: &Input| {
                    input
                        .axes
                        .iter()
                        .flatten()
                        .any(|axis| matches!(axis, Axis::Any(_)))
                };
                if !ports.inputs.iter().any(is_open) {
                    return Ok(Self::Any(plan));
                }
                // Some of what it prepares with open lengths it cannot run (a slice that ends behind the end), or cannot show
                // (an output made of lengths).
                let answers = |shapes: &Shapes, run: &dyn Fn(TVec<TValue>) -> TractResult<TVec<TValue>>| {
                    let given = zeros(ports, shapes);
                    let shown = |values: TVec<TValue>| {
                        let mut room = OutputBudget::new();
                        (values.iter()).all(|value| tensors::output(value, &mut room).is_ok())
                    };
                    catch_panic(|| run(given?)).is_ok_and(|ran| ran.is_ok_and(shown))
                };
                let alone = |shapes: &Shapes| {
                    answers(shapes, &|given| each.plan(shapes)?.run(given, &Ending::default()))
                };
                match !trials
                    .iter()
                    .any(|shapes| answers(shapes, &|given| plan.run(given, &Ending::default())))
                    && trials.iter().any(alone)
                {
                    true => Ok(Self::Each(Box::new(each))),
                    false => Ok(Self::Any(plan)),
                }
            }
        }
    }

    /// Runs the graph on `given`, which is `inputs` in the words of `tract`.
    pub(super) fn run(
        &self,
        inputs: &[Tensor],
        given: TVec<TValue>,
        ending: &Ending,
    ) -> TractResult<TVec<TValue>> {
        match self {
            Self::Any(plan) => plan.run(given, ending),
            Self::Each(each) => {
                let shapes: Shapes = inputs.iter().map(|input| input.shape.clone()).collect();
                each.plan(&shapes)?.run(given, ending)
            }
        }
    }

    /// Whether a call can bring a shape for which there is no plan yet.
    pub(super) fn may_grow(&self, ports: &Ports) -> bool {
        let is_open = |input: &Input| {
            let axes = input.axes.as_deref();
            axes.is_none_or(|axes| axes.iter().any(|axis| matches!(axis, Axis::Any(_))))
        };
        matches!(self, Self::Each(_)) && ports.inputs.iter().any(is_open)
    }
}

/// Inputs of zeros.
fn zeros(ports: &Ports, shapes: &Shapes) -> TractResult<TVec<TValue>> {
    let zeros = |(input, shape): (&Input, &Shape)| {
        tensors::input(&Tensor {
            shape: shape.clone(),
            elements: Elements::zeros(input.element, product(shape)),
        })
    };
    ports.inputs.iter().zip(shapes).map(zeros).collect()
}

/// The graph, and plans for the shapes that came last.
pub(super) struct EachShape {
    model: ModelProto,
    folder: Option<PathBuf>,
    /// The one used last comes last.
    kept: Mutex<Vec<(Shapes, Arc<Plan>)>>,
}

impl fmt::Debug for EachShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EachShape({} kept)", self.kept.lock().len())
    }
}

impl EachShape {
    fn plan(&self, shapes: &Shapes) -> TractResult<Arc<Plan>> {
        {
            let mut kept = self.kept.lock();
            if let Some(at) = kept.iter().position(|(of, _)| of == shapes) {
                let entry = kept.remove(at);
                let plan = Arc::clone(&entry.1);
                kept.push(entry);
                return Ok(plan);
            }
        }
        // Prepared outside the lock: it takes long, and others need the plans that are there.
        let mut model = self.model.clone();
        graph::fix_shapes(&mut model, shapes);
        let plan = Arc::new(Plan::prepare(&model, self.folder.as_deref(), 1, true)?);
        let mut kept = self.kept.lock();
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push((shapes.clone(), Arc::clone(&plan)));
        Ok(plan)
    }
}

/// A graph ready to run.
#[derive(Debug)]
pub(super) struct Plan {
    plan: Arc<TractPlan>,
    /// Nodes that are checked before they run.
    unsupported_inputs: UnsupportedInputs,
    /// Lengths that are reckoned out before anything runs.
    sizes: Sizes,
    /// Whether nodes are asked how many texts they make.
    has_texts: bool,
    /// States for several threads; `None` when something in the graph keeps values from one run to the next.
    states: Option<SessionPool<Option<RunState>>>,
}

impl Plan {
    fn prepare(model: &ModelProto, folder: Option<&Path>, copies: usize, fixed: bool) -> TractResult<Self> {
        // What such an input leads to is computed at once, from the largest finite number on.
        if graph::reduces_nothing(model) {
            bail!(GraphFault::ReducesNothing.kept());
        }
        let mut onnx = tract_onnx::onnx();
        // Notes of shapes in the file speak of symbols; with fixed shapes they would contradict.
        onnx.ignore_value_info = fixed;
        let parsed = onnx.parse(model, folder.and_then(Path::to_str))?;
        if !parsed.unresolved_inputs.is_empty() {
            let names = &parsed.unresolved_inputs.join(", ");
            bail!(GraphFault::NothingMakes { names }.kept());
        }
        let mut inferred = parsed.model;
        inferred.analyse(false)?;
        if let Some(graph) = &model.graph {
            axes::check(graph, &inferred)?;
        }
        let mut typed = inferred.into_typed()?;
        recurrences::begin_anew(&mut typed);
        dequantize::keep_apart(&mut typed);
        custom_operators::replace(&mut typed)?;
        let sizes = Sizes::of(&typed)?;
        let plan = SimplePlan::new(Arc::new(typed.into_optimized()?))?;
        unsupported_inputs::refuse(plan.model())?;
        let unsupported_inputs = UnsupportedInputs::among(plan.model());
        let has_texts = texts::are_in(plan.model());
        let first = plan.spawn()?;
        // No operator without a state of its own can carry anything over: the values of a run are cleared at its end.
        let states = if first.op_states.iter().any(Option::is_some) {
            None
        } else {
            Some(SessionPool::make(copies, || plan.spawn().map(Some))?)
        };
        Ok(Self {
            plan,
            unsupported_inputs,
            sizes,
            has_texts,
            states,
        })
    }

    fn run(&self, given: TVec<TValue>, ending: &Ending) -> TractResult<TVec<TValue>> {
        let Some(states) = &self.states else {
            return self.run_in(&mut self.plan.spawn()?, given, ending);
        };
        let Some(mut copy) = states.take_until(|| ending.is_over()) else {
            return Err(ending.why().into());
        };
        // A run that fails or panics leaves values behind, so a state comes back only after it has succeeded.
        let mut state = match copy.take() {
            Some(state) => state,
            None => self.plan.spawn()?,
        };
        let outputs = self.run_in(&mut state, given, ending)?;
        *copy = Some(state);
        Ok(outputs)
    }

    fn run_in(
        &self,
        state: &mut RunState,
        given: TVec<TValue>,
        ending: &Ending,
    ) -> TractResult<TVec<TValue>> {
        let mut has_begun = false;
        state.run_plan_with_eval(given, |context, own, node, inputs| {
            if !std::mem::replace(&mut has_begun, true) {
                self.sizes.check(context.symbols)?;
            }
            if ending.is_over() {
                return Err(ending.why().into());
            }
            if self.has_texts {
                texts::check(node, &inputs, context.symbols)?;
            }
            let place = || format!("{} (node \"{}\")", node.op.name(), node.name);
            self.unsupported_inputs.run(node.id, inputs, |inputs| {
                name_panic(place, || eval(context, own, node, inputs))
            })
        })
    }
}
