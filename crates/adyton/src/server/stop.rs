//! The end: what takes new work first, what others need last.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::assembly::Assembly;
use adyton_cli::ready;

/// How long the programs of models, the store and the journal may take to end.
const THE_REST: Duration = Duration::from_secs(20);

/// How long the end takes at most: first the gateway's calls have `grace`, then those of the control plane.
pub(super) const fn longest(grace: Duration) -> Duration {
    grace.saturating_mul(2).saturating_add(THE_REST)
}

/// Ends everything; calls in flight get `grace`.
pub(super) async fn all(assembly: Assembly, grace: Duration) {
    assembly.open.store(false, Ordering::Release);
    let gateway = Arc::clone(&assembly.gateway);
    if tokio::task::spawn_blocking(move || gateway.drain(grace))
        .await
        .is_err()
    {
        tracing::error!("the gateway did not drain");
    }
    assembly.control.end().await;
    assembly.instances.end().await;
    // From here on nobody finds this server any more.
    let _ = std::fs::remove_file(assembly.data.join(ready::FILE));
    assembly.background.end().await;
    assembly.store.close().await;
    let journal = Arc::clone(&assembly.journal);
    if tokio::task::spawn_blocking(move || journal.close())
        .await
        .is_err()
    {
        tracing::error!("the journal was not closed");
    }
    tracing::info!("stopped");
}
