//! What a model's process says of a run, as the server reads it. The graph may have taken that process over, so no length in it is
//! believed: what the answer takes here is counted before it is taken, and what no honest process sends is an error.
//!
//! Written by hand because a derived reader takes what a length promises: one byte of the frame may stand for a list of 24 bytes
//! or a tensor of 72.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use half::f16;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, SeqAccess, VariantAccess, Visitor,
};

use super::frames::Answered;
use crate::onnx::ending::Ended;
use crate::onnx::memory::OutputBudget;
use crate::onnx::predictor::RunError;
use crate::onnx::signature::MOST_OUTPUT_AXES;
use crate::onnx::tensor::{Elements, Label, Shape, Tensor, Value, product};

/// The longest words for a run that failed, in bytes: far more than the process keeps of them.
const LONGEST_WORDS: usize = 64 << 10;
/// What the allocator keeps for a text beside its letters, in bytes.
const TEXT: usize = 16;

/// Reads an answer of a model with so many outputs.
///
/// # Errors
/// It is not one. An answer for which there is no room is one, and says so.
pub(super) fn read(frame: &[u8], outputs: usize) -> Result<Answered, postcard::Error> {
    let mut room = AnswerBudget {
        budget: OutputBudget::of_another_process(),
        outputs,
        refused: None,
    };
    let mut from = postcard::Deserializer::from_bytes(frame);
    let read = Part::<Answered>::within(&mut room).deserialize(&mut from);
    match (read, room.refused) {
        (_, Some(refused)) => Ok(Err(refused)),
        (Ok(answered), None) if from.finalize()?.is_empty() => Ok(answered),
        (Ok(_), None) => Err(postcard::Error::DeserializeBadEncoding),
        (Err(problem), None) => Err(problem),
    }
}

/// What may still be taken.
struct AnswerBudget {
    budget: OutputBudget,
    /// How many values the answer has to have.
    outputs: usize,
    /// Why nothing more may.
    refused: Option<RunError>,
}

impl AnswerBudget {
    fn take<E: Error>(&mut self, count: usize, each: usize) -> Result<(), E> {
        self.budget.take(count, each).map_err(|refused| {
            self.refused = Some(refused);
            E::custom("there is no room for it")
        })
    }
}

/// Something that is read within the room there is.
trait ReadWithin<'de>: Sized {
    fn read<D: Deserializer<'de>>(from: D, room: &mut AnswerBudget) -> Result<Self, D::Error>;
}

/// A part of the answer that is to be read.
struct Part<'r, T> {
    room: &'r mut AnswerBudget,
    of: PhantomData<T>,
}

impl<'r, T> Part<'r, T> {
    fn within(room: &'r mut AnswerBudget) -> Self {
        Self {
            room,
            of: PhantomData,
        }
    }
}

impl<'de, T: ReadWithin<'de>> DeserializeSeed<'de> for Part<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error> {
        T::read(from, self.room)
    }
}

/// Reads a part whose content a visitor is told.
struct PartContent<'r, T>(&'r mut AnswerBudget, PhantomData<T>);

impl<'r, T> PartContent<'r, T> {
    fn within(room: &'r mut AnswerBudget) -> Self {
        Self(room, PhantomData)
    }
}

/// How many items follow, by a length that the frame has bytes for.
fn promised<'de, A: SeqAccess<'de>>(items: &A) -> Result<usize, A::Error> {
    items
        .size_hint()
        .ok_or_else(|| A::Error::custom("a list that is longer than its frame"))
}

fn next<'de, T: ReadWithin<'de>, A: SeqAccess<'de>>(
    items: &mut A,
    room: &mut AnswerBudget,
) -> Result<T, A::Error> {
    items
        .next_element_seed(Part::within(room))?
        .ok_or_else(|| A::Error::custom("something is missing"))
}

impl<'de, T: ReadWithin<'de>> ReadWithin<'de> for Vec<T> {
    fn read<D: Deserializer<'de>>(from: D, room: &mut AnswerBudget) -> Result<Self, D::Error> {
        from.deserialize_seq(PartContent::<Self>::within(room))
    }
}

impl<'de, T: ReadWithin<'de>> Visitor<'de> for PartContent<'_, Vec<T>> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let count = promised(&items)?;
        self.0.take(count, size_of::<T>())?;
        let mut list = Vec::new();
        list.try_reserve_exact(count).map_err(|_| {
            self.0.refused = Some(Ended::TooLarge.into());
            A::Error::custom("there is no memory for it")
        })?;
        while let Some(item) = items.next_element_seed(Part::within(self.0))? {
            list.push(item);
        }
        Ok(list)
    }
}

macro_rules! plain {
    ($($type:ty)*) => {$(
        impl<'de> ReadWithin<'de> for $type {
            fn read<D: Deserializer<'de>>(from: D, _room: &mut AnswerBudget) -> Result<Self, D::Error> {
                Self::deserialize(from)
            }
        }
    )*};
}
plain!(f32 f64 f16 i8 i16 i32 i64 u8 u16 u32 u64 usize bool Ended);

impl<'de> ReadWithin<'de> for String {
    fn read<D: Deserializer<'de>>(from: D, room: &mut AnswerBudget) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(from)?;
        room.take(1, TEXT + text.len())?;
        Ok(text.to_owned())
    }
}

impl<'de> ReadWithin<'de> for Arc<str> {
    fn read<D: Deserializer<'de>>(from: D, room: &mut AnswerBudget) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(from)?;
        room.take(1, TEXT + text.len())?;
        Ok(text.into())
    }
}

impl<'de> ReadWithin<'de> for Shape {
    fn read<D: Deserializer<'de>>(from: D, room: &mut AnswerBudget) -> Result<Self, D::Error> {
        from.deserialize_seq(PartContent::<Self>::within(room))
    }
}

impl<'de> Visitor<'de> for PartContent<'_, Shape> {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {MOST_OUTPUT_AXES} axes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut lengths: A) -> Result<Shape, A::Error> {
        let count = promised(&lengths)?;
        if count > MOST_OUTPUT_AXES {
            return Err(A::Error::invalid_length(count, &self));
        }
        let mut shape = Shape::new();
        while let Some(length) = lengths.next_element()? {
            shape.push(length);
        }
        Ok(shape)
    }
}

impl<'de> ReadWithin<'de> for Tensor {
    fn read<D: Deserializer<'de>>(from: D, room: &mut AnswerBudget) -> Result<Self, D::Error> {
        from.deserialize_tuple(2, PartContent::<Self>::within(room))
    }
}

impl<'de> Visitor<'de> for PartContent<'_, Tensor> {
    type Value = Tensor;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tensor with as many elements as its shape says")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Tensor, A::Error> {
        let tensor = Tensor {
            shape: next(&mut parts, self.0)?,
            elements: next(&mut parts, self.0)?,
        };
        match tensor.elements.len() == product(&tensor.shape) {
            true => Ok(tensor),
            false => Err(A::Error::invalid_length(tensor.elements.len(), &self)),
        }
    }
}

impl<'de> ReadWithin<'de> for (Label, f32) {
    fn read<D: Deserializer<'de>>(from: D, room: &mut AnswerBudget) -> Result<Self, D::Error> {
        from.deserialize_tuple(2, PartContent::<Self>::within(room))
    }
}

impl<'de> Visitor<'de> for PartContent<'_, (Label, f32)> {
    type Value = (Label, f32);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a score by its label")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<(Label, f32), A::Error> {
        Ok((next(&mut parts, self.0)?, next(&mut parts, self.0)?))
    }
}

/// Types one of whose variants is read, by the number that the derived writer gives it.
macro_rules! one_of {
    ($($type:ty, $what:literal: { $($tag:literal => $variant:path),* $(,)? })*) => {$(
        impl<'de> ReadWithin<'de> for $type {
            fn read<D: Deserializer<'de>>(from: D, room: &mut AnswerBudget) -> Result<Self, D::Error> {
                from.deserialize_enum($what, &[], PartContent::<Self>::within(room))
            }
        }

        impl<'de> Visitor<'de> for PartContent<'_, $type> {
            type Value = $type;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($what)
            }

            fn visit_enum<A: EnumAccess<'de>>(self, from: A) -> Result<$type, A::Error> {
                let (tag, content) = from.variant::<u32>()?;
                match tag {
                    $($tag => content.newtype_variant_seed(Part::within(self.0)).map($variant),)*
                    _ => Err(A::Error::custom(concat!("no such kind of ", $what))),
                }
            }
        }
    )*};
}

one_of! {
    Elements, "elements": {
        0 => Elements::Float32,
        1 => Elements::Float64,
        2 => Elements::Float16,
        3 => Elements::Int8,
        4 => Elements::Int16,
        5 => Elements::Int32,
        6 => Elements::Int64,
        7 => Elements::Uint8,
        8 => Elements::Uint16,
        9 => Elements::Uint32,
        10 => Elements::Uint64,
        11 => Elements::Bool,
        12 => Elements::Text,
    }
    Label, "label": { 0 => Label::Number, 1 => Label::Text }
    Value, "value": { 0 => Value::Tensor, 1 => Value::Maps, 2 => Value::Sequence }
    Answered, "answer": { 0 => whole, 1 => Err }
    RunError, "failure": { 0 => shortened, 1 => RunError::Ended }
}

/// The values of all outputs.
struct Whole(Vec<Value>);

fn whole(all: Whole) -> Answered {
    Ok(all.0)
}

impl<'de> ReadWithin<'de> for Whole {
    fn read<D: Deserializer<'de>>(from: D, room: &mut AnswerBudget) -> Result<Self, D::Error> {
        from.deserialize_seq(PartContent::<Self>::within(room))
    }
}

impl<'de> Visitor<'de> for PartContent<'_, Whole> {
    type Value = Whole;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values", self.0.outputs)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<Whole, A::Error> {
        let count = promised(&values)?;
        if count != self.0.outputs {
            return Err(A::Error::invalid_length(count, &self));
        }
        PartContent::<Vec<Value>>::within(self.0)
            .visit_seq(values)
            .map(Whole)
    }
}

/// Words for a run that failed.
struct Words(String);

fn shortened(words: Words) -> RunError {
    RunError::new(words.0)
}

impl<'de> ReadWithin<'de> for Words {
    fn read<D: Deserializer<'de>>(from: D, _room: &mut AnswerBudget) -> Result<Self, D::Error> {
        let words = <&str>::deserialize(from)?;
        match words.len() <= LONGEST_WORDS {
            true => Ok(Self(words.to_owned())),
            false => Err(D::Error::custom("too many words")),
        }
    }
}

#[cfg(test)]
mod tests;
