//! The compiled-in runtime (`tract`) behind the [`Predictor`] trait: it serves where no ONNX Runtime is installed.
//!
//! What it lacks is refused when the model is imported, with the operator's name. Before `tract` sees the graph, `graph.rs`
//! rewrites what it does not know: a final `ZipMap` (its labels are kept here), `Scaler`, unnamed axes. `plans.rs` prepares the
//! graph once for all shapes, or, where `tract` cannot, for each shape that comes.

mod attributes;
mod bounds;
mod graph;
mod operators;
mod plans;
mod restart;
mod watch;

use std::path::Path;

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::tensor1;

use self::graph::{After, Prepared};
use self::plans::Plans;
use super::cost::Cost;
use super::ending::Ending;
use super::lanes;
use super::predictor::{LoadError, Predictor, RunError, shorten};
use super::tensor::{ElementType, Elements, Ports, Tensor, Value};
use super::zip_map;

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
        let Prepared { ports, after } = graph::prepare(&mut model, file)?;
        let bytes = std::fs::metadata(path).map_or(0, |meta| meta.len());
        let plans = Plans::prepare(model, &ports, path.parent(), lanes::worth(bytes));
        let plans = plans.map_err(|cause| LoadError::Graph {
            file: file.to_owned(),
            runtime: "the compiled-in runtime".to_owned(),
            cause: shorten(&format!("{cause:#}")),
            fix: "; ONNX Runtime may be able to (`adyton doctor --fix` installs it)",
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
    let _ = zip_map::cut_file(bytes);
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
        let finish = |(value, after): (&TValue, &After)| {
            let tensor = output(value)?;
            match after {
                After::Plain => Ok(Value::Tensor(tensor)),
                After::Maps(labels) => zip_map::maps(tensor, labels),
                After::Texts(texts) => name_classes(tensor, texts),
            }
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

fn said(problem: TractError) -> RunError {
    RunError::new(format!("{problem:#}"))
}

fn input(tensor: &Tensor) -> TractResult<TValue> {
    fn make<T: Datum + Copy>(shape: &[usize], elements: &[T]) -> TractResult<tract_onnx::prelude::Tensor> {
        tract_onnx::prelude::Tensor::from_shape(shape, elements)
    }
    let shape = tensor.shape.as_slice();
    let made = match &tensor.elements {
        Elements::Float32(elements) => make(shape, elements)?,
        Elements::Float64(elements) => make(shape, elements)?,
        Elements::Float16(elements) => make(shape, elements)?,
        Elements::Int8(elements) => make(shape, elements)?,
        Elements::Int16(elements) => make(shape, elements)?,
        Elements::Int32(elements) => make(shape, elements)?,
        Elements::Int64(elements) => make(shape, elements)?,
        Elements::Uint8(elements) => make(shape, elements)?,
        Elements::Uint16(elements) => make(shape, elements)?,
        Elements::Uint32(elements) => make(shape, elements)?,
        Elements::Uint64(elements) => make(shape, elements)?,
        Elements::Bool(elements) => make(shape, elements)?,
        Elements::Text(elements) => tensor1(elements).into_shape(shape)?,
    };
    Ok(made.into_tvalue())
}

fn output(value: &tract_onnx::prelude::Tensor) -> Result<Tensor, RunError> {
    fn copy<T: Datum + Clone>(
        value: &tract_onnx::prelude::Tensor,
        make: fn(Vec<T>) -> Elements,
    ) -> TractResult<Elements> {
        Ok(make(value.try_as_plain_ram()?.as_slice::<T>()?.to_vec()))
    }
    let elements = match value.datum_type().unquantized() {
        DatumType::F32 => copy(value, Elements::Float32),
        DatumType::F64 => copy(value, Elements::Float64),
        DatumType::F16 => copy(value, Elements::Float16),
        DatumType::I8 => copy(value, Elements::Int8),
        DatumType::I16 => copy(value, Elements::Int16),
        DatumType::I32 => copy(value, Elements::Int32),
        DatumType::I64 => copy(value, Elements::Int64),
        DatumType::U8 => copy(value, Elements::Uint8),
        DatumType::U16 => copy(value, Elements::Uint16),
        DatumType::U32 => copy(value, Elements::Uint32),
        DatumType::U64 => copy(value, Elements::Uint64),
        DatumType::Bool => copy(value, Elements::Bool),
        DatumType::String => copy(value, Elements::Text),
        // Lengths computed inside the graph.
        DatumType::TDim => value
            .cast_to::<i64>()
            .and_then(|lengths| copy(&lengths, Elements::Int64)),
        other => {
            return Err(RunError(format!(
                "an output of {other:?} cannot be shown as JSON"
            )));
        }
    };
    Ok(Tensor {
        shape: value.shape().into(),
        elements: elements.map_err(said)?,
    })
}

/// The texts of classes for their numbers.
fn name_classes(classes: Tensor, texts: &[String]) -> Result<Value, RunError> {
    let Elements::Int64(numbers) = classes.elements else {
        return Err(RunError("the classifier gave no class numbers".to_owned()));
    };
    let text = |number: &i64| {
        usize::try_from(*number)
            .ok()
            .and_then(|at| texts.get(at))
            .cloned()
            .unwrap_or_default()
    };
    Ok(Value::Tensor(Tensor {
        shape: classes.shape,
        elements: Elements::Text(numbers.iter().map(text).collect()),
    }))
}

/// The element type that a number of the ONNX file format stands for (`TensorProto.DataType`).
fn element_type(number: i32) -> Option<ElementType> {
    Some(match number {
        1 => ElementType::Float32,
        2 => ElementType::Uint8,
        3 => ElementType::Int8,
        4 => ElementType::Uint16,
        5 => ElementType::Int16,
        6 => ElementType::Int32,
        7 => ElementType::Int64,
        8 => ElementType::Text,
        9 => ElementType::Bool,
        10 => ElementType::Float16,
        11 => ElementType::Float64,
        12 => ElementType::Uint32,
        13 => ElementType::Uint64,
        _ => return None,
    })
}
