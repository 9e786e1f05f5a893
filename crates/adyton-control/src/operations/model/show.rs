//! Look at models.

use adyton_core::id::{ModelId, ProjectId};
use adyton_core::model::Model;
use adyton_store::repository::{Listed, ModelFilter, ModelSort, Page};

use crate::failure::{Failure, Outcome, Thing};
use crate::plane::Plane;

/// One model of the project.
pub(crate) async fn show(plane: &Plane, project: ProjectId, id: ModelId) -> Outcome<Model> {
    let found = plane.store.models().get(project, id).await?;
    found.ok_or_else(|| Failure::missing(Thing::Model, id))
}

/// The project's models in an order (and whether it is turned around).
pub(crate) async fn list(
    plane: &Plane,
    project: ProjectId,
    filter: &ModelFilter,
    order: (ModelSort, bool),
    page: Page,
) -> Outcome<Listed<Model>> {
    Ok(plane
        .store
        .models()
        .list(project, filter, order.0, order.1, page)
        .await?)
}
