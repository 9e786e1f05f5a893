//! The one trait between dispatch and a model: named tensors in, named values out, synchronously.
//!
//! Two implementations: `onnx_runtime.rs` (the fast path and the reference) and `builtin.rs` (compiled in). A `Predictor` sees
//! one call at a time, so calls cannot be joined to batches here: that belongs to the queue of each model (`threads/queue.rs`),
//! where they stand together.

use std::fmt;
use std::path::Path;

use adyton_core::shown::quoted;
use rustix::process::Pid;
use serde::{Deserialize, Serialize};

use super::cost::Cost;
use super::ending::{Ended, Ending};
use super::signature::Ports;
use super::tensor::{Tensor, Value};
use crate::sandbox::death;

/// A loaded model.
pub trait Predictor: Send + Sync + fmt::Debug {
    /// What it takes and gives.
    fn ports(&self) -> &Ports;

    /// Runs the model. `inputs` are in the order of [`Ports::inputs`] and have been checked against them; the values are in
    /// the order of [`Ports::outputs`].
    ///
    /// # Errors
    /// The model refused these inputs or failed; see [`RunError`].
    fn run(&self, inputs: &[Tensor]) -> Result<Vec<Value>, RunError>;

    /// The same, ended early by `ending` as far as the runtime can be. A `Predictor` around another one passes this on.
    ///
    /// # Errors
    /// As [`run`](Self::run); also when the run was ended.
    fn run_until(&self, inputs: &[Tensor], ending: &Ending) -> Result<Vec<Value>, RunError> {
        match ending.is_over() {
            true => Err(ending.why().into()),
            false => self.run(inputs),
        }
    }

    /// What the time of a run depends on; where nobody knows, the model never runs on a gateway's core.
    fn cost(&self) -> Cost {
        Cost::Contents
    }

    /// A body that it answers, as its package says (`model/example.json`).
    fn example(&self) -> Option<&[u8]> {
        None
    }

    /// Has `tell` called, with the cause, if the model ends by itself and can never run again: one in a process of its own can.
    fn on_end(&self, _tell: Box<dyn FnOnce(String) + Send>) {}

    /// The process of its own that it runs in; `None` in the server's.
    fn process(&self) -> Option<Pid> {
        None
    }

    /// The name of the runtime, for people: `ONNX Runtime 1.20` or `built-in`.
    fn runtime(&self) -> String;
}

/// A model that failed while it ran.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize, Deserialize)]
pub enum RunError {
    /// The runtime's own words, shortened.
    #[error("{0}")]
    Said(String),
    /// The run was ended.
    #[error(transparent)]
    Ended(#[from] Ended),
}

impl RunError {
    /// Keeps 500 characters of what a runtime says.
    pub fn new(said: impl fmt::Display) -> Self {
        Self::Said(shorten(&said.to_string()))
    }

    /// Whether memory ran out, by our own finding or in the words of whoever ran the model.
    pub(crate) fn is_of_memory(&self) -> bool {
        match self {
            Self::Said(said) => death::is_of_memory(said),
            Self::Ended(why) => *why == Ended::TooLarge,
        }
    }
}

/// A model each run of which ends with `ending`.
#[derive(Debug)]
pub(crate) struct Endable<'m> {
    pub(crate) model: &'m dyn Predictor,
    pub(crate) ending: &'m Ending,
}

impl Predictor for Endable<'_> {
    fn ports(&self) -> &Ports {
        self.model.ports()
    }

    fn run(&self, inputs: &[Tensor]) -> Result<Vec<Value>, RunError> {
        self.model.run_until(inputs, self.ending)
    }

    fn cost(&self) -> Cost {
        self.model.cost()
    }

    fn example(&self) -> Option<&[u8]> {
        self.model.example()
    }

    fn on_end(&self, tell: Box<dyn FnOnce(String) + Send>) {
        self.model.on_end(tell);
    }

    fn process(&self) -> Option<Pid> {
        self.model.process()
    }

    fn runtime(&self) -> String {
        self.model.runtime()
    }
}

/// The folders above a package's `model` folder that are the server's: the package's, that of all packages, and the data folder.
const ABOVE: usize = 3;

/// A runtime's words without the place where packages lie on this server: the package's own `model` folder is all that its
/// people know. Runtimes also say where a path leads that leaves it.
pub(crate) fn without_place(said: &str, folder: Option<&Path>) -> String {
    let Some(folder) = folder else {
        return said.to_owned();
    };
    let above = folder.ancestors().skip(1).take(ABOVE);
    let above = above.filter(|place| place.parent().is_some());
    above.fold(
        said.replace(&folder.display().to_string(), "model"),
        |said, place| said.replace(&place.display().to_string(), "…"),
    )
}

/// At most 500 characters of `text`, on one line: its beginning and its end, where runtimes say what matters.
pub(crate) fn shorten(text: &str) -> String {
    const BEGINNING: usize = 250;
    const END: usize = 248;
    let line = quoted(&text.split_whitespace().collect::<Vec<_>>().join(" "), usize::MAX);
    let count = line.chars().count();
    if count <= BEGINNING + END + 2 {
        return line;
    }
    let beginning: String = line.chars().take(BEGINNING).collect();
    let end: String = line.chars().skip(count - END).collect();
    format!("{beginning}… {end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_place_of_the_server_is_told() {
        let folder = Path::new("/srv/adyton/data/packages/0a/model");
        let said = "/srv/adyton/data/packages/0a/model/w.bin leads to /srv/adyton/data/bootstrap.json, not below /srv/adyton";
        assert_eq!(
            without_place(said, Some(folder)),
            "model/w.bin leads to …/bootstrap.json, not below /srv/adyton"
        );
        assert_eq!(
            without_place("/model/x is not /", Some(Path::new("/model"))),
            "model/x is not /"
        );
        assert_eq!(without_place(said, None), said);
    }
}
