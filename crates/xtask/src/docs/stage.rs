//! What mdBook is given: the chapters that `docs/SUMMARY.md` names, with the files that they link, as they lie in the repository.
//!
//! mdBook knows one folder of sources, and pages of ours link what lies outside `docs/`. The site begins at its root, so the first page,
//! `docs/README.md`, comes up there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::repository::root;

/// The page that the site begins with.
const FIRST: &str = "docs/README.md";

/// Fills the folder anew.
pub(super) fn stage(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    let docs = root().join("docs");
    let summary = read(&docs.join("SUMMARY.md"))?;
    let chapters: BTreeSet<PathBuf> = targets(&summary)
        .into_iter()
        .map(|link| resolved(Path::new("docs"), link))
        .collect();
    let sources = folder.join("src");
    for chapter in &chapters {
        let text = read(&root().join(chapter))?;
        for file in linked(chapter, &text, &chapters)? {
            put(&root().join(&file), &sources.join(&file))?;
        }
        if chapter == Path::new(FIRST) {
            write(&sources.join("index.md"), &from_the_root(&text))?;
        } else {
            write(&sources.join(chapter), &with_the_first_page(chapter, &text))?;
        }
    }
    write(&sources.join("SUMMARY.md"), &from_the_root(&summary))?;
    put(&docs.join("site.css"), &folder.join("site.css"))?;
    put(&docs.join("book.toml"), &folder.join("book.toml"))
}

/// A page of `docs/` with its links as they are from the root of the site.
fn from_the_root(text: &str) -> String {
    let mut out = text.to_owned();
    for link in targets(text).into_iter().collect::<BTreeSet<_>>() {
        let path = resolved(Path::new("docs"), link);
        let path = if path == Path::new(FIRST) {
            PathBuf::from("index.md")
        } else {
            path
        };
        for end in [')', '#'] {
            out = out.replace(&format!("]({link}{end}"), &format!("]({}{end}", path.display()));
        }
    }
    out
}

/// A chapter whose links to the first page lead to where that comes up.
fn with_the_first_page(chapter: &Path, text: &str) -> String {
    let folder = chapter.parent().unwrap_or(Path::new(""));
    let first = "../".repeat(folder.components().count()) + "index.md";
    let mut out = text.to_owned();
    for link in targets(text).into_iter().collect::<BTreeSet<_>>() {
        if resolved(folder, link) == Path::new(FIRST) {
            for end in [')', '#'] {
                out = out.replace(&format!("]({link}{end}"), &format!("]({first}{end}"));
            }
        }
    }
    out
}

/// The files that a chapter links and that are no chapters.
fn linked(chapter: &Path, text: &str, chapters: &BTreeSet<PathBuf>) -> Result<Vec<PathBuf>> {
    let folder = chapter.parent().unwrap_or(Path::new(""));
    let mut files = Vec::new();
    for link in targets(text) {
        let path = resolved(folder, link);
        if chapters.contains(&path) {
            continue;
        }
        let is_page = path.extension().is_some_and(|extension| extension == "md");
        if is_page || !root().join(&path).is_file() {
            bail!(
                "{} links {link}, which the site does not have: add the page to docs/SUMMARY.md, or link a file",
                chapter.display()
            );
        }
        files.push(path);
    }
    Ok(files)
}

/// The paths that a page links, without their fragments; not what another host has.
fn targets(text: &str) -> Vec<&str> {
    let ends = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let paths = ends.filter_map(|link| link.split('#').next());
    paths
        .filter(|path| !path.is_empty() && !path.contains(':') && !path.contains(char::is_whitespace))
        .collect()
}

/// A path of the repository, from a link and the folder of its page.
fn resolved(folder: &Path, link: &str) -> PathBuf {
    let mut path = PathBuf::new();
    for component in folder.join(link).components() {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            Component::CurDir => {}
            Component::Normal(_) | Component::RootDir | Component::Prefix(_) => path.push(component),
        }
    }
    path
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn write(to: &Path, text: &str) -> Result<()> {
    make_folder_of(to)?;
    fs::write(to, text).with_context(|| format!("cannot write {}", to.display()))
}

fn put(from: &Path, to: &Path) -> Result<()> {
    make_folder_of(to)?;
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

fn make_folder_of(file: &Path) -> Result<()> {
    let folder = file.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_links_paths_and_the_rest_is_left_alone() {
        let text = "[a](b.md) [c](../d.md#e) [f](#g) [h](http://i) `x[0](y z)` [j](k/l.json)";
        assert_eq!(targets(text), ["b.md", "../d.md", "k/l.json"]);
    }

    #[test]
    fn a_link_is_resolved_from_its_page() {
        let from = |link| resolved(Path::new("docs/guide"), link);
        assert_eq!(from("calling.md"), Path::new("docs/guide/calling.md"));
        assert_eq!(from("../../SECURITY.md"), Path::new("SECURITY.md"));
        assert_eq!(from("./a.md"), Path::new("docs/guide/a.md"));
    }

    #[test]
    fn the_first_page_and_the_summary_link_from_the_root() {
        let text = "[a](README.md) [b](guide/a.md#c) [d](../SECURITY.md) [e](http://f)";
        let linked = "[a](index.md) [b](docs/guide/a.md#c) [d](SECURITY.md) [e](http://f)";
        assert_eq!(from_the_root(text), linked);
    }

    #[test]
    fn files_come_along_and_pages_and_folders_that_the_site_lacks_are_named() {
        let chapters = BTreeSet::from([PathBuf::from("docs/guide/calling.md")]);
        let of = |text: &str| linked(Path::new("docs/guide/operating.md"), text, &chapters);
        let found = of("[a](calling.md) [b](../monitoring/alerts.yml)").unwrap();
        assert_eq!(found, [Path::new("docs/monitoring/alerts.yml")]);
        for link in ["../../ARCHITECTURE.md", "../../samples/iris", "nowhere.md"] {
            let error = of(&format!("[x]({link})")).unwrap_err().to_string();
            assert!(
                error.contains(link) && error.contains("docs/SUMMARY.md"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_chapter_links_the_first_page_where_it_comes_up() {
        let chapter = Path::new("docs/guide/calling.md");
        let text = "[a](../README.md#before-you-begin), [b](../README.md), [c](signing.md#go)";
        assert_eq!(
            with_the_first_page(chapter, text),
            "[a](../../index.md#before-you-begin), [b](../../index.md), [c](signing.md#go)"
        );
    }
}
