//! What to do for one service: a pure function from what is wanted and what is seen to steps with reasons, to who serves
//! now, to the service's status, and to how far the rollout of its newest change has come. Same input, same plan; no clock, since deadlines and pauses belong to the instances
//! themselves and arrive here as phases.
//!
//! The rules, in one place:
//!
//! - Each wanted version has as many instances as it should have. A failed one counts, until the service is changed: what
//!   failed would fail again.
//! - Who served before goes on until every instance of what is wanted now is ready; then the shares change in one step, and
//!   only then the old ones retire. When what is wanted fails, the old ones stay: a bad update loses no request.
//! - At the first deployment nothing serves until no instance is starting any more; then those that are ready serve.
//! - A rollout is done when everything that is wanted is ready. It has failed when an instance was given up and no other one is
//!   starting. Nothing else ends it, and it ends once: what happens to instances later is the service's status.

use adyton_core::id::{InstanceId, ModelId};
use adyton_core::instances::Rollout;
use adyton_core::service::ServiceStatus;

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
    /// How often it was started again.
    pub restarts: u32,
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

/// One thing to do, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Start an instance of the version at this index.
    Start {
        /// Index into the wanted versions.
        version: usize,
        /// Why.
        reason: &'static str,
    },
    /// Take an instance out of service, let it finish, and end it.
    Retire {
        /// Which.
        instance: InstanceId,
        /// Why.
        reason: &'static str,
    },
}

/// The status of a service, with what explains it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The status.
    pub status: ServiceStatus,
    /// How many of the wanted instances are ready, in percent.
    pub progress: u32,
    /// Why it is not as wanted; empty otherwise.
    pub error: String,
}

impl WantedService {
    fn wants(&self, key: Key) -> bool {
        self.running && self.versions.iter().any(|version| version.key == key)
    }
    fn shares(&self) -> Vec<Share> {
        let share = |version: &WantedVersion| Share {
            model: version.model,
            key: version.key,
            weight: version.weight,
        };
        self.versions.iter().map(share).collect()
    }
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
    fn ready(&self, key: Key) -> u32 {
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
        wanted.versions.iter().all(|version| {
            let of: Vec<_> = self.of(version.key, wanted.generation).collect();
            of.len() >= version.count as usize && of.iter().all(|one| one.phase != Phase::Starting)
        })
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

/// Who should serve now, given who serves.
pub fn serving(wanted: Option<&WantedService>, seen: &SeenService) -> Vec<Share> {
    let Some(wanted) = wanted.filter(|wanted| wanted.running) else {
        return Vec::new();
    };
    let before_gone = seen
        .serving
        .iter()
        .all(|share| wanted.wants(share.key) || seen.ready(share.key) == 0);
    let some_ready = wanted.versions.iter().any(|version| seen.ready(version.key) > 0);
    let first = seen.serving.is_empty();
    let same = !first
        && seen.serving.iter().all(|share| wanted.wants(share.key))
        && wanted
            .versions
            .iter()
            .all(|version| seen.serving.iter().any(|share| share.key == version.key));
    let take_over = seen.is_complete(wanted)
        // Only weights or counts changed: no reason to wait.
        || same
        // Nobody is left to go on: those that are ready are better than none.
        || (first && seen.is_settled(wanted) && some_ready)
        || (!first && before_gone && some_ready);
    if take_over {
        wanted.shares()
    } else {
        seen.serving.clone()
    }
}

/// The steps towards what is wanted. `seen.serving` must be up to date ([`serving`]).
pub fn steps(wanted: Option<&WantedService>, seen: &SeenService) -> Vec<Step> {
    let mut steps = Vec::new();
    let generation = wanted.map_or(u64::MAX, |wanted| wanted.generation);
    let running = wanted.filter(|wanted| wanted.running);
    for (version, one) in running
        .iter()
        .flat_map(|wanted| wanted.versions.iter().enumerate())
    {
        let mut have: Vec<&SeenInstance> = seen.of(one.key, generation).collect();
        for _ in have.len()..one.count as usize {
            steps.push(Step::Start {
                version,
                reason: "fewer instances than wanted",
            });
        }
        // The least useful go first, and among equals the youngest.
        have.reverse();
        have.sort_by_key(|instance| instance.phase);
        for extra in have.iter().take(have.len().saturating_sub(one.count as usize)) {
            steps.push(Step::Retire {
                instance: extra.id,
                reason: "more instances than wanted",
            });
        }
    }
    for one in seen.instances.iter().filter(|one| one.phase != Phase::Draining) {
        let reason = match (wanted, running) {
            (None, _) => "the service was deleted",
            (Some(_), None) => "the service is to be stopped",
            (_, Some(_)) if one.phase == Phase::Failed && one.generation < generation => {
                "it failed before the last change"
            }
            (_, Some(wanted)) if wanted.wants(one.key) => continue,
            (_, Some(_))
                if one.phase != Phase::Failed && seen.serving.iter().any(|share| share.key == one.key) =>
            {
                continue;
            }
            (_, Some(_)) => "it was replaced",
        };
        steps.push(Step::Retire {
            instance: one.id,
            reason,
        });
    }
    steps
}

/// How far the rollout of what is wanted has come; `None` unless the service should run. `seen.serving` must be up to date.
pub fn rollout(wanted: Option<&WantedService>, seen: &SeenService) -> Option<Rollout> {
    let wanted = wanted.filter(|wanted| wanted.running)?;
    if let Some((generation, rollout)) = &seen.rollout
        && *generation == wanted.generation
        && rollout.has_ended()
    {
        return Some(rollout.clone());
    }
    if seen.is_complete(wanted) {
        return Some(Rollout::Done);
    }
    let mut all = wanted.versions.iter();
    let is_given_up = seen.is_settled(wanted)
        && all.any(|version| {
            let mut of = seen.of(version.key, wanted.generation);
            of.any(|one| one.phase == Phase::Failed)
        });
    if !is_given_up {
        return Some(Rollout::Going);
    }
    let cause = seen.note(wanted, &[Phase::Failed]).unwrap_or_default().to_owned();
    Some(match seen.former_serves(wanted) {
        true => Rollout::RolledBack { cause },
        false => Rollout::Failed { cause },
    })
}

/// The status that all this amounts to. `None` when a deleted service has left nothing behind.
pub fn verdict(wanted: Option<&WantedService>, seen: &SeenService) -> Option<Verdict> {
    let plain = |status| {
        Some(Verdict {
            status,
            progress: 0,
            error: String::new(),
        })
    };
    let Some(wanted) = wanted else {
        return if seen.instances.is_empty() {
            None
        } else {
            plain(ServiceStatus::Deleting)
        };
    };
    if !wanted.running {
        let status = if seen.instances.is_empty() {
            ServiceStatus::Stopped
        } else {
            ServiceStatus::Stopping
        };
        return plain(status);
    }
    let total: u32 = wanted.versions.iter().map(|version| version.count).sum();
    let ready: u32 = wanted
        .versions
        .iter()
        .map(|version| seen.ready(version.key).min(version.count))
        .sum();
    let serving: u32 = seen.serving.iter().map(|share| seen.ready(share.key)).sum();
    let settled = seen.is_settled(wanted);
    let status = match (seen.serving.is_empty(), serving, settled) {
        (true, _, false) => ServiceStatus::Deploying,
        (true, _, true) => ServiceStatus::Failed,
        (false, 0, true)
            if wanted
                .versions
                .iter()
                .all(|version| all_failed(wanted, version, seen)) =>
        {
            ServiceStatus::Failed
        }
        (false, 0, _) => ServiceStatus::Concerning,
        (false, _, _) if ready == total => ServiceStatus::Running,
        // An update is on its way, and those who served before still do.
        (false, _, _)
            if seen.former_serves(wanted)
                && rollout(Some(wanted), seen).is_some_and(|rollout| !rollout.has_ended()) =>
        {
            ServiceStatus::Running
        }
        (false, _, _) => ServiceStatus::Concerning,
    };
    let error = match status {
        ServiceStatus::Failed | ServiceStatus::Concerning => seen.note(wanted, &[Phase::Failed, Phase::Down]),
        // What it waits for.
        ServiceStatus::Deploying => seen.note(wanted, &[Phase::Failed, Phase::Starting]),
        _ => None,
    };
    let progress = (ready * 100).checked_div(total).unwrap_or(0);
    Some(Verdict {
        status,
        progress,
        error: error.unwrap_or_default().to_owned(),
    })
}

fn all_failed(wanted: &WantedService, version: &WantedVersion, seen: &SeenService) -> bool {
    seen.of(version.key, wanted.generation)
        .all(|one| one.phase == Phase::Failed)
}

#[cfg(test)]
mod tests;
