//! What the pages say of one sub-code, and the page of a code.
//!
//! A page is Markdown: a title, a paragraph for the caller, then a section a sub-code, whose `Cause:` and `Fix:` are one
//! paragraph each; the same in Chinese follows, as `含义：`, `原因：` and `处理：`. A cause is told once: where its section of another surface says all that is to be said, a page has none
//! of its own, and that one stands there. The tests of the catalogue hold every page to that.

use std::fmt::Write as _;

use super::code::Code;
use super::reason::Reason;
use super::sub_code::SubCode;
use super::surface::Surface;
use crate::language::{Language, phrase};

/// What a page says of one sub-code, in one language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Section {
    /// How it comes about.
    pub cause: &'static str,
    /// What to do.
    pub fix: &'static str,
    language: Language,
}

impl Section {
    /// The whole section, Markdown, without its heading.
    pub fn text(&self) -> String {
        let (cause, fix) = marks(self.language);
        format!("{cause}{}\n\n{fix}{}", self.cause, self.fix)
    }
}

/// What a cause and a fix begin with.
const fn marks(language: Language) -> (&'static str, &'static str) {
    phrase!(language, ("Cause: ", "Fix: "), ("原因：", "处理："))
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
    /// What the pages say of it, in English.
    pub fn section(self) -> Section {
        self.section_in(Language::English)
    }

    /// What the pages say of it.
    pub fn section_in(self, language: Language) -> Section {
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
        let (cause, fix) = marks(language);
        Section {
            cause: paragraph(cause),
            fix: paragraph(fix),
            language,
        }
    }

    /// The section that its own page has, in all languages.
    pub(super) fn written(self) -> Option<&'static str> {
        let mut sections = self.code().entry().written.split("\n## ").skip(1);
        sections.find_map(|section| Some(section.strip_prefix(self.name())?.strip_prefix('\n')?.trim()))
    }
}

impl Reason {
    /// What the pages say of it, in English.
    pub fn section(self) -> Section {
        self.section_in(Language::English)
    }

    /// What the pages say of it.
    pub fn section_in(self, language: Language) -> Section {
        self.first().section_in(language)
    }
}

impl Code {
    /// The paragraph of the page that tells a caller what the code means, in English.
    pub fn meaning(self) -> &'static str {
        self.meaning_in(Language::English)
    }

    /// The paragraph of the page that tells a caller what the code means.
    pub fn meaning_in(self, language: Language) -> &'static str {
        let written = self.entry().written;
        let intro = written.split("\n## ").next().unwrap_or_default();
        let (_, meaning) = intro.split_once("\n\n").unwrap_or_default();
        let (english, chinese) = meaning.split_once("\n\n含义：").unwrap_or((meaning, ""));
        phrase!(language, english, chinese).trim()
    }

    /// The whole page in English: title, meaning, and a section for each sub-code.
    pub fn page(self) -> String {
        self.page_in(Language::English)
    }

    /// The whole page: title, meaning, and a section for each sub-code.
    pub fn page_in(self, language: Language) -> String {
        let entry = self.entry();
        let meaning = self.meaning_in(language);
        let mut page = format!("# {} ({})\n\n{meaning}\n", entry.wire, entry.status);
        for shown in SubCode::of(self) {
            // Writing to a String cannot fail.
            let _ = write!(page, "\n## {shown}\n\n{}\n", shown.section_in(language).text());
        }
        page
    }
}
