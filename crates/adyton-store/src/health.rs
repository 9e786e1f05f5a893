//! Whether writes work: tried in the background, read without any I/O.
//!
//! A look writes one row and commits it, every ten seconds; after a failure, also one of an ordinary call, at once and then
//! every second. With it goes what else is looked at regularly: the reserve on the disk, and the clock.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::uptime::Uptime;
use crate::{Store, StoreError};

/// How long between looks while all is well.
const CALM: Duration = Duration::from_secs(10);
/// How long between looks while writes fail.
const ALERT: Duration = Duration::from_secs(1);
/// How long a look may take.
const LOOK: Duration = Duration::from_secs(5);

/// What the last look found. Cheap to clone; reading it does no I/O.
#[derive(Clone, Default)]
pub struct Health(Arc<Found>);

#[derive(Default)]
struct Found {
    trouble: Mutex<Option<String>>,
    suspicion: Notify,
}

impl Health {
    /// Why writes fail; `None` while they work.
    pub fn trouble(&self) -> Option<String> {
        self.lock().clone()
    }
    /// A call had trouble: look at once.
    pub(crate) fn suspect(&self) {
        self.0.suspicion.notify_one();
    }
    /// Notes what a look found; whether it is another state than before.
    fn note(&self, trouble: Option<String>) -> bool {
        let mut now = self.lock();
        let turned = now.is_some() != trouble.is_some();
        *now = trouble;
        turned
    }
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

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
                () = store.health().0.suspicion.notified(), if pause == CALM => {}
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
    Uptime::note(store, &session).await?;
    session.commit().await
}
