//! What every call works with: the parts that the binary connected, and a few bounds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::id::RequestId;
use adyton_core::instances::Instances;
use adyton_core::journal::JournalReader;
use adyton_core::live::Live;
use adyton_identity::{Identity, PredictionTab};
use adyton_listener::Budget;
use adyton_runtime::onnx_models::Onnx;
use adyton_runtime::package::Packages;
use adyton_store::{Committed, Feed, Store};
use arc_swap::ArcSwap;

use crate::audit::Audit;
use crate::failure::OperationResult;
use crate::job_slots::JobSlots;
use crate::news::NewsSource;
use crate::package_locks::PackageLocks;
use crate::perimeter::Perimeter;
use crate::rollouts::WrittenRollouts;
use crate::settings::{ControlParts, ControlSettings, Metrics, Ready};
use crate::sign_ins::SignIns;
use crate::tasks::Tasks;
use crate::unread::Unreadable;
use crate::unwritten_minutes::UnwrittenMinutes;
use crate::upload_share::Uploads;

/// Imports and unpackings that run at once, one a project: each needs a processor and disk.
const IMPORTS_AT_ONCE: usize = 2;
/// About as long as an import takes.
const IMPORT_TIME: Duration = Duration::from_secs(10);
/// Searches of the journal that run at once, and explanations.
const READERS_AT_ONCE: usize = 2;
/// About as long as a search takes at most: then it answers with what it has.
const SEARCH_TIME: Duration = Duration::from_secs(1);
/// An explanation reads a few pages of the journal.
const EXPLANATION_TIME: Duration = Duration::from_millis(200);

/// What all management calls share.
pub(crate) struct Shared {
    /// What was set at the start or by the last reload.
    settings: ArcSwap<ControlSettings>,
    /// Which requests are taken at all, as the settings say.
    perimeter: ArcSwap<Perimeter>,
    pub(crate) store: Store,
    pub(crate) feed: Feed,
    pub(crate) identity: Arc<Identity>,
    pub(crate) instances: Arc<dyn Instances>,
    pub(crate) journal: Arc<dyn JournalReader>,
    pub(crate) prediction_tab: Arc<dyn PredictionTab>,
    pub(crate) packages: Packages,
    pub(crate) onnx: Arc<Onnx>,
    pub(crate) metrics: Metrics,
    pub(crate) ready: Ready,
    pub(crate) clock: Clock,
    /// Where management calls are recorded.
    pub(crate) audit: Audit,
    /// The memory of all who are not proven, on both listeners.
    pub(crate) unproven: Arc<Budget>,
    /// Sign-ins that are under way.
    pub(crate) sign_ins: SignIns,
    /// Slots for imports, and for what is unpacked: nobody is refused there.
    pub(crate) imports: JobSlots,
    /// Slots for searches of the journal.
    pub(crate) searches: JobSlots,
    /// Slots for explanations, of their own: they are short.
    pub(crate) explanations: JobSlots,
    /// Slots for what callers read of their own requests: they take none of the projects'.
    pub(crate) own_explanations: JobSlots,
    /// Packages on their way between the disk and the store.
    pub(crate) package_locks: PackageLocks,
    /// Uploads on their way, and what projects may keep.
    pub(crate) uploads: Uploads,
    /// The rollouts whose ends are written down.
    pub(crate) rollouts: WrittenRollouts,
    /// Counts of services' requests on their way to the store.
    pub(crate) unwritten: tokio::sync::Mutex<UnwrittenMinutes>,
    /// What pages are told as it happens.
    pub(crate) news: Arc<NewsSource>,
    /// Work in the background.
    pub(crate) tasks: Tasks,
    /// What the monotonic clock showed when it all began.
    began: Duration,
    sequence: AtomicU64,
}

impl Shared {
    /// Takes the parts.
    pub(crate) fn new(settings: ControlSettings, parts: ControlParts) -> Self {
        let longest_wait = settings.longest_wait_for_a_slot;
        Self {
            perimeter: ArcSwap::from_pointee(Perimeter::new(&settings)),
            sign_ins: SignIns::new(settings.sign_ins, parts.clock.clone()),
            settings: ArcSwap::from_pointee(settings),
            store: parts.store,
            feed: parts.feed,
            identity: parts.identity,
            instances: parts.instances,
            journal: parts.journal,
            prediction_tab: parts.prediction_tab,
            audit: Audit::new(parts.audit),
            unproven: parts.unproven,
            packages: parts.packages,
            onnx: parts.onnx,
            metrics: parts.metrics,
            ready: parts.ready,
            began: parts.clock.monotonic(),
            clock: parts.clock,
            imports: JobSlots::new("import", IMPORTS_AT_ONCE, IMPORT_TIME, longest_wait),
            searches: JobSlots::new("search", READERS_AT_ONCE, SEARCH_TIME, longest_wait),
            explanations: JobSlots::new("explanation", READERS_AT_ONCE, EXPLANATION_TIME, longest_wait),
            own_explanations: JobSlots::new("explanation", READERS_AT_ONCE, EXPLANATION_TIME, longest_wait),
            package_locks: PackageLocks::default(),
            uploads: Uploads::default(),
            rollouts: WrittenRollouts::default(),
            unwritten: tokio::sync::Mutex::default(),
            news: Arc::new(NewsSource::new()),
            tasks: Tasks::new(),
            sequence: AtomicU64::new(0),
        }
    }
    /// The settings that hold now.
    pub(crate) fn settings(&self) -> Arc<ControlSettings> {
        self.settings.load_full()
    }
    /// The newest live state.
    pub(crate) fn live(&self) -> Arc<Live> {
        self.feed.cell().load()
    }
    /// Which requests are taken now.
    pub(crate) fn perimeter(&self) -> Arc<Perimeter> {
        self.perimeter.load_full()
    }
    /// Takes what a reload changes.
    pub(crate) fn reload(&self, new: &ControlSettings) {
        let settings = self.settings.load().reloaded(new);
        self.perimeter.store(Arc::new(Perimeter::new(&settings)));
        self.settings.store(Arc::new(settings));
    }
    /// For how long the control plane has been there.
    pub(crate) fn uptime(&self) -> Duration {
        self.clock.monotonic().saturating_sub(self.began)
    }
    /// Waits until this node's live state holds a write: who creates, can call.
    pub(crate) async fn settled<T>(&self, committed: Committed<T>) -> OperationResult<T> {
        Ok(self.feed.settled(committed).await?)
    }
    /// Writes down what could not be read as HTTP; the id that it gets.
    pub(crate) fn unreadable(&self, what: &Unreadable) -> RequestId {
        let id = self.request_id();
        tracing::info!(
            request.id = %id,
            peer = %what.peer,
            status = what.status.as_u16(),
            found = what.found,
            "a management request cannot be read as HTTP"
        );
        self.audit
            .note_unreadable(id, self.clock.now(), what, self.clock.monotonic());
        id
    }
    /// An id for a request.
    pub(crate) fn request_id(&self) -> RequestId {
        let at = u64::try_from(self.clock.now().millis()).unwrap_or(0);
        let number = self.sequence.fetch_add(1, Ordering::Relaxed);
        RequestId::of_management(at, self.settings.load().node, number)
    }
}
