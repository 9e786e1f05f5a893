//! ONNX models in process.
//!
//! `library.rs` finds ONNX Runtime; [`Onnx`] holds the choice and loads models with it, after a [`trial`](crate::trial). A loaded model is a
//! [`Predictor`](predictor::Predictor) (`onnx_runtime.rs` or `builtin.rs`); `codec.rs` stands between it and JSON;
//! `in_process.rs` puts both together and decides on which thread a call runs (`pace.rs`, `threads.rs`).

pub mod builtin;
pub mod codec;
pub mod cost;
pub mod ending;
mod example;
mod golden;
mod guard;
pub mod in_process;
mod lanes;
pub mod library;
pub mod onnx_runtime;
mod pace;
pub mod predictor;
mod shapes;
pub mod tensor;
pub mod threads;
mod words;
mod zip_map;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use adyton_core::digest::Sha256;
use adyton_core::model::ApiDeclaration;
use ort::environment::Environment;

use self::codec::{Codec, SchemaError};
use self::ending::Ending;
use self::in_process::unanswered;
use self::library::{Choice, LibrarySetting, OnnxLibrary};
use self::predictor::{LoadError, Predictor};
use self::tensor::Ports;
use crate::trial::{Found, Loading, Subject, TrialError, Trials, Wish};

/// The runtime for ONNX models that was chosen at start.
#[derive(Clone)]
pub struct Onnx {
    choice: Choice,
    environment: Option<Environment>,
    /// Without them, models are loaded as they come: in the child of a trial, and in tests.
    trials: Option<Arc<Trials>>,
}

impl fmt::Debug for Onnx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Onnx({})", self.choice)
    }
}

impl Onnx {
    /// Finds and loads the library (see [`OnnxLibrary::find`]); without one, or when it does not load, the compiled-in
    /// runtime serves and the reason is logged. `threads` is the size of the library's one thread pool.
    pub fn start(setting: &LibrarySetting, places: &[PathBuf], threads: usize) -> Self {
        let mut choice = OnnxLibrary::find(setting, places);
        let mut environment = None;
        if let Choice::Library(found) = &choice {
            match library::load(found, threads) {
                Ok(loaded) => environment = Some(loaded),
                Err(cause) => {
                    choice = Choice::Builtin {
                        reason: format!("{} does not start: {cause}", found.path.display()),
                    };
                }
            }
        }
        match (&choice, setting) {
            (Choice::Builtin { reason }, LibrarySetting::File(_)) => {
                tracing::warn!(reason, "ONNX models run in the compiled-in runtime");
            }
            _ => tracing::info!(runtime = %choice, "ONNX models"),
        }
        Self {
            choice,
            environment,
            trials: None,
        }
    }

    /// The compiled-in runtime.
    pub fn builtin() -> Self {
        Self {
            choice: Choice::Builtin {
                reason: "chosen".to_owned(),
            },
            environment: None,
            trials: None,
        }
    }

    /// This library, which was tried before.
    ///
    /// # Errors
    /// It does not load.
    pub(crate) fn of_library(library: OnnxLibrary) -> Result<Self, String> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            environment: Some(library::load(&library, threads)?),
            choice: Choice::Library(library),
            trials: None,
        })
    }

    /// The same; whatever it is asked to load is tried in a process of its own first.
    #[must_use]
    pub fn with_trials(self, trials: Trials) -> Self {
        Self {
            trials: Some(Arc::new(trials)),
            ..self
        }
    }

    /// Checks that the model of a package that is imported loads and fits its declared schemas. Gives what whoever imports it
    /// should know: that it answered none of its first runs.
    ///
    /// # Errors
    /// [`TrialError`] says what is wrong with it, or what happened to the process that tried it.
    pub(crate) fn check(&self, subject: Subject<'_>) -> Result<Option<String>, TrialError> {
        let found = match &self.trials {
            Some(trials) => trials.import(&self.choice, subject)?,
            None => {
                let model = self
                    .load(subject.folder, subject.file)
                    .map_err(|problem| TrialError::Refused(problem.to_string()))?;
                match codecs(subject.apis, model.ports()) {
                    Ok(_) => Found::Answers,
                    Err((at, problem)) => Found::Schema {
                        at,
                        problem: problem.0,
                    },
                }
            }
        };
        match found {
            Found::Answers => Ok(None),
            Found::NoAnswer { cause } => Ok(Some(unanswered(&cause))),
            Found::Refused { cause } => Err(TrialError::Refused(cause)),
            Found::Schema { at, problem } => Err(TrialError::Schema { at, problem }),
        }
    }

    /// Remembers that the model of a package came through.
    pub(crate) fn remember(&self, package: Sha256, file: &str) {
        if let Some(trials) = &self.trials {
            trials.remember(&self.choice, package, file);
        }
    }

    /// Clears a model of a package in place for [`load`](Self::load); what is given is held until the model has answered once.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub(crate) fn clear(
        &self,
        package: Sha256,
        subject: Subject<'_>,
        wish: Wish,
        time: Duration,
        ending: &Ending,
    ) -> Result<Option<Loading<'_>>, TrialError> {
        match &self.trials {
            Some(trials) => trials
                .clear(&self.choice, package, subject, wish, time, ending)
                .map(Some),
            None => Ok(None),
        }
    }

    /// What serves, and why.
    pub fn choice(&self) -> &Choice {
        &self.choice
    }

    /// Loads the model `file` of the package unpacked in `model_folder` (its `model/`).
    ///
    /// # Errors
    /// [`LoadError`] names the file and the fix.
    pub fn load(&self, model_folder: &Path, file: &str) -> Result<Box<dyn Predictor>, LoadError> {
        let path = model_folder.join(file);
        let shown = format!("model/{file}");
        // The compiled-in runtime panics over some graphs; that must cost this model only.
        let loaded = guard::guarded(|| self.load_file(&path, &shown)).unwrap_or_else(|panic| {
            Err(LoadError::Graph {
                file: shown.clone(),
                runtime: self.choice.runtime(),
                cause: panic.0,
                fix: "",
            })
        })?;
        Ok(match example::in_folder(model_folder) {
            None => loaded,
            Some(body) => Box::new(example::WithExample { model: loaded, body }),
        })
    }

    fn load_file(&self, path: &Path, shown: &str) -> Result<Box<dyn Predictor>, LoadError> {
        let cost = cost::of_file(path);
        Ok(match (&self.environment, &self.choice) {
            (Some(environment), Choice::Library(library)) => {
                let model = onnx_runtime::OnnxRuntimeModel::load(environment, library.minor, path, shown)?;
                Box::new(model.costing(cost))
            }
            _ => Box::new(builtin::BuiltinModel::load(path, shown)?.costing(cost)),
        })
    }
}

/// The codec of each declared API, by its path.
///
/// # Errors
/// The number of the declaration (`apis[n]`) whose schema does not fit the model.
pub fn codecs(apis: &[ApiDeclaration], ports: &Ports) -> Result<Vec<(String, Codec)>, (usize, SchemaError)> {
    let choose = |(at, api): (usize, &ApiDeclaration)| match Codec::choose(api.request.as_ref(), ports) {
        Ok(codec) => Ok((api.url.clone(), codec)),
        Err(problem) => Err((at, problem)),
    };
    apis.iter().enumerate().map(choose).collect()
}
