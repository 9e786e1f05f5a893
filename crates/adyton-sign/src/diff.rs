//! Two canonical requests, line by line: the gateway's and the one that a person pastes. Names the first component that
//! differs and points at the character.
//!
//! Headers are compared by name, so that one missing line does not make all that follow differ.

use std::fmt;

use adyton_core::shown::shown_line;

/// A component of a canonical request, in its order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Component {
    /// The first line.
    Method,
    /// The second line.
    Path,
    /// The third line, empty when there is no query.
    Query,
    /// The line of one header; the name in lower case.
    Header(String),
    /// The empty line after the headers.
    EmptyLine,
    /// The list of the signed headers.
    SignedHeaders,
    /// The last line.
    BodyHash,
    /// What comes after the last line.
    Rest,
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method => f.write_str("method"),
            Self::Path => f.write_str("path"),
            Self::Query => f.write_str("query"),
            Self::Header(name) => write!(f, "header {name}"),
            Self::EmptyLine => f.write_str("empty line after the headers"),
            Self::SignedHeaders => f.write_str("signed headers"),
            Self::BodyHash => f.write_str("body hash"),
            Self::Rest => f.write_str("after the last line"),
        }
    }
}

/// One line of the comparison; `None` where a side has no such line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// What the line is.
    pub component: Component,
    /// The gateway's.
    pub ours: Option<String>,
    /// The client's.
    pub theirs: Option<String>,
}

impl Line {
    /// Whether both sides have it alike.
    pub fn is_same(&self) -> bool {
        self.ours == self.theirs
    }

    /// The first character, counted from 0, where the two differ; `None` where they do not, or a side has no line.
    pub fn caret(&self) -> Option<usize> {
        let (ours, theirs) = (self.ours.as_ref()?, self.theirs.as_ref()?);
        if ours == theirs {
            return None;
        }
        let same = ours
            .chars()
            .zip(theirs.chars())
            .take_while(|(one, other)| one == other);
        Some(same.count())
    }
}

/// The whole comparison.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diff {
    /// All lines, in the order of a canonical request.
    pub lines: Vec<Line>,
}

impl Diff {
    /// The first line that differs.
    pub fn first(&self) -> Option<&Line> {
        self.lines.iter().find(|line| !line.is_same())
    }
}

/// Shows white space that would not be seen, and what would steer a terminal: clients send what they like.
fn shown(text: &str) -> String {
    shown_line(&text.replace('\r', "␍").replace('\t', "␉")).into_owned()
}

/// The column at which the character `at` of a line is shown.
fn column(line: &str, at: usize) -> usize {
    let before: String = line.chars().take(at).collect();
    shown(&before).chars().count()
}

/// What follows when nothing differs.
const SAME: &str = "the canonical requests are the same, so the secret or the HMAC step differs: compare the string to sign, \
                    and check that the secret is the key's own, whole and without white space\n";

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.first() else {
            return f.write_str(SAME);
        };
        writeln!(f, "first difference: {}", first.component)?;
        for line in &self.lines {
            if line.is_same() {
                writeln!(f, "  {}", shown(line.ours.as_deref().unwrap_or_default()))?;
                continue;
            }
            match &line.ours {
                Some(ours) => writeln!(f, "- {}", shown(ours))?,
                None => writeln!(f, "- (no such line: {})", line.component)?,
            }
            match &line.theirs {
                Some(theirs) => writeln!(f, "+ {}", shown(theirs))?,
                None => writeln!(f, "+ (no such line: {})", line.component)?,
            }
            if let Some(at) = line.caret() {
                let line = line.ours.as_deref().unwrap_or_default();
                writeln!(f, "  {}^", " ".repeat(column(line, at)))?;
            }
        }
        f.write_str("- is what the gateway computed, + is yours\n")
    }
}

/// A canonical request taken apart, as far as it goes: a pasted text may be anything.
#[derive(Default)]
struct Parts<'a> {
    method: Option<&'a str>,
    path: Option<&'a str>,
    query: Option<&'a str>,
    headers: Vec<(String, &'a str)>,
    empty: Option<&'a str>,
    list: Option<&'a str>,
    hash: Option<&'a str>,
    rest: Option<&'a str>,
}

fn is_header(line: &str) -> bool {
    line.split_once(':')
        .is_some_and(|(name, _)| !name.is_empty() && !name.contains([';', ' ', '/', '&', '=']))
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let mut parts = Self::default();
        let mut rest = Some(text);
        let mut line = || {
            let text = rest?;
            match text.split_once('\n') {
                Some((line, after)) => {
                    rest = Some(after);
                    Some(line)
                }
                None => rest.take(),
            }
        };
        parts.method = line();
        parts.path = line();
        let mut next = line();
        // A header where the query should be: the line of the query was left out.
        if !next.is_some_and(is_header) {
            parts.query = next;
            next = line();
        }
        while let Some(header) = next.filter(|line| is_header(line)) {
            let name = header
                .split(':')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase();
            parts.headers.push((name, header));
            next = line();
        }
        if next.is_some_and(|line| line.trim_end_matches('\r').is_empty()) {
            parts.empty = next;
            next = line();
        }
        parts.list = next;
        parts.hash = line();
        parts.rest = rest;
        parts
    }
}

/// Compares the gateway's canonical request with the client's. Any text is fine.
pub fn diff(ours: &str, theirs: &str) -> Diff {
    let (one, other) = (Parts::of(ours), Parts::of(theirs));
    let mut lines = Vec::new();
    let mut add = |component, ours: Option<&str>, theirs: Option<&str>| {
        if ours.is_some() || theirs.is_some() {
            lines.push(Line {
                component,
                ours: ours.map(str::to_owned),
                theirs: theirs.map(str::to_owned),
            });
        }
    };
    add(Component::Method, one.method, other.method);
    add(Component::Path, one.path, other.path);
    add(Component::Query, one.query, other.query);
    let mut left: Vec<&(String, &str)> = other.headers.iter().collect();
    for (name, line) in &one.headers {
        let partner = left.iter().position(|(theirs, _)| theirs == name);
        add(
            Component::Header(name.clone()),
            Some(line),
            partner.map(|at| left.remove(at).1),
        );
    }
    for (name, line) in left {
        add(Component::Header(name.clone()), None, Some(line));
    }
    add(Component::EmptyLine, one.empty, other.empty);
    add(Component::SignedHeaders, one.list, other.list);
    add(Component::BodyHash, one.hash, other.hash);
    add(Component::Rest, one.rest, other.rest);
    Diff { lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str =
        "POST\n/infer/\na=1\nhost:gateway\nx-sdk-date:20260115T081530Z\n\nhost;x-sdk-date\nabc";

    fn check(theirs: &str, component: Option<Component>, caret: Option<usize>) {
        let diff = diff(OURS, theirs);
        let first = diff.first();
        assert_eq!(
            first.map(|line| &line.component),
            component.as_ref(),
            "{theirs:?}\n{diff}"
        );
        assert_eq!(first.and_then(Line::caret), caret, "{theirs:?}");
    }

    #[test]
    fn the_first_component_that_differs_is_named() {
        let header = |name: &str| Some(Component::Header(name.to_owned()));
        check(OURS, None, None);
        check(&OURS.replace("POST", "post"), Some(Component::Method), Some(0));
        check(&OURS.replace("/infer/", "/infer"), Some(Component::Path), Some(6));
        check(&OURS.replace("a=1", "a=2"), Some(Component::Query), Some(2));
        check(&OURS.replace("a=1\n", ""), Some(Component::Query), None);
        check(
            &OURS.replace("host:gateway\n", "host:gateway:80\n"),
            header("host"),
            Some(12),
        );
        check(&OURS.replace("host:gateway\n", ""), header("host"), None);
        check(&OURS.replace("host:", "accept:x\nhost:"), header("accept"), None);
        check(&OURS.replace("Z\n\n", "Z\n"), Some(Component::EmptyLine), None);
        check(
            &OURS.replace("host;x", "x"),
            Some(Component::SignedHeaders),
            Some(0),
        );
        check(&OURS.replace("abc", "abd"), Some(Component::BodyHash), Some(2));
        check(&format!("{OURS}\n"), Some(Component::Rest), None);
        check(&OURS.replace('\n', "\r\n"), Some(Component::Method), Some(4));
        check("", Some(Component::Method), Some(0));
    }

    #[test]
    fn the_text_points_at_the_character() {
        let text = diff(OURS, &OURS.replace("/infer/", "/infer")).to_string();
        assert!(
            diff(OURS, OURS)
                .to_string()
                .contains("so the secret or the HMAC step differs")
        );
        assert!(
            text.starts_with("first difference: path\n  POST\n- /infer/\n+ /infer\n        ^\n"),
            "{text}"
        );
    }

    #[test]
    fn what_a_client_signed_does_not_steer_the_terminal() {
        let hostile = OURS.replace("gateway", "\u{1b}[31m\u{9b}2J\u{202e}g");
        let text = diff(&hostile, &OURS.replace("gateway", "\u{1b}[31m\u{9b}2J\u{202e}h")).to_string();
        assert!(
            !text.contains(|letter: char| letter.is_control() && letter != '\n'),
            "{text:?}"
        );
        let shown = "- host:\\u{1b}[31m\\u{9b}2J\\u{202e}g\n";
        assert!(text.contains(shown), "{text}");
        // The caret stands below the letter that differs, escapes counted.
        let caret = format!("\n{}^\n", " ".repeat(shown.chars().count() - 2));
        assert!(text.contains(&caret), "{text}");
    }
}
