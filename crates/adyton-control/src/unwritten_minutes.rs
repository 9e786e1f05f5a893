//! Counts of services' requests that are not written into the store yet.

use adyton_core::tally::ServiceTally;
use tokio::time::Instant;

/// What waits for the store.
#[derive(Default)]
pub(crate) struct UnwrittenMinutes {
    /// The counts, oldest first.
    pub(crate) waiting: Vec<ServiceTally>,
    /// When the store last took all of them.
    pub(crate) written: Option<Instant>,
}
