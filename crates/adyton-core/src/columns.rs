//! How many columns of a terminal a text takes, and how it is broken into lines: a Han character is two columns wide, and a
//! line may end behind it.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// What must not stand at the end of a line, and what not at its beginning.
const OPENING: &str = "（“《「【";
const CLOSING: &str = "）”》」】，。；：、！？…";

/// The columns that a text takes.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// A text with blanks behind it, so that it takes `most` columns; a longer one stays as it is.
pub fn padded(text: &str, most: usize) -> String {
    let missing = most.saturating_sub(columns(text));
    format!("{text}{}", " ".repeat(missing))
}

/// Lines of at most `width` columns. They are broken between words and beside Han characters, but not before what closes nor
/// behind what opens; a longer word is broken where it must be.
///
/// A command between backticks stays in one line, however long it is: pasted with a line end in it, a shell would run its first half.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let text = &commands_joined(text);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for (at, word) in text.split(' ').enumerate() {
        for (number, unit) in units(word).into_iter().enumerate() {
            let gap = usize::from(at > 0 && number == 0 && used > 0);
            if used + gap + columns(unit) > width && used > 0 {
                lines.push(String::new());
                used = 0;
            } else if gap > 0 {
                push(&mut lines, " ");
                used += gap;
            }
            used = broken(&mut lines, unit, width, used);
        }
    }
    for line in &mut lines {
        if line.contains(JOINED) {
            *line = line.replace(JOINED, " ");
        }
    }
    lines
}

/// Stands for a blank within a command while lines are made. Texts have none: control characters are escaped before.
const JOINED: char = '\u{1f}';

/// The text with the blanks of its commands joined.
fn commands_joined(text: &str) -> Cow<'_, str> {
    if !text.contains("`adyton ") {
        return Cow::Borrowed(text);
    }
    let mut joined = String::with_capacity(text.len());
    for (at, piece) in text.split('`').enumerate() {
        if at > 0 {
            joined.push('`');
        }
        match at % 2 == 1 && piece.starts_with("adyton ") {
            true => joined.push_str(&piece.replace(' ', "\u{1f}")),
            false => joined.push_str(piece),
        }
    }
    Cow::Owned(joined)
}

/// Puts a unit at the end of the last line; of one that is longer than a line, the rest goes to further ones. The columns used.
fn broken(lines: &mut Vec<String>, unit: &str, width: usize, mut used: usize) -> usize {
    if columns(unit) <= width || unit.contains(JOINED) {
        push(lines, unit);
        return used + columns(unit);
    }
    for letter in unit.chars() {
        let own = letter.width().unwrap_or(0);
        if used + own > width && used > 0 {
            lines.push(String::new());
            used = 0;
        }
        push(lines, letter.encode_utf8(&mut [0; 4]));
        used += own;
    }
    used
}

/// The parts of a word between which a line may end. An empty word is one part.
fn units(word: &str) -> Vec<&str> {
    let mut units = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, letter) in word.char_indices() {
        if let Some(before) = before
            && (is_wide(letter) || is_wide(before))
            && !CLOSING.contains(letter)
            && !OPENING.contains(before)
        {
            units.push(&word[start..at]);
            start = at;
        }
        before = Some(letter);
    }
    units.push(&word[start..]);
    units
}

/// Whether a character is a Han one.
pub fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

fn is_wide(letter: char) -> bool {
    letter.width() == Some(2)
}

fn push(lines: &mut [String], text: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_whole_where_they_fit() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrapped("a abcdefgh b", 3), ["a", "abc", "def", "gh", "b"]);
        assert_eq!(wrapped("a  b", 9), ["a  b"]);
        assert_eq!(wrapped("", 9), [""]);
    }

    #[test]
    fn chinese_is_broken_by_its_width_and_not_before_a_stop() {
        assert_eq!(columns("服务 a"), 6);
        assert_eq!(wrapped("服务已停止", 6), ["服务已", "停止"]);
        // The stop would stand alone at the beginning of a line.
        assert_eq!(wrapped("服务停止。", 8), ["服务停", "止。"]);
        assert_eq!(wrapped("服务（停止）", 6), ["服务", "（停", "止）"]);
        assert_eq!(
            wrapped("用 `adyton login` 登录", 12),
            ["用", "`adyton login`", "登录"]
        );
        assert_eq!(wrapped("请求中的token过期", 8), ["请求中的", "token过", "期"]);
    }

    #[test]
    fn a_text_is_padded_by_what_it_takes() {
        assert_eq!(padded("请求", 6), "请求  ");
        assert_eq!(padded("request", 3), "request");
    }

    #[test]
    fn a_command_stays_in_one_line() {
        let told = "Ask: `adyton role grant ada caller --project default`. It counts.";
        assert_eq!(
            wrapped(told, 20),
            [
                "Ask:",
                "`adyton role grant ada caller --project default`.",
                "It counts."
            ]
        );
        assert_eq!(
            wrapped("a `b c d` e", 5),
            ["a `b", "c d`", "e"],
            "what is no command is text"
        );
        assert_eq!(wrapped("`adyton a b", 4), ["`adyton a b"]);
    }
}
