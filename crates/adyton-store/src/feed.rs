//! The change feed: carries what is committed into the live state of this node, in the order of revisions.

use std::future::Future;

use adyton_core::live::LiveCell;

use crate::{Committed, Store, StoreError};

/// A node's place in the feed: its live state and how far it has come. Cheap to clone.
#[derive(Clone)]
pub struct Feed {
    cell: LiveCell,
}

impl Feed {
    /// Loads the whole live state from the store. [`run`] then keeps it up to date.
    pub async fn start(store: &Store) -> Result<Self, StoreError> {
        todo!()
    }
    /// The live state's cell, for readers.
    pub fn cell(&self) -> &LiveCell {
        &self.cell
    }
    /// Waits until this node's live state holds `revision`. `Deadline` if that takes longer than five seconds.
    pub async fn reached(&self, revision: u64) -> Result<(), StoreError> {
        todo!()
    }
    /// Waits until this node's live state holds the write, and gives its value: who creates, can call.
    pub async fn settled<T>(&self, committed: Committed<T>) -> Result<T, StoreError> {
        todo!()
    }
}

/// Carries changes into `feed`'s live state until `stop` is ready. Errors of the database are logged and tried again.
pub async fn run(store: Store, feed: Feed, stop: impl Future<Output = ()> + Send) {
    todo!()
}
