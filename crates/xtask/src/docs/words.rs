//! Browsers break a line after a hyphen and a slash, so that `--timeout` would come apart. In code within a line of text each such word
//! is marked, and `docs/site.css` keeps it whole; the text itself stays as it is, so that it can be copied and found.

use std::fs;
use std::path::Path;

use anyhow::Result;

/// A longer word may break: a narrow screen has no room for it.
const LONGEST: usize = 26;

/// Marks the words of all pages below `folder`.
pub(super) fn keep_whole(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            keep_whole(&path)?;
        } else if path.extension().is_some_and(|end| end == "html") {
            fs::write(&path, marked(&fs::read_to_string(&path)?))?;
        }
    }
    Ok(())
}

/// A page with its words marked. Blocks (`<pre>`) scroll and never break.
fn marked(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    let mut rest = page;
    while let Some(at) = rest.find("<pre").into_iter().chain(rest.find("<code>")).min() {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let (open, close) = match tag.starts_with("<pre") {
            true => ("", "</pre>"),
            false => ("<code>", "</code>"),
        };
        let end = tag.find(close).unwrap_or(tag.len());
        let (inside, after) = tag.split_at(end);
        match inside.strip_prefix(open).filter(|_| !open.is_empty()) {
            Some(text) => {
                out.push_str(open);
                out.push_str(&text.split(' ').map(word).collect::<Vec<_>>().join(" "));
            }
            None => out.push_str(inside),
        }
        rest = after;
    }
    out + rest
}

fn word(word: &str) -> String {
    let breaks = word.contains(['-', '/']) && !word.contains('<') && word.len() <= LONGEST;
    match breaks {
        true => format!("<span class=\"word\">{word}</span>"),
        false => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_hyphens_are_kept_whole_in_a_line_of_text_alone() {
        let long = "a-".repeat(40);
        let page = format!(
            "<pre><code>x --no</code></pre> <code>adyton login --data</code> a-b <code class=\"x\">--y</code> <code>{long}</code>"
        );
        assert_eq!(
            marked(&page),
            format!(
                "<pre><code>x --no</code></pre> <code>adyton login <span class=\"word\">--data</span></code> a-b \
                 <code class=\"x\">--y</code> <code>{long}</code>"
            )
        );
        assert_eq!(marked("<p>"), "<p>");
    }
}
