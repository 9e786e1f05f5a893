//! The state of a service as it is shown: what is wanted and what the reconciler sees, brought together.

use adyton_core::instances::{InstanceSeen, InstanceStatus, Rollout, ServiceSeen};
use adyton_core::service::{Service, ServiceStatus, Wanted};

use crate::plane::Plane;

/// A service with what is seen of it.
pub(crate) struct Seen {
    /// The service as stored.
    pub(crate) service: Service,
    /// Its state.
    pub(crate) status: ServiceStatus,
    /// Readiness in percent.
    pub(crate) progress: u32,
    /// Whether its newest change is still on its way.
    pub(crate) is_rolling_out: bool,
    /// What the reconciler saw, if it has come to it.
    pub(crate) seen: Option<ServiceSeen>,
}

/// Looks at a service on this node.
pub(crate) fn see(plane: &Plane, service: Service) -> Seen {
    let seen = plane.instances.service(service.id);
    let is_written = |generation| plane.rollouts.has(service.id, generation);
    let is_rolling_out = is_rolling_out(&service, seen.as_ref(), is_written);
    let status = combine(
        service.wanted,
        seen.as_ref().map(|seen| seen.status),
        is_rolling_out,
    );
    let progress = match (status, &seen) {
        (ServiceStatus::Deploying, Some(seen)) => seen.progress.min(99),
        (ServiceStatus::Deploying, None) => 0,
        _ => 100,
    };
    Seen {
        service,
        status,
        progress,
        is_rolling_out,
        seen,
    }
}

/// Whether the newest change of a service is still on its way: not seen yet, going on, or at an end that is not written down.
fn is_rolling_out(service: &Service, seen: Option<&ServiceSeen>, is_written: impl Fn(u64) -> bool) -> bool {
    if service.wanted == Wanted::Stopped {
        return false;
    }
    match seen {
        Some(seen) if seen.generation == service.generation => match &seen.rollout {
            Some(Rollout::Done | Rollout::RolledBack { .. } | Rollout::Failed { .. }) => {
                !is_written(seen.generation)
            }
            Some(Rollout::Going) | None => true,
        },
        Some(_) | None => true,
    }
}

/// The reconciler may not have come to the newest wish yet; then the wish shows.
fn combine(wanted: Wanted, seen: Option<ServiceStatus>, rolling_out: bool) -> ServiceStatus {
    match (wanted, seen) {
        // Whoever changed it waits for the change, also while instances of before go on answering.
        (Wanted::Running, _) if rolling_out => ServiceStatus::Deploying,
        (Wanted::Running, None | Some(ServiceStatus::Stopped | ServiceStatus::Stopping)) => {
            ServiceStatus::Deploying
        }
        (Wanted::Stopped, None) => ServiceStatus::Stopped,
        (
            Wanted::Stopped,
            Some(ServiceStatus::Deploying | ServiceStatus::Running | ServiceStatus::Concerning),
        ) => ServiceStatus::Stopping,
        (_, Some(seen)) => seen,
    }
}

impl Seen {
    /// The instances of one version's model, those of a former configuration included.
    pub(crate) fn of_model(&self, version: usize) -> impl Iterator<Item = &InstanceSeen> {
        let model = self.service.versions.get(version).map(|version| version.model);
        self.seen
            .iter()
            .flat_map(|seen| &seen.instances)
            .filter(move |instance| Some(instance.model) == model)
    }
    /// How many instances of one version are ready; not those that run the same model with former settings.
    pub(crate) fn ready(&self, version: usize) -> usize {
        let seen = self.seen.iter();
        seen.filter(|seen| seen.generation == self.service.generation)
            .flat_map(|seen| &seen.instances)
            .filter(|one| one.version == Some(version) && one.status == InstanceStatus::Ready)
            .count()
    }
    /// `ready`, `concerning` or `notReady`.
    pub(crate) fn version_status(&self, version: usize) -> &'static str {
        let wanted = self
            .service
            .versions
            .get(version)
            .map_or(0, |version| version.instance_count as usize);
        match self.ready(version) {
            0 => "notReady",
            ready if ready < wanted => "concerning",
            _ => "ready",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_shows_before_the_reconciler_has_come_to_it() {
        use ServiceStatus::{Concerning, Deploying, Failed, Running, Stopped, Stopping};
        for (wanted, seen, shown) in [
            (Wanted::Running, None, Deploying),
            (Wanted::Running, Some(Stopped), Deploying),
            (Wanted::Running, Some(Concerning), Concerning),
            (Wanted::Running, Some(Failed), Failed),
            (Wanted::Stopped, None, Stopped),
            (Wanted::Stopped, Some(Running), Stopping),
            (Wanted::Stopped, Some(Stopped), Stopped),
        ] {
            assert_eq!(combine(wanted, seen, false), shown, "{wanted:?} {seen:?}");
        }
        assert_eq!(combine(Wanted::Running, Some(Running), true), Deploying);
        assert_eq!(combine(Wanted::Stopped, Some(Running), true), Stopping);
    }
}
