//! What a terminal takes: a text in which nothing steers it but our own colours.
//!
//! What must hold: a [`Printable`] is made from a text only by escaping what would steer a terminal ([`adyton_core::shown`]), or, in
//! this module, around such a text. It cannot be put into a `format!`, which would lose the difference; pieces are joined by `+`.

use std::ops::Add;

use adyton_core::shown::shown;

/// A text that may be printed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Printable(String);

impl Printable {
    /// What this module has laid out of texts that were shown one by one.
    pub(super) fn laid_out(text: String) -> Self {
        Self(text)
    }
    /// A shown text inside our own codes.
    pub(super) fn painted(code: &str, text: impl Into<Printable>) -> Self {
        Self(format!("\u{1b}[{code}m{}\u{1b}[0m", text.into().0))
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Its lines.
    pub fn lines(&self) -> impl Iterator<Item = Printable> {
        self.0.lines().map(|line| Self(line.to_owned()))
    }
    /// The same without white space at its end.
    pub fn trimmed(mut self) -> Self {
        self.0.truncate(self.0.trim_end().len());
        self
    }
    /// Pieces, with a text between each two.
    pub fn joined(pieces: impl IntoIterator<Item = Printable>, between: &'static str) -> Self {
        let pieces: Vec<String> = pieces.into_iter().map(|piece| piece.0).collect();
        Self(pieces.join(between))
    }
}

impl<T: AsRef<str>> From<T> for Printable {
    fn from(text: T) -> Self {
        Self(shown(text.as_ref()).into_owned())
    }
}

impl<T: Into<Printable>> Add<T> for Printable {
    type Output = Self;
    fn add(mut self, more: T) -> Self {
        self.0.push_str(&more.into().0);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_codes_are_left() {
        let hostile = "\u{1b}[31mFAKE\u{1b}[0m\u{9b}2J\u{7}";
        let text = Printable::from("a ") + Printable::painted("1", hostile) + format!(" {hostile}");
        let escaped = r"\u{1b}[31mFAKE\u{1b}[0m\u{9b}2J\u{7}";
        assert_eq!(text.as_str(), format!("a \u{1b}[1m{escaped}\u{1b}[0m {escaped}"));
    }
}
