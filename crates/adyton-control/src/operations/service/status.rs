//! The state of a service as it is shown: what is wanted and what the reconciler sees, brought together.

use adyton_core::instances::{InstanceSeen, InstanceStatus, ServiceSeen, is_rolling_out};
use adyton_core::service::{Service, ServiceStatus, Wanted};

use crate::shared::Shared;

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
pub(crate) fn see(shared: &Shared, service: Service) -> Seen {
    let seen = shared.instances.service(service.id);
    let is_written = |generation| shared.rollouts.has(service.id, generation);
    let is_rolling_out = is_on_its_way(&service, seen.as_ref(), is_written);
    let status = ServiceStatus::shown(
        service.wanted,
        seen.as_ref().map(|seen| seen.status),
        is_rolling_out,
    );
    let progress = match status {
        ServiceStatus::Deploying => seen.as_ref().map_or(0, |seen| seen.progress.min(99)),
        ServiceStatus::Running
        | ServiceStatus::Concerning
        | ServiceStatus::Failed
        | ServiceStatus::Stopping
        | ServiceStatus::Stopped
        | ServiceStatus::Deleting => 100,
    };
    Seen {
        service,
        status,
        progress,
        is_rolling_out,
        seen,
    }
}

/// Whether the newest change of a service is still on its way: being carried out, or at an end that is not written down.
fn is_on_its_way(service: &Service, seen: Option<&ServiceSeen>, is_written: impl Fn(u64) -> bool) -> bool {
    is_rolling_out(service, seen) || (service.wanted == Wanted::Running && !is_written(service.generation))
}

impl Seen {
    /// How many instances are wanted: none of a service that is stopped.
    pub(crate) fn wanted_instances(&self) -> u64 {
        self.service.wanted.instances(&self.service.versions)
    }
    /// How many are ready, those of a former configuration included.
    pub(crate) fn ready_instances(&self) -> usize {
        self.seen.as_ref().map_or(0, ServiceSeen::ready)
    }
    /// Why it failed; empty otherwise.
    pub(crate) fn error(&self) -> &str {
        self.seen.as_ref().map_or("", |seen| &seen.error)
    }
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
    use adyton_core::instances::Rollout;
    use adyton_core::sample;

    use super::*;

    fn seen_with(generation: u64, rollout: Rollout) -> ServiceSeen {
        ServiceSeen {
            generation,
            rollout: Some(rollout),
            ..sample::service_seen()
        }
    }

    #[test]
    fn a_change_is_on_its_way_until_its_end_is_written_down() {
        let mut service = sample::service();
        service.wanted = Wanted::Running;
        let done = seen_with(service.generation, Rollout::Done);
        let going = seen_with(service.generation, Rollout::Going);
        assert!(is_on_its_way(&service, Some(&going), |_| true));
        assert!(is_on_its_way(&service, Some(&done), |_| false));
        assert!(!is_on_its_way(&service, Some(&done), |_| true));
        service.wanted = Wanted::Stopped;
        assert!(!is_on_its_way(&service, Some(&going), |_| false));
    }

    #[test]
    fn a_stopped_service_wants_no_instances() {
        let mut seen = Seen {
            service: sample::service(),
            status: ServiceStatus::Stopped,
            progress: 100,
            is_rolling_out: false,
            seen: None,
        };
        seen.service.versions[0].instance_count = 3;
        seen.service.wanted = Wanted::Running;
        assert_eq!(seen.wanted_instances(), 3);
        seen.service.wanted = Wanted::Stopped;
        assert_eq!((seen.wanted_instances(), seen.ready_instances()), (0, 0));
    }

    #[test]
    fn only_ready_instances_of_the_present_configuration_make_a_version_ready() {
        use InstanceStatus::{Ready, Starting};
        let service = Service {
            versions: vec![adyton_core::service::Version {
                instance_count: 2,
                ..adyton_core::sample::version()
            }],
            ..adyton_core::sample::service()
        };
        let instance = |version, status| InstanceSeen {
            version,
            status,
            ..adyton_core::sample::instance_seen()
        };
        let shown = |generation, instances: &[(Option<usize>, InstanceStatus)]| {
            let instances = instances
                .iter()
                .map(|(version, status)| instance(*version, *status));
            let seen = ServiceSeen {
                generation,
                rollout: None,
                instances: instances.collect(),
                ..sample::service_seen()
            };
            let seen = Seen {
                service: service.clone(),
                status: ServiceStatus::Running,
                progress: 100,
                is_rolling_out: false,
                seen: Some(seen),
            };
            (seen.version_status(0), seen.of_model(0).count())
        };
        let (here, now) = (Some(0), service.generation);
        assert_eq!(shown(now, &[(here, Ready), (here, Ready)]), ("ready", 2));
        assert_eq!(shown(now, &[(here, Ready), (here, Starting)]), ("concerning", 2));
        assert_eq!(shown(now, &[(here, Starting)]), ("notReady", 1));
        assert_eq!(
            shown(now, &[(None, Ready), (here, Starting)]),
            ("notReady", 2),
            "a former one"
        );
        assert_eq!(
            shown(now + 1, &[(here, Ready)]),
            ("notReady", 1),
            "seen of another change"
        );
    }
}
