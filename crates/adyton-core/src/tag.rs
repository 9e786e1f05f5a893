//! Tags: a key and a value that users give to a service, to find it by. What may stand in them is decided here.

use std::fmt;

use crate::language::{Bilingual, Words, both};

/// The longest key, in characters.
pub const KEY_MOST: usize = 128;
/// The longest value, in characters.
pub const VALUE_MOST: usize = 255;
/// How many tags a service has at most.
pub const TAGS_MOST: u64 = 20;
/// How keys begin that are not for users.
const RESERVED: &str = "_sys_";

/// A key and its value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Tag {
    key: String,
    value: String,
}

/// The part of a tag that is wrong, and how.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{part}: {problem}")]
pub struct TagError {
    /// Which part.
    pub part: TagPart,
    /// What is wrong with it and what is allowed.
    pub problem: Bilingual,
}

/// A part of a tag.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TagPart {
    /// What it is found by.
    Key,
    /// What it says.
    Value,
}

impl fmt::Display for TagPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TagPart::Key => "key",
            TagPart::Value => "value",
        })
    }
}

impl Tag {
    /// A tag, or what is wrong with it.
    pub fn new(key: &str, value: &str) -> Result<Self, TagError> {
        check_key(key)?;
        check(TagPart::Value, value, VALUE_MOST, "_.:/=+-@")?;
        Ok(Self {
            key: key.to_owned(),
            value: value.to_owned(),
        })
    }
    /// What it is found by: once in a service.
    pub fn key(&self) -> &str {
        &self.key
    }
    /// What it says; may be empty.
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key, self.value)
    }
}

/// Whether this can be the key of a tag.
pub fn check_key(key: &str) -> Result<(), TagError> {
    let wrong = |problem: Words| TagError {
        part: TagPart::Key,
        problem: problem.into(),
    };
    if key.is_empty() {
        return Err(wrong(("must not be empty", "不能为空")));
    }
    if key.starts_with(' ') || key.ends_with(' ') {
        return Err(wrong(("must not begin or end with a space", "首尾不能有空格")));
    }
    if key.starts_with(RESERVED) {
        return Err(wrong(("must not begin with `_sys_`", "不能以 `_sys_` 开头")));
    }
    check(TagPart::Key, key, KEY_MOST, "_.:=+-@")
}

fn check(part: TagPart, text: &str, most: usize, signs: &str) -> Result<(), TagError> {
    if text.chars().count() > most {
        let problem = both!("must have at most {} characters", "最多 {} 个字符", most);
        return Err(TagError { part, problem });
    }
    let fits = |letter: char| letter.is_alphanumeric() || letter == ' ' || signs.contains(letter);
    if text.chars().all(fits) {
        return Ok(());
    }
    let problem = both!(
        "must have letters, digits, spaces and `{}` only",
        "只能含有字母、数字、空格和 `{}`",
        signs
    );
    Err(TagError { part, problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_hold_letters_of_any_language_digits_spaces_and_some_signs() {
        for (key, value) in [
            ("env", "prod"),
            ("环境", "生产 1"),
            ("a b", ""),
            ("_.:=+-@", "_.:/=+-@"),
            ("straße", " "),
        ] {
            let tag = Tag::new(key, value).unwrap();
            assert_eq!((tag.key(), tag.value()), (key, value));
        }
        assert!(Tag::new(&"é".repeat(128), &"é".repeat(255)).is_ok());
        assert_eq!(Tag::new("env", "prod").unwrap().to_string(), "env=prod");
    }

    #[test]
    fn what_is_wrong_is_told_with_the_part() {
        let long = "x".repeat(256);
        for (key, value, told) in [
            ("", "a", "key: must not be empty"),
            (" a", "", "key: must not begin or end with a space"),
            ("a ", "", "key: must not begin or end with a space"),
            ("_sys_a", "", "key: must not begin with `_sys_`"),
            (&long[..129], "", "key: must have at most 128 characters"),
            (
                "a/b",
                "",
                "key: must have letters, digits, spaces and `_.:=+-@` only",
            ),
            (
                "a\n",
                "",
                "key: must have letters, digits, spaces and `_.:=+-@` only",
            ),
            ("a", &long, "value: must have at most 255 characters"),
            (
                "a",
                "b,c",
                "value: must have letters, digits, spaces and `_.:/=+-@` only",
            ),
            (
                "a",
                "\u{1b}[1m",
                "value: must have letters, digits, spaces and `_.:/=+-@` only",
            ),
        ] {
            assert_eq!(
                Tag::new(key, value).unwrap_err().to_string(),
                told,
                "{key}={value}"
            );
        }
    }
}
