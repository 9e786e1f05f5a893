//! What facts are made of: numbers, texts, and spans of time as people say them.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A span in whole seconds, shown as people say it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub u64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            seconds @ 0..=119 => write!(f, "{seconds} s"),
            seconds @ 120..=7199 => write!(f, "{} min", seconds / 60),
            seconds => write!(f, "{} h {} min", seconds / 3600, seconds % 3600 / 60),
        }
    }
}

/// A span in milliseconds, shown in seconds as settings have it: `30 s`, `0.5 s`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl From<Duration> for Millis {
    fn from(span: Duration) -> Self {
        Self(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", Duration::from_millis(self.0).as_secs_f64())
    }
}

/// What a fact is made of.
pub(crate) trait Piece {
    /// The text, if it is one.
    fn text(&mut self) -> Option<&mut String> {
        None
    }
}

impl Piece for u64 {}

impl Piece for Seconds {}

impl Piece for Millis {}

impl Piece for String {
    fn text(&mut self) -> Option<&mut String> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_as_settings_say_them() {
        let said = |span| Millis::from(span).to_string();
        assert_eq!(said(Duration::from_secs(30)), "30 s");
        assert_eq!(said(Duration::from_millis(500)), "0.5 s");
        assert_eq!(Seconds(90).to_string(), "90 s");
        assert_eq!(Seconds(150).to_string(), "2 min");
    }
}
