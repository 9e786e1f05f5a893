//! Texts that are kept in English and read in another language: a table of both, and the way back from a text to what was filled in.

use std::borrow::Cow;

/// Makes an enum of sentences and their table: a name, what is filled in, the English text and the Chinese one.
macro_rules! patterns {
    ($(#[$doc:meta])* $kind:ident: $($name:ident $({ $($field:ident),* })? = $english:literal $chinese:literal;)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $kind<'a> {
            $(#[doc = $english] $name $({ $(#[doc = "As the text has it."] $field: &'a str),* })?,)*
        }

        impl $kind<'_> {
            /// As it is kept: in English.
            pub fn kept(self) -> String {
                self.said_in($crate::language::Language::English)
            }

            /// What is said in a language; what is filled in stays as it is.
            pub fn said_in(self, language: $crate::language::Language) -> String {
                match self {
                    $($kind::$name $({ $($field),* })? => {
                        $crate::language::message!(language, $english, $chinese $(, $($field = $field),*)?)
                    })*
                }
            }
        }

        /// The English text of each, and the Chinese one.
        pub(crate) const TEXTS: &[(&str, &str)] = &[$(($english, $chinese)),*];
    };
}

pub(crate) use patterns;

/// The other text of the first pair that a kept one is, each of its fillings as `filling` reads it; nothing if it is none of them.
pub(crate) fn read(
    texts: &[(&str, &str)],
    kept: &str,
    filling: impl Fn(&str, &str) -> String,
) -> Option<String> {
    texts.iter().find_map(|(english, other)| {
        let found = fillings(english, kept)?;
        let read: Vec<(&str, Cow<'_, str>)> = found
            .into_iter()
            .map(|(name, value)| (name, Cow::Owned(filling(name, value))))
            .collect();
        Some(filled(other, &read))
    })
}

/// The same among several tables; of its fillings those with such a name are read in their turn.
pub(crate) fn read_all(
    tables: &[&[(&str, &str)]],
    kept: &str,
    is_read: &dyn Fn(&str) -> bool,
) -> Option<String> {
    let filling = |name: &str, value: &str| {
        let read = is_read(name).then(|| read_all(tables, value, is_read)).flatten();
        read.unwrap_or_else(|| value.to_owned())
    };
    tables.iter().find_map(|texts| read(texts, kept, filling))
}

/// The names of a sentence's fillings, and what stands for each in a text that is this sentence.
fn fillings<'a>(sentence: &'a str, text: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let mut pieces = sentence.split('{').peekable();
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut found = Vec::new();
    while let Some(piece) = pieces.next() {
        let (name, after) = piece.split_once('}')?;
        // The last filling is all that is left but the sentence's end; of others the shortest counts.
        let value = match pieces.peek() {
            None => rest.strip_suffix(after)?,
            Some(_) => &rest[..rest.find(after)?],
        };
        found.push((name, value));
        rest = &rest[value.len() + after.len()..];
    }
    rest.is_empty().then_some(found)
}

fn filled(sentence: &str, fillings: &[(&str, Cow<'_, str>)]) -> String {
    let mut pieces = sentence.split('{');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, after) = piece.split_once('}').unwrap_or((piece, ""));
        let value = fillings.iter().find(|(of, _)| *of == name);
        text.push_str(value.map_or("", |(_, value)| value.as_ref()));
        text.push_str(after);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: &[(&str, &str)] = &[("{a} of {b}: {c}", "{b}/{a}: {c}"), ("all", "every")];

    #[test]
    fn a_text_is_read_by_its_pattern_with_what_was_filled_in() {
        let same = |_: &str, value: &str| value.to_owned();
        assert_eq!(
            read(TEXTS, "one of two: three: 3", same).as_deref(),
            Some("two/one: three: 3")
        );
        assert_eq!(read(TEXTS, "all", same).as_deref(), Some("every"));
        assert_eq!(read(TEXTS, "all of it", same), None);
        let named = |name: &str, value: &str| format!("{name}={value}");
        assert_eq!(read(TEXTS, "1 of 2: 3", named).as_deref(), Some("b=2/a=1: c=3"));
    }
}
