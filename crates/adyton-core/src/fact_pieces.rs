//! What facts are made of: numbers, texts, and spans of time as people of each language say them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::language::{Language, message};

/// A span in whole seconds, shown as people say it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub u64);

/// A span in milliseconds, shown in seconds as settings have it: `30 s`, `0.5 s`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl From<Duration> for Millis {
    fn from(span: Duration) -> Self {
        Self(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
    }
}

/// What a fact is made of.
pub(crate) trait Piece {
    /// As people say it.
    fn said(&self, language: Language) -> String;
    /// The text, if it is one.
    fn text(&mut self) -> Option<&mut String> {
        None
    }
}

impl Piece for u64 {
    fn said(&self, _: Language) -> String {
        self.to_string()
    }
}

impl Piece for Seconds {
    fn said(&self, language: Language) -> String {
        match self.0 {
            seconds @ 0..=119 => message!(language, "{} s", "{} 秒", seconds),
            seconds @ 120..=7199 => message!(language, "{} min", "{} 分钟", seconds / 60),
            seconds => message!(
                language,
                "{} h {} min",
                "{} 小时 {} 分钟",
                seconds / 3600,
                seconds % 3600 / 60
            ),
        }
    }
}

impl Piece for Millis {
    fn said(&self, language: Language) -> String {
        let seconds = Duration::from_millis(self.0).as_secs_f64();
        message!(language, "{} s", "{} 秒", seconds)
    }
}

impl Piece for String {
    fn said(&self, _: Language) -> String {
        self.clone()
    }
    fn text(&mut self) -> Option<&mut String> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_as_settings_say_them() {
        let said = |span| Millis::from(span).said(Language::English);
        assert_eq!(said(Duration::from_secs(30)), "30 s");
        assert_eq!(said(Duration::from_millis(500)), "0.5 s");
        assert_eq!(Seconds(90).said(Language::English), "90 s");
        assert_eq!(Seconds(150).said(Language::English), "2 min");
        assert_eq!(Seconds(7300).said(Language::Chinese), "2 小时 1 分钟");
    }
}
