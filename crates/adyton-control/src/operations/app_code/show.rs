//! Look at the AppCodes of an app.

use adyton_core::id::{AppCodeId, AppId, ProjectId};
use adyton_store::repository::AppCodeText;

use crate::failure::{Failure, Outcome, Thing};
use crate::operations::app;
use crate::plane::Plane;

/// One code.
pub(crate) async fn show(
    plane: &Plane,
    project: ProjectId,
    app: AppId,
    id: AppCodeId,
) -> Outcome<AppCodeText> {
    if let Some(code) = plane.store.app_codes().get(project, app, id).await? {
        return Ok(code);
    }
    app::show::show(plane, project, app).await?;
    Err(Failure::missing(Thing::AppCode, id))
}

/// All codes of the app, oldest first.
pub(crate) async fn list(plane: &Plane, project: ProjectId, app: AppId) -> Outcome<Vec<AppCodeText>> {
    let codes = plane.store.app_codes().list(project, app).await?;
    codes.ok_or_else(|| Failure::missing(Thing::App, app))
}
