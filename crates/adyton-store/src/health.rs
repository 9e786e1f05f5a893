//! Whether writes work: tried in the background; what was found is a [`Health`](crate::Health).
//!
//! A look writes one row and commits it, every ten seconds; after a failure, also one of an ordinary call, at once and then
//! every second. With it goes what else is looked at regularly: the reserve on the disk, and the clock.

use std::future::Future;
use std::time::Duration;

use crate::{Store, StoreError};

/// How long between looks while all is well.
const CALM: Duration = Duration::from_secs(10);
/// How long between looks while writes fail.
const ALERT: Duration = Duration::from_secs(1);
/// How long a look may take.
const LOOK: Duration = Duration::from_secs(5);

/// Looks until `stop` is ready.
pub async fn run(store: Store, stop: impl Future<Output = ()> + Send) {
    let work = async {
        loop {
            if let Some(jump) = store.clock().take_jump() {
                tracing::warn!(
                    "the clock jumped {jump} (or the machine slept): nothing is deleted for its age until it has kept pace for an hour; \
                     signatures and tokens go by what it says now"
                );
            }
            let pause = if look(&store).await { CALM } else { ALERT };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = store.health().suspected(), if pause == CALM => {}
            }
        }
    };
    tokio::select! {
        () = stop => {}
        () = work => {}
    }
}

/// One look: whether writes work.
pub async fn look(store: &Store) -> bool {
    let mut trouble = match try_a_write(store).await {
        Ok(()) => None,
        Err(error) => {
            if matches!(error, StoreError::NoSpace) {
                store.database().settle_log().await;
            }
            Some(error.to_string())
        }
    };
    // With SQLite the database is in the data folder, and its write has tried that disk.
    if trouble.is_none() && store.database().is_postgres() {
        trouble = store.try_a_file().await.err();
    }
    let works = trouble.is_none();
    let why = trouble.clone().unwrap_or_default();
    let turned = store
        .health()
        .note(trouble.map(|problem| format!("writes fail: {problem}")));
    match (turned, works) {
        (true, true) => tracing::info!("writes work again"),
        (true, false) => tracing::error!(
            problem = why,
            "writes fail: management calls that change something are refused; predictions go on"
        ),
        (false, _) => {}
    }
    if works {
        store.fill_reserve().await;
    }
    works
}

async fn try_a_write(store: &Store) -> Result<(), StoreError> {
    let session = store.database().begin(LOOK).await?;
    store.uptime().note(&session).await?;
    session.commit().await
}
