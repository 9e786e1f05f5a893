//! After a restart: imports that were cut off have failed, and say so.

use crate::failure::{Failure, Outcome};
use crate::plane::Plane;

use super::import::fail;

/// Ends every import that no longer runs. Call it before the first request.
pub(crate) async fn recover(plane: &Plane) -> Outcome<()> {
    for model in plane.store.models().unfinished().await? {
        let failed = fail(
            plane,
            model.id,
            "the server was restarted during the import; delete this model and import it again",
        );
        match failed.await {
            Ok(()) => {}
            // A disk that is full now is no reason not to start: it is told at the next one.
            Err(failure @ (Failure::NoSpace(_) | Failure::Storage(_))) => {
                tracing::warn!(model.id = %model.id, "an import that was cut off could not be noted as failed: {failure}");
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}
