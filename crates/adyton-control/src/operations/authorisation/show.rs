//! Look at who may call what.

use adyton_core::id::{ApiId, AppId, ProjectId};
use adyton_core::service::Service;
use adyton_store::repository::{Bound, BoundFilter, Listed, NameMatch, Page};

use crate::failure::{Failure, Outcome, Thing};
use crate::operations::app;
use crate::plane::Plane;

/// Authorisations with their apps and APIs, newest first. An app or API that is named must exist.
pub(crate) async fn bound(
    plane: &Plane,
    project: ProjectId,
    filter: &BoundFilter,
    page: Page,
) -> Outcome<Listed<Bound>> {
    if let Some(id) = filter.app {
        app::show::show(plane, project, id).await?;
    }
    if let Some(id) = filter.api {
        api(plane, project, id).await?;
    }
    Ok(plane.store.authorisations().bound(project, filter, page).await?)
}

/// Services whose APIs the app may not call yet.
pub(crate) async fn unbound(
    plane: &Plane,
    project: ProjectId,
    id: AppId,
    name: Option<&NameMatch>,
    page: Page,
) -> Outcome<Listed<Service>> {
    app::show::show(plane, project, id).await?;
    Ok(plane
        .store
        .authorisations()
        .unbound(project, id, name, page)
        .await?)
}

/// The service that is this API.
pub(crate) async fn api(plane: &Plane, project: ProjectId, id: ApiId) -> Outcome<Service> {
    let found = plane.store.services().by_api(project, id).await?;
    found.ok_or_else(|| Failure::missing(Thing::Api, id))
}
