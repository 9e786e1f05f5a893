//! ONNX Runtime behind the [`Predictor`] trait: the fast path and the reference.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use half::f16;
use ort::environment::Environment;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::session::{RunOptions, Session, SessionInputValue, SessionOutputs};
use ort::value::{
    DynMapValueType, DynTensorValueType, DynValue, PrimitiveTensorElementType, Shape, TensorElementType,
    TensorRef, ValueType,
};

use super::cost::Cost;
use super::ending::{Ending, ended};
use super::lanes::{self, Lanes};
use super::predictor::{LoadError, Predictor, RunError};
use super::shapes;
use super::tensor::{Axis, ElementType, Elements, Input, Label, MOST_AXES, Ports, Tensor, Value};
use super::words;
use super::zip_map::{self, Cut};

/// Files up to this size, in bytes, are looked through for maps to cut off.
const SMALL: u64 = 16 << 20;

/// A model in ONNX Runtime. `ort` lets one thread use a session at a time, so small models have several.
#[derive(Debug)]
pub struct OnnxRuntimeModel {
    ports: Ports,
    /// For each output, the labels of a `ZipMap` that was cut off; empty when none was.
    labels: Vec<Option<Vec<Label>>>,
    sessions: Lanes<Session>,
    minor: u32,
    cost: Cost,
}

impl OnnxRuntimeModel {
    /// Loads the model in `path`; `file` is how messages name it.
    ///
    /// # Errors
    /// The file is no model, or the graph is wrong; in the runtime's words.
    pub fn load(environment: &Environment, minor: u32, path: &Path, file: &str) -> Result<Self, LoadError> {
        let wrong = |cause: ort::Error| {
            let cause = words::plain(&cause.to_string());
            LoadError::Graph {
                file: file.to_owned(),
                runtime: format!("ONNX Runtime 1.{minor}"),
                fix: words::fix(&cause),
                cause,
            }
        };
        let bytes = std::fs::metadata(path).map_or(0, |meta| meta.len());
        let copies = lanes::worth(bytes);
        let whole =
            Lanes::make(1, || open(environment, |builder| builder.commit_from_file(path))).map_err(wrong)?;
        let mut ports = ports(&whole.take(), path, file)?;
        // Read only when it is small enough to be a classifier.
        let cut = if bytes > SMALL {
            None
        } else {
            std::fs::read(path).ok().and_then(|read| zip_map::cut_file(&read))
        };
        if let Some(Cut { file: rest, labels }) = cut {
            // A graph that does not load without its maps is run as it is.
            let make = || open(environment, |builder| builder.commit_from_memory(&rest));
            if let Ok(sessions) = Lanes::make(copies, make) {
                // Outputs keep the names that the model gives them.
                ports.outputs.truncate(labels.len());
                return Ok(Self {
                    ports,
                    labels,
                    sessions,
                    minor,
                    cost: Cost::Contents,
                });
            }
        }
        let sessions = match copies {
            1 => whole,
            _ => Lanes::make(copies, || {
                open(environment, |builder| builder.commit_from_file(path))
            })
            .map_err(wrong)?,
        };
        Ok(Self {
            ports,
            labels: Vec::new(),
            sessions,
            minor,
            cost: Cost::Contents,
        })
    }

    /// The same, with what its time depends on.
    #[must_use]
    pub(super) fn costing(self, cost: Cost) -> Self {
        Self { cost, ..self }
    }
}

fn open(
    environment: &Environment,
    commit: impl Fn(&mut SessionBuilder) -> ort::Result<Session>,
) -> ort::Result<Session> {
    let builder = Session::builder(environment)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_intra_op_spinning(false)?
        .with_inter_op_spinning(false)?;
    commit(&mut { builder })
}

fn ports(session: &Session, path: &Path, file: &str) -> Result<Ports, LoadError> {
    let looks_scalar = |port: &ort::value::Outlet| match port.dtype() {
        ValueType::Tensor { shape, .. } => shape.is_empty(),
        _ => false,
    };
    let without_rank = match session.inputs().iter().any(looks_scalar) {
        true => shapes::without_rank(path),
        false => HashSet::new(),
    };
    let inputs = session.inputs().iter().map(|port| {
        let refused = |what: String| LoadError::Input {
            file: file.to_owned(),
            input: port.name().to_owned(),
            what,
        };
        let ValueType::Tensor {
            ty,
            shape,
            dimension_symbols,
        } = port.dtype()
        else {
            return Err(refused(port.dtype().to_string()));
        };
        let element = element_type(*ty).ok_or_else(|| refused(format!("a tensor of {ty}")))?;
        let axes =
            shape
                .iter()
                .zip(dimension_symbols.iter())
                .map(|(length, name)| match usize::try_from(*length) {
                    Ok(length) => Axis::Fixed(length),
                    Err(_) => Axis::Any((!name.is_empty()).then(|| Arc::from(name.as_str()))),
                });
        if shape.len() > MOST_AXES {
            return Err(refused(format!(
                "a tensor of {} axes, more than {MOST_AXES}",
                shape.len()
            )));
        }
        Ok(Input {
            name: Arc::from(port.name()),
            element,
            axes: (!without_rank.contains(port.name())).then(|| axes.collect()),
        })
    });
    let hidden = |port: &&ort::value::Outlet| !can_be_shown(port.dtype());
    if let Some(port) = session.outputs().iter().find(hidden) {
        return Err(LoadError::Output {
            file: file.to_owned(),
            output: port.name().to_owned(),
            what: match port.dtype() {
                ValueType::Tensor { ty, .. } => format!("a tensor of {ty}"),
                other => other.to_string(),
            },
        });
    }
    Ok(Ports {
        inputs: inputs.collect::<Result<_, _>>()?,
        outputs: session
            .outputs()
            .iter()
            .map(|port| Arc::from(port.name()))
            .collect(),
    })
}

/// Whether what such an output holds can be written as JSON; the elements of sequences are seen when they come.
fn can_be_shown(ty: &ValueType) -> bool {
    match ty {
        ValueType::Tensor { ty, .. } => *ty == TensorElementType::Undefined || element_type(*ty).is_some(),
        ValueType::Sequence(_) | ValueType::Map { .. } => true,
        ValueType::Optional(_) => false,
    }
}

fn element_type(ty: TensorElementType) -> Option<ElementType> {
    Some(match ty {
        TensorElementType::Float32 => ElementType::Float32,
        TensorElementType::Float64 => ElementType::Float64,
        TensorElementType::Float16 => ElementType::Float16,
        TensorElementType::Int8 => ElementType::Int8,
        TensorElementType::Int16 => ElementType::Int16,
        TensorElementType::Int32 => ElementType::Int32,
        TensorElementType::Int64 => ElementType::Int64,
        TensorElementType::Uint8 => ElementType::Uint8,
        TensorElementType::Uint16 => ElementType::Uint16,
        TensorElementType::Uint32 => ElementType::Uint32,
        TensorElementType::Uint64 => ElementType::Uint64,
        TensorElementType::Bool => ElementType::Bool,
        TensorElementType::String => ElementType::Text,
        _ => return None,
    })
}

impl Predictor for OnnxRuntimeModel {
    fn ports(&self) -> &Ports {
        &self.ports
    }

    fn run(&self, inputs: &[Tensor]) -> Result<Vec<Value>, RunError> {
        let given = lend(inputs)?;
        let mut session = self.sessions.take();
        let outputs = session.run(given.as_slice()).map_err(run_error)?;
        self.values(outputs)
    }

    fn run_until(&self, inputs: &[Tensor], ending: &Ending) -> Result<Vec<Value>, RunError> {
        let given = lend(inputs)?;
        // For this run alone: who ends it late ends no other.
        let options = Arc::new(RunOptions::new().map_err(run_error)?);
        let interrupt = Arc::clone(&options);
        let mut session = self.sessions.take_until(|| ending.is_over()).ok_or_else(ended)?;
        let outputs = ending.during(
            // It fails only for options that are not there.
            move || drop(interrupt.terminate()),
            || session.run_with_options(given.as_slice(), &options),
        )?;
        match outputs {
            Err(_) if ending.is_over() => Err(ended()),
            outputs => self.values(outputs.map_err(run_error)?),
        }
    }

    fn cost(&self) -> Cost {
        self.cost
    }

    fn runtime(&self) -> String {
        format!("ONNX Runtime 1.{}", self.minor)
    }
}

impl OnnxRuntimeModel {
    fn values(&self, outputs: SessionOutputs<'_>) -> Result<Vec<Value>, RunError> {
        let mut values = Vec::with_capacity(outputs.len());
        for (at, (_, value)) in outputs.into_iter().enumerate() {
            values.push(match (output(value).map_err(run_error)?, self.labels.get(at)) {
                (Value::Tensor(scores), Some(Some(labels))) => zip_map::maps(scores, labels)?,
                (value, _) => value,
            });
        }
        Ok(values)
    }
}

fn lend(inputs: &[Tensor]) -> Result<Vec<SessionInputValue<'_>>, RunError> {
    inputs
        .iter()
        .map(input)
        .collect::<ort::Result<_>>()
        .map_err(run_error)
}

fn run_error(said: ort::Error) -> RunError {
    RunError(words::plain(&said.to_string()))
}

/// Lends a tensor to the runtime; only texts are copied.
fn input(tensor: &Tensor) -> ort::Result<SessionInputValue<'_>> {
    fn lend<'t, T: PrimitiveTensorElementType + std::fmt::Debug + Clone + 'static>(
        shape: &'t [usize],
        elements: &'t [T],
    ) -> ort::Result<SessionInputValue<'t>> {
        TensorRef::from_array_view((shape, elements)).map(SessionInputValue::from)
    }
    let shape = tensor.shape.as_slice();
    match &tensor.elements {
        Elements::Float32(elements) => lend(shape, elements),
        Elements::Float64(elements) => lend(shape, elements),
        Elements::Float16(elements) => lend(shape, elements),
        Elements::Int8(elements) => lend(shape, elements),
        Elements::Int16(elements) => lend(shape, elements),
        Elements::Int32(elements) => lend(shape, elements),
        Elements::Int64(elements) => lend(shape, elements),
        Elements::Uint8(elements) => lend(shape, elements),
        Elements::Uint16(elements) => lend(shape, elements),
        Elements::Uint32(elements) => lend(shape, elements),
        Elements::Uint64(elements) => lend(shape, elements),
        Elements::Bool(elements) => lend(shape, elements),
        Elements::Text(elements) => {
            ort::value::Tensor::from_string_array((shape, elements.as_slice())).map(SessionInputValue::from)
        }
    }
}

/// Copies what the runtime gave into our own values.
fn output(value: DynValue) -> ort::Result<Value> {
    match value.dtype() {
        ValueType::Tensor { .. } => tensor(&value).map(Value::Tensor),
        ValueType::Sequence(inner) if matches!(**inner, ValueType::Map { .. }) => {
            let sequence: ort::value::DynSequence = value.downcast()?;
            let maps = sequence.try_extract_sequence::<DynMapValueType>()?;
            maps.iter().map(map).collect::<ort::Result<_>>().map(Value::Maps)
        }
        ValueType::Sequence(_) => {
            let sequence: ort::value::DynSequence = value.downcast()?;
            let tensors = sequence.try_extract_sequence::<DynTensorValueType>()?;
            tensors
                .into_iter()
                .map(|one| tensor(&one.into_dyn()))
                .collect::<ort::Result<_>>()
                .map(Value::Sequence)
        }
        ValueType::Map { .. } => Ok(Value::Maps(vec![map(&value.downcast()?)?])),
        ValueType::Optional(_) => Err(ort::Error::new("an optional output cannot be shown as JSON")),
    }
}

fn map(map: &ort::value::DynMap) -> ort::Result<Vec<(Label, f32)>> {
    let ValueType::Map { key, .. } = map.dtype() else {
        return Err(ort::Error::new("not a map"));
    };
    if *key == TensorElementType::String {
        let pairs = map.try_extract_key_values::<String, f32>()?;
        return Ok(pairs
            .into_iter()
            .map(|(label, value)| (Label::Text(label.into()), value))
            .collect());
    }
    let pairs = map.try_extract_key_values::<i64, f32>()?;
    Ok(pairs
        .into_iter()
        .map(|(label, value)| (Label::Number(label), value))
        .collect())
}

fn tensor(value: &DynValue) -> ort::Result<Tensor> {
    fn copy<T: PrimitiveTensorElementType + Clone>(
        value: &ort::value::DynTensorRef<'_>,
        make: fn(Vec<T>) -> Elements,
    ) -> ort::Result<Tensor> {
        let (shape, elements) = value.try_extract_tensor::<T>()?;
        Ok(Tensor {
            shape: lengths(shape),
            elements: make(elements.to_vec()),
        })
    }
    let ValueType::Tensor { ty, .. } = value.dtype() else {
        return Err(ort::Error::new("not a tensor"));
    };
    let view: ort::value::DynTensorRef<'_> = value.view().downcast()?;
    match ty {
        TensorElementType::Float32 => copy::<f32>(&view, Elements::Float32),
        TensorElementType::Float64 => copy::<f64>(&view, Elements::Float64),
        TensorElementType::Float16 => copy::<f16>(&view, Elements::Float16),
        TensorElementType::Int8 => copy::<i8>(&view, Elements::Int8),
        TensorElementType::Int16 => copy::<i16>(&view, Elements::Int16),
        TensorElementType::Int32 => copy::<i32>(&view, Elements::Int32),
        TensorElementType::Int64 => copy::<i64>(&view, Elements::Int64),
        TensorElementType::Uint8 => copy::<u8>(&view, Elements::Uint8),
        TensorElementType::Uint16 => copy::<u16>(&view, Elements::Uint16),
        TensorElementType::Uint32 => copy::<u32>(&view, Elements::Uint32),
        TensorElementType::Uint64 => copy::<u64>(&view, Elements::Uint64),
        TensorElementType::Bool => copy::<bool>(&view, Elements::Bool),
        TensorElementType::String => {
            let (shape, texts) = view.try_extract_strings()?;
            Ok(Tensor {
                shape: lengths(shape),
                elements: Elements::Text(texts),
            })
        }
        other => Err(ort::Error::new(format!(
            "an output of {other} cannot be shown as JSON"
        ))),
    }
}

fn lengths(shape: &Shape) -> super::tensor::Shape {
    shape
        .iter()
        .map(|length| usize::try_from(*length).unwrap_or(0))
        .collect()
}
