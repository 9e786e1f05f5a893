//! Whether the links of a built site lead somewhere, and whether it loads anything from another host.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// What a page has.
#[derive(Default)]
struct LinkedPage {
    /// What it links.
    links: Vec<String>,
    /// What its reader's browser loads.
    loads: Vec<String>,
    /// The names of its places.
    ids: BTreeSet<String>,
}

/// Each breach in one line.
pub(super) fn breaches(site: &Path) -> Result<Vec<String>> {
    let mut files = BTreeSet::new();
    collect(site, &mut files)?;
    let mut pages = BTreeMap::new();
    let mut breaches = Vec::new();
    for file in &files {
        let extension = file.extension().and_then(|extension| extension.to_str());
        let text = || fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()));
        match extension {
            Some("html") => {
                pages.insert(file.clone(), page(&text()?));
            }
            Some("css") => {
                let text = text()?;
                let urls = text.split("url(").skip(1);
                let far = urls.filter(|url| is_elsewhere(url.trim_start_matches(['"', '\''])));
                breaches.extend(far.map(|url| {
                    let url = url.split(')').next().unwrap_or_default();
                    format!("{} loads {url}", shown(site, file))
                }));
            }
            _ => {}
        }
    }
    for (file, page) in &pages {
        let name = shown(site, file);
        let far = page.loads.iter().filter(|url| is_elsewhere(url));
        breaches.extend(far.map(|url| format!("{name} loads {url}")));
        let near = page
            .links
            .iter()
            .chain(&page.loads)
            .filter(|link| !is_elsewhere(link));
        let dead = near.filter(|link| !leads_somewhere(file, link, &files, &pages));
        breaches.extend(dead.map(|link| format!("{name} links {link}, which is not there")));
    }
    Ok(breaches)
}

fn collect(folder: &Path, files: &mut BTreeSet<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.insert(path);
        }
    }
    Ok(())
}

/// What a page says, by its tags.
fn page(text: &str) -> LinkedPage {
    let mut page = LinkedPage::default();
    for tag in text.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
        let value = |name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            Some(rest.split('"').next().unwrap_or_default().replace("&amp;", "&"))
        };
        page.ids.extend(value("id"));
        page.loads.extend(value("src"));
        match tag.split_whitespace().next() {
            Some("a") => page.links.extend(value("href")),
            Some("link") => page.loads.extend(value("href")),
            _ => {}
        }
    }
    page
}

fn is_elsewhere(link: &str) -> bool {
    !link.starts_with("data:")
        && (link.starts_with("//") || link.contains("://") || link.starts_with("mailto:"))
}

fn leads_somewhere(
    from: &Path,
    link: &str,
    files: &BTreeSet<PathBuf>,
    pages: &BTreeMap<PathBuf, LinkedPage>,
) -> bool {
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let path = path.split('?').next().unwrap_or_default();
    let target = if path.is_empty() {
        from.to_path_buf()
    } else {
        let mut target = from.parent().unwrap_or(Path::new("")).to_path_buf();
        for part in path.split('/') {
            match part {
                ".." => {
                    target.pop();
                }
                "." | "" => {}
                _ => target.push(part),
            }
        }
        target
    };
    let place = fragment.is_empty() || pages.get(&target).is_some_and(|page| page.ids.contains(fragment));
    files.contains(&target) && place
}

fn shown(site: &Path, file: &Path) -> String {
    file.strip_prefix(site).unwrap_or(file).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dead_links_lost_places_and_other_hosts_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path();
        fs::create_dir_all(site.join("a")).unwrap();
        fs::write(
            site.join("index.html"),
            r##"<link rel="stylesheet" href="a/x.css"><a href="a/b.html#here">b</a><a href="a/b.html#gone">b</a>
            <a class="x" href="nowhere.html">c</a><a href="https://elsewhere.example/">d</a><p id="top"><a href="#top">e</a>"##,
        )
        .unwrap();
        fs::write(
            site.join("a/b.html"),
            r#"<h1 id="here">b</h1><a href="../index.html">i</a><script src="https://cdn.example/x.js"></script>"#,
        )
        .unwrap();
        fs::write(
            site.join("a/x.css"),
            "@import url('https://fonts.example/f.css'); p { background: url(b.png) }",
        )
        .unwrap();
        assert_eq!(
            breaches(site).unwrap(),
            [
                "a/x.css loads 'https://fonts.example/f.css'",
                "a/b.html loads https://cdn.example/x.js",
                "index.html links a/b.html#gone, which is not there",
                "index.html links nowhere.html, which is not there",
            ]
        );
    }
}
