//! Numbers for people: bytes, spans of time.

use std::time::Duration;

use crate::language::{Language, message};

/// `12,582,912 bytes (12 MiB)`
pub(super) fn bytes(count: u64, language: Language) -> String {
    let unit = match (language, count) {
        (Language::English, 1) => "byte",
        (Language::English, _) => "bytes",
        (Language::Chinese, _) => "字节",
    };
    let exact = format!("{} {unit}", grouped(count));
    let (unit, name) = match count {
        0..1024 => return exact,
        1024..0x10_0000 => (1024, "KiB"),
        0x10_0000..0x4000_0000 => (0x10_0000, "MiB"),
        _ => (0x4000_0000, "GiB"),
    };
    let rounded = format!("{:.1}", count as f64 / unit as f64);
    match rounded.strip_suffix(".0") {
        Some(whole) if count.is_multiple_of(unit) => {
            message!(language, "{} ({} {})", "{}（{} {}）", exact, whole, name)
        }
        Some(_) => exact,
        None => message!(language, "{} ({} {})", "{}（{} {}）", exact, rounded, name),
    }
}

/// `1,234,567`
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `850 µs`, `3.2 ms`, `1.50 s`
pub(super) fn micros(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} µs"),
        1_000..1_000_000 => format!("{:.1} ms", count as f64 / 1e3),
        _ => format!("{:.2} s", count as f64 / 1e6),
    }
}

/// `42 s`, `3 min 5 s`, `26 h 3 min`, `4 days 2 h`: the two largest units.
pub(super) fn span(span: Duration, language: Language) -> String {
    let seconds = span.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0 => message!(language, "{} ms", "{} 毫秒", span.as_millis()),
        1..60 => message!(language, "{} s", "{} 秒", seconds),
        60..3_600 => message!(language, "{} min {} s", "{} 分 {} 秒", minutes, seconds % 60),
        3_600..172_800 => message!(language, "{} h {} min", "{} 小时 {} 分", hours, minutes % 60),
        _ => message!(language, "{} days {} h", "{} 天 {} 小时", days, hours % 24),
    }
}
