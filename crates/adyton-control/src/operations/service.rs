//! Real-time services: deploy, show, change and delete them, and what happened to them. The reconciler starts and ends their
//! instances. What their fields must be is answered by `service/rules.rs`, what is seen of them by `service/status.rs`, how far a
//! change has come by `service/rollout.rs`.

pub(crate) mod example;
pub(crate) mod metrics;
pub(crate) mod monitor;
pub(crate) mod rollout;
pub(crate) mod rules;
pub(crate) mod status;
pub(crate) mod tags;

use adyton_core::clock::Timestamp;
use adyton_core::events::Event;
use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::instances::LogLine;
use adyton_core::service::{Service, ServiceStatus, Wanted};
use adyton_store::repository::{
    EventFilter, Listed, Page, ServiceChange, ServiceFilter, ServiceSort, SortOrder, Update,
};

use self::rules::{AskedChange, AskedService};
use self::status::{Seen, see};
use crate::failure::{Failure, OperationResult, Thing};
use crate::shared::Shared;

/// Makes the service. Answers once the gateway knows the address.
pub(crate) async fn deploy(shared: &Shared, asked: AskedService) -> OperationResult<Service> {
    let new = asked.checked()?;
    let name = new.name.clone();
    let created = shared.store.services().create(new).await;
    shared
        .settled(created.map_err(|error| Failure::named(error, &name))?)
        .await
}

/// One service of the project, with what is seen of it.
pub(crate) async fn show(shared: &Shared, project: ProjectId, id: ServiceId) -> OperationResult<Seen> {
    let found = shared.store.services().get(project, id).await?;
    let service = found.ok_or_else(|| Failure::missing(Thing::Service, id))?;
    Ok(see(shared, service))
}

/// The project's services in this order.
pub(crate) async fn list(
    shared: &Shared,
    project: ProjectId,
    filter: &ServiceFilter,
    order: SortOrder<ServiceSort>,
    page: Page,
) -> OperationResult<Listed<Service>> {
    let services = shared.store.services();
    Ok(services.list(project, filter, order, page).await?)
}

/// The same with what is seen of them; only those in one of the states, if any are named. A state is seen, not stored, so such a
/// list is cut into pages here.
pub(crate) async fn list_seen(
    shared: &Shared,
    project: ProjectId,
    filter: &ServiceFilter,
    order: SortOrder<ServiceSort>,
    states: Option<&[ServiceStatus]>,
    page: Page,
) -> OperationResult<Listed<Seen>> {
    let stored = if states.is_some() { Page::ALL } else { page };
    let listed = list(shared, project, filter, order, stored).await?;
    let seen = listed.items.into_iter().map(|service| see(shared, service));
    Ok(match states {
        None => Listed {
            items: seen.collect(),
            total: listed.total,
        },
        Some(states) => page.of(seen.filter(|seen| states.contains(&seen.status)).collect()),
    })
}

/// Starts a service, stops it, or gives it other versions or settings, unless it is being stopped or deleted. A change of a
/// service that is being deployed takes the place of what is on its way. A service that failed and is wanted running is tried again.
pub(crate) async fn update(
    shared: &Shared,
    project: ProjectId,
    id: ServiceId,
    asked: AskedChange,
) -> OperationResult<Service> {
    let mut change = asked.checked()?;
    let status = changeable(shared, project, id).await?;
    change.renew = rules::renews(status, change.wanted);
    carry_out(shared, project, id, change).await
}

/// Replaces the instances of a service by new ones of the same configuration, as an update does: those of now answer until all the new ones are
/// ready, and stay if these fail. One that is stopped is started.
pub(crate) async fn restart(shared: &Shared, project: ProjectId, id: ServiceId) -> OperationResult<Service> {
    changeable(shared, project, id).await?;
    let change = ServiceChange {
        wanted: Some(Wanted::Running),
        restart: true,
        ..ServiceChange::default()
    };
    carry_out(shared, project, id, change).await
}

/// The state of a service that may be changed in it.
async fn changeable(shared: &Shared, project: ProjectId, id: ServiceId) -> OperationResult<ServiceStatus> {
    let status = show(shared, project, id).await?.status;
    match status {
        ServiceStatus::Stopping | ServiceStatus::Deleting => Err(Failure::StateForbids {
            status: status.name(),
        }),
        ServiceStatus::Running
        | ServiceStatus::Deploying
        | ServiceStatus::Concerning
        | ServiceStatus::Failed
        | ServiceStatus::Stopped => Ok(status),
    }
}

/// Makes a change. Answers once the gateway knows of it.
async fn carry_out(
    shared: &Shared,
    project: ProjectId,
    id: ServiceId,
    change: ServiceChange,
) -> OperationResult<Service> {
    match shared.store.services().update(project, id, change).await? {
        Some(committed) => shared.settled(committed).await,
        None => Err(Failure::missing(Thing::Service, id)),
    }
}

/// Deletes all of them; if one does not exist, none.
pub(crate) async fn delete(shared: &Shared, project: ProjectId, ids: &[ServiceId]) -> OperationResult<()> {
    let gone = shared.store.services().delete(project, ids).await?;
    shared.settled(gone).await
}

/// A service and its events, newest first.
pub(crate) async fn events(
    shared: &Shared,
    project: ProjectId,
    id: ServiceId,
    filter: &EventFilter,
    page: Page,
) -> OperationResult<(Service, Listed<Event>)> {
    let service = show(shared, project, id).await?.service;
    let events = shared.store.events().list(id, filter, page).await?;
    Ok((service, events))
}

/// A service and its updates, newest first.
pub(crate) async fn history(
    shared: &Shared,
    project: ProjectId,
    id: ServiceId,
) -> OperationResult<(Service, Vec<Update>)> {
    let service = show(shared, project, id).await?.service;
    let updates = shared.store.history().list(id).await?;
    Ok((service, updates))
}

/// Which lines of a log. What is `None` narrows nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogFilter {
    /// Only from this moment on.
    pub(crate) since: Option<Timestamp>,
    /// Only before this moment.
    pub(crate) until: Option<Timestamp>,
    /// Only of instances whose id begins so.
    pub(crate) instance: Option<String>,
    /// Only lines that contain this text; case is ignored.
    pub(crate) contains: Option<String>,
}

impl LogFilter {
    /// Whether a line is among them.
    pub(crate) fn admits(&self, line: &LogLine) -> bool {
        let holds = |text: &String| line.text.to_lowercase().contains(&text.to_lowercase());
        self.since.is_none_or(|since| line.at >= since)
            && self.until.is_none_or(|until| line.at < until)
            && self
                .instance
                .as_ref()
                .is_none_or(|id| line.instance.to_string().starts_with(id.as_str()))
            && self.contains.as_ref().is_none_or(holds)
    }
}

/// The newest lines of its log that pass the filter, oldest first.
pub(crate) async fn log(
    shared: &Shared,
    project: ProjectId,
    id: ServiceId,
    filter: &LogFilter,
    most: usize,
) -> OperationResult<Vec<LogLine>> {
    show(shared, project, id).await?;
    let mut lines = shared.instances.log(id, usize::MAX);
    lines.retain(|line| filter.admits(line));
    lines.drain(..lines.len().saturating_sub(most));
    Ok(lines)
}

#[cfg(test)]
pub(super) mod tests;
