//! Change a service: start it, stop it, or give it other versions or settings.

use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::service::{Service, ServiceStatus, Wanted};
use adyton_store::repository::ServiceChange;

use super::{check, show};
use crate::failure::{Failure, OperationResult, Thing};
use crate::plane::Plane;

/// Carries out a change, unless the service is being stopped or deleted. A change of a service that is being deployed takes the
/// place of what is on its way. A service that failed and is wanted running is tried again.
pub(crate) async fn update(
    plane: &Plane,
    project: ProjectId,
    id: ServiceId,
    mut change: ServiceChange,
) -> OperationResult<Service> {
    let seen = show::show(plane, project, id).await?;
    if matches!(seen.status, ServiceStatus::Stopping | ServiceStatus::Deleting) {
        return Err(Failure::StateForbids {
            status: seen.status.name(),
        });
    }
    if let Some(text) = &change.description {
        check::description(text)?;
    }
    if let Some(versions) = &change.versions {
        check::versions(plane, project, versions).await?;
    }
    change.renew = seen.status == ServiceStatus::Failed && change.wanted == Some(Wanted::Running);
    match plane.store.services().update(project, id, change).await? {
        Some(committed) => plane.settled(committed).await,
        None => Err(Failure::missing(Thing::Service, id)),
    }
}
