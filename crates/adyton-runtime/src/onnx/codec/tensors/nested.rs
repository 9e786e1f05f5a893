//! One tensor, read from nested lists: its elements go straight into place, and its shape is what the lists turn out to be.

use std::fmt;

use adyton_core::fact::Fact;
use adyton_core::json_words::JsonProblem;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::problem::{Place, ReadStop, text};
use crate::onnx::codec::error::InputError;
use crate::onnx::codec::number;
use crate::onnx::signature::{Axis, Input, MOST_AXES};
use crate::onnx::tensor::{Elements, Tensor};

/// Deeper nesting than this is refused; models whose inputs have more axes are not loaded.
const DEEPEST: usize = MOST_AXES;

/// A tensor while it is read: elements so far, the length of each axis once known, and where we are.
pub(super) struct Reading<'p> {
    input: &'p Input,
    elements: Elements,
    /// `None` for an axis of which no list has ended yet.
    lengths: [Option<usize>; DEEPEST],
    /// How many lists were open at the first element, once there was one.
    rank: Option<usize>,
    place: [usize; DEEPEST],
    depth: usize,
    problem: Option<InputError>,
}

impl<'p> Reading<'p> {
    pub(super) fn new(input: &'p Input) -> Self {
        let fixed = |axis: &Axis| match axis {
            Axis::Fixed(length) => *length,
            Axis::Any(_) => 1,
        };
        let room: usize = input
            .axes
            .iter()
            .flatten()
            .map(fixed)
            .fold(1, usize::saturating_mul);
        Self {
            input,
            elements: Elements::with_room(input.element, room.min(1 << 16)),
            lengths: [None; DEEPEST],
            rank: None,
            place: [0; DEEPEST],
            depth: 0,
            problem: None,
        }
    }

    /// Keeps the first problem, with the place where it was found; the JSON reader only needs to stop.
    #[cold]
    fn wrong<E: serde::de::Error>(&mut self, problem: impl FnOnce(String) -> Fact) -> E {
        if self.problem.is_none() {
            self.problem = Some(problem(self.field()).into());
        }
        E::custom("the body does not fit the model")
    }

    /// Where we are: `inputs.x[0][2]`.
    fn field(&self) -> String {
        let place = self.place.iter().take(self.depth);
        let place: String = place.map(|at| format!("[{at}]")).collect();
        format!("inputs.{}{place}", self.input.name)
    }

    /// Reads a list whose beginning has been seen.
    pub(super) fn list<'de, A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<(), A::Error> {
        let level = self.depth;
        if level == DEEPEST {
            return Err(self.wrong(|field| Fact::InputTooDeep {
                field,
                most: DEEPEST as u64,
            }));
        }
        if self.rank.is_some_and(|rank| level >= rank) {
            return Err(self.wrong(|field| Fact::InputNotValue { field }));
        }
        self.depth += 1;
        self.place[level] = 0;
        while seq.next_element_seed(Nested { reading: &mut *self })?.is_some() {
            self.place[level] += 1;
        }
        let length = self.place[level];
        self.depth -= 1;
        match self.lengths[level] {
            Some(first) if first != length => Err(self.wrong(|field| Fact::InputListsDiffer {
                field,
                first: first as u64,
                length: length as u64,
            })),
            _ => {
                self.lengths[level] = Some(length);
                Ok(())
            }
        }
    }

    /// Checks that an element may stand here.
    #[inline]
    fn element<E: serde::de::Error>(&mut self) -> Result<(), E> {
        match self.rank {
            Some(rank) if rank == self.depth => Ok(()),
            Some(_) => Err(self.wrong(|field| Fact::InputNotList { field })),
            None if self.lengths[self.depth.min(DEEPEST - 1)].is_some() && self.depth < DEEPEST => {
                Err(self.wrong(|field| Fact::InputNotList { field }))
            }
            None => {
                self.rank = Some(self.depth);
                Ok(())
            }
        }
    }

    /// The tensor, or the problem in the words of the caller's own body.
    pub(super) fn finish<E: serde::de::Error>(
        self,
        read: Result<(), E>,
        stop: &mut ReadStop,
    ) -> Result<Tensor, E> {
        if read.is_err() {
            stop.place = Some(Place {
                field: self.field(),
                element: self.input.element,
            });
            stop.problem = self.problem;
        }
        read?;
        // An empty list hides the axes below it: they are as the model declares them.
        let known = self.lengths.iter().take_while(|length| length.is_some()).count();
        let rank = match (self.rank, &self.input.axes) {
            (Some(rank), _) => rank,
            (None, Some(axes)) => axes.len().max(known),
            (None, None) => known,
        };
        let declared = |at: usize| match self.input.axes.as_ref().and_then(|axes| axes.get(at)) {
            Some(Axis::Fixed(length)) => *length,
            Some(Axis::Any(_)) | None => 0,
        };
        let shape = (0..rank.min(DEEPEST))
            .map(|at| self.lengths[at].unwrap_or_else(|| declared(at)))
            .collect();
        Ok(Tensor {
            shape,
            elements: self.elements,
        })
    }
}

/// A list or an element of a tensor.
pub(super) struct Nested<'r, 'p> {
    pub(super) reading: &'r mut Reading<'p>,
}

impl<'de> DeserializeSeed<'de> for Nested<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl Nested<'_, '_> {
    #[cold]
    fn mismatch<E: serde::de::Error>(self, got: &str) -> E {
        let expected = self.reading.input.element.to_string();
        let got = got.to_owned();
        self.reading
            .wrong(|field| Fact::InputUnfit { field, expected, got })
    }
}

impl<'de> Visitor<'de> for Nested<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reading.input)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.reading.list(&mut seq)
    }
    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.reading.element::<E>()?;
        number::unsigned(&mut self.reading.elements, value).ok_or_else(|| self.mismatch(&value.to_string()))
    }
    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.reading.element::<E>()?;
        number::signed(&mut self.reading.elements, value).ok_or_else(|| self.mismatch(&value.to_string()))
    }
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.reading.element::<E>()?;
        number::float(&mut self.reading.elements, value).ok_or_else(|| self.mismatch(&value.to_string()))
    }
    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.reading.element::<E>()?;
        match &mut self.reading.elements {
            Elements::Bool(elements) => {
                elements.push(value);
                Ok(())
            }
            _ => Err(self.mismatch(if value { "true" } else { "false" })),
        }
    }
    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.reading.element::<E>()?;
        if number::has_zero(&self.reading.elements, value) {
            return Err(self.reading.wrong(|field| Fact::InputTextZero { field }));
        }
        number::text(&mut self.reading.elements, value).ok_or_else(|| self.mismatch(&text(value)))
    }
    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Err(self.mismatch("null"))
    }
    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(self.mismatch(&JsonProblem::Object.kept()))
    }
}
