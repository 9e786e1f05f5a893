//! Loading ONNX models: a trial in a process of its own first, then the model into this one.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use adyton_core::digest::Sha256;

use crate::isolated::Isolation;
use crate::onnx::codec::of_apis;
use crate::onnx::ending::Ending;
use crate::onnx::in_process::warm_up::unanswered;
use crate::onnx::library::{Choice, LibrarySetting};
use crate::onnx::load_error::LoadError;
use crate::onnx::load_into::LoadInto;
use crate::onnx::loader::Loader;
use crate::onnx::predictor::Predictor;
use crate::project_gate::ProjectPermit;
use crate::trial::{Found, LoadRequest, Loading, Subject, TrialError, TrialLimits, Trials};

/// The runtime for ONNX models that was chosen at start.
#[derive(Clone)]
pub struct Onnx {
    loader: Loader,
    /// Without it, all models run in this process.
    isolation: Option<Arc<Isolation>>,
    /// Without them, as in tests, models are loaded as they come.
    trials: Option<Arc<Trials>>,
}

impl fmt::Debug for Onnx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Onnx({})", self.choice())
    }
}

impl Onnx {
    /// Finds and loads the library (see `onnx/loader.rs`); without one, or when it does not load, the compiled-in
    /// runtime serves and the reason is logged. `threads` is the size of the library's one thread pool.
    pub fn start(setting: &LibrarySetting, places: &[PathBuf], threads: usize) -> Self {
        Self {
            loader: Loader::start(setting, places, threads),
            isolation: None,
            trials: None,
        }
    }

    /// The compiled-in runtime.
    pub fn builtin() -> Self {
        Self {
            loader: Loader::builtin(),
            isolation: None,
            trials: None,
        }
    }

    /// The same; whatever it is asked to load is tried in a process of its own first.
    #[must_use]
    pub fn with_trials(self, trials: Trials) -> Self {
        Self {
            trials: Some(Arc::new(trials)),
            ..self
        }
    }

    /// The same; models run in processes of their own where `isolation` says so.
    #[must_use]
    pub fn with_isolation(self, isolation: Isolation) -> Self {
        Self {
            isolation: Some(Arc::new(isolation)),
            ..self
        }
    }

    /// Checks that the model of a package that is imported loads and fits its declared schemas. Gives what whoever imports it
    /// should know: that it answered none of its first runs.
    ///
    /// # Errors
    /// [`TrialError`] says what is wrong with it, or what happened to the process that tried it.
    pub(crate) fn check(
        &self,
        subject: Subject<'_>,
        permit: &ProjectPermit,
    ) -> Result<Option<String>, TrialError> {
        let found = match &self.trials {
            Some(trials) => trials.import(self.choice(), subject, permit)?,
            None => {
                let model = self
                    .load(subject.folder, subject.file)
                    .map_err(|problem| TrialError::Refused(problem.to_string()))?;
                match of_apis(subject.apis, model.ports()) {
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
            Found::Refused { cause } | Found::OutOfMemory { cause } => Err(TrialError::Refused(cause)),
            Found::Schema { at, problem } => Err(TrialError::Schema { at, problem }),
        }
    }

    /// Remembers that the model of a package came through.
    pub(crate) fn remember(&self, package: Sha256, file: &str) {
        if let Some(trials) = &self.trials {
            trials.remember(self.choice(), package, file);
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
        wish: LoadRequest,
        turn: TrialLimits<'_>,
    ) -> Result<Option<Loading<'_>>, TrialError> {
        match &self.trials {
            Some(trials) => trials
                .clear(self.choice(), package, subject, wish, turn)
                .map(Some),
            None => Ok(None),
        }
    }

    /// What serves, and why.
    pub fn choice(&self) -> &Choice {
        self.loader.choice()
    }

    /// Loads the model `file` of the package unpacked in `model_folder` (its `model/`) into this process.
    ///
    /// # Errors
    /// [`LoadError`] names the file and the fix.
    pub fn load(&self, model_folder: &Path, file: &str) -> Result<Box<dyn Predictor>, LoadError> {
        self.loader.load(model_folder, file, LoadInto::Server)
    }

    /// The same, into this process or into one of its own; that one is waited for at most for `time`, and until `ending` comes.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_until(
        &self,
        model_folder: &Path,
        file: &str,
        time: Duration,
        ending: &Ending,
    ) -> Result<Box<dyn Predictor>, LoadError> {
        let Some(isolation) = &self.isolation else {
            return self.load(model_folder, file);
        };
        let isolated = || isolation.load(self.choice(), model_folder, file, time, ending);
        match isolation.into {
            LoadInto::Sandbox => isolated(),
            LoadInto::Server => self.load(model_folder, file),
            LoadInto::ServerIfProven => match self.loader.load(model_folder, file, isolation.into) {
                Err(LoadError::CouldCrash { file, what }) => {
                    tracing::info!(file, what, "the model runs in a process of its own");
                    isolated()
                }
                loaded => loaded,
            },
        }
    }
}
