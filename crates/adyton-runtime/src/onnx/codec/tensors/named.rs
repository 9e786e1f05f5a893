//! The objects around the tensors: the body, in which only `inputs` counts, and the inputs by their names.

use std::fmt;

use adyton_core::fact::Fact;
use adyton_core::json_words::JsonProblem;
use adyton_core::shown::quoted;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::nested::{Nested, Reading};
use super::problem::{ReadStop, body_of, text, wanted};
use crate::onnx::codec::error::InputError;
use crate::onnx::signature::{Input, Ports};
use crate::onnx::tensor::Tensor;

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

/// The whole body: an object in which only `inputs` counts.
pub(super) struct Body<'p> {
    pub(super) ports: &'p Ports,
    pub(super) stop: &'p mut ReadStop,
}

impl<'de> DeserializeSeed<'de> for Body<'_> {
    type Value = Option<Vec<Option<Tensor>>>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl Body<'_> {
    fn other<E: serde::de::Error, T>(self, got: &str) -> Result<T, E> {
        let fact = Fact::InputUnfit {
            field: "body".to_owned(),
            expected: body_of(self.ports),
            got: got.to_owned(),
        };
        self.stop.problem = Some(fact.into());
        Err(E::custom("an object is needed"))
    }
}

impl<'de> Visitor<'de> for Body<'_> {
    type Value = Option<Vec<Option<Tensor>>>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with \"inputs\"")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut found, mut other) = (None, None);
        while let Some(key) = map.next_key_seed(ExpectedKey("inputs"))? {
            if let Err(key) = key {
                map.next_value::<IgnoredAny>()?;
                other.get_or_insert(key);
                continue;
            }
            if found.is_some() {
                self.stop.problem = Some(twice("inputs".to_owned()));
                return Err(A::Error::custom("twice"));
            }
            found = Some(map.next_value_seed(Named {
                ports: self.ports,
                stop: &mut *self.stop,
            })?);
        }
        match other {
            // Without `inputs`, that they are missing is what helps.
            Some(field) if found.is_some() => {
                let known = "\"inputs\"".to_owned();
                self.stop.problem = Some(Fact::InputUnknown { field, known }.into());
                Err(A::Error::custom("unknown field"))
            }
            _ => Ok(found),
        }
    }
    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        self.other(&JsonProblem::List.kept())
    }
    values!();
}

fn twice(field: String) -> InputError {
    Fact::InputTwice { field }.into()
}

/// A key, compared without being copied; another one is what it is.
struct ExpectedKey(&'static str);

impl<'de> DeserializeSeed<'de> for ExpectedKey {
    type Value = Result<(), String>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for ExpectedKey {
    type Value = Result<(), String>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(if key == self.0 {
            Ok(())
        } else {
            Err(quoted(key, 64))
        })
    }
}

/// The value of `inputs`: an object of tensors, or the only input's tensor itself.
struct Named<'p> {
    ports: &'p Ports,
    stop: &'p mut ReadStop,
}

impl<'de> DeserializeSeed<'de> for Named<'_> {
    type Value = Vec<Option<Tensor>>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl Named<'_> {
    fn other<E: serde::de::Error, T>(self, got: &str) -> Result<T, E> {
        let fact = Fact::InputUnfit {
            field: "inputs".to_owned(),
            expected: JsonProblem::Tensors {
                inputs: &format!("{{{}}}", wanted(self.ports)),
            }
            .kept(),
            got: got.to_owned(),
        };
        self.stop.problem = Some(fact.into());
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
        while let Some(at) = map.next_key_seed(InputName(inputs))? {
            match at {
                Ok(at) if found[at].is_some() => {
                    let field = format!("inputs.{}", inputs[at].name);
                    self.stop.problem = Some(twice(field));
                    return Err(A::Error::custom("twice"));
                }
                Ok(at) => {
                    let mut reading = Reading::new(&inputs[at]);
                    let read = map.next_value_seed(Nested {
                        reading: &mut reading,
                    });
                    found[at] = Some(reading.finish(read, self.stop)?);
                }
                Err(name) => {
                    let known: Vec<String> =
                        inputs.iter().map(|input| format!("\"{}\"", input.name)).collect();
                    let fact = Fact::InputUnknown {
                        field: format!("inputs.{name}"),
                        known: known.join(", "),
                    };
                    self.stop.problem = Some(fact.into());
                    return Err(A::Error::custom("unknown input"));
                }
            }
        }
        Ok(found)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let [only] = self.ports.inputs.as_slice() else {
            let expected = wanted(self.ports);
            self.stop.problem = Some(Fact::InputNamesMissing { expected }.into());
            return Err(A::Error::custom("an object is needed"));
        };
        let mut reading = Reading::new(only);
        let read = reading.list(&mut seq);
        Ok(vec![Some(reading.finish(read, self.stop)?)])
    }
    values!();
}

/// InputName input a key names; the name itself when there is none.
struct InputName<'p>(&'p [Input]);

impl<'de> DeserializeSeed<'de> for InputName<'_> {
    type Value = Result<usize, String>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for InputName<'_> {
    type Value = Result<usize, String>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an input")
    }
    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        let at = self.0.iter().position(|input| &*input.name == key);
        Ok(at.ok_or_else(|| quoted(key, 64)))
    }
}
