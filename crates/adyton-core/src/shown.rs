//! Texts of others as they may be printed: what would steer a terminal, or reorder what is read, is written as an escape.
//!
//! What must hold: whatever a server, a model or a caller wrote goes through here before it reaches a terminal. That is
//! C0 and C1 control characters, DEL, the marks and overrides of bidirectional text, the separators and tags that
//! nobody sees, and what Unicode lets a program ignore (`Default_Ignorable_Code_Point`). Joiners and variation selectors stay:
//! emoji and whole scripts are written with them. What others wrote and a message of ours repeats is [`quoted`]: cut, too.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character does something other than being seen. Line feed and tab are among them.
pub fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e00ff}'
                | '\u{e01f0}'..='\u{e0fff}'
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
    fn what_nobody_sees_is_shown_and_what_scripts_need_stays() {
        for letter in
            "\u{ad}\u{34f}\u{1160}\u{17b4}\u{180e}\u{200b}\u{2060}\u{206a}\u{3164}\u{ffa0}\u{e01f0}".chars()
        {
            assert!(is_unseen(letter), "{letter:?}");
        }
        for letter in "\u{200c}\u{200d}\u{fe0f}\u{301}\u{e0100}".chars() {
            assert!(!is_unseen(letter), "{letter:?}");
        }
    }

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
