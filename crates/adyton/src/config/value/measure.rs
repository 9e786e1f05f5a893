//! Sizes and times, each with its unit.

use adyton_cli::language::{phrase, spoken};
use std::fmt;
use std::time::Duration;

use adyton_cli::span::{self, number_and_unit};

use super::{Value, scalar};
use crate::config::found::Raw;
use adyton_cli::said;

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
        let text = scalar(raw)?;
        let (number, unit) = number_and_unit(text);
        let number: u64 = number.parse().map_err(|_| said!("is not a size", "不是大小"))?;
        let factor: u64 = match unit {
            "" | "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            "TiB" => 1 << 40,
            other => {
                return Err(said!(
                    "has the unknown unit `{other}` (1 MiB is 1024 × 1024 bytes)",
                    "单位 `{other}` 未知（1 MiB 为 1024 × 1024 字节）"
                ));
            }
        };
        number
            .checked_mul(factor)
            .map(Self)
            .ok_or_else(|| said!("is too large", "过大"))
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
