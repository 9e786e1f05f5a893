//! Carries a plan out: the only code that starts, retires and publishes instances. Safe to cut off anywhere and run again:
//! every step begins by writing down what it does, and the next plan goes on from there.

use std::collections::HashMap;
use std::sync::Arc;

use adyton_core::id::{InstanceId, ServiceId};
use adyton_core::instances::{InstanceSeen, InstanceStatus, LogLine, Restarting};
use tokio::sync::watch;

use super::instance::{self, Machinery, News, Start};
use super::plan::{self, Phase, SeenInstance, SeenService, Step, Update, Verdict};
use super::telling;
use super::wanted::Order;
use crate::command::supervise::Restart;
use crate::targets::{Balance, Instance, ServiceTargets, Target, Unavailable, VersionTargets};

/// One service with its instances.
pub(super) struct Service {
    id: ServiceId,
    seen: SeenService,
    update: Update,
    /// What belongs to each seen instance.
    hands: HashMap<InstanceId, Hands>,
}

/// What the reconciler holds of an instance.
struct Hands {
    name: String,
    stop: watch::Sender<bool>,
    /// In the table, once ready.
    published: Option<Arc<Instance>>,
    place: String,
    /// Since its program ended, until it answers again.
    restarting: Option<Restarting>,
}

impl Service {
    pub(super) fn new(id: ServiceId) -> Self {
        Self {
            id,
            seen: SeenService::default(),
            update: Update::None,
            hands: HashMap::new(),
        }
    }

    pub(super) fn has_instances(&self) -> bool {
        self.seen.instances.iter().any(|one| one.phase != Phase::Failed)
    }

    /// Takes news of an instance in.
    pub(super) fn take(&mut self, machinery: &Machinery, id: InstanceId, news: News) {
        let Some(hands) = self.hands.get_mut(&id) else {
            return;
        };
        let Some(at) = self.seen.instances.iter().position(|one| one.id == id) else {
            return;
        };
        let one = &mut self.seen.instances[at];
        let name = hands.name.clone();
        match news {
            News::Ended => {
                self.seen.instances.remove(at);
                self.hands.remove(&id);
            }
            News::Failed(failure) => {
                let lines = machinery
                    .board
                    .log(self.id)
                    .last(telling::LAST_LINES, |line: &LogLine| line.instance == id);
                let text = telling::with_lines(format!("model {name}: {failure}"), &lines);
                telling::abnormal(machinery, self.id, format!("An instance failed: {text}"));
                hands.published = None;
                hands.restarting = None;
                // One that was to be ended has ended, well or not.
                if one.phase == Phase::Draining {
                    self.seen.instances.remove(at);
                    self.hands.remove(&id);
                } else {
                    (one.phase, one.note) = (Phase::Failed, text);
                }
            }
            News::Waiting(cause) => {
                // One that was ready before is down, for a cause that was told then.
                if matches!(one.phase, Phase::Starting | Phase::Down) {
                    one.note = format!("model {name} is not ready yet: {cause}");
                    telling::normal(
                        machinery,
                        self.id,
                        format!("An instance of model {name} is not ready yet: {cause}"),
                    );
                }
            }
            News::Ready(target) => {
                hands.place = match &target {
                    Target::InProcess(model) => format!("in process ({})", model.runtime()),
                    Target::Http(address) => address.to_string(),
                };
                hands.restarting = None;
                let tally = machinery.board.tally(self.id, one.model);
                hands.published = Some(Instance::new(id, one.model, target, tally));
                if one.phase != Phase::Draining {
                    (one.phase, one.note) = (Phase::Ready, String::new());
                    telling::normal(
                        machinery,
                        self.id,
                        format!("An instance of model {name} is ready ({}).", hands.place),
                    );
                }
            }
            News::Down(why) => {
                if one.phase == Phase::Ready {
                    (one.phase, one.note) = (Phase::Down, format!("model {name}: {why}"));
                    telling::abnormal(
                        machinery,
                        self.id,
                        format!("An instance of model {name} is down: {why}"),
                    );
                }
            }
            News::Restarting(restart) => {
                let now = machinery.clock.now();
                let Restart {
                    times,
                    why,
                    pause,
                    start_up,
                } = restart;
                let next_start = now.after(pause);
                one.restarts = times;
                one.note = format!("model {name}: {why}");
                hands.restarting = Some(Restarting {
                    since: hands.restarting.take().map_or(now, |before| before.since),
                    last_end: why.clone(),
                    next_start,
                    back_at: next_start.after(start_up.unwrap_or_default()),
                });
                telling::abnormal(
                    machinery,
                    self.id,
                    format!("An instance of model {name} is started again: {why}"),
                );
            }
        }
    }

    /// Plans and carries out; true when nothing is wanted of the service and nothing is left of it.
    pub(super) fn reconcile(&mut self, machinery: &Arc<Machinery>, wanted: Option<&Order>) -> bool {
        let plan = wanted.map(|order| &order.plan);
        let serving = plan::serving(plan, &self.seen);
        let before = std::mem::replace(&mut self.seen.serving, serving);
        let mut leaving = Vec::new();
        for step in plan::steps(plan, &self.seen) {
            match (step, wanted) {
                (Step::Start { version, reason }, Some(order)) => {
                    self.start(machinery, order, version, reason)
                }
                (Step::Start { .. }, None) => {}
                (Step::Retire { instance, reason }, _) => leaving.extend(self.retire(instance, reason)),
            }
        }
        let verdict = plan::verdict(plan, &self.seen);
        // First the table without those who leave, then their end: no call may find a closed door.
        self.publish(machinery, verdict.as_ref());
        for (instance, stop) in leaving {
            end_when_drained(machinery, instance, stop);
        }
        let Some(verdict) = verdict else {
            machinery.board.forget(self.id);
            return true;
        };
        let update = plan::update(plan, &self.seen);
        let changed = !before.is_empty() && !self.seen.serving.is_empty() && before != self.seen.serving;
        telling::update(
            machinery,
            self.id,
            std::mem::replace(&mut self.update, update),
            update,
            changed,
            &verdict,
        );
        let status_before = machinery.board.write(self.id, &verdict, self.shown());
        telling::status(machinery, self.id, status_before, &verdict, update);
        false
    }

    fn start(&mut self, machinery: &Arc<Machinery>, order: &Order, version: usize, reason: &'static str) {
        let (Some(wanted), Some(recipe)) = (order.plan.versions.get(version), order.recipes.get(version))
        else {
            return;
        };
        let mut random = [0u8; 16];
        // Without randomness there is no id; the next look tries again.
        if getrandom::fill(&mut random).is_err() {
            return;
        }
        let id = InstanceId::from_random(random);
        tracing::info!(service = %self.id, instance = %id, model = recipe.name, reason, "starting an instance");
        telling::normal(
            machinery,
            self.id,
            format!("An instance of model {} is being started.", recipe.name),
        );
        let (stop, stopped) = watch::channel(false);
        let hands = Hands {
            name: recipe.name.clone(),
            stop,
            published: None,
            place: String::new(),
            restarting: None,
        };
        self.hands.insert(id, hands);
        self.seen.instances.push(SeenInstance {
            id,
            model: wanted.model,
            key: wanted.key,
            generation: order.plan.generation,
            phase: Phase::Starting,
            restarts: 0,
            note: String::new(),
        });
        let start = Start {
            service: self.id,
            instance: id,
            key: wanted.key,
            generation: order.plan.generation,
            recipe: recipe.clone(),
        };
        instance::begin(machinery, start, stopped);
    }

    /// Writes down that an instance leaves; gives what is needed to end it, once it is out of the table.
    fn retire(
        &mut self,
        id: InstanceId,
        reason: &'static str,
    ) -> Option<(Option<Arc<Instance>>, watch::Sender<bool>)> {
        let at = self.seen.instances.iter().position(|one| one.id == id)?;
        tracing::info!(service = %self.id, instance = %id, reason, "retiring an instance");
        if self.seen.instances[at].phase == Phase::Failed {
            self.seen.instances.remove(at);
            self.hands.remove(&id);
            return None;
        }
        self.seen.instances[at].phase = Phase::Draining;
        let hands = self.hands.get_mut(&id)?;
        Some((hands.published.take(), hands.stop.clone()))
    }

    fn publish(&self, machinery: &Machinery, verdict: Option<&Verdict>) {
        let callable = verdict.is_some_and(|verdict| verdict.status.is_callable());
        // Down alone is not enough: a program that runs and does not answer is not started again.
        let restarting = self.seen.instances.iter().any(|one| {
            let hands = self.hands.get(&one.id);
            one.phase == Phase::Down && hands.is_some_and(|hands| hands.restarting.is_some())
        });
        let otherwise = match (callable, restarting) {
            (false, _) => Unavailable::NotRunning,
            (true, true) => Unavailable::Restarting,
            (true, false) => Unavailable::NoInstance,
        };
        if self.seen.serving.is_empty() {
            machinery.targets.publish(self.id, None);
            return;
        }
        let versions = self.seen.serving.iter().map(|share| {
            let ready = self
                .seen
                .instances
                .iter()
                .filter(|one| one.key == share.key && one.phase == Phase::Ready);
            let instances = ready.filter_map(|one| self.hands.get(&one.id)?.published.clone());
            VersionTargets {
                model: share.model,
                weight: share.weight,
                instances: instances.collect(),
            }
        });
        let versions = versions.collect();
        machinery.targets.publish(
            self.id,
            Some(ServiceTargets {
                versions,
                balance: Balance::default(),
                otherwise,
            }),
        );
    }

    /// Ends everything, because the node ends.
    pub(super) fn end(&mut self, machinery: &Arc<Machinery>) {
        machinery.targets.publish(self.id, None);
        let all: Vec<InstanceId> = self.seen.instances.iter().map(|one| one.id).collect();
        for id in all {
            if let Some((instance, stop)) = self.retire(id, "the node is ending") {
                end_when_drained(machinery, instance, stop);
            }
        }
    }

    fn shown(&self) -> Vec<InstanceSeen> {
        let show = |one: &SeenInstance| InstanceSeen {
            id: one.id,
            model: one.model,
            status: match one.phase {
                Phase::Starting => InstanceStatus::Starting,
                Phase::Ready => InstanceStatus::Ready,
                Phase::Down => InstanceStatus::Down,
                Phase::Draining => InstanceStatus::Draining,
                Phase::Failed => InstanceStatus::Failed,
            },
            place: self
                .hands
                .get(&one.id)
                .map(|hands| hands.place.clone())
                .unwrap_or_default(),
            restarts: one.restarts,
            note: one.note.clone(),
            restarting: self.hands.get(&one.id).and_then(|hands| hands.restarting.clone()),
        };
        self.seen.instances.iter().map(show).collect()
    }
}

/// Lets an instance finish the calls that it has, for a while, and then tells it to end.
fn end_when_drained(machinery: &Arc<Machinery>, instance: Option<Arc<Instance>>, stop: watch::Sender<bool>) {
    let Some(instance) = instance else {
        stop.send_replace(true);
        return;
    };
    instance.retire();
    let patience = machinery.command.drain;
    tokio::spawn(async move {
        if tokio::time::timeout(patience, instance.drained()).await.is_err() {
            tracing::warn!(instance = %instance.id(), "an instance is ended with calls in flight: they took too long");
        }
        stop.send_replace(true);
    });
}
