//! Delete services.

use adyton_core::id::{ProjectId, ServiceId};

use crate::failure::OperationResult;
use crate::plane::Plane;

/// Deletes all of them; if one does not exist, none. The reconciler ends their instances.
pub(crate) async fn delete(plane: &Plane, project: ProjectId, ids: &[ServiceId]) -> OperationResult<()> {
    let gone = plane.store.services().delete(project, ids).await?;
    plane.settled(gone).await
}
