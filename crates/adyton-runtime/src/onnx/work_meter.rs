//! How long calls of one instance have worked in this process.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The time for which threads of this process worked on calls: reading the input, running the model, writing the answer. The
/// further threads of a runtime, which all models share, are not in it: nobody knows whom they work for.
#[derive(Debug, Default)]
pub struct WorkMeter(AtomicU64);

impl WorkMeter {
    /// A call has worked for so long.
    pub(super) fn count(&self, worked: Duration) {
        let nanos = u64::try_from(worked.as_nanos()).unwrap_or(u64::MAX);
        self.0.fetch_add(nanos, Ordering::Relaxed);
    }
    /// All calls together.
    pub fn worked(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}
