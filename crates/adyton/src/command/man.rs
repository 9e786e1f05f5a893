//! `adyton man DIR`: writes the man pages, for packages.

use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_mangen::Man as Manual;
use serde_json::json;

use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;

/// Write the man pages, one a verb
#[derive(Args)]
#[command(after_help = "Example:
  adyton man share/man/man1")]
pub(crate) struct Man {
    /// The folder that they are written to; it is made
    folder: PathBuf,
}

impl Man {
    /// Writes the pages of the command line `root`.
    pub(crate) fn run(self, context: &Context, root: Command) -> Outcome {
        let wrong = |error: std::io::Error| {
            Failure::failed(said!(
                "{}: cannot be written: {error}",
                "{}：无法写入：{error}",
                self.folder.display()
            ))
        };
        std::fs::create_dir_all(&self.folder).map_err(wrong)?;
        let mut root = root.disable_help_subcommand(true);
        root.build();
        write_pages(&root, &self.folder).map_err(wrong)?;
        if context.terminal.is_json() {
            context.terminal.document(&json!({"folder": self.folder}));
        } else {
            let folder = self.folder.display();
            context.terminal.print(said!(
                "Wrote the man pages to {folder}. Read one with: man -l {folder}/adyton.1",
                "已将手册页写入 {folder}。阅读：man -l {folder}/adyton.1"
            ));
        }
        Ok(())
    }
}

/// When this version was released, or until it is, when its pages were last gone over: the same for every build.
const DATE: &str = "2026-11-28";

/// Writes the page of a verb and of those below it.
fn write_pages(verb: &Command, folder: &Path) -> std::io::Result<()> {
    for below in verb.get_subcommands().filter(|below| !below.is_hide_set()) {
        write_pages(below, folder)?;
    }
    let page = Manual::new(verb.clone())
        .date(DATE)
        .source(concat!("adyton ", env!("CARGO_PKG_VERSION")))
        .manual("Adyton");
    let mut text = Vec::new();
    page.render(&mut text)?;
    let text = tidied(&with_examples(&String::from_utf8_lossy(&text)));
    std::fs::write(folder.join(page.get_filename()), text)
}

/// Calls the examples what they are, and keeps their lines as they are.
fn with_examples(page: &str) -> String {
    let Some((before, rest)) = page.split_once(".SH EXTRA\n") else {
        return page.to_owned();
    };
    let (examples, after) = match rest.find("\n.SH ") {
        Some(end) => rest.split_at(end + 1),
        None => (rest, ""),
    };
    let title = examples.lines().next().unwrap_or_default();
    if !matches!(title, "Example:" | "Examples:") {
        return page.to_owned();
    }
    let lines = examples[title.len()..].trim_matches('\n');
    format!("{before}.SH EXAMPLES\n.nf\n{lines}\n.fi\n{after}")
}

/// Without what `clap_mangen` writes for nothing: spaces at the end of a line, and a break beside an empty line.
fn tidied(page: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in page.lines().map(str::trim_end) {
        match (lines.last(), line) {
            (Some(&(".sp" | "")), ".br") => continue,
            (Some(&".br"), ".sp" | "") => drop(lines.pop()),
            _ => {}
        }
        lines.push(line);
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_the_program_and_keeps_the_lines_of_examples() {
        let folder = tempfile::tempdir().unwrap();
        let below =
            Command::new("grant").after_help("Examples:\n  adyton role grant ada\n  adyton role grant bob");
        let mut root = Command::new("adyton").subcommand(Command::new("role").subcommand(below));
        root.build();
        write_pages(&root, folder.path()).unwrap();
        let page = std::fs::read_to_string(folder.path().join("adyton-role-grant.1")).unwrap();
        let title = format!(
            ".TH adyton-role-grant 1 {DATE} \"adyton {}\" Adyton\n",
            env!("CARGO_PKG_VERSION")
        );
        assert!(page.contains(&title), "{page}");
        let examples = ".SH EXAMPLES\n.nf\n  adyton role grant ada\n  adyton role grant bob\n.fi\n";
        assert!(page.contains(examples), "{page}");
        assert!(!page.contains("EXTRA"), "{page}");
    }

    /// The log of changes names a release as `## 0.1.0, 2026-11-28`.
    #[test]
    fn a_release_has_the_date_that_the_log_of_changes_gives_it() {
        let heading = concat!("## ", env!("CARGO_PKG_VERSION"), ", ");
        let changes = include_str!("../../../../CHANGELOG.md");
        if let Some(date) = changes.lines().find_map(|line| line.strip_prefix(heading)) {
            assert_eq!(date, DATE);
        }
    }

    #[test]
    fn mandoc_has_nothing_to_warn_of() {
        let folder = tempfile::tempdir().unwrap();
        let mut root = crate::cli::shown().disable_help_subcommand(true);
        root.build();
        write_pages(&root, folder.path()).unwrap();
        let mut pages: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|page| page.unwrap().path())
            .collect();
        pages.sort();
        for page in &pages {
            let text = std::fs::read_to_string(page).unwrap();
            assert!(
                !text.lines().any(|line| line.ends_with(' ')),
                "{}",
                page.display()
            );
            let has_break = [".sp\n.br", ".br\n.sp", ".br\n\n", "\n\n.br"]
                .iter()
                .any(|lines| text.contains(lines));
            assert!(!has_break, "{}", page.display());
        }
        let mandoc = std::process::Command::new("mandoc")
            .args(["-T", "lint", "-W", "warning"])
            .args(&pages)
            .output();
        // Where it is not installed, the looks above have to do.
        if let Ok(ran) = mandoc {
            assert_eq!(String::from_utf8_lossy(&ran.stdout), "");
        }
    }
}
