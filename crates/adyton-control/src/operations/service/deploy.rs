//! Deploy models as a service.

use adyton_core::service::Service;
use adyton_store::repository::NewService;

use super::check;
use crate::failure::{Failure, OperationResult};
use crate::plane::Plane;

/// Makes the service; the reconciler starts its instances. Answers once the gateway knows the address.
pub(crate) async fn deploy(plane: &Plane, new: NewService) -> OperationResult<Service> {
    check::name("service_name", &new.name)?;
    check::description(&new.description)?;
    check::versions(plane, new.project, &new.versions).await?;
    let name = new.name.clone();
    let most = plane.settings.services_per_project as u64;
    let committed = plane
        .store
        .services()
        .create(new, most)
        .await
        .map_err(Failure::from);
    let committed = committed.map_err(|failure| match failure {
        Failure::Taken { thing, .. } => Failure::taken(thing, name),
        other => other,
    })?;
    plane.settled(committed).await
}
