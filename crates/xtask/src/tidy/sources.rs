//! Rules for single source files: each says what it is, has a name of the vocabulary, and holds no forgotten marks.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::command;
use crate::repository::root;

/// File names that say nothing about what is inside.
const FORBIDDEN_NAMES: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "misc", "manager", "data", "info", "impl", "mod",
];

/// What is ours to know by its type. Code that looks into the text decides by words, which are there to be reworded.
const TYPED: &[&str] = &[
    "wire",
    "sub_code()",
    "fix",
    "note",
    "advice",
    "sentence",
    "mistake.name",
    "fact",
    "hint",
    "what",
    "setting",
    "scope",
    "status",
    "action",
    "caller",
];
/// How one looks into a text.
const LOOKS: &[&str] = &[
    ".starts_with(",
    ".ends_with(",
    ".contains(",
    ".strip_prefix(",
    ".strip_suffix(",
    ".split_once(",
];

/// Words that no type has in its name. The glossary, or the field, has a plainer one for each.
const FORBIDDEN_IN_TYPES: &[&str] = &[
    "Room", "Lane", "Errand", "Guest", "Knock", "Patience", "Trouble", "Seat", "Turn",
];
/// Names that no function and no file has, for the same reason.
const FORBIDDEN_WORDS: &[&str] = &[
    "room", "lane", "errand", "guest", "knock", "patience", "trouble", "seat", "turn",
];

/// A source file, with its path relative to the repository.
pub(super) struct Source {
    /// For example `crates/adyton-core/src/lib.rs`.
    pub(super) path: PathBuf,
    /// What it holds.
    pub(super) text: String,
}

impl Source {
    /// Whether it is Rust of the product, not of its tests or of the chores.
    fn is_product(&self) -> bool {
        let path = self.path.to_string_lossy();
        self.is_rust()
            && path.contains("/src/")
            && !path.starts_with("crates/xtask/")
            && !path.contains("/tests/")
            && !path.ends_with("/tests.rs")
    }
    /// Its lines that are not compiled for tests only, each with its number from 1. Relies on rustfmt: an item ends at the first
    /// line of its own indentation that closes it.
    pub(super) fn product(&self) -> Vec<(usize, &str)> {
        let mut lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let mut product = Vec::new();
        while let Some((number, line)) = lines.next() {
            let code = line.trim_start();
            if !(self.is_rust() && code.starts_with("#[cfg(test)]")) {
                product.push((number, line));
                continue;
            }
            let indentation = &line[..line.len() - code.len()];
            let ends = |line: &str| {
                line.strip_prefix(indentation).is_some_and(|own| {
                    own.starts_with('}') || own.ends_with([';', ',', '}']) && !own.starts_with(' ')
                })
            };
            let _ = lines.by_ref().find(|(_, line)| ends(line));
        }
        product
    }
    /// Whether it is written in Rust.
    pub(super) fn is_rust(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension == "rs")
    }
}

/// All Rust and Python files that git tracks or would track.
pub(super) fn files() -> Result<Vec<Source>> {
    let paths = listed(&["*.rs", "*.py"])?;
    paths.iter().map(|path| read(path)).collect()
}

/// The files of these names that git tracks or would track and that are there, relative to the repository; all for no names.
pub(super) fn listed(names: &[&str]) -> Result<Vec<PathBuf>> {
    let mut git = command("git");
    git.args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
        "--",
    ]);
    let output = git.args(names).output().context("cannot run git ls-files")?;
    let listed = String::from_utf8(output.stdout).context("a file name is not UTF-8")?;
    let mut paths: Vec<&str> = listed.split('\0').filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    paths.dedup();
    // A file that is deleted but not yet committed is still listed.
    let present = paths.into_iter().filter(|path| root().join(path).is_file());
    Ok(present.map(PathBuf::from).collect())
}

fn read(path: &Path) -> Result<Source> {
    let text =
        fs::read_to_string(root().join(path)).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Source {
        path: path.to_path_buf(),
        text,
    })
}

/// Every breach, in words.
pub(super) fn breaches(files: &[Source]) -> Vec<String> {
    files.iter().flat_map(breaches_of).collect()
}

fn breaches_of(source: &Source) -> Vec<String> {
    let path = source.path.display();
    let mut breaches = Vec::new();
    let stem = source.path.file_stem().unwrap_or_default().to_string_lossy();
    if FORBIDDEN_NAMES.contains(&stem.as_ref()) {
        breaches.push(format!(
            "{path}: `{stem}` says nothing about what is inside; name the file after it"
        ));
    }
    let opening = if source.is_rust() { "//!" } else { "\"\"\"" };
    let first = source
        .text
        .lines()
        .find(|line| !line.is_empty() && !line.starts_with("#!/"));
    if !first.is_none_or(|line| line.starts_with(opening)) {
        breaches.push(format!("{path}:1: must open with `{opening}` and say what it is"));
    }
    if FORBIDDEN_WORDS.contains(&stem.as_ref()) {
        breaches.push(format!(
            "{path}: `{stem}` needs a legend: name the file after what it is"
        ));
    }
    if source.is_product() {
        breaches.extend(breaches_of_product(source));
    }
    for (number, line) in source.text.lines().enumerate() {
        // Spelt in two parts, so that this file does not find itself.
        if line.contains(concat!("FIX", "ME")) {
            breaches.push(format!(
                "{path}:{}: a mark that was meant to go before the change landed",
                number + 1
            ));
        }
        if line.contains(concat!("TO", "DO")) && !line.contains(concat!("TO", "DO(#")) {
            breaches.push(format!(
                "{path}:{}: a plan without an issue: write its number, `(#12)`, after the word",
                number + 1
            ));
        }
    }
    breaches
}

/// What is wrong with lines that are not for tests.
fn breaches_of_product(source: &Source) -> Vec<String> {
    let path = source.path.display();
    let lines = source.product();
    let mut breaches = Vec::new();
    for (at, (number, line)) in lines.iter().enumerate() {
        if looks_into_text(line) || matches_text(line, &lines[at + 1..]) {
            breaches.push(format!(
                "{path}:{number}: decides by the words of a text of ours: ask its type"
            ));
        }
        if let Some(name) = forbidden_name(line) {
            breaches.push(format!(
                "{path}:{number}: `{name}` needs a legend: call it what it is"
            ));
        }
    }
    breaches
}

/// The name that a line defines, if it is one that needs a legend.
fn forbidden_name(line: &str) -> Option<&str> {
    let code = line.trim_start();
    let code = match code
        .strip_prefix("pub(")
        .and_then(|within| within.split_once(") "))
    {
        Some((_, code)) => code,
        None => code,
    };
    let mut words = code
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        .skip_while(|word| word.is_empty() || matches!(*word, "pub" | "const" | "async"));
    let kind = words.next()?;
    let name = words.next()?;
    let is_forbidden = match kind {
        "struct" | "enum" | "trait" | "type" => FORBIDDEN_IN_TYPES.iter().any(|word| holds_word(name, word)),
        "fn" => FORBIDDEN_WORDS.contains(&name),
        _ => false,
    };
    is_forbidden.then_some(name)
}

/// Whether a type's name has this word: `UploadRoom` has `Room`, `Roomy` has not.
fn holds_word(name: &str, word: &str) -> bool {
    name.match_indices(word)
        .any(|(at, _)| !name[at + word.len()..].starts_with(|letter: char| letter.is_lowercase()))
}

/// Whether a line ends in one of [`TYPED`], as a whole word.
fn ends_typed(before: &str) -> bool {
    TYPED.iter().any(|typed| {
        before
            .strip_suffix(typed)
            .is_some_and(|before| !before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_'))
    })
}

/// Whether a line opens a `match` on one of [`TYPED`], alone or among others, with an arm of a literal text in the lines that
/// follow. An empty text is none.
fn matches_text(line: &str, following: &[(usize, &str)]) -> bool {
    let asked = line
        .split_once("match ")
        .and_then(|(_, asked)| asked.strip_suffix(" {"));
    let Some(asked) = asked else { return false };
    let is_typed = |asked: &str| {
        let calls = [".as_str()", ".as_ref()", ".as_deref()"];
        ends_typed(
            calls
                .iter()
                .find_map(|call| asked.strip_suffix(call))
                .unwrap_or(asked),
        )
    };
    let depth = |line: &str| line.len() - line.trim_start().len();
    let within = asked.strip_prefix('(').and_then(|asked| asked.strip_suffix(')'));
    within.unwrap_or(asked).split(", ").any(is_typed)
        // The words of a client, or of HTTP, which are read into a type here.
        && !asked.contains("status")
        && following
            .iter()
            .map(|(_, following)| *following)
            .take_while(|following| following.is_empty() || depth(following) > depth(line))
            .filter(|following| depth(following) == depth(line) + 4)
            .any(|arm| {
                arm.split(" => ")
                    .next()
                    .unwrap_or_default()
                    .replace("\"\"", "")
                    .contains('"')
            })
}

/// Whether a line calls one of [`LOOKS`] on one of [`TYPED`].
fn looks_into_text(line: &str) -> bool {
    LOOKS
        .iter()
        .flat_map(|look| line.match_indices(look))
        .any(|(at, _)| ends_typed(&line[..at]))
}

#[cfg(test)]
mod tests {
    use super::{Source, breaches_of};

    fn breaches(path: &str, text: &str) -> Vec<String> {
        breaches_of(&Source {
            path: path.into(),
            text: text.to_owned(),
        })
    }

    #[test]
    fn a_good_file_has_no_breach() {
        assert!(breaches("crates/a/src/throttle.rs", "//! Throttles.\n").is_empty());
        assert!(breaches("bench/run.py", "#!/usr/bin/env python3\n\"\"\"Measures.\"\"\"\n").is_empty());
    }

    #[test]
    fn a_file_must_say_what_it_is() {
        assert_eq!(breaches("a.rs", "use std::fs;\n").len(), 1);
        assert_eq!(breaches("a.py", "import os\n").len(), 1);
    }

    #[test]
    fn names_that_say_nothing_are_refused() {
        assert_eq!(breaches("crates/a/src/utils.rs", "//! Things.\n").len(), 1);
    }

    #[test]
    fn deciding_by_our_own_words_is_refused() {
        let line = "//! A.\nif entry.wire.starts_with(\"MR.\") {}\n";
        assert_eq!(breaches("crates/a/src/b.rs", line).len(), 1);
        let cut_off = "//! A.\nlet reason = fact.strip_prefix(\"reason\");\n";
        assert_eq!(breaches("crates/a/src/b.rs", cut_off).len(), 1);
        assert!(breaches("crates/a/src/b.rs", "//! A.\nlet line = line.split_once(':');\n").is_empty());
        assert!(breaches("crates/a/src/tests.rs", line).is_empty());
        assert!(breaches("crates/a/src/b.rs", "//! A.\nif prefix.starts_with('/') {}\n").is_empty());
        let test = format!("//! A.\n#[cfg(test)]\nmod tests {{{line}}}");
        assert!(breaches("crates/a/src/b.rs", &test).is_empty());
        let early = format!("//! A.\n#[cfg(test)]\nmod rig;\n\n#[cfg(test)]\nfn a() {{\n    {line}}}\n");
        assert!(breaches("crates/a/src/b.rs", &early).is_empty());
        let after = format!("{early}{line}");
        assert_eq!(
            breaches("crates/a/src/b.rs", &after).len(),
            1,
            "what follows is not for tests"
        );
    }

    #[test]
    fn a_match_on_our_own_words_is_refused() {
        let arms = "match (LANGUAGE, what) {\n    \"body\" => 1,\n    _ => 2,\n}\n";
        let by = |asked: &str| {
            breaches(
                "crates/a/src/b.rs",
                &format!("//! A.\n{}", arms.replace("(LANGUAGE, what)", asked)),
            )
        };
        assert_eq!(by("what").len(), 1);
        assert_eq!(by("self.what.as_str()").len(), 1);
        assert!(
            !breaches(
                "crates/a/src/b.rs",
                "//! A.\nmatch (language, what) {\n    (Chinese, \"uri\") => 1,\n}\n"
            )
            .is_empty()
        );
        assert!(
            breaches(
                "crates/a/src/b.rs",
                "//! A.\nmatch fix {\n    \"\" => 1,\n    fix => 2,\n}\n"
            )
            .is_empty()
        );
        assert!(by("text").is_empty() && by("somewhat").is_empty());
        let nested =
            "//! A.\nmatch status {\n    Status::On => name(\n        \"on\",\n    ),\n}\nlet a = \"b\";\n";
        assert!(
            breaches("crates/a/src/b.rs", nested).is_empty(),
            "its arms are types"
        );
    }

    #[test]
    fn names_that_need_a_legend_are_refused() {
        let of = |line: &str| breaches("crates/a/src/b.rs", &format!("//! A.\n{line}\n")).len();
        for line in [
            "pub(crate) struct UploadRoom(u8);",
            "enum Turn {",
            "    pub(in crate::a) async fn turn(&self) {",
            "type Lane = u8;",
        ] {
            assert_eq!(of(line), 1, "{line}");
        }
        for line in [
            "struct Roomy;",
            "fn make_room() {",
            "fn returns() {",
            "struct Return;",
        ] {
            assert_eq!(of(line), 0, "{line}");
        }
        assert_eq!(breaches("crates/a/src/room.rs", "//! A.\n").len(), 1);
    }

    #[test]
    fn forgotten_marks_are_refused() {
        assert_eq!(breaches("a.rs", concat!("//! A.\n// FIX", "ME later\n")).len(), 1);
        assert_eq!(
            breaches(
                "a.rs",
                concat!("//! A.\n// TO", "DO later\n// TO", "DO(#3) later\n")
            )
            .len(),
            1
        );
    }
}
