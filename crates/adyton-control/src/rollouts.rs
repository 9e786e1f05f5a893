//! Which rollouts' ends this node has written down. Until then a change counts as one that is on its way, so whoever sees it end
//! finds its end in the history.

use std::collections::HashMap;

use adyton_core::id::ServiceId;
use parking_lot::Mutex;

/// The last generation of each service whose end is written down.
#[derive(Default)]
pub(crate) struct WrittenRollouts(Mutex<HashMap<ServiceId, u64>>);

impl WrittenRollouts {
    /// The end of this generation's rollout is written down.
    pub(crate) fn note(&self, service: ServiceId, generation: u64) {
        self.0.lock().insert(service, generation);
    }
    /// Whether it is.
    pub(crate) fn has(&self, service: ServiceId, generation: u64) -> bool {
        self.0.lock().get(&service) == Some(&generation)
    }
    /// Forgets the services that are gone.
    pub(crate) fn retain(&self, is_there: impl Fn(ServiceId) -> bool) {
        self.0.lock().retain(|service, _| is_there(*service));
    }
}
