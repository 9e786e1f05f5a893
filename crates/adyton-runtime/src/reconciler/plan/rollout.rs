//! How far the carrying out of a service's newest change has come.

use adyton_core::instances::Rollout;

use super::{Phase, SeenService, WantedService};

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
    Some(match seen.former_serves(wanted) || seen.may_come_back(wanted) {
        true => Rollout::RolledBack { cause },
        false => Rollout::Failed { cause },
    })
}
