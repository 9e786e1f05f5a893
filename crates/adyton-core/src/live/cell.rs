//! Publishing the live state: one writer, any number of readers, no locks on the reading side.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;

use super::Live;

/// Holds the current [`Live`]. The change feed publishes into it; every gateway core keeps its own [`LiveReader`].
#[derive(Clone)]
pub struct LiveCell(Arc<Shared>);

struct Shared {
    root: ArcSwap<Live>,
    /// Counts publications, so that a reader learns of a new one from a single load.
    edition: AtomicU64,
}

impl LiveCell {
    /// Starts with `live`.
    pub fn new(live: Live) -> Self {
        Self(Arc::new(Shared {
            root: ArcSwap::from_pointee(live),
            edition: AtomicU64::new(1),
        }))
    }
    /// The current state. For the control plane and for tests; the gateway uses a [`LiveReader`].
    pub fn load(&self) -> Arc<Live> {
        self.0.root.load_full()
    }
    /// Publishes a new state. Only the change feed calls this, from one task, so publications do not overtake each other.
    pub fn publish(&self, live: Live) {
        self.0.root.store(Arc::new(live));
        self.0.edition.fetch_add(1, Ordering::Release);
    }
    /// A handle for one thread.
    pub fn reader(&self) -> LiveReader {
        LiveReader {
            cell: self.clone(),
            held: self.load(),
            edition: self.0.edition.load(Ordering::Acquire),
        }
    }
}

/// One thread's handle: a plain pointer, refreshed when the edition has moved.
pub struct LiveReader {
    cell: LiveCell,
    held: Arc<Live>,
    edition: u64,
}

impl LiveReader {
    /// The current state; keep the clone for the whole request.
    pub fn get(&mut self) -> &Arc<Live> {
        let edition = self.cell.0.edition.load(Ordering::Acquire);
        if edition != self.edition {
            // Read the edition before the root: a publication in between is then seen at the next call.
            self.edition = edition;
            self.held = self.cell.load();
        }
        &self.held
    }
}
