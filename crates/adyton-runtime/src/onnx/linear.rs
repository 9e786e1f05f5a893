//! Linear models, computed here: a product, a sum, and what turns scores into probabilities.
//!
//! A model of a few columns is a handful of multiplications; a runtime's call around them costs fifty times as much. So a graph
//! that consists of nothing but steps that are known here ([`Plan`]) is computed without one. Logistic and linear regressions
//! of scikit-learn are such graphs, scalers in front of them included.
//!
//! What must hold: the runtime stays the reference. It has the model loaded too, both answer the same trial rows when the model
//! is loaded, and where they differ in a label, or in a score by more than rounding does, the runtime serves. It also
//! answers whatever the plan does not take: numbers that are not finite, other types and shapes.

mod plan;
mod read;
mod trial;

use std::path::Path;

use super::cost::Cost;
use super::ending::Ending;
use super::predictor::{Predictor, RunError};
use super::tensor::{Ports, Tensor, Value};
use plan::Plan;

/// Larger files, in bytes, are not worth a look: a linear model is small.
const LARGEST: u64 = 4 << 20;

/// A linear model beside its reference.
#[derive(Debug)]
pub(super) struct Linear {
    plan: Plan,
    reference: Box<dyn Predictor>,
}

impl Linear {
    /// Takes the work over from `reference`, which has loaded the model in `path`; gives it back where it cannot.
    pub(super) fn take_over(path: &Path, reference: Box<dyn Predictor>) -> Box<dyn Predictor> {
        let is_small = std::fs::metadata(path).is_ok_and(|meta| meta.len() <= LARGEST);
        // A file that cannot be read again is the reference's: it has read it.
        let file = if is_small { std::fs::read(path).ok() } else { None };
        match file.and_then(|file| read::plan(&file, reference.ports())) {
            Some(plan) if trial::agree(&plan, reference.as_ref()) => Box::new(Self { plan, reference }),
            Some(_) | None => reference,
        }
    }
}

/// Looks for a plan, for fuzzing; says whether there is one.
pub(super) fn read_alone(file: &[u8], ports: &Ports) -> bool {
    read::plan(file, ports).is_some()
}

impl Predictor for Linear {
    fn ports(&self) -> &Ports {
        self.reference.ports()
    }

    fn run(&self, inputs: &[Tensor]) -> Result<Vec<Value>, RunError> {
        match self.plan.run(inputs) {
            Some(values) => Ok(values),
            None => self.reference.run(inputs),
        }
    }

    fn run_until(&self, inputs: &[Tensor], ending: &Ending) -> Result<Vec<Value>, RunError> {
        match self.plan.run(inputs) {
            Some(values) => Ok(values),
            None => self.reference.run_until(inputs, ending),
        }
    }

    fn cost(&self) -> Cost {
        Cost::Elements
    }

    fn runtime(&self) -> String {
        format!("linear, as {}", self.reference.runtime())
    }
}
