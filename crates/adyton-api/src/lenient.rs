//! Reading what clients really send: numbers as texts, and documented fields that this version does not support.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use adyton_core::language::Words;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A whole number, sent as a number or as a text that holds one (ModelArts API Reference: weights and counts come as both).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Number(pub i64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Number, E> {
                Ok(Number(value))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Number, E> {
                i64::try_from(value)
                    .map(Number)
                    .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(value), &self))
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Number, E> {
                if value.fract() == 0.0 && value.abs() < 9e15 {
                    #[expect(clippy::cast_possible_truncation, reason = "whole and within 53 bits")]
                    return Ok(Number(value as i64));
                }
                Err(E::invalid_value(de::Unexpected::Float(value), &self))
            }
            fn visit_str<E: de::Error>(self, value: &str) -> Result<Number, E> {
                i64::from_str(value.trim())
                    .map(Number)
                    .map_err(|_| E::invalid_value(de::Unexpected::Str(value), &self))
            }
        }
        from.deserialize_any(Reader)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(self.0)
    }
}

impl PartialSchema for Number {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .description(Some("A whole number; also accepted as a string"))
            .into()
    }
}

impl ToSchema for Number {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Number")
    }
}

/// What is said of a field that is not supported.
pub const UNSUPPORTED: Words = (
    "this field is not supported by this version; leave it out",
    "此版本不支持该字段；请勿填写",
);

/// A documented field that this version does not support. Empty values pass, because clients fill in defaults; anything else
/// is an error: what is asked for and not done must never look done.
#[derive(Clone, Copy, Default, Debug)]
pub struct Unsupported;

impl Unsupported {
    /// Whoever sends such a document leaves the field out.
    pub const fn is_left_out(&self) -> bool {
        true
    }
}

impl Serialize for Unsupported {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_none()
    }
}

impl<'de> Deserialize<'de> for Unsupported {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(from)?;
        let empty = match &value {
            serde_json::Value::Null => true,
            serde_json::Value::Bool(set) => !set,
            serde_json::Value::String(text) => text.is_empty(),
            serde_json::Value::Array(items) => items.is_empty(),
            serde_json::Value::Object(fields) => fields.is_empty(),
            serde_json::Value::Number(_) => false,
        };
        if empty {
            return Ok(Unsupported);
        }
        Err(de::Error::custom(UNSUPPORTED.0))
    }
}

impl PartialSchema for Unsupported {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .description(Some(
                "Not supported by this version; anything but an empty value is refused",
            ))
            .into()
    }
}

impl ToSchema for Unsupported {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Unsupported")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_as_numbers_and_as_texts() {
        let read = |text: &str| serde_json::from_str::<Number>(text).map(|number| number.0).ok();
        assert_eq!(read("100"), Some(100));
        assert_eq!(read("\"100\""), Some(100));
        assert_eq!(read("100.0"), Some(100));
        for wrong in ["1.5", "\"ten\"", "true", "null", "18446744073709551615"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_unsupported_field_passes_only_when_empty() {
        for empty in ["null", "[]", "{}", "\"\"", "false"] {
            assert!(serde_json::from_str::<Unsupported>(empty).is_ok(), "{empty}");
        }
        for set in ["[1]", "true", "\"x\"", "0"] {
            assert!(serde_json::from_str::<Unsupported>(set).is_err(), "{set}");
        }
    }
}
