//! Numbers of bytes as people write them: a number, with its unit where it has one, such as `4096`, `12MiB` or `2 GiB`.

use crate::said;
use crate::span::number_and_unit;

/// Reads a number of bytes, or says what is wrong with it.
pub fn read(text: &str) -> Result<u64, String> {
    let (number, unit) = number_and_unit(text);
    let number: u64 = number
        .replace('_', "")
        .parse()
        .map_err(|_| said!("is not a size", "不是大小"))?;
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
        .ok_or_else(|| said!("is too large", "过大"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_a_number_and_may_have_a_unit() {
        for (text, bytes) in [
            ("0", 0),
            ("4096", 4096),
            ("4_096", 4096),
            ("7B", 7),
            ("3KiB", 3 << 10),
            ("12MiB", 12 << 20),
            ("2 GiB", 2 << 30),
            ("1TiB", 1 << 40),
        ] {
            assert_eq!(read(text), Ok(bytes), "{text}");
        }
        for wrong in ["", "_", "GiB", "-1", "1.5GiB", "10GB", "10gib", "99999999999TiB"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
