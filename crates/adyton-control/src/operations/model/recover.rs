//! After a restart: imports that were cut off have failed, and say so.

use crate::failure::Outcome;
use crate::plane::Plane;

use super::import::fail;

/// Ends every import that no longer runs. Call it before the first request.
pub(crate) async fn recover(plane: &Plane) -> Outcome<()> {
    for model in plane.store.models().unfinished().await? {
        fail(
            plane,
            model.id,
            "the server was restarted during the import; delete this model and import it again",
        )
        .await?;
    }
    Ok(())
}
