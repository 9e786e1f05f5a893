//! Delete services.

use adyton_core::id::{ProjectId, ServiceId};

use super::show;
use crate::failure::Outcome;
use crate::plane::Plane;

/// Deletes all of them; if one does not exist, none. The reconciler ends their instances.
pub(crate) async fn delete(plane: &Plane, project: ProjectId, ids: &[ServiceId]) -> Outcome<()> {
    for id in ids {
        show::show(plane, project, *id).await?;
    }
    for id in ids {
        // Gone meanwhile is as good as deleted.
        if let Some(committed) = plane.store.services().delete(project, *id).await? {
            plane.settled(committed).await?;
        }
    }
    Ok(())
}
