//! Our tensors as values of ONNX Runtime, and back.

use adyton_core::graph_fault::GraphFault;
use half::f16;
use ort::session::SessionInputValue;
use ort::value::{
    DynMapValueType, DynTensorValueType, DynValue, PrimitiveTensorElementType, Shape, TensorElementType,
    TensorRef, ValueType,
};

use super::text_bytes;
use crate::onnx::memory::OutputBudget;
use crate::onnx::predictor::RunError;
use crate::onnx::tensor::{self, ElementType, Elements, Label, Tensor, Value, product};

/// The type of elements; `None` for one that JSON cannot carry.
pub(super) fn element_type(ty: TensorElementType) -> Option<ElementType> {
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

/// Lends a tensor to the runtime; only texts are copied.
pub(super) fn input(tensor: &Tensor) -> ort::Result<SessionInputValue<'_>> {
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
///
/// # Errors
/// There is no room for it, or no JSON.
pub(super) fn output(value: DynValue, room: &mut OutputBudget) -> Result<Value, ValueError> {
    match value.dtype() {
        ValueType::Tensor { .. } => tensor(&value, room).map(Value::Tensor),
        ValueType::Sequence(inner) if matches!(**inner, ValueType::Map { .. }) => {
            let sequence: ort::value::DynSequence = value.downcast()?;
            let maps = sequence.try_extract_sequence::<DynMapValueType>()?;
            let maps = maps.iter().map(|one| {
                room.take(1, size_of::<Vec<(Label, f32)>>())?;
                map(one, room)
            });
            maps.collect::<Result<_, _>>().map(Value::Maps)
        }
        ValueType::Sequence(_) => {
            let sequence: ort::value::DynSequence = value.downcast()?;
            let tensors = sequence.try_extract_sequence::<DynTensorValueType>()?;
            tensors
                .into_iter()
                .map(|one| {
                    room.take(1, size_of::<Tensor>())?;
                    tensor(&one.into_dyn(), room)
                })
                .collect::<Result<_, _>>()
                .map(Value::Sequence)
        }
        ValueType::Map { .. } => Ok(Value::Maps(vec![map(&value.downcast()?, room)?])),
        ValueType::Optional(_) => Err(ort::Error::new(GraphFault::OptionalOutput.kept()).into()),
    }
}

fn map(map: &ort::value::DynMap, room: &mut OutputBudget) -> Result<Vec<(Label, f32)>, ValueError> {
    let ValueType::Map { key, .. } = map.dtype() else {
        return Err(ort::Error::new(GraphFault::NotAMap.kept()).into());
    };
    let scores: Vec<(Label, f32)> = if *key == TensorElementType::String {
        room.take_texts(0, text_bytes::of_keys(map)?)?;
        let pairs = map.try_extract_key_values::<String, f32>()?;
        let label = |(label, score): (String, f32)| (Label::Text(label.into()), score);
        pairs.into_iter().map(label).collect()
    } else {
        let pairs = map.try_extract_key_values::<i64, f32>()?;
        let label = |(label, score)| (Label::Number(label), score);
        pairs.into_iter().map(label).collect()
    };
    room.take(scores.len(), size_of::<(Label, f32)>())?;
    Ok(scores)
}

/// What the runtime says, or that there is no room.
#[derive(Debug, thiserror::Error)]
pub(super) enum ValueError {
    #[error(transparent)]
    Said(#[from] ort::Error),
    #[error(transparent)]
    NoRoom(#[from] RunError),
}

fn tensor(value: &DynValue, room: &mut OutputBudget) -> Result<Tensor, ValueError> {
    fn copy<T: PrimitiveTensorElementType + Copy>(
        value: &ort::value::DynTensorRef<'_>,
        room: &mut OutputBudget,
        make: fn(Vec<T>) -> Elements,
    ) -> Result<Tensor, ValueError> {
        let (shape, elements) = value.try_extract_tensor::<T>()?;
        Ok(Tensor {
            shape: lengths(shape),
            elements: make(room.copy(elements)?),
        })
    }
    let ValueType::Tensor { ty, .. } = value.dtype() else {
        return Err(ort::Error::new(GraphFault::NotATensor.kept()).into());
    };
    let view: ort::value::DynTensorRef<'_> = value.view().downcast()?;
    match ty {
        TensorElementType::Float32 => copy::<f32>(&view, room, Elements::Float32),
        TensorElementType::Float64 => copy::<f64>(&view, room, Elements::Float64),
        TensorElementType::Float16 => copy::<f16>(&view, room, Elements::Float16),
        TensorElementType::Int8 => copy::<i8>(&view, room, Elements::Int8),
        TensorElementType::Int16 => copy::<i16>(&view, room, Elements::Int16),
        TensorElementType::Int32 => copy::<i32>(&view, room, Elements::Int32),
        TensorElementType::Int64 => copy::<i64>(&view, room, Elements::Int64),
        TensorElementType::Uint8 => copy::<u8>(&view, room, Elements::Uint8),
        TensorElementType::Uint16 => copy::<u16>(&view, room, Elements::Uint16),
        TensorElementType::Uint32 => copy::<u32>(&view, room, Elements::Uint32),
        TensorElementType::Uint64 => copy::<u64>(&view, room, Elements::Uint64),
        TensorElementType::Bool => copy::<bool>(&view, room, Elements::Bool),
        TensorElementType::String => {
            room.take_texts(product(&lengths(value.shape())), text_bytes::of(&view)?)?;
            let (shape, texts) = view.try_extract_strings()?;
            Ok(Tensor {
                shape: lengths(shape),
                elements: Elements::Text(texts),
            })
        }
        other => {
            let kind = &other.to_string();
            Err(ort::Error::new(GraphFault::OutputOf { kind }.kept()).into())
        }
    }
}

fn lengths(shape: &Shape) -> tensor::Shape {
    shape
        .iter()
        .map(|length| usize::try_from(*length).unwrap_or(0))
        .collect()
}
