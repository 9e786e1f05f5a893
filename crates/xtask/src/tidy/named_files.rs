//! Files that comments and pages name in backticks are there: a file that was renamed takes its mentions with it.

use std::collections::HashSet;
use std::fs;

use anyhow::{Context, Result};

use super::sources::{self, Source};
use crate::repository::root;

/// Pages that tell where things are.
const PAGES: &[&str] = &["*.md"];

/// Every breach, in words.
pub(super) fn breaches(files: &[Source]) -> Result<Vec<String>> {
    let there = Endings::of(
        files
            .iter()
            .map(|source| source.path.to_string_lossy().into_owned()),
    );
    let mut breaches = Vec::new();
    for source in files.iter().filter(|source| source.is_rust()) {
        let comments = source
            .text
            .lines()
            .enumerate()
            .filter(|(_, line)| is_comment(line));
        breaches.extend(gone(&there, &source.path.to_string_lossy(), comments));
    }
    for path in sources::listed(PAGES)? {
        // What was is not changed.
        if path.ends_with("CHANGELOG.md") {
            continue;
        }
        let text = fs::read_to_string(root().join(&path))
            .with_context(|| format!("cannot read {}", path.display()))?;
        breaches.extend(gone(&there, &path.to_string_lossy(), text.lines().enumerate()));
    }
    Ok(breaches)
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// The endings of paths that begin at a name: a path itself, and what is left of it behind each slash.
struct Endings(HashSet<String>);

impl Endings {
    fn of(paths: impl IntoIterator<Item = String>) -> Self {
        let mut endings = HashSet::new();
        for path in paths {
            let cuts = path.match_indices('/').map(|(at, _)| at + 1);
            endings.extend(cuts.map(|at| path[at..].to_owned()));
            endings.insert(path);
        }
        Self(endings)
    }
}

fn gone<'t>(
    there: &Endings,
    path: &str,
    lines: impl Iterator<Item = (usize, &'t str)>,
) -> impl Iterator<Item = String> {
    let named = lines.flat_map(|(at, line)| named(line).into_iter().map(move |name| (at + 1, name)));
    named
        .filter(|(_, name)| !there.0.contains(name))
        .map(move |(number, name)| format!("{path}:{number}: names `{name}`, and there is no such file"))
}

/// The Rust files that a line names in backticks; braces hold several names.
fn named(line: &str) -> Vec<String> {
    let quoted = line.split('`').skip(1).step_by(2);
    let files = quoted.filter(|text| text.ends_with(".rs") && !text.contains([' ', '<', '*', '…']));
    files
        .flat_map(|text| match text.split_once('{') {
            Some((before, rest)) => {
                let (among, after) = rest.split_once('}').unwrap_or((rest, ""));
                let each = among.split(',').map(|one| format!("{before}{one}{after}"));
                each.collect::<Vec<_>>()
            }
            None => vec![text.to_owned()],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_named_is_there() {
        let there = Endings::of(["crates/a/src/b/c.rs", "crates/a/src/d.rs"].map(str::to_owned));
        let said = |line| gone(&there, "e.rs", [(4, line)].into_iter()).collect::<Vec<_>>();
        for line in [
            "`c.rs`",
            "see `b/c.rs`, `d.rs`",
            "`src/{d,b/c}.rs`",
            "`…/f.rs`",
            "f.rs",
        ] {
            assert!(said(line).is_empty(), "{line}");
        }
        assert_eq!(
            said("`c.rs` and `f.rs`"),
            ["e.rs:5: names `f.rs`, and there is no such file"]
        );
        assert_eq!(said("`src/{d,f}.rs`").len(), 1);
        assert_eq!(said("`x_c.rs`").len(), 1, "a whole name");
    }
}
