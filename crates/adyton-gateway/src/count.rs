//! A number that its owner raises without an indivisible step, and others read.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that one thread raises and any may read.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    /// Nothing yet.
    pub(crate) const fn new() -> Self {
        Self(AtomicU64::new(0))
    }
    /// Adds. Only the owning worker calls this, so that it need not be one indivisible step.
    pub(crate) fn add(&self, more: u64) {
        self.0.store(
            self.0.load(Ordering::Relaxed).wrapping_add(more),
            Ordering::Relaxed,
        );
    }
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
