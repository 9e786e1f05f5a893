//! Reads `{"inputs":…}` into tensors, checked against what the model declares.

use std::fmt;

use half::f16;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::InputError;
use crate::onnx::tensor::{Axis, ElementType, Elements, Input, Ports, Tensor};

/// Deeper nesting than this is refused; no ONNX model has tensors of so many axes.
const DEEPEST: usize = 8;

/// Reads the tensors of a body, in the order of the model's inputs.
pub(super) fn tensors(body: &[u8], ports: &Ports) -> Result<Vec<Tensor>, InputError> {
    if body.is_empty() {
        return Err(InputError::new(
            "body",
            format!("is empty; expected {{\"inputs\":{{{}}}}}", wanted(ports)),
        ));
    }
    let mut problem = None;
    let mut from = serde_json::Deserializer::from_slice(body);
    let read = Body {
        ports,
        problem: &mut problem,
    }
    .deserialize(&mut from)
    .and_then(|found| from.end().map(|()| found));
    match (read, problem) {
        (_, Some(problem)) => Err(problem),
        (Err(syntax), None) => Err(InputError::new("body", format!("not valid JSON: {syntax}"))),
        (Ok(found), None) => complete(found, ports),
    }
}

/// All inputs must be there, with shapes that fit.
fn complete(found: Option<Vec<Option<Tensor>>>, ports: &Ports) -> Result<Vec<Tensor>, InputError> {
    let Some(found) = found else {
        return Err(InputError::new(
            "inputs",
            format!("is missing; expected {{\"inputs\":{{{}}}}}", wanted(ports)),
        ));
    };
    let mut tensors = Vec::with_capacity(found.len());
    for (tensor, input) in found.into_iter().zip(&ports.inputs) {
        let Some(tensor) = tensor else {
            return Err(InputError::new(
                format!("inputs.{}", input.name),
                format!("is missing; expected {input}"),
            ));
        };
        if !input.takes(&tensor.shape) {
            return Err(InputError::shape(input, &tensor.shape));
        }
        tensors.push(tensor);
    }
    Ok(tensors)
}

/// `"x": float32 [N,4], "y": int64 [N]`
fn wanted(ports: &Ports) -> String {
    ports
        .inputs
        .iter()
        .map(|input| format!("\"{}\": {input}", input.name))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The whole body: an object in which only `inputs` counts.
struct Body<'p> {
    ports: &'p Ports,
    problem: &'p mut Option<InputError>,
}

impl<'de> DeserializeSeed<'de> for Body<'_> {
    type Value = Option<Vec<Option<Tensor>>>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Body<'_> {
    type Value = Option<Vec<Option<Tensor>>>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with \"inputs\"")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(inputs) = map.next_key_seed(Key("inputs"))? {
            if inputs {
                found = Some(map.next_value_seed(Named {
                    ports: self.ports,
                    problem: &mut *self.problem,
                })?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// A key, compared without being copied.
struct Key(&'static str);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = bool;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = bool;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

/// The value of `inputs`: an object of tensors, or the only input's tensor itself.
struct Named<'p> {
    ports: &'p Ports,
    problem: &'p mut Option<InputError>,
}

impl<'de> DeserializeSeed<'de> for Named<'_> {
    type Value = Vec<Option<Tensor>>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Named<'_> {
    type Value = Vec<Option<Tensor>>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors under \"inputs\"")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let inputs = &self.ports.inputs;
        let mut found: Vec<Option<Tensor>> = inputs.iter().map(|_| None).collect();
        while let Some(at) = map.next_key_seed(Which(inputs))? {
            match at {
                Ok(at) => {
                    let mut reading = Reading::new(&inputs[at]);
                    let read = map.next_value_seed(Nested {
                        reading: &mut reading,
                    });
                    found[at] = Some(reading.finish(read, self.problem)?);
                }
                Err(name) => {
                    let known: Vec<String> =
                        inputs.iter().map(|input| format!("\"{}\"", input.name)).collect();
                    let problem = format!("no such input; the model takes {}", known.join(", "));
                    *self.problem = Some(InputError::new(format!("inputs.{name}"), problem));
                    return Err(A::Error::custom("unknown input"));
                }
            }
        }
        Ok(found)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let [only] = self.ports.inputs.as_slice() else {
            let problem = format!("expected an object, since the model takes {}", wanted(self.ports));
            *self.problem = Some(InputError::new("inputs", problem));
            return Err(A::Error::custom("an object is needed"));
        };
        let mut reading = Reading::new(only);
        let read = reading.list(&mut seq);
        Ok(vec![Some(reading.finish(read, self.problem)?)])
    }
}

/// Which input a key names; the name itself when there is none.
struct Which<'p>(&'p [Input]);

impl<'de> DeserializeSeed<'de> for Which<'_> {
    type Value = Result<usize, String>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Which<'_> {
    type Value = Result<usize, String>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an input")
    }
    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        let at = self.0.iter().position(|input| &*input.name == key);
        Ok(at.ok_or_else(|| key.chars().take(64).collect()))
    }
}

/// A tensor while it is read: elements so far, the length of each axis once known, and where we are.
struct Reading<'p> {
    input: &'p Input,
    elements: Elements,
    /// `None` for an axis of which no list has ended yet.
    lengths: [Option<usize>; DEEPEST],
    /// How many lists were open at the first element, once there was one.
    rank: Option<usize>,
    place: [usize; DEEPEST],
    depth: usize,
    problem: Option<String>,
}

impl<'p> Reading<'p> {
    fn new(input: &'p Input) -> Self {
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
    fn wrong<E: serde::de::Error>(&mut self, problem: impl Into<String>) -> E {
        if self.problem.is_none() {
            let place: String = self.place[..self.depth.min(DEEPEST)]
                .iter()
                .map(|at| format!("[{at}]"))
                .collect();
            self.problem = Some(format!("{place}\u{0}{}", problem.into()));
        }
        E::custom("the body does not fit the model")
    }

    /// Reads a list whose beginning has been seen.
    fn list<'de, A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<(), A::Error> {
        let level = self.depth;
        if level == DEEPEST {
            return Err(self.wrong(format!("lists are nested deeper than {DEEPEST}")));
        }
        if self.rank.is_some_and(|rank| level >= rank) {
            return Err(self.wrong("expected a value here, as in the elements before, got a list"));
        }
        self.depth += 1;
        self.place[level] = 0;
        while seq.next_element_seed(Nested { reading: &mut *self })?.is_some() {
            self.place[level] += 1;
        }
        let length = self.place[level];
        self.depth -= 1;
        match self.lengths[level] {
            Some(first) if first != length => Err(self.wrong(format!(
                "lists differ in length: expected {first} elements as in the first, got {length}"
            ))),
            _ => {
                self.lengths[level] = Some(length);
                Ok(())
            }
        }
    }

    /// Checks that an element may stand here.
    fn element<E: serde::de::Error>(&mut self) -> Result<(), E> {
        match self.rank {
            Some(rank) if rank == self.depth => Ok(()),
            Some(_) => Err(self.wrong("expected a list here, as in the elements before, got a value")),
            None if self.lengths[self.depth.min(DEEPEST - 1)].is_some() && self.depth < DEEPEST => {
                Err(self.wrong("expected a list here, as in the elements before, got a value"))
            }
            None => {
                self.rank = Some(self.depth);
                Ok(())
            }
        }
    }

    /// The tensor, or the problem in the words of the caller's own body.
    fn finish<E: serde::de::Error>(
        self,
        read: Result<(), E>,
        problem: &mut Option<InputError>,
    ) -> Result<Tensor, E> {
        if let Some(found) = self.problem {
            let (place, text) = found.split_once('\u{0}').unwrap_or(("", &found));
            *problem = Some(InputError::new(
                format!("inputs.{}{place}", self.input.name),
                text,
            ));
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
struct Nested<'r, 'p> {
    reading: &'r mut Reading<'p>,
}

impl<'de> DeserializeSeed<'de> for Nested<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl Nested<'_, '_> {
    fn mismatch<E: serde::de::Error>(self, got: &str) -> E {
        let problem = format!("expected {}, got {got}", self.reading.input.element);
        self.reading.wrong(problem)
    }
}

/// Pushes an integer into whatever type is wanted, if it fits.
macro_rules! push_integer {
    ($reading:expr, $value:expr) => {
        match &mut $reading.elements {
            Elements::Float32(elements) => elements.push($value as f32),
            Elements::Float64(elements) => elements.push($value as f64),
            Elements::Float16(elements) => elements.push(f16::from_f64($value as f64)),
            Elements::Int8(elements) => elements.push(i8::try_from($value).map_err(drop)?),
            Elements::Int16(elements) => elements.push(i16::try_from($value).map_err(drop)?),
            Elements::Int32(elements) => elements.push(i32::try_from($value).map_err(drop)?),
            Elements::Int64(elements) => elements.push(i64::try_from($value).map_err(drop)?),
            Elements::Uint8(elements) => elements.push(u8::try_from($value).map_err(drop)?),
            Elements::Uint16(elements) => elements.push(u16::try_from($value).map_err(drop)?),
            Elements::Uint32(elements) => elements.push(u32::try_from($value).map_err(drop)?),
            Elements::Uint64(elements) => elements.push(u64::try_from($value).map_err(drop)?),
            Elements::Bool(_) | Elements::Text(_) => return Err(()),
        }
    };
}

impl Reading<'_> {
    fn push_unsigned(&mut self, value: u64) -> Result<(), ()> {
        push_integer!(self, value);
        Ok(())
    }
    fn push_signed(&mut self, value: i64) -> Result<(), ()> {
        push_integer!(self, value);
        Ok(())
    }
    /// A number with a fraction or an exponent: whole numbers such as `3.0` fit integers too.
    fn push_float(&mut self, value: f64) -> Result<(), ()> {
        match &mut self.elements {
            Elements::Float64(elements) => elements.push(value),
            Elements::Float32(elements) if (value as f32).is_finite() => elements.push(value as f32),
            Elements::Float16(elements) if f16::from_f64(value).is_finite() => {
                elements.push(f16::from_f64(value))
            }
            Elements::Float32(_) | Elements::Float16(_) | Elements::Bool(_) | Elements::Text(_) => {
                return Err(());
            }
            // 2^63: below it, a whole float64 is exactly an i64.
            _ if value.fract() == 0.0 && value.abs() < 9_223_372_036_854_775_808.0 => {
                return self.push_signed(value as i64);
            }
            _ => return Err(()),
        }
        Ok(())
    }
    fn push_text(&mut self, text: &str) -> Result<(), ()> {
        if let Elements::Text(elements) = &mut self.elements {
            elements.push(text.to_owned());
            return Ok(());
        }
        let value = match text {
            "NaN" => f64::NAN,
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            _ => return Err(()),
        };
        match &mut self.elements {
            Elements::Float32(elements) => elements.push(value as f32),
            Elements::Float64(elements) => elements.push(value),
            Elements::Float16(elements) => elements.push(f16::from_f64(value)),
            _ => return Err(()),
        }
        Ok(())
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
        self.reading
            .push_unsigned(value)
            .map_err(|()| self.mismatch(&value.to_string()))
    }
    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.reading.element::<E>()?;
        self.reading
            .push_signed(value)
            .map_err(|()| self.mismatch(&value.to_string()))
    }
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.reading.element::<E>()?;
        self.reading
            .push_float(value)
            .map_err(|()| self.mismatch(&value.to_string()))
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
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.reading.element::<E>()?;
        let shown: String = text.chars().take(40).collect();
        self.reading
            .push_text(text)
            .map_err(|()| self.mismatch(&format!("the text \"{shown}\"")))
    }
    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Err(self.mismatch("null"))
    }
    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(self.mismatch("an object"))
    }
}

/// Reads one element of floating point from its JSON text, for rows: a number, or a number or NaN in quotes.
pub(super) fn number(text: &str) -> Option<f64> {
    let bare = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text)
        .trim();
    match bare {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        // `parse` takes words such as `inf` and `nan` too; numbers begin otherwise.
        _ if bare.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.')) => {
            bare.parse().ok().filter(|value: &f64| value.is_finite())
        }
        _ => None,
    }
}

/// Whether an input can be filled with numbers from columns.
pub(super) fn is_numeric(element: ElementType) -> bool {
    !matches!(element, ElementType::Bool | ElementType::Text)
}

/// Pushes a column's number into a tensor's elements; false when it does not fit their type.
pub(super) fn push_number(elements: &mut Elements, value: f64) -> bool {
    match elements {
        Elements::Float32(elements) => {
            elements.push(value as f32);
            !value.is_finite() || (value as f32).is_finite()
        }
        Elements::Float64(elements) => {
            elements.push(value);
            true
        }
        Elements::Float16(elements) => {
            elements.push(f16::from_f64(value));
            !value.is_finite() || f16::from_f64(value).is_finite()
        }
        _ if value.fract() != 0.0 || !value.is_finite() => false,
        Elements::Int8(elements) => i8::try_from(value as i64)
            .map(|value| elements.push(value))
            .is_ok(),
        Elements::Int16(elements) => i16::try_from(value as i64)
            .map(|value| elements.push(value))
            .is_ok(),
        Elements::Int32(elements) => i32::try_from(value as i64)
            .map(|value| elements.push(value))
            .is_ok(),
        Elements::Int64(elements) => {
            elements.push(value as i64);
            true
        }
        Elements::Uint8(elements) => u8::try_from(value as i64)
            .map(|value| elements.push(value))
            .is_ok(),
        Elements::Uint16(elements) => u16::try_from(value as i64)
            .map(|value| elements.push(value))
            .is_ok(),
        Elements::Uint32(elements) => u32::try_from(value as i64)
            .map(|value| elements.push(value))
            .is_ok(),
        Elements::Uint64(elements) => u64::try_from(value as i128)
            .map(|value| elements.push(value))
            .is_ok(),
        Elements::Bool(_) | Elements::Text(_) => false,
    }
}
