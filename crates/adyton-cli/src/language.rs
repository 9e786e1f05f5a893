//! The language of this process: what `--lang` says, else `ADYTON_LANG`, else the locale, and English for documents.
//!
//! It is chosen once, before the first message, as a program's locale is: handed on to each of some hundred messages it would
//! tell nothing. What must hold: whatever people are told is said with [`said!`](crate::said), which has both texts; names of columns and
//! facts, states, and `--json` are for scripts too and are English.

use std::cell::Cell;
use std::sync::OnceLock;

pub use adyton_core::language::{Language, message, phrase};

static CHOSEN: OnceLock<Language> = OnceLock::new();

thread_local! {
    /// Whether this thread speaks English, whatever was chosen.
    static IN_ENGLISH: Cell<bool> = const { Cell::new(false) };
}

/// The variables that name a language, the first that is set counts: ours, then those of POSIX.
const VARIABLES: [&str; 4] = ["ADYTON_LANG", "LC_ALL", "LC_MESSAGES", "LANG"];

/// A message to whoever runs the command: `said!("{} was deleted", "已删除 {}", name)`.
#[macro_export]
macro_rules! said {
    ($english:literal, $chinese:literal $(, $($arguments:tt)*)?) => {
        $crate::again::pasted($crate::language::message!($crate::language::spoken(), $english, $chinese $(, $($arguments)*)?))
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

/// The same by the words of a command that are not understood yet, and by the environment of the process.
pub fn choose_by_words(words: &[String]) {
    let environment: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let (wanted, is_json) = of_words(words);
    choose(wanted, is_json, &environment);
}

/// What `--lang` names, and whether a document is asked for.
fn of_words(words: &[String]) -> (Option<Language>, bool) {
    let options = words.iter().take_while(|word| *word != "--");
    let named = |at: usize, word: &str| match word.strip_prefix("--lang") {
        Some("") => Language::parse(words.get(at + 1)?),
        Some(said) => Language::parse(said.strip_prefix('=')?),
        None => None,
    };
    let wanted = options.clone().enumerate().find_map(|(at, word)| named(at, word));
    (wanted, options.clone().any(|word| word == "--json"))
}

/// The language of this process; English until it was chosen.
pub fn spoken() -> Language {
    match IN_ENGLISH.get() {
        true => Language::English,
        false => CHOSEN.get().copied().unwrap_or_default(),
    }
}

/// Does this in English: for what goes into a log.
pub fn in_english<T>(work: impl FnOnce() -> T) -> T {
    /// Gives the language back, also when the work panics.
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            IN_ENGLISH.set(self.0);
        }
    }
    let _before = Before(IN_ENGLISH.replace(true));
    work()
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
    fn the_words_of_a_command_name_a_language_before_they_are_understood() {
        let read = |words: &str| of_words(&words.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(read("adyton nope --lang zh"), (Some(Language::Chinese), false));
        assert_eq!(
            read("adyton --lang=zh list --json"),
            (Some(Language::Chinese), true)
        );
        assert_eq!(read("adyton x --lang"), (None, false));
        assert_eq!(read("adyton x -- --lang zh --json"), (None, false));
    }

    #[test]
    fn what_goes_into_a_log_is_english_and_what_follows_is_not() {
        let is_english = || IN_ENGLISH.get();
        assert!(in_english(is_english));
        assert!(in_english(|| in_english(is_english) && is_english()));
        assert!(!is_english());
        let panicked = std::panic::catch_unwind(|| in_english(|| std::panic::resume_unwind(Box::new(()))));
        assert!(panicked.is_err() && !is_english());
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

    /// What people are told by the command line: its own crate, and the program's, with the server's start and the demo.
    fn all_sources() -> Vec<(String, String)> {
        let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut all = Vec::new();
        for folder in ["adyton-cli/src", "adyton/src"] {
            sources(&crates.join(folder), &mut all);
        }
        all
    }

    fn sources(folder: &std::path::Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && path
                    .file_name()
                    .is_some_and(|name| name != "language.rs" && name != "tests.rs")
            {
                let text = std::fs::read_to_string(&path).unwrap();
                // The module of tests may be visible to others.
                let is_tests = |(at, _): &(usize, &str)| {
                    let line = text[*at..].lines().nth(1);
                    line.is_some_and(|line| line.ends_with("mod tests {"))
                };
                let tests = text.match_indices("#[cfg(test)]\n").find(is_tests);
                let product = &text[..tests.map_or(text.len(), |(at, _)| at)];
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
        let all = all_sources();
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
        let all = all_sources();
        for (file, source) in &all {
            for call in [
                "Failure::failed(",
                "Failure::wrong_use(",
                ".hint(",
                ".print(",
                ".note(",
            ] {
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
                    let is_word = |word: &str| {
                        word.len() > 1
                            && word != "adyton"
                            && word.bytes().all(|byte| byte.is_ascii_lowercase())
                    };
                    let word = words.split_whitespace().find(|word| is_word(word));
                    assert!(word.is_none(), "{file}: {english}");
                }
            }
        }
    }

    /// The source without comments, attributes and what is told in both languages, or in English for logs.
    fn untranslated(source: &str) -> String {
        const MACROS: [&str; 9] = [
            "said!(",
            "message!(",
            "phrase!(",
            "error!(",
            "warn!(",
            "info!(",
            "debug!(",
            "trace!(",
            "#[",
        ];
        let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        let text = lines.collect::<Vec<_>>().join("\n");
        let (mut out, mut rest) = (String::new(), text.as_str());
        while let Some(at) = MACROS.iter().filter_map(|name| rest.find(name)).min() {
            out.push_str(&rest[..at]);
            rest = after_brackets(&rest[at..]);
        }
        out + rest
    }

    /// What follows the first pair of brackets, whatever stands in texts between them.
    fn after_brackets(source: &str) -> &str {
        let (mut depth, mut is_text, mut is_escaped) = (0, false, false);
        for (at, letter) in source.char_indices() {
            match letter {
                _ if is_escaped => is_escaped = false,
                '\\' if is_text => is_escaped = true,
                '"' => is_text = !is_text,
                '(' | '[' if !is_text => depth += 1,
                ')' | ']' if !is_text => {
                    depth -= 1;
                    if depth == 0 {
                        return &source[at + 1..];
                    }
                }
                _ => {}
            }
        }
        ""
    }

    /// Whether a text has three words in a row: a name, a column or an option has fewer.
    fn is_sentence(text: &str) -> bool {
        let kept = kept(text).into_iter().filter(|kept| !kept.is_empty());
        let plain = kept.fold(text.to_owned(), |text, kept| text.replace(kept, "_"));
        let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase());
        let words: Vec<&str> = plain.split_whitespace().collect();
        words.windows(3).any(|three| {
            three
                .iter()
                .all(|word| is_word(word.trim_end_matches([',', '.', ':', ';'])))
        })
    }

    /// English for everybody: what a log or a page of the reference says, and what is said of it by somebody who translates it.
    const ENGLISH: [(&str, &str); 22] = [
        // What systemd shows, as its logs have it.
        ("server/service_manager.rs", ""),
        ("server/assembly.rs", "starting: "),
        ("src/server.rs", "calls in flight have"),
        ("src/server.rs", "serving: gateway at"),
        ("server/reload.rs", "the former configuration is kept"),
        ("server/reload.rs", "configuration reloaded"),
        ("server/reload.rs", "to be applied by a restart"),
        // What Python says.
        ("doctor/onnx.rs", "No module named pip"),
        // For whoever writes documentation.
        ("names/commands.rs", ""),
        ("section/journal.rs", "`off`, `stdout` or a path"),
        // Who did it, as the audit trail keeps it.
        (
            "command/offline_password.rs",
            "the operator of the server's machine",
        ),
        // Kept by the server, as what it describes.
        ("adyton/src/demo.rs", "a sample of the demo"),
        ("demo/callers.rs", "made by the demo"),
        ("server/process_metrics.rs", ""),
        ("assembly/front.rs", "# HELP"),
        ("config/example.rs", ""),
        ("config/reference.rs", ""),
        ("command/sign.rs", "string to sign"),
        ("client/lookup.rs", "adyton "),
        // What the operating system calls it.
        ("adyton-cli/src/client.rs", "lookup address information"),
        ("archive/writer.rs", ""),
        ("command/reference.rs", "# Command line"),
    ];

    #[test]
    fn no_sentence_is_told_in_english_alone() {
        let mut found = Vec::new();
        for (file, source) in all_sources() {
            // A quotation mark as a character begins no text.
            let source = untranslated(&source)
                .replace("'\"'", "' '")
                .replace("'\\\"'", "' '");
            let mut rest = source.as_str();
            while let Some((text, after)) = rest.find('"').and_then(|at| literal(&rest[at..])) {
                let is_english = |(of, english): &(&str, &str)| file.ends_with(of) && text.contains(english);
                if is_sentence(text) && !ENGLISH.iter().any(is_english) {
                    found.push(format!("{file}: {text}"));
                }
                rest = after;
            }
        }
        assert!(
            found.is_empty(),
            "told without Chinese, use `said!`:\n{}",
            found.join("\n")
        );
    }

    #[test]
    fn a_sentence_is_found_where_it_is_told_and_nowhere_else() {
        let source = "// one two three\n#[arg(help = \"one two three\")]\nsaid!(\"one (two three\", \"一\");\nlet a = \"four five six\";";
        assert_eq!(untranslated(source).trim(), ";\nlet a = \"four five six\";");
        assert!(is_sentence("{} could not be opened: {error}"));
        for name in [
            "access key {key}",
            "`one two three`",
            "POST",
            "set by",
            "request id  {id}",
        ] {
            assert!(!is_sentence(name), "{name}");
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
