//! The board: what runs on this node, for the control plane to show. Written by the reconciler, read by anyone.

use std::collections::HashMap;
use std::sync::Arc;

use adyton_core::clock::Clock;
use adyton_core::id::{ModelId, ServiceId};
use adyton_core::instances::{Calls, InstanceSeen, Instances, LogLine, LogPart, Rollout, ServiceSeen};
use adyton_core::service::ServiceStatus;
use adyton_core::usage::InstanceUsage;
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;

use super::counts_file::CrashCounts;
use super::plan::Verdict;
use super::running::Running;
use crate::command::log::ServiceLog;
use crate::targets::Tally;

/// See the module.
pub(super) struct Board {
    services: RwLock<HashMap<ServiceId, Entry>>,
    /// Counts the changes of rollouts.
    rollouts: watch::Sender<u64>,
    clock: Clock,
    log_lines: usize,
    /// How often services were called before this node was started, until they are met again.
    before: Mutex<HashMap<ServiceId, Vec<(ModelId, Calls)>>>,
    running: Arc<Running>,
}

struct Entry {
    seen: Option<ServiceSeen>,
    log: Arc<ServiceLog>,
    tallies: HashMap<ModelId, Arc<Tally>>,
}

impl Board {
    pub(super) fn new(
        clock: Clock,
        log_lines: usize,
        before: HashMap<ServiceId, Vec<(ModelId, Calls)>>,
        running: Arc<Running>,
    ) -> Self {
        Self {
            services: RwLock::default(),
            rollouts: watch::Sender::new(0),
            clock,
            log_lines,
            before: Mutex::new(before),
            running,
        }
    }

    /// How often each service was called, by model.
    pub(super) fn counts(&self) -> CrashCounts {
        let services = self.services.read();
        let met = services.iter().map(|(id, entry)| {
            let calls = entry.tallies.iter().map(|(model, tally)| (*model, tally.calls()));
            (*id, calls.collect())
        });
        let before = self.before.lock();
        let unmet = before
            .iter()
            .map(|(id, calls)| (*id, calls.iter().copied().collect()));
        unmet.chain(met).collect()
    }

    fn entry<T>(&self, id: ServiceId, with: impl FnOnce(&mut Entry) -> T) -> T {
        let mut services = self.services.write();
        let fresh = || Entry {
            seen: None,
            log: Arc::new(ServiceLog::new(self.log_lines)),
            tallies: self
                .before
                .lock()
                .remove(&id)
                .into_iter()
                .flatten()
                .map(|(model, calls)| (model, Arc::new(Tally::from(calls))))
                .collect(),
        };
        with(services.entry(id).or_insert_with(fresh))
    }

    pub(super) fn log(&self, id: ServiceId) -> Arc<ServiceLog> {
        self.entry(id, |entry| Arc::clone(&entry.log))
    }

    pub(super) fn tally(&self, id: ServiceId, model: ModelId) -> Arc<Tally> {
        self.entry(id, |entry| Arc::clone(entry.tallies.entry(model).or_default()))
    }

    /// Writes the state of a service at a generation; gives the status before.
    pub(super) fn write(
        &self,
        id: ServiceId,
        generation: u64,
        rollout: Option<Rollout>,
        verdict: &Verdict,
        instances: Vec<InstanceSeen>,
    ) -> Option<ServiceStatus> {
        let now = self.clock.now();
        let (before, has_changed) = self.entry(id, |entry| {
            let before = entry.seen.as_ref();
            let has_changed =
                before.is_none_or(|seen| (seen.generation, &seen.rollout) != (generation, &rollout));
            let before = before.map(|seen| (seen.status, seen.transition_at));
            let transition_at = match before {
                Some((status, since)) if status == verdict.status => since,
                _ => now,
            };
            entry.seen = Some(ServiceSeen {
                generation,
                rollout,
                status: verdict.status,
                progress: verdict.progress,
                error: verdict.error.clone(),
                transition_at,
                instances,
            });
            (before.map(|(status, _)| status), has_changed)
        });
        if has_changed {
            self.rollouts
                .send_modify(|changes| *changes = changes.wrapping_add(1));
        }
        before
    }

    pub(super) fn forget(&self, id: ServiceId) {
        self.services.write().remove(&id);
    }
}

impl Instances for Board {
    fn service(&self, id: ServiceId) -> Option<ServiceSeen> {
        self.services.read().get(&id)?.seen.clone()
    }
    fn rollouts(&self) -> watch::Receiver<u64> {
        self.rollouts.subscribe()
    }
    fn log(&self, id: ServiceId, most: usize) -> Vec<LogLine> {
        self.services
            .read()
            .get(&id)
            .map(|entry| entry.log.last(most, |_| true))
            .unwrap_or_default()
    }
    fn log_after(&self, id: ServiceId, seen: u64, most: usize) -> LogPart {
        let services = self.services.read();
        services
            .get(&id)
            .map(|entry| entry.log.after(seen, most))
            .unwrap_or_default()
    }
    fn calls(&self, id: ServiceId, model: Option<ModelId>) -> Calls {
        let services = self.services.read();
        let all: Vec<(ModelId, Calls)> = match services.get(&id) {
            Some(entry) => entry
                .tallies
                .iter()
                .map(|(model, tally)| (*model, tally.calls()))
                .collect(),
            None => self.before.lock().get(&id).cloned().unwrap_or_default(),
        };
        all.into_iter()
            .filter(|(of, _)| model.is_none_or(|model| model == *of))
            .fold(Calls::default(), |sum, (_, one)| Calls {
                all: sum.all + one.all,
                failed: sum.failed + one.failed,
            })
    }
    fn usage(&self) -> Vec<InstanceUsage> {
        self.running.usage()
    }
}
