//! Rejects arrays where an object is expected; serde's derived structs accept both, an array's values in the order of the fields.
//! A client that sends an array has made a mistake, and a mistake must not make an app by accident.
//!
//! [`Objects`] stands around a reader, and around what is inside of what it reads. Messages say `an object`, not the name of
//! a type of ours.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, Visitor};

/// A reader that takes objects only where objects are expected.
pub(crate) struct Objects<D>(pub(crate) D);

macro_rules! as_it_is {
    ($($method:ident ( $($name:ident: $kind:ty),* ))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $kind,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($($name,)* Inside { visitor, wants_object: false })
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Objects<D> {
    type Error = D::Error;

    as_it_is! {
        deserialize_any() deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_f32() deserialize_f64()
        deserialize_char() deserialize_str() deserialize_string() deserialize_bytes() deserialize_byte_buf()
        deserialize_option() deserialize_unit() deserialize_seq() deserialize_map() deserialize_identifier()
        deserialize_ignored_any() deserialize_tuple(length: usize)
        deserialize_unit_struct(name: &'static str) deserialize_newtype_struct(name: &'static str)
        deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Inside {
            visitor,
            wants_object: true,
        })
    }
}

/// Whoever takes what is read.
struct Inside<V> {
    visitor: V,
    wants_object: bool,
}

macro_rules! passed_on {
    ($($method:ident($kind:ty))*) => {$(
        fn $method<E: de::Error>(self, value: $kind) -> Result<V::Value, E> {
            self.visitor.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Inside<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.wants_object {
            f.write_str("an object")
        } else {
            self.visitor.expecting(f)
        }
    }

    passed_on! {
        visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_f64(f64) visit_str(&str) visit_borrowed_str(&'de str)
        visit_string(String)
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }
    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Objects(from))
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Objects(from))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_seq(Parts(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Parts(fields))
    }
    /// Enums of ours are words; there is nothing inside of them.
    fn visit_enum<A: EnumAccess<'de>>(self, word: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(word)
    }
}

/// The parts of an array or an object.
struct Parts<A>(A);

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Parts<A> {
    type Error = A::Error;
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Seed(seed))
    }
    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Parts<A> {
    type Error = A::Error;
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(seed)
    }
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Seed(seed))
    }
    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

/// One part.
struct Seed<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Seed<S> {
    type Value = S::Value;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Objects(from))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, PartialEq, Debug)]
    struct Outer {
        name: String,
        inner: Option<Inner>,
        #[serde(default)]
        list: Vec<Inner>,
        #[serde(default)]
        free: serde_json::Value,
    }

    #[derive(Deserialize, PartialEq, Debug)]
    struct Inner {
        weight: u32,
    }

    fn read(text: &str) -> Result<Outer, String> {
        Outer::deserialize(Objects(&mut serde_json::Deserializer::from_str(text)))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn objects_are_read_as_ever() {
        let outer = read(r#"{"name":"n","inner":{"weight":1},"list":[{"weight":2}],"free":[1,{"a":[]}]}"#);
        let outer = outer.expect("it is as it should be");
        assert_eq!(
            (outer.inner, outer.list),
            (Some(Inner { weight: 1 }), vec![Inner { weight: 2 }])
        );
        assert_eq!(outer.free, serde_json::json!([1, {"a": []}]));
        assert_eq!(
            read(r#"{"name":"n","inner":null}"#).map(|outer| outer.inner),
            Ok(None)
        );
    }

    #[test]
    fn arrays_and_values_are_no_objects_and_no_type_of_ours_is_named() {
        for (wrong, says) in [
            (r#"["n",null,[],1]"#, "invalid type: sequence, expected an object"),
            (
                r#"{"name":"n","inner":[1]}"#,
                "invalid type: sequence, expected an object",
            ),
            (
                r#"{"name":"n","list":[[1]]}"#,
                "invalid type: sequence, expected an object",
            ),
            (
                r#"{"name":"n","inner":"x"}"#,
                "invalid type: string \"x\", expected an object",
            ),
            ("7", "invalid type: integer `7`, expected an object"),
        ] {
            let problem = read(wrong).expect_err(wrong);
            assert!(problem.starts_with(says), "{wrong}: {problem}");
        }
    }
}
