//! Rollouts: changes that want new instances, from their beginning until all are ready or some have failed.
//!
//! Instances of before go on answering meanwhile, so what is *seen* of a service may well be `running`. For whoever changed it the
//! service is `deploying` until the change has come through; then the update history says how it ended. Only this node's own view
//! counts; a node that dies in between finds its rollouts again in the history.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::id::ServiceId;
use adyton_core::instances::{InstanceStatus, ServiceSeen};
use adyton_core::live::Live;
use adyton_core::service::{Service, ServiceStatus, Wanted};
use adyton_store::repository::{ServiceChange, UpdateResult};
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::failure::Outcome;
use crate::plane::Plane;

/// How often rollouts are looked at.
const LOOK: Duration = Duration::from_millis(100);
/// The reconciler needs this long at most to begin with a change; what is seen before is of the time before.
const BEGINNING: Duration = Duration::from_millis(300);
/// How long after its instances' own deadline a rollout is given up.
const SLACK: Duration = Duration::from_secs(60);

/// What is being rolled out.
#[derive(Default)]
pub(crate) struct Rollouts(Mutex<HashMap<ServiceId, Rollout>>);

#[derive(Clone, Copy)]
struct Rollout {
    generation: u64,
    since: Instant,
}

impl Rollouts {
    /// A change of this service begins.
    pub(crate) fn begin(&self, service: &Service) {
        let rollout = Rollout {
            generation: service.generation,
            since: Instant::now(),
        };
        self.0.lock().insert(service.id, rollout);
    }
    /// Whether a change of this service is still on its way.
    pub(crate) fn is_on(&self, service: ServiceId) -> bool {
        self.0.lock().contains_key(&service)
    }
    fn all(&self) -> Vec<(ServiceId, Rollout)> {
        self.0
            .lock()
            .iter()
            .map(|(id, rollout)| (*id, *rollout))
            .collect()
    }
    /// Ends this one, unless another change has begun since.
    fn end(&self, service: ServiceId, generation: u64) {
        let mut rollouts = self.0.lock();
        if rollouts
            .get(&service)
            .is_some_and(|now| now.generation == generation)
        {
            rollouts.remove(&service);
        }
    }
}

/// Finds the rollouts that were going on when the server was last stopped.
pub(crate) async fn recover(plane: &Plane) -> Outcome<()> {
    let live = plane.feed.cell().load();
    for service in live.services() {
        let service = &service.service;
        let newest = plane.store.history().list(service.id).await?.into_iter().next();
        if newest.is_some_and(|update| update.result == UpdateResult::Running) {
            plane.rollouts.begin(service);
        }
    }
    Ok(())
}

/// Watches rollouts for as long as it is polled.
pub(crate) async fn watch(plane: Arc<Plane>) {
    let mut look = tokio::time::interval(LOOK);
    loop {
        look.tick().await;
        for (id, rollout) in plane.rollouts.all() {
            let live = plane.feed.cell().load();
            let seen = plane.instances.service(id);
            let Some(result) = judge(&live, id, rollout.since.elapsed(), seen.as_ref()) else {
                continue;
            };
            // A row that is finished already, or a service that is gone, is fine.
            if let Err(error) = plane.store.history().finish(id, rollout.generation, result).await {
                tracing::warn!(service.id = %id, "the end of an update could not be written: {error}");
            }
            if let (UpdateResult::Fail, Some(service), Some(seen)) = (result, live.service(id), seen)
                && let Err(failure) = roll_back(&plane, &service.service, &seen).await
            {
                tracing::warn!(service.id = %id, "an update that failed could not be taken back: {failure:?}");
            }
            plane.rollouts.end(id, rollout.generation);
        }
    }
}

/// Takes a failed update back: the configuration that came through last is wanted again. Its instances have gone on
/// answering; without this they would be gone after the next start of the server, which knows only what is wanted.
async fn roll_back(plane: &Plane, service: &Service, seen: &ServiceSeen) -> Outcome<()> {
    let answers = |model| {
        seen.instances
            .iter()
            .any(|one| one.model == model && one.status == InstanceStatus::Ready)
    };
    let updates = plane.store.history().list(service.id).await?;
    let before = updates
        .into_iter()
        .find(|update| update.result == UpdateResult::Success && update.generation < service.generation);
    let Some(before) = before.filter(|before| {
        before.versions != service.versions && before.versions.iter().all(|version| answers(version.model))
    }) else {
        return Ok(());
    };
    let change = ServiceChange {
        versions: Some(before.versions),
        only_at: Some(service.generation),
        ..ServiceChange::default()
    };
    let services = plane.store.services();
    if let Some(committed) = services.update(service.project, service.id, change).await? {
        let service = plane.settled(committed).await?;
        plane.rollouts.begin(&service);
    }
    Ok(())
}

/// How a rollout ended; `None` while it goes on.
fn judge(live: &Live, id: ServiceId, age: Duration, seen: Option<&ServiceSeen>) -> Option<UpdateResult> {
    let Some(service) = live.service(id).map(|service| &service.service) else {
        return Some(UpdateResult::Fail);
    };
    if service.wanted == Wanted::Stopped {
        return Some(UpdateResult::Fail);
    }
    let longest = service
        .versions
        .iter()
        .map(|version| version.deploy_timeout_seconds)
        .max();
    if age > Duration::from_secs(longest.unwrap_or(0).into()) + SLACK {
        return Some(UpdateResult::Fail);
    }
    let seen = seen.filter(|_| age >= BEGINNING)?;
    let count = |status| seen.instances.iter().filter(|one| one.status == status).count();
    if count(InstanceStatus::Starting) > 0 {
        return None;
    }
    let complete = service.versions.iter().all(|version| {
        let ready = seen
            .instances
            .iter()
            .filter(|one| one.model == version.model && one.status == InstanceStatus::Ready);
        ready.count() >= version.instance_count as usize
    });
    if complete {
        return Some(UpdateResult::Success);
    }
    let failed = count(InstanceStatus::Failed) > 0 || seen.status == ServiceStatus::Failed;
    failed.then_some(UpdateResult::Fail)
}

#[cfg(test)]
mod tests {
    use adyton_core::clock::Timestamp;
    use adyton_core::id::{ApiId, InstanceId, ModelId, ProjectId};
    use adyton_core::instances::InstanceSeen;
    use adyton_core::live::Change;
    use adyton_core::service::Version;

    use super::*;

    const SERVICE: ServiceId = ServiceId::from_bits(1);
    const NEW: ModelId = ModelId::from_bits(2);
    const OLD: ModelId = ModelId::from_bits(3);

    fn live(wanted: Wanted) -> Live {
        let version = Version {
            model: NEW,
            weight: 100,
            instance_count: 2,
            specification: String::new(),
            envs: std::collections::BTreeMap::new(),
            deploy_timeout_seconds: 60,
        };
        let service = Service {
            id: SERVICE,
            project: ProjectId::from_bits(1),
            name: "s".to_owned(),
            description: String::new(),
            api: ApiId::from_bits(1),
            wanted,
            versions: vec![version],
            calls_per_second: None,
            app_auth: false,
            app_code: true,
            generation: 1,
            created_at: Timestamp::from_seconds(1),
            updated_at: Timestamp::from_seconds(1),
            owner: "o".to_owned(),
        };
        let mut live = Live::default();
        live.apply(1, Change::Service(Box::new(service)));
        live
    }

    fn seen(status: ServiceStatus, instances: &[(ModelId, InstanceStatus)]) -> ServiceSeen {
        let instance = |(model, status): &(ModelId, InstanceStatus)| InstanceSeen {
            id: InstanceId::from_bits(1),
            model: *model,
            status: *status,
            place: String::new(),
            restarts: 0,
            note: String::new(),
            restarting: None,
        };
        ServiceSeen {
            status,
            progress: 0,
            error: String::new(),
            transition_at: Timestamp::from_seconds(1),
            instances: instances.iter().map(instance).collect(),
        }
    }

    #[test]
    fn a_rollout_ends_when_all_new_instances_are_ready_or_some_have_failed() {
        use InstanceStatus::{Draining, Failed, Ready, Starting};
        use ServiceStatus::{Concerning, Running};
        use UpdateResult::{Fail, Success};
        let later = Duration::from_secs(1);
        let running = live(Wanted::Running);
        for (status, instances, result) in [
            (Running, vec![(OLD, Ready)], None),
            (
                Running,
                vec![(OLD, Ready), (NEW, Starting), (NEW, Starting)],
                None,
            ),
            (Running, vec![(NEW, Ready), (NEW, Starting)], None),
            (
                Running,
                vec![(OLD, Draining), (NEW, Ready), (NEW, Ready)],
                Some(Success),
            ),
            (
                Concerning,
                vec![(OLD, Ready), (NEW, Ready), (NEW, Failed)],
                Some(Fail),
            ),
        ] {
            let seen = seen(status, &instances);
            assert_eq!(
                judge(&running, SERVICE, later, Some(&seen)),
                result,
                "{instances:?}"
            );
        }
        let done = seen(Running, &[(NEW, Ready), (NEW, Ready)]);
        assert_eq!(
            judge(&running, SERVICE, Duration::from_millis(10), Some(&done)),
            None,
            "what is seen is of before the change"
        );
        assert_eq!(judge(&running, SERVICE, later, None), None, "not seen yet");
        assert_eq!(
            judge(&running, SERVICE, Duration::from_secs(121), None),
            Some(Fail)
        );
        assert_eq!(
            judge(&live(Wanted::Stopped), SERVICE, later, Some(&done)),
            Some(Fail)
        );
        assert_eq!(judge(&Live::default(), SERVICE, later, Some(&done)), Some(Fail));
    }
}
