//! What the pages say of one sub-code, and the page of a code.
//!
//! A page is Markdown: a title, a paragraph for the caller, then a section a sub-code, whose `Cause:` and `Fix:` are one
//! paragraph each. A cause is told once: where its section of another surface says all that is to be said, a page has none
//! of its own, and that one stands there. The tests of the catalogue hold every page to that.

use std::fmt::Write as _;

use super::code::Code;
use super::reason::Reason;
use super::sub_code::SubCode;
use super::surface::Surface;

/// What a page says of one sub-code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Section {
    /// The whole section, Markdown, without its heading.
    pub text: &'static str,
    /// How it comes about.
    pub cause: &'static str,
    /// What to do.
    pub fix: &'static str,
}

/// Whose section stands for another surface's that has none of its own. IAM's are left out: it says less than it knows, so
/// that its sections tell of several causes at once.
const TELLERS: [Surface; 4] = [
    Surface::ModelArts,
    Surface::Apig,
    Surface::Adyton,
    Surface::Gateway,
];

impl SubCode {
    /// What the pages say of it.
    pub fn section(self) -> Section {
        let others = TELLERS.iter().filter_map(|surface| self.reason().cell(*surface));
        let text = std::iter::once(self)
            .chain(others)
            .find_map(Self::written)
            .unwrap_or_default();
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

    /// The section that its own page has.
    pub(super) fn written(self) -> Option<&'static str> {
        let mut sections = self.code().entry().written.split("\n## ").skip(1);
        sections.find_map(|section| Some(section.strip_prefix(self.name())?.strip_prefix('\n')?.trim()))
    }
}

impl Reason {
    /// What the pages say of it.
    pub fn section(self) -> Section {
        self.first().section()
    }
}

impl Code {
    /// The paragraph of the page that tells a caller what the code means.
    pub fn meaning(self) -> &'static str {
        let written = self.entry().written;
        let intro = written.split("\n## ").next().unwrap_or_default();
        intro.split_once("\n\n").map_or("", |(_, rest)| rest.trim())
    }

    /// The whole page: title, meaning, and a section for each sub-code.
    pub fn page(self) -> String {
        let entry = self.entry();
        let mut page = format!("# {} ({})\n\n{}\n", entry.wire, entry.status, self.meaning());
        for shown in SubCode::of(self) {
            // Writing to a String cannot fail.
            let _ = write!(page, "\n## {shown}\n\n{}\n", shown.section().text);
        }
        page
    }
}
