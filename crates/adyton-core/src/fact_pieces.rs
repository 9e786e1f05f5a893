//! What facts are made of: numbers, texts, and spans of time as people of each language say them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::columns::is_han;
use crate::event_pattern::read_all;
use crate::graph_fault;
use crate::json_words;
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
    /// As people say it, where it stands for this name in the words.
    fn said(&self, name: &str, language: Language) -> String;
    /// The text, if it is one.
    fn text(&mut self) -> Option<&mut String> {
        None
    }
}

impl Piece for u64 {
    fn said(&self, _: &str, _: Language) -> String {
        self.to_string()
    }
}

impl Piece for Seconds {
    fn said(&self, _: &str, language: Language) -> String {
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
    fn said(&self, _: &str, language: Language) -> String {
        let seconds = Duration::from_millis(self.0).as_secs_f64();
        message!(language, "{} s", "{} 秒", seconds)
    }
}

impl Piece for String {
    fn said(&self, name: &str, language: Language) -> String {
        let chinese = || match WORDS_OF_OURS.contains(&name) {
            true => told_in_chinese(self),
            false => masked_in(self, Language::Chinese),
        };
        match language {
            Language::English => self.clone(),
            Language::Chinese => chinese().unwrap_or_else(|| self.clone()),
        }
    }
    fn text(&mut self) -> Option<&mut String> {
        Some(self)
    }
}

/// The names of what a runtime, the reader of JSON or we said of it; all others are of whoever sent the request.
const WORDS_OF_OURS: [&str; 3] = ["error", "expected", "got"];
/// What of such words has words inside of it.
const READ: [&str; 4] = ["cause", "problem", "met", "wanted"];

/// Words of ours or of the reader of JSON that records keep inside of texts, in Chinese; nothing for what others wrote.
pub(crate) fn told_in_chinese(text: &str) -> Option<String> {
    read_all(&[json_words::TEXTS, graph_fault::TEXTS], text, &|name| {
        READ.contains(&name)
    })
    .or_else(|| masked_in(text, Language::Chinese))
}

/// A text without blanks between two Han characters, as they come where a word of ours is filled in; what is quoted stays as it is.
pub(crate) fn closed_up(text: String) -> String {
    if !text.contains("为 ") {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut is_quoted = false;
    let mut letters = text.chars().peekable();
    let mut before = None;
    while let Some(letter) = letters.next() {
        is_quoted ^= matches!(letter, '`' | '"');
        let is_between = before.is_some_and(is_han) && letters.peek().copied().is_some_and(is_han);
        if letter != ' ' || is_quoted || !is_between {
            out.push(letter);
        }
        before = Some(letter);
    }
    out
}

/// A credential that is not kept whole (`1111… (32 characters, sha256:…)`) as people say it; nothing for any other text.
pub(crate) fn masked_in(text: &str, language: Language) -> Option<String> {
    let (start, rest) = text.split_once("… (")?;
    let (length, digest) = rest.strip_suffix(')')?.split_once(" characters, ")?;
    let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && language == Language::Chinese).then(|| format!("{start}…（{length} 个字符，{digest}）"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_ours_inside_of_texts_are_said_in_chinese_and_those_of_others_stay() {
        for (kept, said) in [
            ("a number (float32)", "数字（float32）"),
            ("a text (string)", "文本（string）"),
            ("the text \"a\"", "文本 \"a\""),
            (
                "1111… (32 characters, sha256:8a83)",
                "1111…（32 个字符，sha256:8a83）",
            ),
            ("the text of the law", "the text of the law"),
            ("a number", "数字"),
            ("a number of things", "a number of things"),
            ("float32 [N,4]", "float32 [N,4]"),
        ] {
            assert_eq!(kept.to_owned().said("got", Language::Chinese), said);
            assert_eq!(kept.to_owned().said("got", Language::English), kept);
        }
    }

    #[test]
    fn no_blank_stands_between_words_of_ours() {
        for (text, said) in [
            ("x：应为 数字，实际为 \"月 亮\"", "x：应为数字，实际为 \"月 亮\""),
            ("应为 float32，实际为 列表", "应为 float32，实际为列表"),
            ("a b", "a b"),
        ] {
            assert_eq!(closed_up(text.to_owned()), said);
        }
    }

    #[test]
    fn spans_are_said_as_settings_say_them() {
        let said = |span| Millis::from(span).said("", Language::English);
        assert_eq!(said(Duration::from_secs(30)), "30 s");
        assert_eq!(said(Duration::from_millis(500)), "0.5 s");
        assert_eq!(Seconds(90).said("", Language::English), "90 s");
        assert_eq!(Seconds(150).said("", Language::English), "2 min");
        assert_eq!(Seconds(7300).said("", Language::Chinese), "2 小时 1 分钟");
    }
}
