//! What the last look at the database found: read without any I/O.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

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
    /// Waits until a call has had trouble; one that had since the last wait counts.
    pub(crate) async fn suspected(&self) {
        self.0.suspicion.notified().await;
    }
    /// Notes what a look found; whether it is another state than before.
    pub(crate) fn note(&self, trouble: Option<String>) -> bool {
        let mut now = self.lock();
        let turned = now.is_some() != trouble.is_some();
        *now = trouble;
        turned
    }
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
