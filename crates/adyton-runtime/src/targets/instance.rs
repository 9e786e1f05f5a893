//! One ready instance: who it is, where it answers, how often it was called, and how it retires without losing a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use adyton_core::id::{InstanceId, ModelId};
use adyton_core::instances::Calls;
use tokio::sync::Notify;

use super::target::Target;
use crate::onnx::work_meter::WorkMeter;

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
    meter: Arc<WorkMeter>,
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
            meter: Arc::default(),
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
    /// How long its calls have worked in this process.
    pub fn meter(&self) -> &WorkMeter {
        &self.meter
    }
    /// How many calls hold it now.
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Takes a place, unless the instance has retired. The order matters: the count goes up before the flag is read,
    /// and [`retire`](Self::retire) sets the flag before the count is read, so one of the two sees the other.
    pub(super) fn enter(self: &Arc<Self>) -> Option<InFlight> {
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
    /// Where the work of this call is counted, if it is done in this process.
    pub fn meter(&self) -> &Arc<WorkMeter> {
        &self.0.meter
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
