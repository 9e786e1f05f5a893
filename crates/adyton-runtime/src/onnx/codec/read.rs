//! Reads `{"inputs":…}` into tensors, checked against what the model declares.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{InputError, number};
use crate::onnx::tensor::{Axis, Elements, Input, Ports, Tensor};

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
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.reading.element::<E>()?;
        number::text(&mut self.reading.elements, text).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            self.mismatch(&format!("the text \"{shown}\""))
        })
    }
    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Err(self.mismatch("null"))
    }
    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(self.mismatch("an object"))
    }
}
