//! Models: from a package to something that can be deployed.

pub(crate) mod import;
pub(crate) mod publish;
pub(crate) mod source;

use std::sync::Arc;

use adyton_core::id::{ModelId, ProjectId};
use adyton_core::model::Model;
use adyton_store::repository::{Listed, ModelFilter, ModelSort, NameMatch, Page};

use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::package::sweep;
use crate::plane::Plane;

/// One model of the project.
pub(crate) async fn show(plane: &Plane, project: ProjectId, id: ModelId) -> OperationResult<Model> {
    let found = plane.store.models().get(project, id).await?;
    found.ok_or_else(|| Failure::missing(Thing::Model, id))
}

/// The project's models, sorted by `order.0`, descending if `order.1`.
pub(crate) async fn list(
    plane: &Plane,
    project: ProjectId,
    filter: &ModelFilter,
    order: (ModelSort, bool),
    page: Page,
) -> OperationResult<Listed<Model>> {
    Ok(plane
        .store
        .models()
        .list(project, filter, order.0, order.1, page)
        .await?)
}

/// What became of the models that were to be deleted.
#[derive(Default)]
pub(crate) struct Deleted {
    /// Those that are gone.
    pub(crate) gone: Vec<ModelId>,
    /// Those that are still there, and why.
    pub(crate) kept: Vec<(Model, Failure)>,
}

/// Deletes the model; with `cascade` all versions of the same name. Packages that no model uses go too.
pub(crate) async fn delete(
    plane: &Arc<Plane>,
    project: ProjectId,
    id: ModelId,
    cascade: bool,
) -> OperationResult<Deleted> {
    let model = show(plane, project, id).await?;
    let mut all = vec![model.clone()];
    if cascade {
        let filter = ModelFilter {
            name: Some(NameMatch::Exact(model.name)),
            ..ModelFilter::default()
        };
        let versions = list(plane, project, &filter, (ModelSort::Version, true), Page::ALL).await?;
        all.extend(versions.items.into_iter().filter(|version| version.id != id));
    }
    let mut deleted = Deleted::default();
    for model in all {
        match plane
            .store
            .models()
            .delete(project, model.id)
            .await
            .map_err(Failure::from)
        {
            Ok(None) => deleted.gone.push(model.id),
            Ok(Some(committed)) => {
                plane.settled(committed).await?;
                deleted.gone.push(model.id);
                if let Some(package) = model.package {
                    sweep::later(plane, project, package);
                }
            }
            Err(failure @ Failure::ModelInUse { .. }) => deleted.kept.push((model, failure)),
            Err(failure) => return Err(failure),
        }
    }
    Ok(deleted)
}
