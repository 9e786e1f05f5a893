//! Take an authorisation back.

use adyton_core::id::{AuthorisationId, ProjectId};

use crate::failure::{Failure, Outcome, Thing};
use crate::plane::Plane;

/// The app cannot call the API any more once this answers.
pub(crate) async fn take(plane: &Plane, project: ProjectId, id: AuthorisationId) -> Outcome<()> {
    match plane.store.authorisations().delete(project, id).await? {
        Some(committed) => plane.settled(committed).await.map(drop),
        None => Err(Failure::missing(Thing::Authorisation, id)),
    }
}
