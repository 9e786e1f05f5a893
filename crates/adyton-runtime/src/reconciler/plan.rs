//! What to do for one service: a pure function from what is wanted and what is seen to steps with reasons, to who serves
//! now, to the service's status, and to how far the rollout of its newest change has come. Same input, same plan: there is no
//! clock here, the time is passed in.
//!
//! The rules, in one place (`plan/steps.rs`, `plan/restarts.rs`, `plan/rollout.rs` and `plan/verdict.rs` hold them):
//!
//! - Each wanted version has as many instances as it should have. A failed one counts, until the service is changed: what
//!   failed would fail again.
//! - An instance whose run is over is started again after a pause, or given up (`plan/restarts.rs`).
//! - Who served before goes on until every instance of what is wanted now is ready; then the shares change in one step, and
//!   only then the old ones retire. When what is wanted fails, the old ones stay: a bad update loses no request.
//! - After a restart in the middle of an update nothing runs. Then the versions that came through last are started again beside those
//!   that are wanted, and serve until these are ready.
//! - At the first deployment nothing serves until no instance is starting any more; then those that are ready serve.
//! - A rollout is done when everything that is wanted is ready. It has failed when an instance was given up and no other one is
//!   starting. Nothing else ends it, and it ends once: what happens to instances later is the service's status.

mod restarts;
mod rollout;
mod steps;
mod verdict;

use adyton_core::id::{InstanceId, ModelId};
use adyton_core::instances::Rollout;

pub use restarts::{Next, Restart, RestartPolicy, Runs};
pub use rollout::rollout;
pub use steps::{Step, Which, next_start, serving, steps};
pub use verdict::{Verdict, verdict};

/// What makes two instances interchangeable: a hash of the model, its package and its settings.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Key(pub u64);

/// A version that a service should run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedVersion {
    /// The model.
    pub model: ModelId,
    /// What its instances run.
    pub key: Key,
    /// Its share of the calls.
    pub weight: u32,
    /// How many instances it should have.
    pub count: u32,
}

/// What is wanted of a service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedService {
    /// Whether it should run.
    pub running: bool,
    /// Raised by changes; what failed under an older one is tried again.
    pub generation: u64,
    /// Its versions.
    pub versions: Vec<WantedVersion>,
    /// While an update goes on, the versions that came through last.
    pub former: Vec<WantedVersion>,
}

/// Where an instance is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum Phase {
    /// Given up; no process is left.
    Failed,
    /// On the way to its first answer.
    Starting,
    /// It answered before, and does not now.
    Down,
    /// It answers.
    Ready,
    /// It finishes what it has.
    Draining,
}

/// An instance, as seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeenInstance {
    /// Its id.
    pub id: InstanceId,
    /// The model that it runs.
    pub model: ModelId,
    /// What it runs.
    pub key: Key,
    /// The service's generation when it was started.
    pub generation: u64,
    /// Where it is.
    pub phase: Phase,
    /// Its runs so far.
    pub runs: Runs,
    /// Why it is not ready, as far as it is known.
    pub note: String,
}

/// A version's share among those who serve.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Share {
    /// The model.
    pub model: ModelId,
    /// Its instances' key.
    pub key: Key,
    /// Its weight.
    pub weight: u32,
}

/// What is seen of a service.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SeenService {
    /// Its instances, oldest first.
    pub instances: Vec<SeenInstance>,
    /// Who serves.
    pub serving: Vec<Share>,
    /// The last rollout that was seen, with the generation that it is of.
    pub rollout: Option<(u64, Rollout)>,
}

impl WantedService {
    fn wants(&self, key: Key) -> bool {
        self.running && self.versions.iter().any(|version| version.key == key)
    }
    /// How many instances a former version needs: of one that is wanted too there are as many as are wanted.
    fn former_count(&self, former: &WantedVersion) -> u32 {
        let wanted = self.versions.iter().find(|version| version.key == former.key);
        wanted.map_or(former.count, |wanted| wanted.count.min(former.count))
    }
}

fn shares(versions: &[WantedVersion]) -> Vec<Share> {
    let share = |version: &WantedVersion| Share {
        model: version.model,
        key: version.key,
        weight: version.weight,
    };
    versions.iter().map(share).collect()
}

impl SeenService {
    /// The instances of a version that count: not those who leave, not those that failed before the last change.
    fn of(&self, key: Key, generation: u64) -> impl Iterator<Item = &SeenInstance> {
        self.instances.iter().filter(move |one| {
            one.key == key
                && one.phase != Phase::Draining
                && !(one.phase == Phase::Failed && one.generation < generation)
        })
    }
    pub(super) fn ready(&self, key: Key) -> u32 {
        let ready = self
            .instances
            .iter()
            .filter(|one| one.key == key && one.phase == Phase::Ready)
            .count();
        u32::try_from(ready).unwrap_or(u32::MAX)
    }
    /// Whether everything that is wanted is ready.
    fn is_complete(&self, wanted: &WantedService) -> bool {
        wanted
            .versions
            .iter()
            .all(|version| self.ready(version.key) >= version.count)
    }
    /// Whether nothing is on its way any more.
    fn is_settled(&self, wanted: &WantedService) -> bool {
        let mut all = wanted.versions.iter();
        all.all(|version| self.has_settled(version.key, wanted.generation, version.count))
    }
    /// Whether so many instances of a version are there, and none is on its way to its first answer.
    fn has_settled(&self, key: Key, generation: u64, count: u32) -> bool {
        let of: Vec<_> = self.of(key, generation).collect();
        of.len() >= count as usize && of.iter().all(|one| one.phase != Phase::Starting)
    }
    /// Whether the former versions are to be started again: an update goes on, and nobody serves.
    fn brings_back(&self, wanted: &WantedService) -> bool {
        self.serving.is_empty() && !wanted.former.is_empty() && !self.is_complete(wanted)
    }
    /// Whether the former versions, which are started again, can serve: all that came back, or all that will.
    fn is_back(&self, wanted: &WantedService) -> bool {
        let former = || wanted.former.iter();
        self.brings_back(wanted)
            && former().any(|version| self.ready(version.key) > 0)
            && (former().all(|version| self.ready(version.key) >= wanted.former_count(version))
                || former().all(|version| {
                    self.has_settled(version.key, wanted.generation, wanted.former_count(version))
                }))
    }
    /// Whether a former version, which is started again, may still come back.
    fn may_come_back(&self, wanted: &WantedService) -> bool {
        let of_former = |one: &SeenInstance| wanted.former.iter().any(|version| version.key == one.key);
        let may = |one: &SeenInstance| match one.phase {
            Phase::Starting | Phase::Ready | Phase::Down => true,
            Phase::Failed | Phase::Draining => false,
        };
        self.brings_back(wanted)
            && self
                .instances
                .iter()
                .any(|one| of_former(one) && !wanted.wants(one.key) && may(one))
    }
    /// The first note of a wanted instance in one of these phases.
    fn note(&self, wanted: &WantedService, phases: &[Phase]) -> Option<&str> {
        self.instances
            .iter()
            .filter(|one| phases.contains(&one.phase) && wanted.wants(one.key))
            .map(|one| one.note.as_str())
            .find(|note| !note.is_empty())
    }
    /// Whether an instance of a former configuration, which is not wanted any more, serves.
    pub(super) fn former_serves(&self, wanted: &WantedService) -> bool {
        let mut former = self.serving.iter().filter(|share| !wanted.wants(share.key));
        former.any(|share| self.ready(share.key) > 0)
    }
}

#[cfg(test)]
mod tests;
