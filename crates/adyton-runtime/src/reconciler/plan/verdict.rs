//! The status of a service, as its people see it.

use adyton_core::service::ServiceStatus;

use super::{Phase, SeenService, WantedService, WantedVersion, rollout};

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
        ServiceStatus::Running
        | ServiceStatus::Stopping
        | ServiceStatus::Stopped
        | ServiceStatus::Deleting => None,
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
