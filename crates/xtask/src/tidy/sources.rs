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
    /// Whether it is written in Rust.
    pub(super) fn is_rust(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension == "rs")
    }
}

/// All Rust and Python files that git tracks or would track.
pub(super) fn files() -> Result<Vec<Source>> {
    let mut git = command("git");
    git.args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
        "--",
        "*.rs",
        "*.py",
    ]);
    let output = git.output().context("cannot run git ls-files")?;
    let listed = String::from_utf8(output.stdout).context("a file name is not UTF-8")?;
    let mut paths: Vec<&str> = listed.split('\0').filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    paths.dedup();
    // A file that is deleted but not yet committed is still listed.
    let present = paths.into_iter().filter(|path| root().join(path).is_file());
    present.map(|path| read(Path::new(path))).collect()
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
    let mut is_test = false;
    for (number, line) in source.text.lines().enumerate() {
        is_test |= line.trim_start().starts_with("#[cfg(test)]");
        // Spelt in two parts, so that this file does not find itself.
        if line.contains(concat!("FIX", "ME")) {
            breaches.push(format!(
                "{path}:{}: a mark that was meant to go before the change landed",
                number + 1
            ));
        }
        if source.is_product() && !is_test && looks_into_text(line) {
            breaches.push(format!(
                "{path}:{}: decides by the words of a text of ours: ask its type",
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

/// Whether a line calls one of [`LOOKS`] on one of [`TYPED`].
fn looks_into_text(line: &str) -> bool {
    LOOKS
        .iter()
        .flat_map(|look| line.match_indices(look))
        .any(|(at, _)| {
            TYPED.iter().any(|typed| {
                line[..at].strip_suffix(typed).is_some_and(|before| {
                    !before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
                })
            })
        })
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
