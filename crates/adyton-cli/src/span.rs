//! Spans of time as people write them: a number and its unit, such as `90s`, `15m`, `2h` or `3d`.

use std::time::Duration;

use crate::said;

/// Reads a span, or says what is wrong with it.
pub fn read(text: &str) -> Result<Duration, String> {
    let (number, unit) = number_and_unit(text);
    let number: u64 = number
        .replace('_', "")
        .parse()
        .map_err(|_| said!("is not a time", "不是时间"))?;
    let millis: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "" => return Err(said!("has no unit", "没有单位")),
        other => return Err(said!("has the unknown unit `{other}`", "单位 `{other}` 未知")),
    };
    number
        .checked_mul(millis)
        .map(Duration::from_millis)
        .ok_or_else(|| said!("is too long", "过长"))
}

/// A number, whose digits may be grouped by `_`, and what follows it.
pub(crate) fn number_and_unit(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '_')
        .unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_a_number_and_a_unit() {
        for (text, seconds) in [
            ("90s", 90),
            ("15m", 900),
            ("15 min", 900),
            ("2h", 7200),
            ("3d", 259_200),
        ] {
            assert_eq!(read(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["1500ms", "1_500ms", "1_500 ms"] {
            assert_eq!(read(text), Ok(Duration::from_millis(1500)), "{text}");
        }
        for wrong in ["", "_", "s", "90", "90 parsecs", "-1s", "99999999999999999999d"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
