//! What to do: who serves, which instances are started, and which are retired.

use std::time::Duration;

use adyton_core::id::InstanceId;

use super::{Phase, SeenInstance, SeenService, Share, WantedService, shares};

/// One thing to do, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Start an instance.
    Start {
        /// Of which version.
        version: Which,
        /// Why.
        reason: &'static str,
    },
    /// Start an instance again whose last run is over.
    Again {
        /// Which.
        instance: InstanceId,
    },
    /// Take an instance out of service, let it finish, and end it.
    Retire {
        /// Which.
        instance: InstanceId,
        /// Why.
        reason: &'static str,
    },
}

/// One of the versions of a [`WantedService`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// The wanted one at this index.
    Wanted(usize),
    /// The former one at this index.
    Former(usize),
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
    match take_over {
        // A part of what is wanted is worth less than all of what came through.
        true if seen.is_back(wanted) => shares(&wanted.former),
        true => shares(&wanted.versions),
        false if seen.is_back(wanted) => shares(&wanted.former),
        false => seen.serving.clone(),
    }
}

/// When the next instance is to be started again, if one is.
pub fn next_start(seen: &SeenService) -> Option<Duration> {
    seen.instances.iter().filter_map(|one| one.runs.next()).min()
}

/// The steps towards what is wanted, at this monotonic time. `seen.serving` must be up to date ([`serving`]).
pub fn steps(wanted: Option<&WantedService>, seen: &SeenService, now: Duration) -> Vec<Step> {
    let generation = wanted.map_or(u64::MAX, |wanted| wanted.generation);
    let running = wanted.filter(|wanted| wanted.running);
    let mut steps = running.map_or_else(Vec::new, |wanted| to_the_wanted_count(wanted, seen));
    if let Some(wanted) = running.filter(|wanted| seen.brings_back(wanted)) {
        steps.extend(brought_back(wanted, seen));
    }
    let all = seen.instances.iter();
    let staying = all.filter(|one| one.phase != Phase::Draining);
    let leaving = staying.filter_map(|one| {
        let reason = why_it_leaves(wanted, seen, one, generation)?;
        let instance = one.id;
        Some(Step::Retire { instance, reason })
    });
    steps.extend(leaving);
    let again = started_again(seen, &steps, now);
    steps.extend(again);
    steps
}

/// Starts what is missing of each wanted version, and retires what is too many.
fn to_the_wanted_count(wanted: &WantedService, seen: &SeenService) -> Vec<Step> {
    let mut steps = Vec::new();
    for (version, one) in wanted.versions.iter().enumerate() {
        let mut have: Vec<&SeenInstance> = seen.of(one.key, wanted.generation).collect();
        for _ in have.len()..one.count as usize {
            steps.push(Step::Start {
                version: Which::Wanted(version),
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
    steps
}

/// Starts what is missing of the versions that came through last, but for those that are wanted anyway.
fn brought_back(wanted: &WantedService, seen: &SeenService) -> Vec<Step> {
    let former = wanted.former.iter().enumerate();
    let only_former = former.filter(|(_, one)| !wanted.wants(one.key));
    let missing = only_former.flat_map(|(version, one)| {
        let have = seen.of(one.key, wanted.generation).count();
        (have..one.count as usize).map(move |_| Step::Start {
            version: Which::Former(version),
            reason: "it serves until the update has come through",
        })
    });
    missing.collect()
}

/// Why an instance is not needed any more; `None` while it is.
fn why_it_leaves(
    wanted: Option<&WantedService>,
    seen: &SeenService,
    one: &SeenInstance,
    generation: u64,
) -> Option<&'static str> {
    let Some(wanted) = wanted else {
        return Some("the service was deleted");
    };
    if !wanted.running {
        return Some("the service is to be stopped");
    }
    let has_failed = one.phase == Phase::Failed;
    if has_failed && one.generation < generation {
        return Some("it failed before the last change");
    }
    let is_brought_back =
        seen.brings_back(wanted) && wanted.former.iter().any(|version| version.key == one.key);
    let serves = !has_failed && seen.serving.iter().any(|share| share.key == one.key);
    let is_needed = wanted.wants(one.key) || is_brought_back || serves;
    (!is_needed).then_some("it was replaced")
}

/// Starts instances again whose pause is over, but for those that leave in one of these steps.
fn started_again(seen: &SeenService, steps: &[Step], now: Duration) -> Vec<Step> {
    let is_due = |one: &&SeenInstance| match one.phase {
        Phase::Starting | Phase::Down => one.runs.next().is_some_and(|at| at <= now),
        Phase::Ready | Phase::Draining | Phase::Failed => false,
    };
    let stays = |one: &&SeenInstance| {
        let leaves = |step: &Step| matches!(step, Step::Retire { instance, .. } if *instance == one.id);
        !steps.iter().any(leaves)
    };
    let due = seen.instances.iter().filter(is_due).filter(stays);
    due.map(|one| Step::Again { instance: one.id }).collect()
}
