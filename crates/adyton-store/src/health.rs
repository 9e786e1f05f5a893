//! Whether writes work: tried in the background; what was found is a [`Health`](crate::Health).
//!
//! A look writes one row and commits it, every ten seconds; after a failure, also one of an ordinary call, at once and then
//! every second. On PostgreSQL a row is rewritten in room that the database has already, so after a call that found none a look
//! asks for new room too. With it goes what else is looked at regularly: the reserve on the disk, and the clock.

use std::future::Future;
use std::time::Duration;

use adyton_core::not_ready::NotReady;
use sea_orm::ConnectionTrait as _;

use crate::cause::Cause;
use crate::{Store, StoreError};

/// How long between looks while all is well.
const CALM: Duration = Duration::from_secs(10);
/// How long between looks while writes fail.
const ALERT: Duration = Duration::from_secs(1);
/// Some 700 KB, in a table that is gone with its transaction.
const ROOM: &str =
    "CREATE TEMPORARY TABLE adyton_room ON COMMIT DROP AS SELECT generate_series(1, 20000) AS number";
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
    let mut problem = match try_all(store).await {
        Ok(()) => None,
        Err(error) => {
            if matches!(error, StoreError::NoSpace) {
                store.database().settle_log().await;
            }
            Some(error.to_string())
        }
    };
    // With SQLite the database is in the data folder, and its write has tried that disk.
    if problem.is_none() && store.database().is_postgres() {
        problem = store.try_a_file().await.err();
    }
    let works = problem.is_none();
    let why = problem.clone().unwrap_or_default();
    let turned = store
        .health()
        .note(problem.map(|problem| NotReady::WritesFail { problem: &problem }.kept()));
    match (turned, works) {
        (true, true) => tracing::info!("writes work again"),
        (true, false) => tracing::error!(
            problem = why,
            "writes fail: management calls that change something are refused; predictions continue"
        ),
        (false, _) => {}
    }
    if works {
        store.fill_reserve().await;
    }
    works
}

async fn try_all(store: &Store) -> Result<(), StoreError> {
    try_a_write(store).await?;
    if store.health().is_full() {
        try_for_room(store).await?;
        store.health().has_room();
    }
    Ok(())
}

/// Asks PostgreSQL for pages that it does not have yet, and gives them back. SQLite's write has asked for some.
async fn try_for_room(store: &Store) -> Result<(), StoreError> {
    if !store.database().is_postgres() {
        return Ok(());
    }
    let session = store.database().begin(LOOK).await?;
    let Err(error) = session.execute_unprepared(ROOM).await else {
        return Ok(());
    };
    match Cause::of(&error) {
        Cause::NoSpace | Cause::Deadline | Cause::ReadOnly | Cause::Unavailable => Err(error.into()),
        // Who runs the database may forbid temporary tables: then only calls find out.
        Cause::Other => {
            tracing::debug!(%error, "it is not known whether the database has room again");
            Ok(())
        }
    }
}

async fn try_a_write(store: &Store) -> Result<(), StoreError> {
    let session = store.database().begin(LOOK).await?;
    store.uptime().note(&session).await?;
    session.commit().await
}
