//! What happened to a service: its events, its update history, its log.

use adyton_core::events::Event;
use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::instances::LogLine;
use adyton_store::repository::{EventFilter, Listed, Page, Update};

use super::show;
use crate::failure::OperationResult;
use crate::plane::Plane;

/// Its events, newest first.
pub(crate) async fn events(
    plane: &Plane,
    project: ProjectId,
    id: ServiceId,
    filter: &EventFilter,
    page: Page,
) -> OperationResult<Listed<Event>> {
    show::show(plane, project, id).await?;
    Ok(plane.store.events().list(id, filter, page).await?)
}

/// Its updates, newest first.
pub(crate) async fn history(
    plane: &Plane,
    project: ProjectId,
    id: ServiceId,
) -> OperationResult<Vec<Update>> {
    show::show(plane, project, id).await?;
    Ok(plane.store.history().list(id).await?)
}

/// The newest lines of its log, oldest first.
pub(crate) async fn log(
    plane: &Plane,
    project: ProjectId,
    id: ServiceId,
    most: usize,
) -> OperationResult<Vec<LogLine>> {
    show::show(plane, project, id).await?;
    Ok(plane.instances.log(id, most))
}
