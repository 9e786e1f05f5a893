//! Series of counts of services, model versions and instances, one worker's.
//!
//! What must be true: a request that meets a known series costs one look into a map of the worker's own, and takes no lock; that is
//! taken when a series is new, and when somebody reads. There are at most [`SERIES_MOST`] series of each kind: what comes beyond
//! counts as `other`, so neither programs that answer with odd statuses nor many services grow the page without end. What is read
//! and belongs to services and instances that are gone goes to `other` too, and makes room.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use adyton_core::id::{InstanceId, ModelId, ServiceId};
use foldhash::fast::RandomState;
use parking_lot::Mutex;

use crate::count::Count;

/// How many series of each kind a worker keeps.
pub(crate) const SERIES_MOST: usize = 1_000;

/// The answers of a service that are counted together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct AnswerKey {
    pub(crate) service: ServiceId,
    /// The version that was chosen.
    pub(crate) model: Option<ModelId>,
    pub(crate) status: u16,
    /// Of a refusal: its number among all reasons.
    pub(crate) reason: Option<usize>,
}

/// An instance of a service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct InstanceKey {
    pub(crate) service: ServiceId,
    pub(crate) model: ModelId,
    pub(crate) instance: InstanceId,
}

/// The counts of one series.
#[derive(Debug, Default)]
pub(crate) struct Series {
    pub(crate) requests: Count,
    /// Microseconds spent waiting for the model.
    pub(crate) model_us: Count,
}

impl Series {
    fn count(&self, model_us: u64) {
        self.requests.add(1);
        self.model_us.add(model_us);
    }
    /// Requests, and microseconds.
    pub(crate) fn read(&self) -> [u64; 2] {
        [self.requests.get(), self.model_us.get()]
    }
}

type Map<K> = HashMap<K, Arc<Series>, RandomState>;

/// All series of one kind, for whoever reads.
#[derive(Debug)]
pub(crate) struct SharedSeries<K> {
    known: Mutex<NamedSeries<K>>,
    /// What found no room.
    other: Series,
    /// Raised when series are taken out.
    epoch: AtomicU64,
}

#[derive(Debug)]
struct NamedSeries<K> {
    series: Map<K>,
    /// What was counted of those that were taken out.
    gone: [u64; 2],
}

impl<K> Default for SharedSeries<K> {
    fn default() -> Self {
        Self {
            known: Mutex::new(NamedSeries {
                series: Map::default(),
                gone: [0; 2],
            }),
            other: Series::default(),
            epoch: AtomicU64::new(0),
        }
    }
}

impl<K: Copy + Eq + Hash> SharedSeries<K> {
    /// Gives every series to `each`; those that are not `here` any more are taken out. Gives what belongs to none.
    pub(crate) fn read(&self, is_here: impl Fn(&K) -> bool, mut each: impl FnMut(&K, [u64; 2])) -> [u64; 2] {
        let mut known = self.known.lock();
        let NamedSeries { series, gone } = &mut *known;
        let before = series.len();
        series.retain(|key, series| {
            let is_kept = is_here(key);
            match is_kept {
                true => each(key, series.read()),
                false => add(gone, series.read()),
            }
            is_kept
        });
        if series.len() < before {
            self.epoch.fetch_add(1, Ordering::Relaxed);
        }
        let mut other = self.other.read();
        add(&mut other, *gone);
        other
    }

    /// The series of a key, which is new to the worker; `None` where there is no room for it.
    fn register(&self, key: K) -> Option<Arc<Series>> {
        let mut known = self.known.lock();
        if known.series.len() >= SERIES_MOST && !known.series.contains_key(&key) {
            return None;
        }
        Some(Arc::clone(known.series.entry(key).or_default()))
    }
}

/// Adds up what was read.
pub(crate) fn add(sum: &mut [u64; 2], more: [u64; 2]) {
    for (sum, more) in sum.iter_mut().zip(more) {
        *sum += more;
    }
}

/// A worker's own way to the series of one kind.
pub(crate) struct Own<K> {
    known: RefCell<Map<K>>,
    epoch: Cell<u64>,
    /// Whether the last new key found no room: then none is asked for again until some is made.
    is_full: Cell<bool>,
}

impl<K> Default for Own<K> {
    fn default() -> Self {
        Self {
            known: RefCell::default(),
            epoch: Cell::new(0),
            is_full: Cell::new(false),
        }
    }
}

impl<K: Copy + Eq + Hash> Own<K> {
    pub(crate) fn count(&self, shared: &SharedSeries<K>, key: K, model_us: u64) {
        let epoch = shared.epoch.load(Ordering::Relaxed);
        let mut known = self.known.borrow_mut();
        if epoch != self.epoch.replace(epoch) {
            known.clear();
            self.is_full.set(false);
        }
        if let Some(series) = known.get(&key) {
            series.count(model_us);
            return;
        }
        let found = match self.is_full.get() {
            true => None,
            false => shared.register(key),
        };
        match found {
            Some(series) => {
                series.count(model_us);
                known.insert(key, series);
            }
            None => {
                self.is_full.set(true);
                shared.other.count(model_us);
            }
        }
    }
}
