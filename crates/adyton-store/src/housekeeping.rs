//! What ends by itself: old events, revocations, token keys and rows of the change table; and the daily new token key.

use std::future::Future;

use crate::{Store, StoreError};

/// Keeps house every minute until `stop` is ready. Errors are logged and tried again.
pub async fn run(store: Store, stop: impl Future<Output = ()> + Send) {
    todo!()
}

/// One round: makes a token key if the newest is older than 24 hours, and removes what is over.
pub async fn round(store: &Store) -> Result<(), StoreError> {
    todo!()
}
