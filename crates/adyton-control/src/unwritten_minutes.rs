//! Counts of services' requests, and of what instances took, that are not written into the store yet.

use std::collections::HashMap;
use std::time::Duration;

use adyton_core::id::InstanceId;
use adyton_core::tally::ServiceTally;
use adyton_core::usage::{InstanceUsage, Used};
use tokio::time::Instant;

/// What waits for the store.
#[derive(Default)]
pub(crate) struct UnwrittenMinutes {
    /// The counts, oldest first.
    pub(crate) waiting: Vec<ServiceTally>,
    /// When the store last took all of them.
    pub(crate) written: Option<Instant>,
    /// What each instance of this node had taken when it was last looked at, and what of it since the look before.
    pub(crate) seen: HashMap<InstanceId, (InstanceUsage, Used)>,
    /// When they were last looked at.
    pub(crate) looked: Option<Instant>,
}

impl UnwrittenMinutes {
    /// Whether the store took all of them within this time.
    pub(crate) fn is_written(&self, within: Duration) -> bool {
        self.written.is_some_and(|written| written.elapsed() < within)
    }
}
