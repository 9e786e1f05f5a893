//! Look at services.

use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::service::Service;
use adyton_store::repository::{Listed, Page, ServiceFilter, ServiceSort};

use super::status::{Seen, see};
use crate::failure::{Failure, OperationResult, Thing};
use crate::plane::Plane;

/// One service of the project, with what is seen of it.
pub(crate) async fn show(plane: &Plane, project: ProjectId, id: ServiceId) -> OperationResult<Seen> {
    let found = plane.store.services().get(project, id).await?;
    let service = found.ok_or_else(|| Failure::missing(Thing::Service, id))?;
    Ok(see(plane, service))
}

/// The project's services in an order (and whether it is turned around).
pub(crate) async fn list(
    plane: &Plane,
    project: ProjectId,
    filter: &ServiceFilter,
    order: (ServiceSort, bool),
    page: Page,
) -> OperationResult<Listed<Service>> {
    Ok(plane
        .store
        .services()
        .list(project, filter, order.0, order.1, page)
        .await?)
}

/// The same with what is seen of them. A state is seen, not stored, so a list of one state is cut into pages here.
pub(crate) async fn list_seen(
    plane: &Plane,
    project: ProjectId,
    filter: &ServiceFilter,
    order: (ServiceSort, bool),
    status: Option<&[String]>,
    page: Page,
) -> OperationResult<Listed<Seen>> {
    let Some(wanted) = status else {
        let listed = list(plane, project, filter, order, page).await?;
        return Ok(Listed {
            items: listed
                .items
                .into_iter()
                .map(|service| see(plane, service))
                .collect(),
            total: listed.total,
        });
    };
    let all = list(plane, project, filter, order, Page::ALL).await?;
    let fitting: Vec<Seen> = all
        .items
        .into_iter()
        .map(|service| see(plane, service))
        .filter(|seen| wanted.iter().any(|word| word == seen.status.name()))
        .collect();
    let total = fitting.len() as u64;
    let items = fitting
        .into_iter()
        .skip(usize::try_from(page.offset).unwrap_or(usize::MAX))
        .take(usize::try_from(page.limit).unwrap_or(usize::MAX))
        .collect();
    Ok(Listed { items, total })
}
