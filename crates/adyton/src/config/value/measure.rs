//! Sizes and times, each with its unit.

use adyton_cli::language::{phrase, spoken};
use std::fmt;
use std::time::Duration;

use adyton_cli::{byte_size, span};

use super::{Value, scalar};
use crate::config::found::Raw;

/// A number of bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct ByteSize(pub(crate) u64);

impl Value for ByteSize {
    const KIND: &'static str = "size";
    fn expected() -> &'static str {
        phrase!(
            spoken(),
            "write bytes, or a number with `KiB`, `MiB` or `GiB`, such as `12MiB`",
            "请写字节数，或带 `KiB`、`MiB` 或 `GiB` 的数字，例如 `12MiB`"
        )
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        byte_size::read(scalar(raw)?).map(Self)
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
        match units
            .iter()
            .find(|(shift, _)| self.0 != 0 && self.0.is_multiple_of(1 << shift))
        {
            Some((shift, unit)) => write!(f, "{}{unit}", self.0 >> shift),
            None => write!(f, "{}", self.0),
        }
    }
}

impl Value for Duration {
    const KIND: &'static str = "time";
    fn expected() -> &'static str {
        phrase!(
            spoken(),
            "write a number with `ms`, `s`, `m`, `h` or `d`, such as `30s`",
            "请写带 `ms`、`s`、`m`、`h` 或 `d` 的数字，例如 `30s`"
        )
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        span::read(scalar(raw)?)
    }
    fn show(&self) -> String {
        let millis = self.as_millis();
        let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
        match units
            .iter()
            .find(|(size, _)| millis != 0 && millis.is_multiple_of(*size))
        {
            Some((size, unit)) => format!("{}{unit}", millis / size),
            None => format!("{millis}ms"),
        }
    }
}
