//! The part of a code's page that tells of one reason.
//!
//! A page is Markdown: a title, a paragraph for the caller, then a section a reason, whose `Cause:` and `Fix:` are one
//! paragraph each. The tests of the catalogue hold every page to that.

use super::{Code, Reason};

/// What a page says of one reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Section {
    /// The whole section, Markdown, without its heading.
    pub text: &'static str,
    /// How it comes about.
    pub cause: &'static str,
    /// What to do.
    pub fix: &'static str,
}

impl Reason {
    /// What the page of its code says of this reason.
    pub fn section(self) -> Section {
        let page = self.code().entry().page;
        let text = page
            .split("\n## ")
            .skip(1)
            .find_map(|section| section.strip_prefix(self.sub_code())?.strip_prefix('\n'))
            .unwrap_or_default()
            .trim();
        let paragraph = |name: &str| {
            text.split("\n\n")
                .find_map(|paragraph| paragraph.trim().strip_prefix(name))
                .unwrap_or_default()
                .trim()
        };
        Section {
            text,
            cause: paragraph("Cause: "),
            fix: paragraph("Fix: "),
        }
    }
}

impl Code {
    /// The paragraph of the page that tells a caller what the code means.
    pub fn meaning(self) -> &'static str {
        let page = self.entry().page;
        let intro = page.split("\n## ").next().unwrap_or_default();
        intro.split_once("\n\n").map_or("", |(_, rest)| rest.trim())
    }
}
