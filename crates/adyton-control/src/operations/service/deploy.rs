//! Deploy models as a service.

use adyton_core::service::Service;
use adyton_store::repository::{NewService, Page, ServiceFilter, ServiceSort};

use super::check;
use crate::failure::{Failure, Outcome, Thing};
use crate::plane::Plane;

/// Makes the service; the reconciler starts its instances. Answers once the gateway knows the address.
pub(crate) async fn deploy(plane: &Plane, new: NewService) -> Outcome<Service> {
    check::name("service_name", &new.name)?;
    check::description(&new.description)?;
    check::versions(plane, new.project, &new.versions).await?;
    quota(plane, &new).await?;
    let name = new.name.clone();
    let committed = plane.store.services().create(new).await.map_err(Failure::from);
    let committed = committed.map_err(|failure| match failure {
        Failure::Taken { thing, .. } => Failure::taken(thing, name),
        other => other,
    })?;
    let service = plane.settled(committed).await?;
    plane.rollouts.begin(&service);
    Ok(service)
}

async fn quota(plane: &Plane, new: &NewService) -> Outcome<()> {
    let most = plane.settings.services_per_project;
    let page = Page { offset: 0, limit: 1 };
    let listed = plane
        .store
        .services()
        .list(
            new.project,
            &ServiceFilter::default(),
            ServiceSort::default(),
            false,
            page,
        )
        .await?;
    if listed.total >= most as u64 {
        return Err(Failure::Quota {
            thing: Thing::Service,
            most,
        });
    }
    Ok(())
}
