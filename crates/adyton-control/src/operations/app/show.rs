//! Look at apps.

use adyton_core::id::{AppId, ProjectId};
use adyton_core::tenant::App;
use adyton_store::repository::{AppFilter, Listed, Page};

use crate::failure::{Failure, Outcome, Thing};
use crate::plane::Plane;

/// One app of the project.
pub(crate) async fn show(plane: &Plane, project: ProjectId, id: AppId) -> Outcome<App> {
    let found = plane.store.apps().get(project, id).await?;
    found.ok_or_else(|| Failure::missing(Thing::App, id))
}

/// The project's apps, newest first.
pub(crate) async fn list(
    plane: &Plane,
    project: ProjectId,
    filter: &AppFilter,
    page: Page,
) -> Outcome<Listed<App>> {
    Ok(plane.store.apps().list(project, filter, page).await?)
}
