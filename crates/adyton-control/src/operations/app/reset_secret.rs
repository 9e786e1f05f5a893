//! Give an app another AppSecret.

use adyton_core::id::{AppId, ProjectId};
use adyton_core::secret::Secret;
use adyton_core::tenant::App;

use super::check_secret;
use crate::failure::{Failure, Outcome, Thing};
use crate::plane::Plane;

/// The old secret stops working; the answer holds the new one, which is shown this once.
pub(crate) async fn reset_secret(
    plane: &Plane,
    project: ProjectId,
    id: AppId,
    given: Option<Secret<String>>,
) -> Outcome<App> {
    if let Some(secret) = &given {
        check_secret(secret.expose())?;
    }
    match plane.store.apps().reset_secret(project, id, given).await? {
        Some(committed) => plane.settled(committed).await,
        None => Err(Failure::missing(Thing::App, id)),
    }
}
