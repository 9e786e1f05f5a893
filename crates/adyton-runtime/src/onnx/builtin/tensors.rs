//! Tensors of ours as those of `tract`, and back.

use adyton_core::graph_fault::GraphFault;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::tensor1;

use crate::onnx::ending::Ended;
use crate::onnx::memory::OutputBudget;
use crate::onnx::predictor::RunError;
use crate::onnx::tensor::{ElementType, Elements, Tensor};

/// What `tract` says of a run that failed.
pub(super) fn said(problem: TractError) -> RunError {
    match problem.downcast_ref::<Ended>() {
        Some(why) => RunError::Ended(*why),
        None => RunError::new(format!("{problem:#}")),
    }
}

/// A tensor for `tract`.
pub(super) fn input(tensor: &Tensor) -> TractResult<TValue> {
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

/// A tensor of `tract`, copied.
pub(super) fn output(
    value: &tract_onnx::prelude::Tensor,
    room: &mut OutputBudget,
) -> Result<Tensor, RunError> {
    fn copy<T: Datum + Copy>(
        value: &tract_onnx::prelude::Tensor,
        room: &mut OutputBudget,
        make: fn(Vec<T>) -> Elements,
    ) -> Result<Elements, RunError> {
        let plain = value.try_as_plain_ram().map_err(said)?;
        room.copy(plain.as_slice::<T>().map_err(said)?).map(make)
    }
    let elements = match value.datum_type().unquantized() {
        DatumType::F32 => copy(value, room, Elements::Float32),
        DatumType::F64 => copy(value, room, Elements::Float64),
        DatumType::F16 => copy(value, room, Elements::Float16),
        DatumType::I8 => copy(value, room, Elements::Int8),
        DatumType::I16 => copy(value, room, Elements::Int16),
        DatumType::I32 => copy(value, room, Elements::Int32),
        DatumType::I64 => copy(value, room, Elements::Int64),
        DatumType::U8 => copy(value, room, Elements::Uint8),
        DatumType::U16 => copy(value, room, Elements::Uint16),
        DatumType::U32 => copy(value, room, Elements::Uint32),
        DatumType::U64 => copy(value, room, Elements::Uint64),
        DatumType::Bool => copy(value, room, Elements::Bool),
        DatumType::String => {
            let plain = value.try_as_plain_ram().map_err(said)?;
            let texts = plain.as_slice::<String>().map_err(said)?;
            room.take_texts(texts.len(), texts.iter().map(|text| text.len() as u64).sum())?;
            Ok(Elements::Text(texts.to_vec()))
        }
        // Lengths computed inside the graph.
        DatumType::TDim => {
            let lengths = value.cast_to::<i64>().map_err(said)?;
            copy(&lengths, room, Elements::Int64)
        }
        other => {
            let kind = &format!("{other:?}");
            return Err(RunError::Said(GraphFault::OutputOf { kind }.kept()));
        }
    };
    Ok(Tensor {
        shape: value.shape().into(),
        elements: elements?,
    })
}

/// The element type that a number of the ONNX file format stands for (`TensorProto.DataType`).
pub(super) fn element_type(number: i32) -> Option<ElementType> {
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
