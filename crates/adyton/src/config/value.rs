//! The kinds of values: how each is written, read and shown. Units are in the types.

mod measure;
mod place;

use adyton_cli::language::{phrase, spoken};
use std::path::PathBuf;

pub(crate) use measure::ByteSize;
pub(crate) use place::{BaseUrl, DatabaseUrl, Network, ReachableNetwork};

use super::found::Raw;
use adyton_cli::said;

/// A kind of value.
pub(crate) trait Value: Sized {
    /// The kind's name in the reference.
    const KIND: &'static str;
    /// How it is written, as a sentence for whoever wrote it otherwise.
    fn expected() -> &'static str;
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
        Raw::List(_) => Err(said!("is a list", "是列表")),
    }
}

impl Value for PathBuf {
    const KIND: &'static str = "path";
    fn expected() -> &'static str {
        phrase!(spoken(), "write a path", "请写路径")
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        match scalar(raw)? {
            "" => Err(said!("is empty", "为空")),
            text => Ok(text.into()),
        }
    }
    fn show(&self) -> String {
        self.display().to_string()
    }
}

impl Value for String {
    const KIND: &'static str = "string";
    fn expected() -> &'static str {
        phrase!(spoken(), "write a string", "请写字符串")
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        scalar(raw).map(str::to_owned)
    }
    fn show(&self) -> String {
        self.clone()
    }
}

impl Value for bool {
    const KIND: &'static str = "`true` or `false`";
    fn expected() -> &'static str {
        phrase!(spoken(), "write `true` or `false`", "请写 `true` 或 `false`")
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        match scalar(raw)?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err(said!("is neither", "不是其中之一")),
        }
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for u32 {
    const KIND: &'static str = "number";
    fn expected() -> &'static str {
        phrase!(
            spoken(),
            "write a whole number from 0 to 4294967295",
            "请写 0 到 4294967295 的整数"
        )
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        scalar(raw)?
            .replace('_', "")
            .parse()
            .map_err(|_| said!("is out of range or not a number", "超出范围或不是数字"))
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
    fn expected() -> &'static str {
        phrase!(
            spoken(),
            "write a whole number from 0 to 65535",
            "请写 0 到 65535 的整数"
        )
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        scalar(raw)?
            .parse()
            .map(Self)
            .map_err(|_| said!("is out of range or not a number", "超出范围或不是数字"))
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
    fn expected() -> &'static str {
        phrase!(spoken(), "write ports from 1 to 65535", "请写 1 到 65535 的端口")
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        match scalar(raw)?.parse() {
            Ok(0) | Err(_) => Err(said!("is not a port number", "不是端口号")),
            Ok(port) => Ok(Self(port)),
        }
    }
    fn show(&self) -> String {
        self.0.to_string()
    }
}

impl<T: Value> Value for Vec<T> {
    const KIND: &'static str = T::KIND;
    fn expected() -> &'static str {
        T::expected()
    }
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
    fn expected() -> &'static str {
        T::expected()
    }
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
