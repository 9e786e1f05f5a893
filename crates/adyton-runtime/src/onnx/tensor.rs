//! Tensors, their element types, and what a model gives. Plain values; no backend's types.

use std::fmt;
use std::sync::Arc;

use half::f16;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

/// The element types of ONNX that a prediction can carry as JSON.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
pub enum ElementType {
    /// `float`
    Float32,
    /// `double`
    Float64,
    /// `float16`
    Float16,
    /// `int8`
    Int8,
    /// `int16`
    Int16,
    /// `int32`
    Int32,
    /// `int64`
    Int64,
    /// `uint8`
    Uint8,
    /// `uint16`
    Uint16,
    /// `uint32`
    Uint32,
    /// `uint64`
    Uint64,
    /// `bool`
    Bool,
    /// `string`
    Text,
}

impl ElementType {
    /// What an element takes in memory, in bytes; of a text, what it takes beside its letters.
    pub(crate) const fn size(self) -> usize {
        match self {
            Self::Int8 | Self::Uint8 | Self::Bool => 1,
            Self::Float16 | Self::Int16 | Self::Uint16 => 2,
            Self::Float32 | Self::Int32 | Self::Uint32 => 4,
            Self::Float64 | Self::Int64 | Self::Uint64 => 8,
            Self::Text => size_of::<String>() + 16,
        }
    }
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Float16 => "float16",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Bool => "bool",
            Self::Text => "string",
        })
    }
}

/// The elements of a tensor, in row-major order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each variant is the element type of its name")]
pub enum Elements {
    Float32(Vec<f32>),
    Float64(Vec<f64>),
    Float16(Vec<f16>),
    Int8(Vec<i8>),
    Int16(Vec<i16>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Uint8(Vec<u8>),
    Uint16(Vec<u16>),
    Uint32(Vec<u32>),
    Uint64(Vec<u64>),
    Bool(Vec<bool>),
    Text(Vec<String>),
}

/// Runs the same code on the elements of any type: `$vec` is bound to the vector.
macro_rules! each_type {
    ($elements:expr, $vec:ident => $code:expr) => {
        match $elements {
            $crate::onnx::tensor::Elements::Float32($vec) => $code,
            $crate::onnx::tensor::Elements::Float64($vec) => $code,
            $crate::onnx::tensor::Elements::Float16($vec) => $code,
            $crate::onnx::tensor::Elements::Int8($vec) => $code,
            $crate::onnx::tensor::Elements::Int16($vec) => $code,
            $crate::onnx::tensor::Elements::Int32($vec) => $code,
            $crate::onnx::tensor::Elements::Int64($vec) => $code,
            $crate::onnx::tensor::Elements::Uint8($vec) => $code,
            $crate::onnx::tensor::Elements::Uint16($vec) => $code,
            $crate::onnx::tensor::Elements::Uint32($vec) => $code,
            $crate::onnx::tensor::Elements::Uint64($vec) => $code,
            $crate::onnx::tensor::Elements::Bool($vec) => $code,
            $crate::onnx::tensor::Elements::Text($vec) => $code,
        }
    };
}
pub(crate) use each_type;

impl Elements {
    /// No elements of type `of`, with room for `room`.
    pub fn with_room(of: ElementType, room: usize) -> Self {
        match of {
            ElementType::Float32 => Self::Float32(Vec::with_capacity(room)),
            ElementType::Float64 => Self::Float64(Vec::with_capacity(room)),
            ElementType::Float16 => Self::Float16(Vec::with_capacity(room)),
            ElementType::Int8 => Self::Int8(Vec::with_capacity(room)),
            ElementType::Int16 => Self::Int16(Vec::with_capacity(room)),
            ElementType::Int32 => Self::Int32(Vec::with_capacity(room)),
            ElementType::Int64 => Self::Int64(Vec::with_capacity(room)),
            ElementType::Uint8 => Self::Uint8(Vec::with_capacity(room)),
            ElementType::Uint16 => Self::Uint16(Vec::with_capacity(room)),
            ElementType::Uint32 => Self::Uint32(Vec::with_capacity(room)),
            ElementType::Uint64 => Self::Uint64(Vec::with_capacity(room)),
            ElementType::Bool => Self::Bool(Vec::with_capacity(room)),
            ElementType::Text => Self::Text(Vec::with_capacity(room)),
        }
    }
    /// `count` zeros (`false`, empty texts).
    pub fn zeros(of: ElementType, count: usize) -> Self {
        let mut elements = Self::with_room(of, count);
        each_type!(&mut elements, vec => vec.resize(count, Default::default()));
        elements
    }
    /// `count` ones (`true`, the text `1`).
    pub fn ones(of: ElementType, count: usize) -> Self {
        match of {
            ElementType::Float32 => Self::Float32(vec![1.0; count]),
            ElementType::Float64 => Self::Float64(vec![1.0; count]),
            ElementType::Float16 => Self::Float16(vec![f16::ONE; count]),
            ElementType::Int8 => Self::Int8(vec![1; count]),
            ElementType::Int16 => Self::Int16(vec![1; count]),
            ElementType::Int32 => Self::Int32(vec![1; count]),
            ElementType::Int64 => Self::Int64(vec![1; count]),
            ElementType::Uint8 => Self::Uint8(vec![1; count]),
            ElementType::Uint16 => Self::Uint16(vec![1; count]),
            ElementType::Uint32 => Self::Uint32(vec![1; count]),
            ElementType::Uint64 => Self::Uint64(vec![1; count]),
            ElementType::Bool => Self::Bool(vec![true; count]),
            ElementType::Text => Self::Text(vec!["1".to_owned(); count]),
        }
    }
    /// How many there are.
    pub fn len(&self) -> usize {
        each_type!(self, vec => vec.len())
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The length of each axis of a tensor. Most have four at most, which need no memory of their own.
pub type Shape = SmallVec<[usize; 4]>;

/// A tensor: `elements.len()` is the product of `shape`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Tensor {
    /// The length of each axis.
    pub shape: Shape,
    /// The elements, row-major.
    pub elements: Elements,
}

/// A class label: the key of a classifier's probability map.
#[derive(Clone, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
pub enum Label {
    /// An integer class.
    Number(i64),
    /// A named class.
    Text(Arc<str>),
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// One output of a prediction.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Value {
    /// A tensor.
    Tensor(Tensor),
    /// A map for each row, as ONNX's `ZipMap` makes them: scikit-learn classifiers give probabilities by label.
    Maps(Vec<Vec<(Label, f32)>>),
    /// A sequence of tensors.
    Sequence(Vec<Tensor>),
}

/// How many elements a tensor of this shape has.
pub(crate) fn product(shape: &[usize]) -> usize {
    shape
        .iter()
        .fold(1usize, |product, length| product.saturating_mul(*length))
}

/// A shape as messages show it: `[1,3]`.
pub(crate) fn show_shape(shape: &[usize]) -> String {
    let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
    format!("[{}]", lengths.join(","))
}
