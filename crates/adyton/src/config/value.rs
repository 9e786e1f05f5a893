//! The kinds of values: how each is written, read and shown. Units are in the types.

mod measure;
mod place;

use std::path::PathBuf;

pub(crate) use measure::ByteSize;
pub(crate) use place::{BaseUrl, DatabaseUrl, Network, ReachableNetwork};

use super::found::Raw;

/// A kind of value.
pub(crate) trait Value: Sized {
    /// The kind's name in the reference.
    const KIND: &'static str;
    /// How it is written, as a sentence for whoever wrote it otherwise.
    const EXPECTED: &'static str;
    /// Whether messages must not repeat it.
    const SECRET: bool = false;
    /// Whether it is a list of the kind.
    const LIST: bool = false;
    /// Reads it; the error completes the sentence "the value …".
    fn read(raw: &Raw) -> Result<Self, String>;
    /// As `config show` prints it, without secrets.
    fn show(&self) -> String;
}

/// The text of a scalar.
fn scalar(raw: &Raw) -> Result<&str, String> {
    match raw {
        Raw::Text(text) => Ok(text.trim()),
        Raw::List(_) => Err("is a list".to_owned()),
    }
}

impl Value for PathBuf {
    const KIND: &'static str = "path";
    const EXPECTED: &'static str = "write a path";
    fn read(raw: &Raw) -> Result<Self, String> {
        match scalar(raw)? {
            "" => Err("is empty".to_owned()),
            text => Ok(text.into()),
        }
    }
    fn show(&self) -> String {
        self.display().to_string()
    }
}

impl Value for String {
    const KIND: &'static str = "string";
    const EXPECTED: &'static str = "write a string";
    fn read(raw: &Raw) -> Result<Self, String> {
        scalar(raw).map(str::to_owned)
    }
    fn show(&self) -> String {
        self.clone()
    }
}

impl Value for bool {
    const KIND: &'static str = "`true` or `false`";
    const EXPECTED: &'static str = "write `true` or `false`";
    fn read(raw: &Raw) -> Result<Self, String> {
        match scalar(raw)?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err("is neither".to_owned()),
        }
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for u32 {
    const KIND: &'static str = "number";
    const EXPECTED: &'static str = "write a whole number from 0 to 4294967295";
    fn read(raw: &Raw) -> Result<Self, String> {
        scalar(raw)?
            .replace('_', "")
            .parse()
            .map_err(|_| "is out of range or not a number".to_owned())
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

/// The number of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Node(pub(crate) u16);

impl Value for Node {
    const KIND: &'static str = "number";
    const EXPECTED: &'static str = "write a whole number from 0 to 65535";
    fn read(raw: &Raw) -> Result<Self, String> {
        scalar(raw)?
            .parse()
            .map(Self)
            .map_err(|_| "is out of range or not a number".to_owned())
    }
    fn show(&self) -> String {
        self.0.to_string()
    }
}

/// A TCP port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Port(pub(crate) u16);

impl Value for Port {
    const KIND: &'static str = "port";
    const EXPECTED: &'static str = "write ports from 1 to 65535";
    fn read(raw: &Raw) -> Result<Self, String> {
        match scalar(raw)?.parse() {
            Ok(0) | Err(_) => Err("is not a port number".to_owned()),
            Ok(port) => Ok(Self(port)),
        }
    }
    fn show(&self) -> String {
        self.0.to_string()
    }
}

impl<T: Value> Value for Vec<T> {
    const KIND: &'static str = T::KIND;
    const EXPECTED: &'static str = T::EXPECTED;
    const SECRET: bool = T::SECRET;
    const LIST: bool = true;
    fn read(raw: &Raw) -> Result<Self, String> {
        raw.parts()
            .into_iter()
            .map(|part| T::read(&Raw::Text(part)))
            .collect()
    }
    fn show(&self) -> String {
        self.iter().map(T::show).collect::<Vec<_>>().join(", ")
    }
}

/// Unset when the text is empty.
impl<T: Value> Value for Option<T> {
    const KIND: &'static str = T::KIND;
    const EXPECTED: &'static str = T::EXPECTED;
    const SECRET: bool = T::SECRET;
    const LIST: bool = T::LIST;
    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Text(text) if text.trim().is_empty() => Ok(None),
            raw => T::read(raw).map(Some),
        }
    }
    fn show(&self) -> String {
        self.as_ref().map_or_else(String::new, T::show)
    }
}
