//! Models in processes of their own: whatever a graph does there, through whichever input, ends that process and no other.
//!
//! What reads a call, waits for it and writes its answer stays in the server: only tensors go to the process (`child.rs`) and
//! values come back, over sockets, one for each run that goes on at a time (`frames.rs`). A graph may take the process over, so the
//! server believes nothing that comes from it (`answer.rs`). [`IsolatedModel`](model::IsolatedModel)
//! is a [`Predictor`] like those in the server. When the process ends, the instances of its model are over, and the reconciler's
//! plan starts them again, as it does with programs.

mod answer;
pub(crate) mod child;
mod frames;
mod model;

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use self::model::IsolatedModel;
use crate::onnx::ending::Ending;
use crate::onnx::example::WithExample;
use crate::onnx::library::Choice;
use crate::onnx::load_error::LoadError;
use crate::onnx::load_into::LoadInto;
use crate::onnx::predictor::Predictor;

/// Which models run in processes of their own, and how such a process is started.
#[derive(Clone, Debug)]
pub struct Isolation {
    /// Where models are loaded.
    pub into: LoadInto,
    /// How to start a process: the server's own binary and `keeper`.
    pub child: Vec<OsString>,
    /// The memory that each may have, in bytes (`onnx.memory`).
    pub memory: u64,
    /// The stack for loading and running a model, in bytes.
    pub stack: u64,
}

impl Isolation {
    /// Loads the model `file` of the package in `folder` into a process of its own; blocks at most for `time`.
    pub(crate) fn load(
        &self,
        choice: &Choice,
        folder: &Path,
        file: &str,
        time: Duration,
        ending: &Ending,
    ) -> Result<Box<dyn Predictor>, LoadError> {
        let model =
            IsolatedModel::start(self, choice, folder, file, time, ending).map_err(LoadError::Sandbox)?;
        Ok(WithExample::of_folder(folder, Box::new(model)))
    }
}

/// An answer as the server reads it, written again; for fuzzing.
pub(crate) fn read_alone(frame: &[u8], outputs: usize) -> Option<Vec<u8>> {
    postcard::to_stdvec(&answer::read(frame, outputs).ok()?).ok()
}
