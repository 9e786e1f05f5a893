//! The child of a trial: loads one model, makes it answer once, says what it found, and is ended by the server.
//!
//! It is expected to die: whatever the graph does to it is what the trial is for. It gets one [`Trial`] as the first line on the
//! socket that is its standard input, and answers with one line. When the socket closes, the server is gone and it ends.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use adyton_core::graph_problem::GraphProblem;
use adyton_core::model::ApiDeclaration;
use serde::{Deserialize, Serialize};

use super::Found;
use crate::onnx::codec;
use crate::onnx::in_process::warm_up::{Silence, first_runs};
use crate::onnx::load_into::LoadInto;
use crate::onnx::loader::Loader;
use crate::onnx::predictor::Predictor;
use crate::sandbox;

/// What to try, and within which limits.
#[derive(Serialize, Deserialize)]
pub(crate) struct Trial {
    /// The library and its minor version; the compiled-in runtime without one.
    pub(crate) library: Option<(PathBuf, u32)>,
    pub(crate) folder: PathBuf,
    pub(crate) file: String,
    pub(crate) apis: Vec<ApiDeclaration>,
    pub(crate) memory: u64,
    pub(crate) stack: u64,
    /// Where the server is going to load it.
    pub(crate) into: LoadInto,
}

/// The first line of a child that is to try a model; a keeper's is the order alone.
#[derive(Serialize, Deserialize)]
pub(crate) struct Try {
    #[serde(rename = "try")]
    pub(crate) trial: Trial,
}

/// The stack for first runs, in bytes: less than the gateway's own threads have, on which fast models answer later.
const RUN_STACK: usize = 3 << 19;

/// The life of the child.
pub(crate) fn main(trial: Trial, orders: BufReader<File>, mut server: File) -> ExitCode {
    let library = trial.library.as_ref().map(|(path, _)| path.as_path());
    sandbox::enter(trial.memory, &trial.folder, library);
    let lifeline = thread::Builder::new().spawn(move || end_with_the_server(orders));
    if let Err(problem) = lifeline {
        eprintln!("no thread: {problem}");
        return ExitCode::FAILURE;
    }
    let stack = usize::try_from(trial.stack).unwrap_or(usize::MAX);
    let tried = thread::Builder::new()
        .name("trial".to_owned())
        .stack_size(stack)
        .spawn(move || find(&trial));
    let found = tried.map(thread::JoinHandle::join);
    let found = match found {
        Ok(Ok(found)) => found.shortened(),
        Ok(Err(_)) => return ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("no thread: {problem}");
            return ExitCode::FAILURE;
        }
    };
    let mut line = serde_json::to_string(&found).unwrap_or_default();
    line.push('\n');
    // A server that is gone hears nothing.
    let _ = server.write_all(line.as_bytes());
    sandbox::end()
}

fn end_with_the_server(mut orders: BufReader<File>) {
    let mut rest = Vec::new();
    let _ = orders.read_to_end(&mut rest);
    sandbox::end();
}

fn find(trial: &Trial) -> Found {
    let loader = Loader::in_sandbox(trial.library.clone()).map_err(|cause| Found::Refused { cause });
    let model = loader.and_then(|loader| {
        loader
            .load(&trial.folder, &trial.file, trial.into)
            .map_err(|problem| match problem.is_of_memory() {
                true => Found::OutOfMemory {
                    cause: problem.to_string(),
                },
                false => Found::Refused {
                    cause: problem.to_string(),
                },
            })
    });
    let model = match model {
        Ok(model) => model,
        Err(found) => return found,
    };
    let (file, apis) = (trial.file.clone(), trial.apis.clone());
    let runs = thread::Builder::new()
        .name("first-run".to_owned())
        .stack_size(RUN_STACK)
        .spawn(move || run(model, &file, &apis));
    match runs.map(thread::JoinHandle::join) {
        Ok(Ok(found)) => found,
        Ok(Err(_)) => Found::NoAnswer {
            cause: GraphProblem::FirstRunPanicked.kept(),
        },
        Err(problem) => Found::NoAnswer {
            cause: problem.to_string(),
        },
    }
}

/// Runs the model as the server will; it is dropped here too, which recurses as deep as the graph does.
fn run(model: Box<dyn Predictor>, file: &str, apis: &[ApiDeclaration]) -> Found {
    let codecs = match codec::of_apis(apis, model.ports()) {
        Ok(codecs) => codecs,
        Err((at, problem)) => {
            return Found::Schema {
                at,
                problem: problem.0,
            };
        }
    };
    match first_runs(model.as_ref(), apis, &codecs) {
        None => Found::Answers,
        Some(Silence::Unanswered(failure) | Silence::Panics(failure)) if failure.is_of_memory => {
            Found::OutOfMemory { cause: failure.said }
        }
        Some(Silence::Unanswered(failure)) => Found::NoAnswer { cause: failure.said },
        Some(Silence::Panics(failure)) => Found::Refused {
            cause: GraphProblem::CannotRun {
                runtime: &model.runtime(),
                cause: &failure.said,
            }
            .of_file(&format!("model/{file}")),
        },
    }
}
