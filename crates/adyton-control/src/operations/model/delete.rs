//! Delete a model, or all versions of it.

use std::sync::Arc;

use adyton_core::id::{ModelId, ProjectId};
use adyton_core::model::Model;
use adyton_store::repository::{ModelFilter, ModelSort, NameMatch, Page};

use super::show;
use crate::failure::{Failure, Outcome};
use crate::operations::package::sweep;
use crate::plane::Plane;

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
) -> Outcome<Deleted> {
    let model = show::show(plane, project, id).await?;
    let mut all = vec![model.clone()];
    if cascade {
        let filter = ModelFilter {
            name: Some(NameMatch::Exact(model.name)),
            ..ModelFilter::default()
        };
        let versions = show::list(plane, project, &filter, (ModelSort::Version, true), Page::ALL).await?;
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
