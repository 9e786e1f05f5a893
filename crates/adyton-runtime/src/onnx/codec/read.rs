//! Reads `{"inputs":…}` into tensors, checked against what the model declares.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{InputError, number};
use crate::onnx::tensor::{Axis, ElementType, Elements, Input, MOST_AXES, Ports, Tensor, show_shape};

/// Deeper nesting than this is refused; models whose inputs have more axes are not loaded.
const DEEPEST: usize = MOST_AXES;
/// How much of a value that cannot be read is shown.
const SHOWN: usize = 40;

/// What went wrong while a body was read, and where.
#[derive(Default)]
struct Trouble {
    /// Said by us, in the words of the caller's own body.
    problem: Option<InputError>,
    /// Where the JSON reader stopped, when that was inside a tensor.
    place: Option<Place>,
}

/// A place in a tensor: `inputs.x[0][2]`.
struct Place {
    field: String,
    element: ElementType,
}

/// Reads the tensors of a body, in the order of the model's inputs.
pub(super) fn tensors(body: &[u8], ports: &Ports) -> Result<Vec<Tensor>, InputError> {
    if body.is_empty() {
        return Err(InputError::new(
            "body",
            format!("is empty; expected {{\"inputs\":{{{}}}}}", wanted(ports)),
        ));
    }
    let mut trouble = Trouble::default();
    let mut from = serde_json::Deserializer::from_slice(body);
    let read = Body {
        ports,
        trouble: &mut trouble,
    }
    .deserialize(&mut from)
    .and_then(|found| from.end().map(|()| found));
    match (read, trouble) {
        (Ok(found), _) => complete(found, ports),
        (
            Err(_),
            Trouble {
                problem: Some(problem),
                ..
            },
        ) => Err(problem),
        (Err(syntax), Trouble { place: None, .. }) => {
            Err(InputError::new("body", format!("not valid JSON: {syntax}")))
        }
        (
            Err(syntax),
            Trouble {
                place: Some(place), ..
            },
        ) => Err(unreadable(body, &syntax, place)),
    }
}

/// A value inside a tensor that is no JSON. Numbers that JSON has no word for are written by many clients all the same.
fn unreadable(body: &[u8], syntax: &serde_json::Error, place: Place) -> InputError {
    let word = word_at(body, syntax);
    let bare = word.trim_start_matches(['-', '+']).to_ascii_lowercase();
    let is_special = matches!(bare.as_str(), "nan" | "inf" | "infinity");
    let is_large = !is_special && syntax.to_string().starts_with("number out of range");
    let takes_special = matches!(
        place.element,
        ElementType::Float32 | ElementType::Float64 | ElementType::Float16
    );
    let problem = if is_special || is_large {
        let fix = match takes_special {
            true => {
                "; JSON has no word for it: write \"NaN\", \"Infinity\" or \"-Infinity\", with the quotes"
            }
            false => "",
        };
        format!("expected {}, got {word}{fix}", place.element)
    } else {
        format!("not valid JSON: {syntax}")
    };
    InputError::new(place.field, problem)
}

/// The word of the body at which the reader stopped.
fn word_at(body: &[u8], syntax: &serde_json::Error) -> String {
    let lines = body.split(|byte| *byte == b'\n');
    let Some(line) = lines.into_iter().nth(syntax.line().saturating_sub(1)) else {
        return String::new();
    };
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"[]{},:".contains(byte);
    let (before, after) = line.split_at(syntax.column().saturating_sub(1).min(line.len()));
    let start = before.iter().rposition(is_end).map_or(0, |at| at + 1);
    let length = after.iter().position(is_end).unwrap_or(after.len());
    let word = line.get(start..before.len() + length).unwrap_or_default();
    String::from_utf8_lossy(word).chars().take(SHOWN).collect()
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
    same_lengths(&tensors, &ports.inputs)?;
    Ok(tensors)
}

/// Axes of one name have one length: what the model then does with two is for each runtime to say, and none says it well.
fn same_lengths(tensors: &[Tensor], inputs: &[Input]) -> Result<(), InputError> {
    /// Names that exporters give to every axis whose length they do not know.
    const NO_NAMES: [&str; 3] = ["?", "None", "unknown"];
    if inputs.len() < 2 {
        return Ok(());
    }
    let mut seen: Vec<(&str, usize, &Input)> = Vec::new();
    for (tensor, input) in tensors.iter().zip(inputs) {
        for (axis, length) in input.axes.iter().flatten().zip(&tensor.shape) {
            let Axis::Any(Some(name)) = axis else { continue };
            if NO_NAMES.contains(&&**name) {
                continue;
            }
            match seen.iter().find(|(known, ..)| *known == &**name) {
                None => seen.push((name, *length, input)),
                Some((_, first, _)) if first == length => {}
                Some((_, first, other)) => {
                    let problem = format!(
                        "expected {input} with {name}={first} as in inputs.{}, got {}",
                        other.name,
                        show_shape(&tensor.shape)
                    );
                    return Err(InputError::new(format!("inputs.{}", input.name), problem));
                }
            }
        }
    }
    Ok(())
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

/// What is neither object nor list, where one of them is needed.
macro_rules! values {
    () => {
        fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
            self.other(&value.to_string())
        }
        fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
            self.other(&value.to_string())
        }
        fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
            self.other(&value.to_string())
        }
        fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
            self.other(&value.to_string())
        }
        fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Self::Value, E> {
            self.other(&text(value))
        }
        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            self.other("null")
        }
    };
}

fn text(value: &str) -> String {
    let shown: String = value.chars().take(SHOWN).collect();
    format!("the text \"{shown}\"")
}

/// The whole body: an object in which only `inputs` counts.
struct Body<'p> {
    ports: &'p Ports,
    trouble: &'p mut Trouble,
}

impl<'de> DeserializeSeed<'de> for Body<'_> {
    type Value = Option<Vec<Option<Tensor>>>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl Body<'_> {
    fn other<E: serde::de::Error, T>(self, got: &str) -> Result<T, E> {
        let problem = format!("expected {{\"inputs\":{{{}}}}}, got {got}", wanted(self.ports));
        self.trouble.problem = Some(InputError::new("body", problem));
        Err(E::custom("an object is needed"))
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
                if found.is_some() {
                    self.trouble.problem = Some(InputError::new("inputs", "occurs twice in the body"));
                    return Err(A::Error::custom("twice"));
                }
                found = Some(map.next_value_seed(Named {
                    ports: self.ports,
                    trouble: &mut *self.trouble,
                })?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        self.other("a list")
    }
    values!();
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
    trouble: &'p mut Trouble,
}

impl<'de> DeserializeSeed<'de> for Named<'_> {
    type Value = Vec<Option<Tensor>>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl Named<'_> {
    fn other<E: serde::de::Error, T>(self, got: &str) -> Result<T, E> {
        let problem = format!(
            "expected an object of tensors, {{{}}}, got {got}",
            wanted(self.ports)
        );
        self.trouble.problem = Some(InputError::new("inputs", problem));
        Err(E::custom("an object is needed"))
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
                Ok(at) if found[at].is_some() => {
                    let field = format!("inputs.{}", inputs[at].name);
                    self.trouble.problem = Some(InputError::new(field, "occurs twice in the body"));
                    return Err(A::Error::custom("twice"));
                }
                Ok(at) => {
                    let mut reading = Reading::new(&inputs[at]);
                    let read = map.next_value_seed(Nested {
                        reading: &mut reading,
                    });
                    found[at] = Some(reading.finish(read, self.trouble)?);
                }
                Err(name) => {
                    let known: Vec<String> =
                        inputs.iter().map(|input| format!("\"{}\"", input.name)).collect();
                    let problem = format!("no such input; the model takes {}", known.join(", "));
                    self.trouble.problem = Some(InputError::new(format!("inputs.{name}"), problem));
                    return Err(A::Error::custom("unknown input"));
                }
            }
        }
        Ok(found)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let [only] = self.ports.inputs.as_slice() else {
            let problem = format!("expected an object, since the model takes {}", wanted(self.ports));
            self.trouble.problem = Some(InputError::new("inputs", problem));
            return Err(A::Error::custom("an object is needed"));
        };
        let mut reading = Reading::new(only);
        let read = reading.list(&mut seq);
        Ok(vec![Some(reading.finish(read, self.trouble)?)])
    }
    values!();
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
    problem: Option<InputError>,
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
            self.problem = Some(InputError::new(self.field(), problem));
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
    fn finish<E: serde::de::Error>(self, read: Result<(), E>, trouble: &mut Trouble) -> Result<Tensor, E> {
        if read.is_err() {
            trouble.place = Some(Place {
                field: self.field(),
                element: self.input.element,
            });
            trouble.problem = self.problem;
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
    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.reading.element::<E>()?;
        if number::has_zero(&self.reading.elements, value) {
            return Err(self.reading.wrong(number::ZERO));
        }
        number::text(&mut self.reading.elements, value).ok_or_else(|| self.mismatch(&text(value)))
    }
    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Err(self.mismatch("null"))
    }
    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(self.mismatch("an object"))
    }
}
