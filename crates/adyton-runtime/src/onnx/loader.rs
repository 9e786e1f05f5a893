//! Loads models with the runtime that was chosen at start: ONNX Runtime where its library is found, else the compiled-in one.

use std::path::{Path, PathBuf};

use adyton_core::language::Language;
use ort::environment::Environment;

use super::builtin::BuiltinModel;
use super::cost;
use super::example::WithExample;
use super::library::{self, Choice, LibrarySetting, OnnxLibrary, WhyBuiltin};
use super::load_error::{GraphFix, LoadError};
use super::load_into::LoadInto;
use super::onnx_runtime::OnnxRuntimeModel;
use super::panics::catch_panic;
use super::predictor::{Predictor, RunError};

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
                        reason: WhyBuiltin::DoesNotStart {
                            path: found.path.clone(),
                            cause,
                        },
                    };
                }
            }
        }
        match (&choice, setting) {
            (Choice::Builtin { reason }, LibrarySetting::File(_)) => {
                let reason = reason.text_in(Language::English);
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
                reason: WhyBuiltin::Chosen,
            },
            environment: None,
        }
    }

    /// In a process of its own: this library (its file and minor version), which was tried before; the compiled-in runtime without one.
    ///
    /// # Errors
    /// The library does not load.
    pub(crate) fn in_sandbox(library: Option<(PathBuf, u32)>) -> Result<Self, String> {
        let Some((path, minor)) = library else {
            return Ok(Self::builtin());
        };
        let library = OnnxLibrary { path, minor };
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
    pub(crate) fn load(
        &self,
        model_folder: &Path,
        file: &str,
        into: LoadInto,
    ) -> Result<Box<dyn Predictor>, LoadError> {
        let path = model_folder.join(file);
        let shown = format!("model/{file}");
        // The compiled-in runtime panics over some graphs; that must cost this model only.
        let loaded = catch_panic(|| self.load_file(&path, &shown, into)).unwrap_or_else(|panic| {
            let (file, runtime) = (shown.clone(), self.choice.runtime());
            Err(match panic {
                RunError::Ended(_) => LoadError::NoMemory { file, runtime },
                RunError::Said(cause) => LoadError::Graph {
                    file,
                    runtime,
                    cause,
                    fix: GraphFix::Unknown,
                },
            })
        })?;
        Ok(WithExample::of_folder(model_folder, loaded))
    }

    fn load_file(&self, path: &Path, shown: &str, into: LoadInto) -> Result<Box<dyn Predictor>, LoadError> {
        let cost = cost::of_file(path);
        Ok(match (&self.environment, &self.choice) {
            (Some(environment), Choice::Library(library)) => {
                let model = OnnxRuntimeModel::load(environment, library.minor, path, shown, into)?;
                Box::new(model.costing(cost))
            }
            (None, Choice::Library(_)) | (_, Choice::Builtin { .. }) => {
                Box::new(BuiltinModel::load(path, shown)?.costing(cost))
            }
        })
    }
}
