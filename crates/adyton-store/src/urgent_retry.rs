//! What must not wait on a full disk: a revocation tries again while there is something to give up for it.

use std::sync::Arc;

use crate::database::Database;
use crate::reserve::Reserve;

/// How often a write is tried again.
const TRIES: u32 = 8;

/// What one write may still ask for.
pub(crate) struct UrgentRetry<'a> {
    database: &'a Database,
    reserve: &'a Arc<Reserve>,
    tries: u32,
}

impl<'a> UrgentRetry<'a> {
    pub(crate) const fn of(database: &'a Database, reserve: &'a Arc<Reserve>) -> Self {
        Self {
            database,
            reserve,
            tries: 0,
        }
    }

    /// Whether the write is worth another try. First the write-ahead log finds its own room again, then pieces of the
    /// reserve are given up. A PostgreSQL server's disk is not ours.
    pub(crate) async fn is_worth_it(&mut self, full: bool) -> bool {
        if !full || self.tries >= TRIES || self.database.is_postgres() {
            return false;
        }
        self.tries += 1;
        if self.tries == 1 {
            self.database.settle_log().await;
            return true;
        }
        let reserve = self.reserve.clone();
        tokio::task::spawn_blocking(move || reserve.give_up_a_piece())
            .await
            .unwrap_or(false)
    }
}

/// Runs a write, again while there is room to be made for it.
macro_rules! urgently {
    ($store:expr, $write:expr) => {{
        let mut retry = $store.urgent_retry();
        loop {
            let result = $write.await;
            let full = matches!(result, Err($crate::StoreError::NoSpace));
            if !retry.is_worth_it(full).await {
                break result;
            }
        }
    }};
}
pub(crate) use urgently;
