//! What of a request was measured against a limit.
//!
//! Records keep it as a short text, which stays as it is: those of before are read, and what none of today's names fits is
//! shown as it stands.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::language::Language;

/// What was measured.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Measured {
    /// The body as it was sent.
    Body,
    /// The body without its compression.
    BodyDecoded,
    /// The request target.
    Uri,
    /// The whole head.
    Head,
    /// All headers together.
    Headers,
    /// How many lines the headers have.
    HeaderLines,
    /// The header of this name, with its value.
    Header(String),
    /// Something that is not known here, by its name in the record.
    Other(String),
}

impl Measured {
    /// What people call it.
    pub fn words_in(&self, language: Language) -> Cow<'_, str> {
        match language {
            Language::English => self.text(),
            Language::Chinese => match self {
                Self::Body => Cow::Borrowed("请求体"),
                Self::BodyDecoded => Cow::Borrowed("请求体（解压后）"),
                Self::Uri => Cow::Borrowed("URI"),
                Self::Head => Cow::Borrowed("请求头部"),
                Self::Headers => Cow::Borrowed("全部请求头"),
                Self::HeaderLines => Cow::Borrowed("请求头的行数"),
                Self::Header(name) => Cow::Owned(format!("请求头 {name}")),
                Self::Other(text) => Cow::Borrowed(text),
            },
        }
    }

    /// The text in it that a request wrote, if there is one.
    pub fn sent_text(&mut self) -> Option<&mut String> {
        match self {
            Self::Header(name) | Self::Other(name) => Some(name),
            Self::Body | Self::BodyDecoded | Self::Uri | Self::Head | Self::Headers | Self::HeaderLines => {
                None
            }
        }
    }

    /// As records keep it.
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Body => Cow::Borrowed("body"),
            Self::BodyDecoded => Cow::Borrowed("body, decoded"),
            Self::Uri => Cow::Borrowed("uri"),
            Self::Head => Cow::Borrowed("head"),
            Self::Headers => Cow::Borrowed("headers"),
            Self::HeaderLines => Cow::Borrowed("header lines"),
            Self::Header(name) => Cow::Owned(format!("header {name}")),
            Self::Other(text) => Cow::Borrowed(text),
        }
    }
}

impl From<String> for Measured {
    fn from(text: String) -> Self {
        match text.as_str() {
            "body" => Self::Body,
            "body, decoded" => Self::BodyDecoded,
            "uri" => Self::Uri,
            "head" => Self::Head,
            "headers" => Self::Headers,
            "header lines" => Self::HeaderLines,
            other => match other.strip_prefix("header ") {
                Some(name) => Self::Header(name.to_owned()),
                None => Self::Other(text),
            },
        }
    }
}

impl From<Measured> for String {
    fn from(measured: Measured) -> Self {
        measured.text().into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_keep_their_texts_and_those_of_before_are_read() {
        for (measured, text, chinese) in [
            (Measured::Body, "body", "请求体"),
            (Measured::BodyDecoded, "body, decoded", "请求体（解压后）"),
            (Measured::Uri, "uri", "URI"),
            (Measured::Head, "head", "请求头部"),
            (Measured::Headers, "headers", "全部请求头"),
            (Measured::HeaderLines, "header lines", "请求头的行数"),
            (
                Measured::Header("x-long".into()),
                "header x-long",
                "请求头 x-long",
            ),
            (Measured::Other("trailers".into()), "trailers", "trailers"),
        ] {
            assert_eq!(
                serde_json::to_value(&measured).expect("a text"),
                text,
                "{measured:?}"
            );
            let read: Measured = serde_json::from_value(text.into()).expect("any text is read");
            assert_eq!(read, measured);
            assert_eq!(measured.words_in(Language::English), text);
            assert_eq!(measured.words_in(Language::Chinese), chinese);
        }
    }
}
