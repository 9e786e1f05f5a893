//! Carries a plan out for one service: takes in what is told of its instances, plans, and hands the steps to the
//! [`Executor`](super::executor::Executor). Safe to cut off anywhere and run again: every step begins by writing down what it does,
//! and the next plan goes on from there.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::event_text::Sentence;
use adyton_core::id::{InstanceId, ServiceId};
use adyton_core::instances::{InstanceSeen, InstanceStatus};

use super::executor::{Report, Start};
use super::launch_parts::LaunchParts;
use super::plan::{self, Phase, Runs, SeenInstance, SeenService, Step, Verdict, WantedService, Which};
use super::reports::{InstanceReport, down, failed, over, ready, waiting};
use super::service_events::{self, Progress};
use super::wanted::WantedInstances;
use crate::launcher::{End, News};
use crate::targets::{ServiceTargets, Unavailable, VersionTargets};

/// One service with its instances.
pub(super) struct Service {
    id: ServiceId,
    seen: SeenService,
    /// What is known of each seen instance beside that.
    known: HashMap<InstanceId, InstanceReport>,
}

impl Service {
    pub(super) fn new(id: ServiceId) -> Self {
        Self {
            id,
            seen: SeenService::default(),
            known: HashMap::new(),
        }
    }

    pub(super) fn has_instances(&self) -> bool {
        self.seen.instances.iter().any(|one| one.phase != Phase::Failed)
    }

    /// Takes in what is told of an instance. One that is not known any more is nobody's.
    pub(super) fn take(&mut self, parts: &LaunchParts, id: InstanceId, report: Report) {
        let service = self.id;
        let Some((one, known)) = self.instance(id) else {
            return;
        };
        match report {
            Report::News(News::Note(note)) => {
                let (model, note) = (&known.recipe.name, &note);
                service_events::abnormal(parts, service, Sentence::Noted { model, note });
            }
            Report::News(News::Waiting(cause)) => waiting(parts, service, one, known, &cause),
            Report::News(News::Ready(target)) => ready(parts, service, one, known, &target),
            Report::News(News::Down(why)) => down(parts, service, one, known, &why),
            Report::End(End::Stopped) => self.forget(id),
            // One that was to be ended has ended.
            Report::End(End::Over { .. }) if one.phase == Phase::Draining => self.forget(id),
            Report::End(End::Over { why, served }) => over(parts, service, one, known, why, served),
            Report::End(End::Failed(failure)) => {
                failed(parts, service, one, known, &failure);
                // One that was to be ended has ended, well or not.
                if one.phase == Phase::Draining {
                    self.forget(id);
                } else {
                    one.phase = Phase::Failed;
                }
            }
        }
    }

    fn instance(&mut self, id: InstanceId) -> Option<(&mut SeenInstance, &mut InstanceReport)> {
        let seen = self.seen.instances.iter_mut().find(|one| one.id == id)?;
        Some((seen, self.known.get_mut(&id)?))
    }

    fn forget(&mut self, id: InstanceId) {
        self.seen.instances.retain(|one| one.id != id);
        self.known.remove(&id);
    }

    /// Plans and carries out; true when nothing is wanted of the service and nothing is left of it.
    pub(super) fn reconcile(&mut self, parts: &LaunchParts, wanted: Option<&WantedInstances>) -> bool {
        let plan = wanted.map(|order| &order.plan);
        let serving = plan::serving(plan, &self.seen);
        let before = std::mem::replace(&mut self.seen.serving, serving);
        let mut leaving = Vec::new();
        for step in plan::steps(plan, &self.seen, parts.clock.monotonic()) {
            match (step, wanted) {
                (Step::Start { version, reason }, Some(order)) => self.start(parts, order, version, reason),
                (Step::Start { .. }, None) => {}
                (Step::Again { instance }, _) => self.start_again(parts, instance),
                (Step::Retire { instance, reason }, _) => leaving.extend(self.retire(instance, reason)),
            }
        }
        let verdict = plan::verdict(plan, &self.seen);
        // First the table without those who leave, then their end: no call may find a closed door.
        self.publish(parts, verdict.as_ref());
        for instance in leaving {
            parts.executor.retire(instance);
        }
        let Some(verdict) = verdict else {
            parts.board.forget(self.id);
            return true;
        };
        let generation = plan.map_or(0, |plan| plan.generation);
        let rollout = plan::rollout(plan, &self.seen);
        let now = rollout.clone().map(|rollout| (generation, rollout));
        let rollout_before = std::mem::replace(&mut self.seen.rollout, now);
        let progress = Progress {
            before: rollout_before.as_ref(),
            now: self.seen.rollout.as_ref(),
            former_serves: plan.is_some_and(|plan| self.seen.former_serves(plan)),
            former_gone: before.iter().any(|share| self.seen.ready(share.key) == 0),
            changed: !before.is_empty() && !self.seen.serving.is_empty() && before != self.seen.serving,
        };
        service_events::rollout(parts, self.id, &progress);
        let shown = self.shown(plan);
        let status_before = parts
            .board
            .write(self.id, generation, rollout.clone(), &verdict, shown);
        service_events::status(parts, self.id, status_before, &verdict, rollout.as_ref());
        false
    }

    fn start(&mut self, parts: &LaunchParts, order: &WantedInstances, version: Which, reason: &'static str) {
        let Some((wanted, recipe)) = order.version(version) else {
            return;
        };
        let mut random = [0u8; 16];
        // Without randomness there is no id; the next change tries again.
        if getrandom::fill(&mut random).is_err() {
            return;
        }
        let id = InstanceId::from_random(random);
        tracing::info!(service = %self.id, instance = %id, model = recipe.name, reason, "starting an instance");
        let model = &recipe.name;
        service_events::normal(parts, self.id, Sentence::Starting { model });
        let known = InstanceReport {
            recipe: recipe.clone(),
            place: String::new(),
            restarting: None,
        };
        self.known.insert(id, known);
        self.seen.instances.push(SeenInstance {
            id,
            model: wanted.model,
            key: wanted.key,
            generation: order.plan.generation,
            phase: Phase::Starting,
            runs: Runs::new(parts.restarts, recipe.deploy_timeout, parts.clock.monotonic()),
            note: String::new(),
        });
        parts.executor.start(Start {
            service: self.id,
            instance: id,
            model: wanted.model,
            key: wanted.key,
            generation: order.plan.generation,
            ready_within: recipe.deploy_timeout,
            recipe: recipe.clone(),
        });
    }

    /// Begins another run of an instance.
    fn start_again(&mut self, parts: &LaunchParts, id: InstanceId) {
        let service = self.id;
        let Some((one, known)) = self.instance(id) else {
            return;
        };
        let ready_within = one.runs.begin(parts.clock.monotonic());
        parts.executor.start(Start {
            service,
            instance: id,
            model: one.model,
            key: one.key,
            generation: one.generation,
            ready_within,
            recipe: known.recipe.clone(),
        });
    }

    /// When an instance is to be started again, if one is.
    pub(super) fn next_start(&self) -> Option<Duration> {
        plan::next_start(&self.seen)
    }

    /// Writes down that an instance leaves. Gives it where it has to be ended, once it is out of the table.
    fn retire(&mut self, id: InstanceId, reason: &'static str) -> Option<InstanceId> {
        let one = self.seen.instances.iter_mut().find(|one| one.id == id)?;
        tracing::info!(service = %self.id, instance = %id, reason, "retiring an instance");
        if one.is_absent() {
            self.forget(id);
            return None;
        }
        one.phase = Phase::Draining;
        Some(id)
    }

    fn publish(&self, parts: &LaunchParts, verdict: Option<&Verdict>) {
        let callable = verdict.is_some_and(|verdict| verdict.status.is_callable());
        // Down alone is not enough: a program that runs and does not answer is not started again.
        let restarting = self.seen.instances.iter().any(|one| {
            let known = self.known.get(&one.id);
            one.phase == Phase::Down && known.is_some_and(|known| known.restarting.is_some())
        });
        let otherwise = match (callable, restarting) {
            (false, _) => Unavailable::NotRunning,
            (true, true) => Unavailable::Restarting,
            (true, false) => Unavailable::NoInstance,
        };
        if self.seen.serving.is_empty() {
            parts.executor.serve(self.id, None);
            return;
        }
        let versions = self.seen.serving.iter().map(|share| {
            let its = || self.seen.instances.iter().filter(|one| one.key == share.key);
            let ready = its().filter(|one| one.phase == Phase::Ready);
            let routes = its().find_map(|one| Some(Arc::clone(&self.known.get(&one.id)?.recipe.routes)));
            VersionTargets {
                model: share.model,
                weight: share.weight,
                instances: ready.map(|one| one.id).collect(),
                routes: routes.unwrap_or_default(),
            }
        });
        let versions = versions.collect();
        parts
            .executor
            .serve(self.id, Some(ServiceTargets { versions, otherwise }));
    }

    /// Ends everything, because the node ends.
    pub(super) fn end(&mut self, parts: &LaunchParts) {
        parts.executor.serve(self.id, None);
        let all: Vec<InstanceId> = self.seen.instances.iter().map(|one| one.id).collect();
        for id in all {
            if let Some(instance) = self.retire(id, "the node is ending") {
                parts.executor.retire(instance);
            }
        }
    }

    fn shown(&self, wanted: Option<&WantedService>) -> Vec<InstanceSeen> {
        let version = |one: &SeenInstance| wanted?.versions.iter().position(|version| version.key == one.key);
        let show = |one: &SeenInstance| InstanceSeen {
            id: one.id,
            model: one.model,
            version: version(one),
            status: match one.phase {
                Phase::Starting => InstanceStatus::Starting,
                Phase::Ready => InstanceStatus::Ready,
                Phase::Down => InstanceStatus::Down,
                Phase::Draining => InstanceStatus::Draining,
                Phase::Failed => InstanceStatus::Failed,
            },
            place: self
                .known
                .get(&one.id)
                .map(|known| known.place.clone())
                .unwrap_or_default(),
            restarts: one.runs.restarts(),
            note: one.note.clone(),
            restarting: self.known.get(&one.id).and_then(|known| known.restarting.clone()),
        };
        self.seen.instances.iter().map(show).collect()
    }
}
