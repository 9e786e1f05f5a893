//! Delete an app, its AppCodes and its authorisations.

use adyton_core::id::{AppId, ProjectId};

use crate::failure::{Failure, Outcome, Thing};
use crate::plane::Plane;

/// Nobody can call with it any more once this answers.
pub(crate) async fn delete(plane: &Plane, project: ProjectId, id: AppId) -> Outcome<()> {
    match plane.store.apps().delete(project, id).await? {
        Some(committed) => plane.settled(committed).await.map(drop),
        None => Err(Failure::missing(Thing::App, id)),
    }
}
