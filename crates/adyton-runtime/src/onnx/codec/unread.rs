//! The fields of a body that counted for nothing: they are named, never dropped without a word.

/// More names are not kept.
const NAMES_MOST: usize = 20;
/// A longer name is cut, in characters.
const NAME_LONGEST: usize = 64;

/// Names of fields that were not read, each once. Takes no memory while there are none.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct UnreadFields(Vec<String>);

impl UnreadFields {
    /// The field `key` inside of `around` (`meta.`, or nothing) was not read.
    pub(super) fn note(&mut self, around: &str, key: &str) {
        let is_known = |known: &String| known.strip_prefix(around).is_some_and(|known| known == key);
        if self.0.len() < NAMES_MOST && !self.0.iter().any(is_known) {
            let key = key.chars().take(NAME_LONGEST);
            self.0.push(around.chars().chain(key).collect());
        }
    }

    /// Their names.
    pub fn into_names(self) -> Vec<String> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_named_once_and_there_is_an_end_to_names() {
        let mut fields = UnreadFields::default();
        fields.note("data.", "x");
        fields.note("data.", "x");
        fields.note("", "x");
        fields.note("", &"long".repeat(99));
        assert_eq!(fields.0[..2], ["data.x", "x"]);
        assert_eq!(fields.0[2].len(), NAME_LONGEST);
        for at in 0..99 {
            fields.note("", &at.to_string());
        }
        assert_eq!(fields.into_names().len(), NAMES_MOST);
    }
}
