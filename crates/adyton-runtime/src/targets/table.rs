//! The table: one writer, many readers, no lock. A [`Reader`] looks at one revision counter a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use adyton_core::id::ServiceId;
use arc_swap::ArcSwap;

use super::choice::{ServiceTargets, VersionTargets};
use super::crowding::Crowding;
use super::instance::InFlight;
use super::target::Unavailable;

/// One state of the table. Cheap to clone; a change touches only the service that changes.
#[derive(Debug, Clone, Default)]
pub struct Table(
    imbl::GenericHashMap<
        ServiceId,
        Arc<ServiceTargets>,
        foldhash::fast::RandomState,
        imbl::shared_ptr::DefaultSharedPtr,
    >,
);

impl Table {
    /// The instances of a service; `None` when nothing of it runs on this node.
    pub fn service(&self, service: ServiceId) -> Option<&Arc<ServiceTargets>> {
        self.0.get(&service)
    }
    /// All services of the table.
    pub fn services(&self) -> impl Iterator<Item = (&ServiceId, &Arc<ServiceTargets>)> {
        self.0.iter()
    }
}

/// The instance table of this node. One for the process, made by the binary and given to the reconciler and the gateway.
#[derive(Debug, Default)]
pub struct Targets {
    table: ArcSwap<Table>,
    revision: AtomicU64,
    crowding: Arc<Crowding>,
}

impl Targets {
    /// An empty table.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }
    /// What all who connect to programs tell each other.
    pub fn crowding(&self) -> &Arc<Crowding> {
        &self.crowding
    }
    /// A handle for one worker; it is not shared between threads.
    pub fn reader(self: &Arc<Self>) -> Reader {
        let seen = self.revision.load(Ordering::Acquire);
        Reader {
            table: self.table.load_full(),
            targets: Arc::clone(self),
            seen,
        }
    }
    /// Sets or removes one service. Only the reconciler (one task) calls this.
    pub fn publish(&self, service: ServiceId, targets: Option<ServiceTargets>) {
        let mut table = Table::clone(&self.table.load());
        match targets {
            Some(targets) => {
                table.0.insert(service, Arc::new(targets));
            }
            None => {
                table.0.remove(&service);
            }
        }
        self.table.store(Arc::new(table));
        self.revision.fetch_add(1, Ordering::Release);
    }
    /// The table as it is now, for control and for tests.
    pub fn snapshot(&self) -> Arc<Table> {
        self.table.load_full()
    }
}

/// A worker's own view of the table: one atomic load a call while nothing changes.
#[derive(Debug)]
pub struct Reader {
    targets: Arc<Targets>,
    table: Arc<Table>,
    seen: u64,
}

impl Reader {
    /// The newest table.
    pub fn current(&mut self) -> &Table {
        let revision = self.targets.revision.load(Ordering::Acquire);
        if revision != self.seen {
            self.table = self.targets.table.load_full();
            self.seen = revision;
        }
        &self.table
    }

    /// Chooses an instance for one call and takes a place in it.
    ///
    /// `declares` says whether a version declares the call's path (the route knows); `turn` is the worker's own
    /// counter, one more for each call. An instance that retires in this very moment is passed over.
    ///
    /// # Errors
    /// [`Unavailable`] when no ready instance declares the path.
    pub fn take(
        &mut self,
        service: ServiceId,
        declares: impl Fn(&VersionTargets) -> bool,
        turn: u64,
    ) -> Result<InFlight, Unavailable> {
        // The reconciler publishes before it retires, so after a refresh a second look finds another instance; three
        // looks bound the work when several retire at once.
        for attempt in 0..3 {
            let Some(targets) = self.current().service(service) else {
                return Err(Unavailable::NotRunning);
            };
            if let Some(place) = targets.choose(&declares, turn.wrapping_add(attempt))?.enter() {
                return Ok(place);
            }
        }
        Err(Unavailable::NoInstance)
    }
}
