//! The compiled-in runtime (`tract`) behind the [`Predictor`] trait: it serves where no ONNX Runtime is installed.
//!
//! What it lacks is refused when the model is imported, with the operator's name. Before `tract` sees the graph, `rewrite.rs`
//! rewrites what it does not know: a final `ZipMap` (its labels are kept here), `Scaler`, unnamed axes; `trees.rs` does the same with
//! ensembles of trees. `plans.rs` prepares the
//! graph once for all shapes, or, where `tract` cannot, for each shape that comes.

mod attributes;
mod axes;
mod bounds;
mod combinations;
mod custom_operators;
mod dequantize;
mod graph;
mod learned;
mod nested;
mod nodes;
mod operators;
mod plans;
mod ranges;
mod recurrences;
mod rewrite;
mod sizes;
mod tensors;
mod texts;
mod trees;
mod unsupported_inputs;

use std::path::Path;

use tract_onnx::prelude::*;

use self::graph::PreparedGraph;
use self::plans::Plans;
use self::tensors::{input, output, said};
use super::classifier::{self, After};
use super::cost::Cost;
use super::ending::Ending;
use super::load_error::{GraphFix, LoadError};
use super::memory::OutputBudget;
use super::predictor::{Predictor, RunError, shorten, without_place};
use super::session_pool;
use super::signature::Ports;
use super::tensor::{Tensor, Value};

/// A model in the compiled-in runtime.
#[derive(Debug)]
pub struct BuiltinModel {
    ports: Ports,
    /// For each output, what is left to do with it.
    after: Vec<After>,
    plans: Plans,
    cost: Cost,
}

impl BuiltinModel {
    /// Loads the model in `path`; `file` is how messages name it.
    ///
    /// # Errors
    /// The file is no model, operators are missing, or the graph is wrong.
    pub fn load(path: &Path, file: &str) -> Result<Self, LoadError> {
        let onnx = tract_onnx::onnx();
        let unreadable = |cause: String| LoadError::Unreadable {
            file: file.to_owned(),
            cause: shorten(&cause),
        };
        let mut reader =
            std::io::BufReader::new(std::fs::File::open(path).map_err(|e| unreadable(e.to_string()))?);
        let mut model = onnx
            .proto_model_for_read(&mut reader)
            .map_err(|e| unreadable(format!("{e:#}")))?;
        let PreparedGraph { ports, after } = graph::prepare(&mut model, file)?;
        let bytes = std::fs::metadata(path).map_or(0, |meta| meta.len());
        let inner = model.graph.as_ref().map_or_else(Vec::new, nested::with_graphs);
        let plans = Plans::prepare(model, &ports, path.parent(), session_pool::copies_for(bytes));
        let plans = plans.map_err(|cause| {
            let cause = format!("{cause:#}");
            let file = file.to_owned();
            match inner.into_iter().find(|node| cause.contains(&node.as_blamed)) {
                Some(node) => LoadError::Attribute {
                    file,
                    what: node.what,
                },
                None => LoadError::Graph {
                    file,
                    runtime: "the compiled-in runtime".to_owned(),
                    cause: shorten(&without_place(&cause, path.parent())),
                    fix: if cause.contains("external data path") {
                        GraphFix::Weights
                    } else {
                        GraphFix::OtherRuntime
                    },
                },
            }
        })?;
        Ok(Self {
            ports,
            after,
            plans,
            cost: Cost::Contents,
        })
    }

    /// The same, with what its time depends on.
    #[must_use]
    pub(super) fn costing(self, cost: Cost) -> Self {
        Self { cost, ..self }
    }
}

/// Reads a graph as [`BuiltinModel::load`] does, up to where `tract` takes it over, for fuzzing.
pub(crate) fn read_alone(bytes: &[u8]) {
    let onnx = tract_onnx::onnx();
    let _ = classifier::cut_file(bytes);
    if let Ok(mut model) = onnx.proto_model_for_read(&mut &*bytes) {
        let _ = graph::prepare(&mut model, "model.onnx");
    }
}

impl Predictor for BuiltinModel {
    fn ports(&self) -> &Ports {
        &self.ports
    }

    fn run(&self, inputs: &[Tensor]) -> Result<Vec<Value>, RunError> {
        self.run_until(inputs, &Ending::default())
    }

    fn run_until(&self, inputs: &[Tensor], ending: &Ending) -> Result<Vec<Value>, RunError> {
        let given = inputs
            .iter()
            .map(input)
            .collect::<TractResult<_>>()
            .map_err(said)?;
        let outputs = self.plans.run(inputs, given, ending).map_err(said)?;
        let mut room = OutputBudget::new();
        let finish = |(value, after): (&TValue, &After)| {
            let tensor = output(value, &mut room)?;
            after.finish(tensor, &mut room)
        };
        outputs.iter().zip(&self.after).map(finish).collect()
    }

    fn cost(&self) -> Cost {
        // A shape that has not come before may need a plan, which takes long: not on a gateway's core.
        match self.plans.may_grow(&self.ports) {
            true => Cost::Contents,
            false => self.cost,
        }
    }

    fn runtime(&self) -> String {
        "built-in".to_owned()
    }
}
