//! Where the throttles are: one number for each API that was called lately, shared by all workers, outside of the live
//! state so that changes there do not reset it.
//!
//! Each worker keeps its own map, so a call takes no lock; the first call of an API on a worker asks the registry. Numbers
//! whose turns are all there are forgotten once a minute, so there are never more than APIs called within a minute.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::id::ApiId;
use foldhash::fast::RandomState;
use parking_lot::Mutex;

use super::gcra::ArrivalTime;

/// One API's number, as a worker's calls hold it: by a count of the worker's own, since one that all cores change would cost more
/// than the look-up.
pub(super) type Bucket = Rc<Arc<ArrivalTime>>;

/// The numbers of the process.
#[derive(Default)]
pub(crate) struct Registry(Mutex<HashMap<ApiId, Arc<ArrivalTime>, RandomState>>);

/// One worker's view.
pub(crate) struct Quotas {
    known: RefCell<HashMap<ApiId, Bucket, RandomState>>,
    registry: Arc<Registry>,
}

impl Quotas {
    /// Knows no API yet.
    pub(crate) fn new(registry: Arc<Registry>) -> Self {
        Self {
            known: RefCell::default(),
            registry,
        }
    }

    /// The number of an API.
    pub(super) fn bucket(&self, api: ApiId) -> Bucket {
        let mut known = self.known.borrow_mut();
        let bucket = known
            .entry(api)
            .or_insert_with(|| Rc::new(Arc::clone(self.registry.0.lock().entry(api).or_default())));
        Rc::clone(bucket)
    }

    /// Forgets what is full. The registry keeps a number for as long as any worker does.
    pub(crate) fn forget(&self, now: Duration) {
        self.known.borrow_mut().retain(|_, bucket| !bucket.is_full(now));
        self.registry
            .0
            .lock()
            .retain(|_, bucket| Arc::strong_count(bucket) > 1 || !bucket.is_full(now));
    }
}

#[cfg(test)]
mod tests {
    use super::super::gcra::{Decision, Rate};
    use super::*;

    #[test]
    fn workers_share_a_limit_and_forgetting_does_not_reset_it() {
        let registry = Arc::new(Registry::default());
        let (one, two) = (
            Quotas::new(Arc::clone(&registry)),
            Quotas::new(Arc::clone(&registry)),
        );
        let (api, now) = (ApiId::from_bits(1), Duration::from_secs(10));
        let rate = Rate::per_second(2).expect("a limit");
        for worker in [&one, &two] {
            assert!(matches!(
                worker.bucket(api).take(rate, now),
                Decision::Pass { .. }
            ));
        }
        one.forget(now);
        assert!(matches!(one.bucket(api).take(rate, now), Decision::Wait(_)));
        let later = now + Duration::from_secs(2);
        one.forget(later);
        two.forget(later);
        assert!(registry.0.lock().is_empty());
    }
}
