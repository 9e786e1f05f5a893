//! Texts of others as they may be printed: what would steer a terminal, or reorder what is read, is written as an escape.
//!
//! What must hold: whatever a server, a model or a caller wrote goes through here before it reaches a terminal. That is
//! C0 and C1 control characters, DEL, the marks and overrides of bidirectional text, and the separators and tags that
//! nobody sees. What others wrote and a message of ours repeats is [`quoted`]: cut, too.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character does something other than being seen. Line feed and tab are among them.
pub fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// A text whose lines and tabs stay: `\u{1b}` stands for what would have been an escape.
pub fn shown(text: &str) -> Cow<'_, str> {
    escaped(
        text,
        |letter| is_unseen(letter) && !matches!(letter, '\n' | '\t'),
        |safe, letter| safe.extend(letter.escape_unicode()),
    )
}

/// A text that stays on one line, where a line feed would begin another: a name, a cell, a header.
pub fn shown_line(text: &str) -> Cow<'_, str> {
    escaped(text, is_unseen, |safe, letter| {
        safe.extend(letter.escape_unicode());
    })
}

/// A text of somebody else's, as a message or a record repeats it: at most `most` characters, with `?` for each that steers
/// or is unseen.
pub fn quoted(text: &str, most: usize) -> String {
    text.chars()
        .take(most)
        .map(|letter| if is_unseen(letter) { '?' } else { letter })
        .collect()
}

/// The same for bytes; what is not UTF-8 becomes U+FFFD.
pub fn quoted_bytes(text: &[u8], most: usize) -> String {
    // A character has four bytes at most: of a long text no more has to be read.
    let start = text.get(..most.saturating_mul(4)).unwrap_or(text);
    quoted(&String::from_utf8_lossy(start), most)
}

/// A JSON document: means the same, with escapes that every reader of JSON undoes. The line feeds between its parts stay.
pub fn shown_json(document: &str) -> Cow<'_, str> {
    // Serialised JSON has raw control characters only as white space; all others stand inside texts.
    escaped(
        document,
        |letter| is_unseen(letter) && !matches!(letter, '\n' | '\r' | '\t'),
        |safe, letter| {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(safe, "\\u{unit:04x}");
            }
        },
    )
}

fn escaped(text: &str, is_odd: impl Fn(char) -> bool, escape: impl Fn(&mut String, char)) -> Cow<'_, str> {
    if !text.contains(&is_odd) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_odd(letter) {
            escape(&mut safe, letter);
        } else {
            safe.push(letter);
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each kind.
    const HOSTILE: &str =
        "a\u{1b}[31m\u{7}\u{7f}\u{9b}2J\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}\u{feff}\u{e0041}\u{0}\rz";

    #[test]
    fn nothing_that_steers_is_left() {
        for text in [shown(HOSTILE), shown_line(HOSTILE)] {
            assert!(!text.contains(is_unseen), "{text:?}");
            assert!(
                text.starts_with("a\\u{1b}[31m\\u{7}\\u{7f}\\u{9b}2J\\u{202e}"),
                "{text}"
            );
        }
        assert_eq!(shown("one\n\ttwo"), "one\n\ttwo");
        assert_eq!(shown_line("one\n\ttwo"), "one\\u{a}\\u{9}two");
        assert!(matches!(shown("Grüße 👩‍💻 שלום"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_quotation_is_short_and_steers_nothing() {
        assert_eq!(quoted("a\u{1b}[31m\u{202e}\n", 64), "a?[31m??");
        assert_eq!(quoted("ähnlich", 2), "äh");
        assert_eq!(quoted("", 2), "");
        assert_eq!(quoted_bytes(b"a\xff\x07b", 64), "a\u{fffd}?b");
        let long = "ä".repeat(1_000);
        assert_eq!(quoted_bytes(long.as_bytes(), 64), "ä".repeat(64));
    }

    #[test]
    fn a_document_means_the_same() {
        let document = serde_json::json!({"text": HOSTILE, HOSTILE: [1]});
        let printed = serde_json::to_string_pretty(&document).expect("JSON");
        let safe = shown_json(&printed);
        assert!(
            !safe.contains(|letter| is_unseen(letter) && letter != '\n'),
            "{safe:?}"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&safe).expect("JSON"),
            document
        );
    }
}
