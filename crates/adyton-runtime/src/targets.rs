//! Who answers a service's calls: the table of ready instances that the gateway's workers read.
//!
//! The reconciler writes it, the workers read it without a lock: a worker keeps a [`Reader`], which looks at one revision
//! counter per call and takes the new table only when the counter has moved. What must hold:
//!
//! - An instance is in the table only after it has answered once, and leaves it before it is stopped.
//! - A call holds an [`InFlight`] from the choice to the last byte of the answer; an instance that retires is ended only
//!   when nobody holds one ([`Instance::retire`]), so a change of a service loses no request.
//! - Nothing here waits, except the reconciler in [`Instance::drained`].
//!
//! How a gateway worker uses it:
//!
//! ```text
//! let instance = reader.take(service, |version| declares(version), turn)?;         // InFlight, or Unavailable
//! match instance.target() {
//!     Target::InProcess(model) if model.is_inline(body.len()) => model.predict_measured(Call { path, body: &body }).0,
//!     Target::InProcess(model) => model.submit(Call { path, body: &body })?.await,  // dropped: never started
//!     Target::Address(address) => …proxy to {address}{path}…,
//! }
//! ```
//!
//! Next: `onnx/in_process.rs` for what is behind [`Target::InProcess`], `reconciler.rs` for who writes the table.

pub mod address;
pub mod crowding;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use adyton_core::id::{InstanceId, ModelId, ServiceId};
use adyton_core::instances::Calls;
use adyton_core::live::Routes;
use arc_swap::ArcSwap;
use tokio::sync::Notify;

use self::address::Address;
use self::crowding::Crowding;
pub use crate::onnx::in_process::{Answer, Call, InProcess, ModelError, Pending};

/// Where an instance answers.
#[derive(Clone, Debug)]
pub enum Target {
    /// In this process; see [`InProcess`].
    InProcess(Arc<InProcess>),
    /// Something that serves HTTP/1.1: a program of this machine, or whatever else is there. The path of the call is kept as it is,
    /// behind the address's own.
    Address(Arc<Address>),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InProcess(model) => write!(f, "in process ({})", model.runtime()),
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl From<Address> for Target {
    fn from(address: Address) -> Self {
        Self::Address(Arc::new(address))
    }
}

impl From<SocketAddr> for Target {
    /// Plain HTTP.
    fn from(address: SocketAddr) -> Self {
        Address::from(address).into()
    }
}

/// Why no instance can be given for a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unavailable {
    /// The service is stopped, being deployed, failed or unknown here (`ModelArts.4203`).
    #[error("the service is not running")]
    NotRunning,
    /// The service runs, yet no instance of a version that declares this path is ready now (`ModelArts.4302`).
    #[error("no instance of the service accepts calls now")]
    NoInstance,
    /// As [`NoInstance`](Self::NoInstance), because the program of the model has ended and is being restarted
    /// (`ModelArts.4503`).
    #[error("the instances of the service are being restarted")]
    Restarting,
}

/// How often a model version was called inside a service on this node; it outlives the instances, and the node.
#[derive(Debug, Default)]
pub struct Tally {
    all: AtomicU64,
    failed: AtomicU64,
}

impl Tally {
    /// One that goes on from here.
    pub fn from(calls: Calls) -> Self {
        Self {
            all: AtomicU64::new(calls.all),
            failed: AtomicU64::new(calls.failed),
        }
    }
    /// Both counts, as the management API shows them.
    pub fn calls(&self) -> Calls {
        Calls {
            all: self.all.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }
}

/// One ready instance. Shared by the table and by the calls in flight.
#[derive(Debug)]
pub struct Instance {
    id: InstanceId,
    model: ModelId,
    target: Target,
    tally: Arc<Tally>,
    in_flight: AtomicUsize,
    retired: AtomicBool,
    idle: Notify,
}

impl Instance {
    /// An instance that has answered once and may be published.
    pub fn new(id: InstanceId, model: ModelId, target: Target, tally: Arc<Tally>) -> Arc<Self> {
        Arc::new(Self {
            id,
            model,
            target,
            tally,
            in_flight: AtomicUsize::new(0),
            retired: AtomicBool::new(false),
            idle: Notify::new(),
        })
    }
    /// The instance's id.
    pub fn id(&self) -> InstanceId {
        self.id
    }
    /// The model version that it runs.
    pub fn model(&self) -> ModelId {
        self.model
    }
    /// Where it answers.
    pub fn target(&self) -> &Target {
        &self.target
    }
    /// How many calls hold it now.
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Takes a place, unless the instance has retired. The order matters: the count goes up before the flag is read,
    /// and [`retire`](Self::retire) sets the flag before the count is read, so one of the two sees the other.
    fn enter(self: &Arc<Self>) -> Option<InFlight> {
        self.in_flight.fetch_add(1, Ordering::SeqCst);
        let place = InFlight(Arc::clone(self));
        if self.retired.load(Ordering::SeqCst) {
            return None;
        }
        self.tally.all.fetch_add(1, Ordering::Relaxed);
        Some(place)
    }

    /// Refuses new calls from now on. The table must be published without the instance first.
    pub fn retire(&self) {
        self.retired.store(true, Ordering::SeqCst);
        if self.in_flight.load(Ordering::SeqCst) == 0 {
            self.idle.notify_waiters();
        }
    }

    /// Ends when the instance has retired and the last call has left it.
    pub async fn drained(&self) {
        loop {
            let idle = self.idle.notified();
            tokio::pin!(idle);
            idle.as_mut().enable();
            if self.retired.load(Ordering::SeqCst) && self.in_flight.load(Ordering::SeqCst) == 0 {
                return;
            }
            idle.await;
        }
    }
}

/// A call's place in an instance, held until the last byte of the answer has gone; given back when dropped.
#[derive(Debug)]
pub struct InFlight(Arc<Instance>);

impl InFlight {
    /// The instance's id, for the journal.
    pub fn id(&self) -> InstanceId {
        self.0.id
    }
    /// The model version that answers.
    pub fn model(&self) -> ModelId {
        self.0.model
    }
    /// Where to send the call.
    pub fn target(&self) -> &Target {
        &self.0.target
    }
    /// Counts this call as a failed one: no answer came, or the model answered with a status of 500 or more.
    pub fn failed(&self) {
        self.0.tally.failed.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let left = self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
        if left == 1 && self.0.retired.load(Ordering::SeqCst) {
            self.0.idle.notify_waiters();
        }
    }
}

/// The ready instances of one model version inside a service: themselves, or who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionTargets<I = Arc<Instance>> {
    /// The model version.
    pub model: ModelId,
    /// Its share of the calls; zero gets none unless every version that declares the path has zero.
    pub weight: u32,
    /// Its ready instances; may be empty.
    pub instances: Vec<I>,
    /// What it declares. While a change of the service is under way this alone says which paths a former version answers.
    pub routes: Arc<Routes>,
}

/// The ready instances of a service: themselves, or who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceTargets<I = Arc<Instance>> {
    /// The versions, in the order of the service's configuration.
    pub versions: Vec<VersionTargets<I>>,
    /// What to say when no version has an instance for the call.
    pub otherwise: Unavailable,
}

impl<I> ServiceTargets<I> {
    /// The same with what `find` gives for each instance; one for which it gives nothing is left out.
    pub(crate) fn with<J>(self, mut find: impl FnMut(I) -> Option<J>) -> ServiceTargets<J> {
        let versions = self.versions.into_iter().map(|version| VersionTargets {
            model: version.model,
            weight: version.weight,
            instances: version.instances.into_iter().filter_map(&mut find).collect(),
            routes: version.routes,
        });
        ServiceTargets {
            versions: versions.collect(),
            otherwise: self.otherwise,
        }
    }
}

impl ServiceTargets {
    /// Chooses a version by weight among those that `declares` allows and that have an instance, then an instance.
    fn choose(
        &self,
        declares: impl Fn(&VersionTargets) -> bool,
        turn: u64,
    ) -> Result<&Arc<Instance>, Unavailable> {
        let able = |version: &&VersionTargets| !version.instances.is_empty() && declares(version);
        let version = match self.versions.as_slice() {
            [only] => Some(only).filter(able),
            versions => {
                let able = versions.iter().filter(able);
                by_weight(able.clone(), |version| version.weight, turn).or_else(|| able.clone().next())
            }
        };
        version.map(|version| version.choose(turn)).ok_or(self.otherwise)
    }
}

impl VersionTargets {
    /// The instance for this turn: they are called one after the other. Called only where there is one.
    fn choose(&self, turn: u64) -> &Arc<Instance> {
        &self.instances[usize::try_from(turn % self.instances.len() as u64).unwrap_or(0)]
    }
}

/// Which of several is called in this turn, by their weights; `None` where the weights add up to nothing.
pub fn by_weight<'e, T>(
    entries: impl Iterator<Item = &'e T> + Clone,
    weight: impl Fn(&T) -> u32,
    turn: u64,
) -> Option<&'e T> {
    let total = entries.clone().map(|entry| u64::from(weight(entry))).sum();
    let mut left = spread(turn, total);
    for entry in entries {
        let own = u64::from(weight(entry));
        if left < own {
            return Some(entry);
        }
        left -= own;
    }
    None
}

/// Maps turns 0, 1, 2, … onto `0..total` so that every stretch of them is spread evenly (a golden-ratio sequence), and
/// weights of 90 and 10 do not become ninety calls here and then ten there.
fn spread(turn: u64, total: u64) -> u64 {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let scattered = turn.wrapping_mul(GOLDEN);
    u64::try_from((u128::from(scattered) * u128::from(total)) >> 64).unwrap_or(0)
}

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

#[cfg(test)]
mod tests;
