//! Loads models with the runtime that was chosen at start: ONNX Runtime where its library is found, else the compiled-in one.

use std::path::{Path, PathBuf};

use ort::environment::Environment;

use super::builtin::BuiltinModel;
use super::cost;
use super::example::{self, WithExample};
use super::library::{self, Choice, LibrarySetting, OnnxLibrary};
use super::onnx_runtime::OnnxRuntimeModel;
use super::panics::catch_panic;
use super::predictor::{LoadError, Predictor};

/// See the module.
#[derive(Clone)]
pub(crate) struct Loader {
    choice: Choice,
    environment: Option<Environment>,
}

impl Loader {
    /// Finds and loads the library; see `Onnx::start` of `onnx_models.rs`.
    pub(crate) fn start(setting: &LibrarySetting, places: &[PathBuf], threads: usize) -> Self {
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
            (Choice::Library(_), _)
            | (Choice::Builtin { .. }, LibrarySetting::Search | LibrarySetting::Builtin) => {
                tracing::info!(runtime = %choice, "ONNX models");
            }
        }
        Self { choice, environment }
    }

    /// The compiled-in runtime.
    pub(crate) fn builtin() -> Self {
        Self {
            choice: Choice::Builtin {
                reason: "chosen".to_owned(),
            },
            environment: None,
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
        })
    }

    /// What serves, and why.
    pub(crate) fn choice(&self) -> &Choice {
        &self.choice
    }

    /// Loads the model `file` of the package unpacked in `model_folder` (its `model/`).
    ///
    /// # Errors
    /// [`LoadError`] names the file and the fix.
    pub(crate) fn load(&self, model_folder: &Path, file: &str) -> Result<Box<dyn Predictor>, LoadError> {
        let path = model_folder.join(file);
        let shown = format!("model/{file}");
        // The compiled-in runtime panics over some graphs; that must cost this model only.
        let loaded = catch_panic(|| self.load_file(&path, &shown)).unwrap_or_else(|panic| {
            Err(LoadError::Graph {
                file: shown.clone(),
                runtime: self.choice.runtime(),
                cause: panic.0,
                fix: "",
            })
        })?;
        Ok(match example::in_folder(model_folder) {
            None => loaded,
            Some(body) => Box::new(WithExample { model: loaded, body }),
        })
    }

    fn load_file(&self, path: &Path, shown: &str) -> Result<Box<dyn Predictor>, LoadError> {
        let cost = cost::of_file(path);
        Ok(match (&self.environment, &self.choice) {
            (Some(environment), Choice::Library(library)) => {
                let model = OnnxRuntimeModel::load(environment, library.minor, path, shown)?;
                Box::new(model.costing(cost))
            }
            (None, Choice::Library(_)) | (_, Choice::Builtin { .. }) => {
                Box::new(BuiltinModel::load(path, shown)?.costing(cost))
            }
        })
    }
}
