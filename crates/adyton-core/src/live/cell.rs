//! Publishing the live state: one writer, any number of readers, no locks on the reading side.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use super::Live;

/// Holds the current [`Live`]. The change feed publishes into it; every gateway core keeps its own [`LiveReader`].
#[derive(Clone)]
pub struct LiveCell(Arc<Shared>);

struct Shared {
    root: ArcSwap<Live>,
    /// Counts publications, so that a reader learns of a new one from a single load.
    edition: AtomicU64,
    /// Wakes those who wait for a publication.
    published: watch::Sender<()>,
    /// When it was last known to be the newest state, in microseconds of the monotonic clock; 0 is never.
    confirmed: AtomicU64,
}

impl LiveCell {
    /// Starts with `live`.
    pub fn new(live: Live) -> Self {
        Self(Arc::new(Shared {
            root: ArcSwap::from_pointee(live),
            edition: AtomicU64::new(1),
            published: watch::Sender::new(()),
            confirmed: AtomicU64::new(0),
        }))
    }
    /// Notes that nothing newer is stored up to this moment of the monotonic clock, which may lie ahead where nobody else stores
    /// anything. Only the change feed calls this.
    pub fn confirm(&self, at: Duration) {
        let micros = u64::try_from(at.as_micros()).unwrap_or(u64::MAX).max(1);
        self.0.confirmed.store(micros, Ordering::Relaxed);
    }
    /// For how long nobody has known whether this is the newest state; zero where no feed says.
    pub fn age(&self, now: Duration) -> Duration {
        match self.0.confirmed.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            micros => now.saturating_sub(Duration::from_micros(micros)),
        }
    }
    /// The current state. For the control plane and for tests; the gateway uses a [`LiveReader`].
    pub fn load(&self) -> Arc<Live> {
        self.0.root.load_full()
    }
    /// Publishes a new state. Only the change feed calls this, from one task, so publications do not overtake each other.
    pub fn publish(&self, live: Live) {
        self.0.root.store(Arc::new(live));
        self.0.edition.fetch_add(1, Ordering::Release);
        self.0.published.send_replace(());
    }
    /// Changes with each publication, for whoever waits for the next one.
    pub fn published(&self) -> watch::Receiver<()> {
        self.0.published.subscribe()
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
    /// As [`LiveCell::age`].
    pub fn age(&self, now: Duration) -> Duration {
        self.cell.age(now)
    }
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
