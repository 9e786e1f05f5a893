//! Pages and names: what all lists have in common.

/// Which part of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// How many to pass over.
    pub offset: u64,
    /// How many to give at most.
    pub limit: u64,
}

impl Page {
    /// The longest page that a list gives.
    pub const MOST: u64 = 10_000;
    /// As much as a list gives.
    pub const ALL: Page = Page {
        offset: 0,
        limit: Page::MOST,
    };
}

impl Default for Page {
    fn default() -> Self {
        Page::ALL
    }
}

/// A page of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed<T> {
    /// What is on the page.
    pub items: Vec<T>,
    /// How many there are on all pages.
    pub total: u64,
}

/// How to compare a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NameMatch {
    /// It is this.
    Exact(String),
    /// It contains this, upper or lower case.
    Contains(String),
    /// It contains this, upper or lower case, where `_` is any one character (ModelArts' fuzzy names).
    Fuzzy(String),
}
