//! One write: a transaction that takes its revision first and names what it changed.

/// What a write gives: its value, and the revision that the live state will have with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use = "await feed.reached(committed) before answering: who creates, can call"]
pub struct Committed<T> {
    /// What was written.
    pub value: T,
    /// The store's revision that holds it.
    pub revision: u64,
}
