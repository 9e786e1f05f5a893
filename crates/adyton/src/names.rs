//! What texts name must exist: every command with its options, every setting and its variable, every management address.
//!
//! All texts of the repository are read: messages of every crate and of the console in both languages, the catalogue's pages,
//! comments, the guide, the reference, units and packages. So a command that is renamed fails here wherever it is still advised.

mod addresses;
mod commands;
mod settings;

use std::fs;
use std::path::{Path, PathBuf};

/// A text, and where it stands.
struct Text {
    path: String,
    text: String,
}

/// Where texts for people stand.
const FOLDERS: [&str; 7] = [
    "crates",
    "docs",
    "packaging",
    "console/src",
    "samples",
    "bench",
    "tests/README.md",
];
/// Endings of files with such texts; what has none is read too.
const ENDINGS: [&str; 11] = [
    "rs", "md", "py", "sh", "ts", "tsx", "toml", "yml", "json", "service", "in",
];
/// Folders of tests, of what was built, and this one.
const LEFT_OUT: [&str; 6] = ["tests", "target", "node_modules", "dist", "names", "openapi.json"];

/// All of them, without the tests among them: these say what is wrong on purpose.
fn texts() -> Vec<Text> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files: Vec<PathBuf> = FOLDERS.iter().map(|folder| root.join(folder)).collect();
    let pages = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path());
    files.extend(pages.filter(|page| page.extension().is_some_and(|ending| ending == "md")));
    let mut texts = Vec::new();
    while let Some(path) = files.pop() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            files.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let is_test = name.ends_with("tests.rs") || name.contains(".test.") || name == "CHANGELOG.md";
        let is_text = path
            .extension()
            .is_none_or(|ending| ENDINGS.iter().any(|known| ending == *known));
        if is_text
            && !is_test
            && let Ok(text) = fs::read_to_string(&path)
        {
            let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
            texts.push(Text {
                path: path.strip_prefix(&root).unwrap().display().to_string(),
                text: joined(&text[..end]),
            });
        }
    }
    assert!(texts.len() > 700, "{}", texts.len());
    texts
}

/// Without the ends of lines that go on behind a backslash, in Rust and in shells.
fn joined(text: &str) -> String {
    let mut pieces = text.split("\\\n");
    let mut joined = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        joined.push_str(piece.trim_start());
    }
    joined
}

impl Text {
    /// What follows each `mark`, with the letter before it.
    fn after<'t>(&'t self, mark: &'t str) -> impl Iterator<Item = (char, &'t str)> {
        self.text.match_indices(mark).map(move |(at, _)| {
            let before = self.text[..at].chars().next_back().unwrap_or('\n');
            (before, &self.text[at + mark.len()..])
        })
    }
    /// Where that is, for whoever has to mend it.
    fn place(&self, rest: &str) -> String {
        let at = rest.as_ptr() as usize - self.text.as_ptr() as usize;
        let start = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        let end = self.text[at..].find('\n').map_or(self.text.len(), |end| at + end);
        format!("{}: {}", self.path, self.text[start..end].trim())
    }
}
