//! How everything of a project does: its services, what became of the last hour's requests, what they failed with, what was changed
//! last, and the server. Each reader sees what their roles let them see elsewhere, and no more.

mod refused;

use std::collections::BTreeMap;
use std::time::Duration;

use adyton_core::audit::AuditShelf;
use adyton_core::clock::Timestamp;
use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::journal::Filter;
use adyton_core::service::ServiceStatus;
use adyton_core::tally::{Tally, minute_of};
use adyton_identity::Action;
use adyton_store::repository::{AuditFilter, AuditPart, AuditScope, KeptAudit};

pub(crate) use self::refused::CodeCount;
use super::package::space;
use super::service::status::{Seen, see};
use super::{audit, request};
use crate::actor::{Actor, permitted};
use crate::blocking::blocking;
use crate::failure::{Failure, OperationResult};
use crate::minutes;
use crate::shared::Shared;

/// How far back calls are looked at, at most: whole minutes, the present one included.
const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);
/// The most rows of counts that are looked at, a service and minute each; with more, less than an hour is.
const ROWS: usize = 60_000;
/// The most refused requests of the journal that are looked at for examples.
const EXAMPLES: usize = 1000;
/// The most changes that are shown.
const CHANGES: u64 = 10;

/// How everything of a project does.
pub(crate) struct Overview {
    /// When all this was so.
    pub(crate) at: Timestamp,
    /// Its services, in the order of their names.
    pub(crate) services: Vec<Seen>,
    /// When the time begins in which calls are counted; it ends with the minute of `at`.
    pub(crate) from: Timestamp,
    /// When it ends.
    pub(crate) until: Timestamp,
    /// What became of each service's requests in that time.
    pub(crate) calls: BTreeMap<ServiceId, Tally>,
    /// What they failed with; nothing for whoever may not list requests. Without examples, and without what matched no service, while
    /// others search the journal.
    pub(crate) refused: Option<Vec<CodeCount>>,
    /// What was changed last; nothing for whoever may not list the audit trail.
    pub(crate) changes: Option<Vec<KeptAudit>>,
    /// The server.
    pub(crate) server: Server,
}

/// The server that answers.
pub(crate) struct Server {
    /// For how long it has been running.
    pub(crate) uptime: Duration,
    /// What it waits for until it is ready.
    pub(crate) waits_for: Option<String>,
    /// Free and all bytes of the disk of the data folder; nothing for whoever may not read the server's metrics.
    pub(crate) disk: Option<(u64, u64)>,
}

/// Looks at everything.
pub(crate) async fn show(shared: &Shared, actor: &Actor, project: ProjectId) -> OperationResult<Overview> {
    minutes::refresh(shared).await?;
    let at = shared.clock.now();
    let until = minute_of(at).after(MINUTE);
    let minutes = shared.store.minutes();
    let counted = minutes.list_in(project, until.before(HOUR), until, ROWS).await?;
    let (from, calls) = (counted.since, counted.services);
    let refused = match actor.may(Action::RequestList) {
        true => Some(refused(shared, actor, project, from, &calls).await?),
        false => None,
    };
    let changes = match actor.may(Action::AuditList) {
        true => Some(changes(shared, project).await?),
        false => None,
    };
    Ok(Overview {
        at,
        services: services(shared, project),
        from,
        until,
        calls,
        refused,
        changes,
        server: server(shared, actor).await?,
    })
}

/// The project's services, with what is seen of them.
fn services(shared: &Shared, project: ProjectId) -> Vec<Seen> {
    let live = shared.live();
    let own = live
        .services()
        .filter(|service| service.service.project == project);
    let mut seen: Vec<Seen> = own.map(|service| see(shared, service.service.clone())).collect();
    seen.sort_by(|one, other| one.service.name.cmp(&other.service.name));
    seen
}

async fn refused(
    shared: &Shared,
    actor: &Actor,
    project: ProjectId,
    from: Timestamp,
    calls: &BTreeMap<ServiceId, Tally>,
) -> OperationResult<Vec<CodeCount>> {
    let filter = Filter {
        statuses: Some(400..=599),
        from: Some(from),
        ..Filter::default()
    };
    let records = match request::search(shared, actor, project, filter, None, EXAMPLES).await {
        Ok(page) => page.records,
        // How everything does is asked most when much is going on: what is counted is told all the same.
        Err(Failure::Busy { .. }) => Vec::new(),
        Err(failure) => return Err(failure),
    };
    Ok(refused::most(calls.values(), &records))
}

async fn changes(shared: &Shared, project: ProjectId) -> OperationResult<Vec<KeptAudit>> {
    let filter = AuditFilter {
        shelf: Some(AuditShelf::Changes),
        ..AuditFilter::default()
    };
    let scope = AuditScope::Project(project);
    let (records, _) = audit::list(shared, scope, &filter, AuditPart::Newest, CHANGES).await?;
    Ok(records)
}

async fn server(shared: &Shared, actor: &Actor) -> OperationResult<Server> {
    let may_know = permitted(&actor.live, &actor.caller, Action::MetricsGet, None).is_ok();
    let disk = match may_know {
        true => {
            // A disk that does not answer holds up nobody but whoever asks.
            let settings = shared.settings();
            blocking(move || space(&settings.uploads)).await?
        }
        false => None,
    };
    Ok(Server {
        uptime: shared.uptime(),
        waits_for: (shared.ready)().err(),
        disk,
    })
}

/// The services that somebody should look at: those that failed, then those that lack instances, then those on their way.
pub(crate) fn attention(services: &[Seen]) -> Vec<&Seen> {
    let mut urgent: Vec<(u8, &Seen)> = services
        .iter()
        .filter_map(|seen| Some((urgency(seen.status)?, seen)))
        .collect();
    urgent.sort_by_key(|(urgency, _)| *urgency);
    urgent.into_iter().map(|(_, seen)| seen).collect()
}

const fn urgency(status: ServiceStatus) -> Option<u8> {
    match status {
        ServiceStatus::Failed => Some(0),
        ServiceStatus::Concerning => Some(1),
        ServiceStatus::Deploying => Some(2),
        ServiceStatus::Running
        | ServiceStatus::Stopping
        | ServiceStatus::Stopped
        | ServiceStatus::Deleting => None,
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::audit::{AuditKind, AuditRecord};
    use adyton_core::id::RequestId;
    use adyton_core::sample;
    use adyton_core::service::Service;
    use adyton_core::tenant::{Assignment, Role, Scope};
    use adyton_identity::Methods;

    use super::*;
    use crate::operations::service::tests::{deployed, model};
    use crate::rig::Rig;

    fn seen(name: &str, status: ServiceStatus) -> Seen {
        Seen {
            service: Service {
                name: name.to_owned(),
                ..sample::service()
            },
            status,
            progress: 0,
            is_rolling_out: false,
            seen: None,
        }
    }

    #[test]
    fn what_failed_comes_before_what_lacks_instances_and_what_runs_is_left_out() {
        use ServiceStatus::{Concerning, Deploying, Failed, Running, Stopped};
        let all = [
            seen("a", Deploying),
            seen("b", Running),
            seen("c", Concerning),
            seen("d", Failed),
            seen("e", Stopped),
            seen("f", Failed),
        ];
        let names: Vec<&str> = attention(&all)
            .iter()
            .map(|seen| seen.service.name.as_str())
            .collect();
        assert_eq!(names, ["d", "f", "c", "a"]);
    }

    /// A user with this role, at the first project.
    async fn actor(rig: &Rig, role: Role, scope: Scope) -> Actor {
        let user = rig.user(role.name(), vec![Assignment { role, scope }]).await;
        let live = rig.shared.live();
        let identity = &rig.shared.identity;
        let here = Scope::Project(rig.project());
        let token = identity.issue_token(&live, &user, here, Methods::PASSWORD, None);
        Actor {
            caller: identity.open_token(&live, token.unwrap().0.as_bytes()).unwrap(),
            live,
            project: Some(rig.project()),
        }
    }

    #[tokio::test]
    async fn each_role_sees_what_it_may_see_elsewhere() {
        let rig = Rig::new().await;
        let (here, all) = (Scope::Project(rig.project()), Scope::Domain(rig.domain()));
        for (role, scope, requests, changes, disk) in [
            (Role::Administrator, all, true, true, true),
            (Role::Auditor, all, true, true, true),
            (Role::Operator, here, true, true, false),
            (Role::Caller, here, false, false, false),
        ] {
            let actor = actor(&rig, role, scope).await;
            let found = show(&rig.shared, &actor, rig.project()).await.unwrap();
            assert_eq!(
                (
                    found.refused.is_some(),
                    found.changes.is_some(),
                    found.server.disk.is_some()
                ),
                (requests, changes, disk),
                "{role:?}"
            );
        }
    }

    #[tokio::test]
    async fn however_often_somebody_signs_in_what_was_changed_last_is_shown() {
        let rig = Rig::new().await;
        let records = (0..200).map(|number| AuditRecord {
            request: RequestId::compose(number, 0, 0, number),
            project: Some(rig.project()),
            kind: match number {
                0 => AuditKind::Change,
                _ => AuditKind::SignIn,
            },
            ..sample::audit_record()
        });
        let records: Vec<AuditRecord> = records.collect();
        rig.shared.store.audit().insert(&records).await.unwrap();
        let found = changes(&rig.shared, rig.project()).await.unwrap();
        let requests: Vec<RequestId> = found.iter().map(|kept| kept.record.request).collect();
        assert_eq!(requests, [records[0].request]);
    }

    #[tokio::test]
    async fn a_journal_that_is_searched_by_others_holds_up_the_examples_alone() {
        let rig = Rig::new().await;
        let (shared, project) = (rig.shared.clone(), rig.project());
        let actor = actor(&rig, Role::Administrator, Scope::Domain(rig.domain())).await;
        let held = shared.searches.wait(project).await.unwrap();
        // As many wait as may, so whoever comes now is refused at once.
        let others: Vec<_> = (0..16)
            .map(|_| {
                let shared = shared.clone();
                tokio::spawn(async move { shared.searches.run(project, || ()).await })
            })
            .collect();
        tokio::task::yield_now().await;
        let found = show(&shared, &actor, project).await.unwrap();
        assert_eq!(found.refused, Some(Vec::new()));
        others.iter().for_each(tokio::task::JoinHandle::abort);
        drop(held);
    }

    #[tokio::test]
    async fn another_projects_services_are_not_among_them() {
        let rig = Rig::new().await;
        let model = model(&rig).await;
        deployed(&rig, "b", model).await;
        deployed(&rig, "a", model).await;
        let names = |project| -> Vec<String> {
            services(&rig.shared, project)
                .into_iter()
                .map(|seen| seen.service.name)
                .collect()
        };
        assert_eq!(names(rig.project()), ["a", "b"]);
        assert!(names(rig.other_project().await).is_empty());
    }
}
