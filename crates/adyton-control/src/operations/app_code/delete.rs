//! Delete an AppCode.

use adyton_core::id::{AppCodeId, AppId, ProjectId};

use crate::failure::{Failure, Outcome, Thing};
use crate::operations::app;
use crate::plane::Plane;

/// It stops working at once.
pub(crate) async fn delete(plane: &Plane, project: ProjectId, app: AppId, id: AppCodeId) -> Outcome<()> {
    match plane.store.app_codes().delete(project, app, id).await? {
        Some(committed) => plane.settled(committed).await.map(drop),
        None => {
            app::show::show(plane, project, app).await?;
            Err(Failure::missing(Thing::AppCode, id))
        }
    }
}
