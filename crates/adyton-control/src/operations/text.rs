//! Names and free texts that people set: names of models, services and projects, descriptions, remarks.

use adyton_core::language::both;

use crate::failure::{Failure, OperationResult};

/// The longest remark of an app, and description of an access key, in characters.
pub(crate) const REMARK_MOST: usize = 255;

/// The longest description of a model or a service, in characters.
const DESCRIPTION_MOST: usize = 100;

/// The name of a model, a service or a project: 1 to 64 letters, digits, `_` and `-`.
pub(crate) fn name(field: &str, name: &str) -> OperationResult<()> {
    let fits = (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if fits {
        return Ok(());
    }
    Err(Failure::invalid(
        field,
        (
            "must have 1 to 64 letters, digits, `_` and `-`",
            "必须为 1 到 64 个字母、数字、`_` 和 `-`",
        ),
    ))
}

/// The description of a model or a service: at most 100 characters, none of `&!'"<>=`, and no control characters but lines and tabs.
pub(crate) fn description(text: &str) -> OperationResult<()> {
    check("description", text, DESCRIPTION_MOST)?;
    match text.chars().find(|c| "&!'\"<>=".contains(*c)) {
        None => Ok(()),
        Some(wrong) => Err(Failure::invalid(
            "description",
            both!(
                "must not contain `{}` (none of &!'\"<>=)",
                "不能含有 `{}`（以及 &!'\"<>= 中的任何字符）",
                wrong
            ),
        )),
    }
}

/// At most `most` characters. Lines and tabs are fine; other control characters are refused where they are set, because whoever
/// reads the text later may read it on a terminal.
pub(crate) fn check(field: &str, text: &str, most: usize) -> OperationResult<()> {
    if text.chars().count() > most {
        return Err(Failure::invalid(
            field,
            both!("must have at most {} characters", "最多 {} 个字符", most),
        ));
    }
    match text
        .chars()
        .find(|letter| letter.is_control() && !matches!(letter, '\n' | '\t'))
    {
        None => Ok(()),
        Some(wrong) => Err(Failure::invalid(
            field,
            both!(
                "must not contain control characters other than line feed and tab (U+{:04X})",
                "不能含有换行和制表符以外的控制字符（U+{:04X}）",
                u32::from(wrong)
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{check, description, name};

    #[test]
    fn control_characters_are_refused_and_lines_are_not() {
        assert!(check("remark", "one\n\ttwo, Grüße", 255).is_ok());
        for wrong in ["\u{1b}[31m", "a\u{7}", "\u{9b}2J", "\u{7f}", "a\r\nb", "\0"] {
            assert!(check("remark", wrong, 255).is_err(), "{wrong:?}");
        }
        assert!(check("remark", "äää", 2).is_err());
    }

    #[test]
    fn names_and_descriptions() {
        assert!(name("service_name", "iris-1_a").is_ok());
        assert!(name("service_name", &"x".repeat(64)).is_ok());
        for wrong in ["", "ä", "a b", &"x".repeat(65)] {
            assert!(name("service_name", wrong).is_err(), "{wrong}");
        }
        assert!(description("what it does, and why").is_ok());
        assert!(description(&"ä".repeat(100)).is_ok());
        for wrong in ["<b>", "\u{1b}]0;title\u{7}", &"x".repeat(101)] {
            assert!(description(wrong).is_err(), "{wrong}");
        }
    }
}
