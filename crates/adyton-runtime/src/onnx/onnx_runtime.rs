//! ONNX Runtime behind the [`Predictor`] trait: the fast path and the reference.

mod declared;
mod error_text;
mod native_faults;
mod prepared;
mod text_bytes;
mod unknown_rank;
mod values;

use std::path::Path;
use std::sync::Arc;

use adyton_core::graph_fault::GraphFault;
use bytes::Bytes;
use ort::environment::Environment;
use ort::ep;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::session::{RunOptions, Session, SessionInputValue, SessionOutputs};

use self::prepared::PreparedSession;
use self::values::ValueError;
use super::classifier::{self, After, Cut};
use super::cost::Cost;
use super::ending::{Ended, Ending};
use super::load_error::LoadError;
use super::load_into::LoadInto;
use super::memory::OutputBudget;
use super::predictor::{Predictor, RunError, without_place};
use super::session_pool::{self, SessionPool};
use super::signature::Ports;
use super::tensor::{Tensor, Value};

/// Files up to this size, in bytes, are looked through for the end of a classifier.
const SMALL: u64 = 16 << 20;
/// The option that says where weights in files of their own lie when a model is not loaded from its file.
const WEIGHTS_FOLDER: &str = "session.model_external_initializers_file_folder_path";
/// Models of tables up to this size, in bytes, run on the thread that calls them alone.
const ALONE: u64 = 1 << 20;

/// A model in ONNX Runtime. `ort` lets one thread use a session at a time, so small models have several.
#[derive(Debug)]
pub struct OnnxRuntimeModel {
    ports: Ports,
    /// What is left to do with each output; empty when nothing is.
    after: Vec<After>,
    sessions: SessionPool<PreparedSession>,
    minor: u32,
    cost: Cost,
    /// The operator over which inputs without elements would end the process.
    crashes_when_empty: Option<String>,
}

impl OnnxRuntimeModel {
    /// Loads the model in `path`; `file` is how messages name it.
    ///
    /// # Errors
    /// The file is no model, or the graph is wrong; in the runtime's words.
    pub fn load(
        environment: &Environment,
        minor: u32,
        path: &Path,
        file: &str,
        into: LoadInto,
    ) -> Result<Self, LoadError> {
        let wrong = |cause: ort::Error| {
            let cause = error_text::plain(&without_place(&cause.to_string(), path.parent()));
            LoadError::Graph {
                file: file.to_owned(),
                runtime: format!("ONNX Runtime 1.{minor}"),
                fix: error_text::fix(&cause),
                cause,
            }
        };
        let bytes = std::fs::metadata(path).map_or(0, |meta| meta.len());
        let copies = session_pool::copies_for(bytes);
        let read = std::fs::read(path)
            .map(Bytes::from)
            .map_err(|cause| LoadError::Unreadable {
                file: file.to_owned(),
                cause: cause.to_string(),
            })?;
        let guarded = native_faults::guard(&read, into).map_err(|what| LoadError::CouldCrash {
            file: file.to_owned(),
            what,
        })?;
        let is_rewritten = guarded.file.is_some();
        // Kept only when it is to be loaded in place of the file, or small enough to be a classifier.
        let read = guarded
            .file
            .map(Bytes::from)
            .or_else(|| (bytes <= SMALL).then_some(read));
        let threads = Threads::of(bytes, read.as_deref());
        let rewritten = read.as_deref().filter(|_| is_rewritten);
        let from_file = || {
            open(environment, threads, |builder| {
                commit_whole(builder, path, rewritten)
            })
        };
        let whole = SessionPool::make(1, from_file).map_err(wrong)?;
        let mut ports = declared::ports(&whole.take().session, &guarded.open_ranks, file)?;
        let model = |ports, after, sessions| Self {
            ports,
            after,
            sessions,
            minor,
            cost: Cost::Contents,
            crashes_when_empty: guarded.crashes_when_empty.clone(),
        };
        if let Some(Cut { file: rest, after }) = read.as_deref().and_then(classifier::cut_file) {
            // A graph that does not load without its end is run as it is.
            let make = || open(environment, threads, |builder| builder.commit_from_memory(&rest));
            if let Ok(sessions) = SessionPool::make(copies, make) {
                // Outputs keep the names that the model gives them.
                ports.outputs.truncate(after.len());
                return Ok(model(ports, after, sessions));
            }
        }
        let sessions = match copies {
            1 => whole,
            _ => SessionPool::make(copies, from_file).map_err(wrong)?,
        };
        Ok(model(ports, Vec::new(), sessions))
    }

    /// The same, with what its time depends on.
    #[must_use]
    pub(super) fn costing(self, cost: Cost) -> Self {
        Self { cost, ..self }
    }
}

/// Which threads a run uses.
#[derive(Clone, Copy)]
enum Threads {
    /// The one that calls it.
    Caller,
    /// Those of the process's one pool too.
    Pool,
}

impl Threads {
    /// Operators of models of tables (trees, linear models) are done before another thread has woken up: a row of a hundred
    /// trees costs a fourth less without.
    fn of(bytes: u64, file: Option<&[u8]>) -> Self {
        let is_of_tables = |file| memchr::memmem::find(file, b"ai.onnx.ml").is_some();
        match file {
            Some(file) if bytes <= ALONE && is_of_tables(file) => Self::Caller,
            Some(_) | None => Self::Pool,
        }
    }
}

fn open(
    environment: &Environment,
    threads: Threads,
    commit: impl Fn(&mut SessionBuilder) -> ort::Result<Session>,
) -> ort::Result<PreparedSession> {
    let builder = Session::builder(environment)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_intra_op_spinning(false)?
        .with_inter_op_spinning(false)?
        // What a run may take must not depend on the runs before it. An arena would keep what the largest took, doubled, for this
        // session alone; and by the pattern of an earlier run, one block is asked for that is larger than what is in use at once.
        // The C library's heap is as fast.
        .with_execution_providers([ep::CPU::default().with_arena_allocator(false).build()])?
        .with_memory_pattern(false)?;
    let builder = match threads {
        Threads::Caller => builder.with_independent_thread_pool()?.with_intra_threads(1)?,
        Threads::Pool => builder,
    };
    let session = commit(&mut { builder })?;
    Ok(PreparedSession::new(session, matches!(threads, Threads::Caller)))
}

/// Makes a session of the whole graph: of its file, or of what stands in the place of that.
fn commit_whole(builder: &mut SessionBuilder, path: &Path, rewritten: Option<&[u8]>) -> ort::Result<Session> {
    let Some(file) = rewritten else {
        return builder.commit_from_file(path);
    };
    // Weights in files of their own lie beside it.
    let folder = path.parent().unwrap_or(path).to_string_lossy();
    let builder = builder.clone().with_config_entry(WEIGHTS_FOLDER, folder)?;
    { builder }.commit_from_memory(file)
}

impl Predictor for OnnxRuntimeModel {
    fn ports(&self) -> &Ports {
        &self.ports
    }

    fn run(&self, inputs: &[Tensor]) -> Result<Vec<Value>, RunError> {
        let mut taken = self.sessions.take();
        if let Some(outputs) = taken.run_prepared(inputs) {
            return self.values(outputs);
        }
        let given = self.lend(inputs)?;
        let PreparedSession { session, prepared } = &mut *taken;
        let outputs = session.run(given.as_slice()).map_err(run_error)?;
        prepared.learn(inputs, &outputs);
        self.values(outputs)
    }

    fn run_until(&self, inputs: &[Tensor], ending: &Ending) -> Result<Vec<Value>, RunError> {
        let given = self.lend(inputs)?;
        // For this run alone: who ends it late ends no other.
        let options = Arc::new(RunOptions::new().map_err(run_error)?);
        let interrupt = Arc::clone(&options);
        let mut taken = self
            .sessions
            .take_until(|| ending.is_over())
            .ok_or_else(|| ending.why())?;
        let outputs = ending.during(
            // It fails only for options that are not there.
            move || drop(interrupt.terminate()),
            || taken.session.run_with_options(given.as_slice(), &options),
        )?;
        match outputs {
            Err(_) if ending.is_over() => Err(ending.why().into()),
            Err(said) if error_text::is_out_of_memory(&said.to_string()) => Err(Ended::TooLarge.into()),
            Err(said) => Err(run_error(said)),
            Ok(outputs) => self.values(outputs),
        }
    }

    fn cost(&self) -> Cost {
        self.cost
    }

    fn runtime(&self) -> String {
        format!("ONNX Runtime 1.{}", self.minor)
    }
}

impl OnnxRuntimeModel {
    fn lend<'t>(&self, inputs: &'t [Tensor]) -> Result<Vec<SessionInputValue<'t>>, RunError> {
        if let Some(operator) = &self.crashes_when_empty
            && let Some(at) = inputs.iter().position(|tensor| tensor.elements.is_empty())
        {
            let name = self.ports.inputs.get(at).map_or("", |input| &input.name);
            return Err(RunError::new(
                GraphFault::NoElements {
                    input: name,
                    operator,
                }
                .kept(),
            ));
        }
        let lent: ort::Result<_> = inputs.iter().map(values::input).collect();
        lent.map_err(run_error)
    }

    fn values(&self, outputs: SessionOutputs<'_>) -> Result<Vec<Value>, RunError> {
        let (mut values, mut room) = (Vec::with_capacity(outputs.len()), OutputBudget::new());
        for (at, (_, value)) in outputs.into_iter().enumerate() {
            let value = values::output(value, &mut room).map_err(|problem| match problem {
                ValueError::Said(said) => run_error(said),
                ValueError::NoRoom(problem) => problem,
            })?;
            values.push(match (value, self.after.get(at)) {
                (Value::Tensor(tensor), Some(after)) => after.finish(tensor, &mut room)?,
                (value, _) => value,
            });
        }
        Ok(values)
    }
}

fn run_error(said: ort::Error) -> RunError {
    RunError::Said(error_text::plain(&said.to_string()))
}
