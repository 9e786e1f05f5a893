//! Free texts that people set: remarks and descriptions.

use crate::failure::{Failure, OperationResult};

/// The longest remark of an app, and description of an access key, in characters.
pub(crate) const REMARK_MOST: usize = 255;

/// At most `most` characters. Lines and tabs are fine; other control characters are refused where they are set, because whoever
/// reads the text later may read it on a terminal.
pub(crate) fn check(field: &str, text: &str, most: usize) -> OperationResult<()> {
    if text.chars().count() > most {
        return Err(Failure::invalid(
            field,
            format!("must have at most {most} characters"),
        ));
    }
    match text
        .chars()
        .find(|letter| letter.is_control() && !matches!(letter, '\n' | '\t'))
    {
        None => Ok(()),
        Some(wrong) => Err(Failure::invalid(
            field,
            format!(
                "must not hold control characters other than line feed and tab (U+{:04X})",
                u32::from(wrong)
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn control_characters_are_refused_and_lines_are_not() {
        assert!(check("remark", "one\n\ttwo, Grüße", 255).is_ok());
        for wrong in ["\u{1b}[31m", "a\u{7}", "\u{9b}2J", "\u{7f}", "a\r\nb", "\0"] {
            assert!(check("remark", wrong, 255).is_err(), "{wrong:?}");
        }
        assert!(check("remark", "äää", 2).is_err());
    }
}
