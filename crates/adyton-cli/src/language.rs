//! The language of this process: what `--lang` says, else `ADYTON_LANG`, else the locale, and English for documents.
//!
//! It is chosen once, before the first message, as a program's locale is: handed on to each of some hundred messages it would
//! tell nothing. What must hold: whatever people are told is said with [`said!`], which has both texts; names of columns and
//! facts, states, and `--json` are for scripts too and are English.

use std::sync::OnceLock;

pub use adyton_core::language::{Language, message, phrase};

static CHOSEN: OnceLock<Language> = OnceLock::new();

/// The variables that name a language, the first that is set counts: ours, then those of POSIX.
const VARIABLES: [&str; 4] = ["ADYTON_LANG", "LC_ALL", "LC_MESSAGES", "LANG"];

/// A message to whoever runs the command: `said!("{} was deleted", "已删除 {}", name)`.
#[macro_export]
macro_rules! said {
    ($english:literal, $chinese:literal $(, $($arguments:tt)*)?) => {
        $crate::language::message!($crate::language::spoken(), $english, $chinese $(, $($arguments)*)?)
    };
}

/// Chooses the language, once for the process; documents (`--json`) are English.
pub fn choose(wanted: Option<Language>, is_json: bool, environment: &[(String, String)]) {
    let language = match wanted {
        _ if is_json => Language::English,
        Some(language) => language,
        None => of_environment(environment),
    };
    // A second choice would change the language in the middle of a text.
    let _ = CHOSEN.set(language);
}

/// The language of this process; English until it was chosen.
pub fn spoken() -> Language {
    CHOSEN.get().copied().unwrap_or_default()
}

/// Reads `--lang`.
pub fn parse(name: &str) -> Result<Language, String> {
    Language::parse(name).ok_or_else(|| {
        let known = Language::ALL.map(Language::tag).join(", ");
        format!("`{name}` is not a language of Adyton: {known}")
    })
}

/// The language of the variables; English for locales of other languages.
fn of_environment(environment: &[(String, String)]) -> Language {
    let value = |name: &str| {
        environment
            .iter()
            .find(|(own, value)| own == name && !value.is_empty())
    };
    let first = VARIABLES.iter().find_map(|name| value(name));
    first
        .and_then(|(_, value)| Language::parse(value))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Language {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        of_environment(&pairs.iter().map(owned).collect::<Vec<_>>())
    }

    #[test]
    fn the_first_variable_that_is_set_names_the_language() {
        let (chinese, english) = (Language::Chinese, Language::English);
        assert_eq!(of(&[]), english);
        assert_eq!(of(&[("LANG", "zh_CN.UTF-8")]), chinese);
        assert_eq!(of(&[("LANG", "de_DE.UTF-8")]), english);
        assert_eq!(of(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")]), english);
        assert_eq!(of(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "")]), chinese);
        assert_eq!(of(&[("LC_MESSAGES", "zh_CN"), ("LANG", "en_GB")]), chinese);
        assert_eq!(of(&[("ADYTON_LANG", "en"), ("LC_ALL", "zh_CN")]), english);
        assert_eq!(of(&[("ADYTON_LANG", "zh"), ("LC_ALL", "C.UTF-8")]), chinese);
    }

    /// What stands between marks of code, and what is filled in, in order of the alphabet.
    fn kept(text: &str) -> Vec<&str> {
        let code = text.split('`').skip(1).step_by(2);
        let filled = text.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        let mut kept: Vec<&str> = code.chain(filled).collect();
        kept.sort_unstable();
        kept
    }

    fn sources(folder: &std::path::Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.file_name().is_some_and(|name| name != "language.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let product = text.split("#[cfg(test)]").next().unwrap_or_default();
                found.push((path.display().to_string(), product.to_owned()));
            }
        }
    }

    /// The text of a literal that a source goes on with, and what follows it.
    fn literal(source: &str) -> Option<(&str, &str)> {
        let rest = source.trim_start().strip_prefix('"')?;
        let is_end = |at: &usize| !rest[..*at].ends_with('\\');
        let end = rest.match_indices('"').map(|(at, _)| at).find(is_end)?;
        Some((&rest[..end], &rest[end + 1..]))
    }

    #[test]
    fn both_texts_of_a_message_keep_the_same_commands_and_fillings() {
        let mut all = Vec::new();
        sources(
            &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut all,
        );
        let mut count = 0;
        for (file, source) in &all {
            for said in source.split("said!(").skip(1) {
                let Some((english, rest)) = literal(said) else {
                    continue;
                };
                let (chinese, _) = literal(rest.trim_start().trim_start_matches(',')).unwrap();
                let flat = |text: &str| {
                    text.split_whitespace()
                        .collect::<Vec<_>>()
                        .join(" ")
                        .replace("\\ ", "")
                };
                assert_eq!(kept(&flat(english)), kept(&flat(chinese)), "{file}: {english}");
                count += 1;
            }
        }
        assert!(count > 100, "{count}");
    }

    #[test]
    fn every_failure_and_hint_that_has_words_of_ours_has_both_texts() {
        let mut all = Vec::new();
        sources(
            &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut all,
        );
        for (file, source) in &all {
            for call in ["Failure::failed(", "Failure::wrong_use(", ".hint("] {
                for said in source.split(call).skip(1) {
                    let said = said.trim_start();
                    let Some((english, _)) = literal(said.strip_prefix("format!(").unwrap_or(said)) else {
                        continue;
                    };
                    // Fillings, code and options are the same in all languages.
                    let mut words = english.to_owned();
                    for kept in kept(english) {
                        words = words.replace(kept, "");
                    }
                    let is_word =
                        |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
                    let word = words.split_whitespace().find(|word| is_word(word));
                    let known_english = english == "service {name} {what} after {} s{cause}";
                    assert!(word.is_none() || known_english, "{file}: {english}");
                }
            }
        }
    }

    #[test]
    fn a_language_that_there_is_not_is_told_with_those_that_there_are() {
        assert_eq!(parse("zh-CN"), Ok(Language::Chinese));
        assert_eq!(
            parse("fr").unwrap_err(),
            "`fr` is not a language of Adyton: en, zh"
        );
    }
}
