//! The paths that an API takes: exact segments, `{name}` for any one segment, and a final `*` for all that is below.
//!
//! - `/test` and `/test/` are two paths, and letter case counts.
//! - `{name}` stands for one segment that is not empty. What is not a whole segment in braces is meant to the letter.
//! - `/test/*` is a prefix: it takes `/test`, `/test/` and every path below, but not `/testing`.

use std::fmt;

/// A pattern of decoded paths.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PathPattern {
    text: Box<str>,
}

/// One segment of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Segment<'p> {
    /// This text.
    Exact(&'p str),
    /// Any text but an empty one.
    Parameter,
}

impl PathPattern {
    /// The pattern as it is written; `text` begins with `/`.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into() }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it takes every path below as well.
    pub fn is_prefix(&self) -> bool {
        self.text.ends_with("/*")
    }

    /// Whether it takes one path alone.
    pub fn is_exact(&self) -> bool {
        !self.is_prefix()
            && self
                .segments()
                .all(|segment| matches!(segment, Segment::Exact(_)))
    }

    /// The segments, without the final `*`. The path `/` has one, which is empty.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        let exact = self.text.strip_suffix("/*").unwrap_or(&self.text);
        let mut segments = exact.split('/');
        // What stands before the first `/`.
        segments.next();
        segments.map(Segment::of)
    }

    /// Whether a decoded path is one of those that it takes.
    pub fn takes(&self, path: &str) -> bool {
        let mut sent = path.split('/');
        sent.next();
        let fits = |segment| match (segment, sent.next()) {
            (Segment::Exact(exact), Some(sent)) => sent == exact,
            (Segment::Parameter, Some(sent)) => !sent.is_empty(),
            (Segment::Exact(_) | Segment::Parameter, None) => false,
        };
        self.segments().all(fits) && (self.is_prefix() || sent.next().is_none())
    }

    /// Whether another pattern takes the same paths: names of parameters make no difference.
    pub fn is_like(&self, other: &Self) -> bool {
        self.text == other.text
            || (self.is_prefix() == other.is_prefix() && self.segments().eq(other.segments()))
    }
}

impl<'p> Segment<'p> {
    fn of(text: &'p str) -> Self {
        let name = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let is_name = |name: &str| {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
            !name.is_empty() && name.bytes().all(fits)
        };
        match name {
            Some(name) if is_name(name) => Segment::Parameter,
            Some(_) | None => Segment::Exact(text),
        }
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_takes_its_paths_and_no_others() {
        for (pattern, takes, leaves) in [
            ("/", &["/"][..], &["", "//", "/a"][..]),
            (
                "/test",
                &["/test"],
                &["/test/", "/Test", "/tes", "/test/AA", "//test"],
            ),
            ("/test/", &["/test/"], &["/test", "/test//"]),
            (
                "/v1/{project_id}/chat",
                &["/v1/x/chat", "/v1/{project_id}/chat", "/v1/x y/chat"],
                &["/v1//chat", "/v1/chat", "/v1/x/y/chat", "/v1/x/chat/"],
            ),
            (
                "/test/AA/*",
                &["/test/AA", "/test/AA/", "/test/AA/CC", "/test/AA/C/D//"],
                &["/test/AACC", "/test", "/test/aa/CC"],
            ),
            ("/*", &["/", "/a", "/a/b/"], &[]),
            ("/{a}/*", &["/x", "/x/", "/x/y"], &["/", "//y"]),
            // To the letter: no whole segment, no name, no end.
            ("/a{b}", &["/a{b}"], &["/ax"]),
            ("/{}", &["/{}"], &["/x"]),
            ("/{rest+}", &["/{rest+}"], &["/x"]),
            ("/*/a", &["/*/a"], &["/x/a"]),
            ("/a*", &["/a*"], &["/ab"]),
        ] {
            let parsed = PathPattern::new(pattern);
            for path in takes {
                assert!(parsed.takes(path), "{pattern} takes {path}");
            }
            for path in leaves {
                assert!(!parsed.takes(path), "{pattern} does not take {path}");
            }
        }
    }

    #[test]
    fn names_of_parameters_make_no_difference() {
        let like = |one: &str, other: &str| PathPattern::new(one).is_like(&PathPattern::new(other));
        assert!(like("/a/{x}/*", "/a/{y}/*"));
        assert!(!like("/a/{x}", "/a/{x}/*"));
        assert!(!like("/a/{x}", "/a/x"));
        assert!(PathPattern::new("/a/b").is_exact());
        assert!(!PathPattern::new("/a/{b}").is_exact() && !PathPattern::new("/a/*").is_exact());
    }
}
