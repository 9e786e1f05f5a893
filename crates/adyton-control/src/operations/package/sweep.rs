//! Remove packages that nobody uses, in the background: no import may be between the disk and the store meanwhile.

use std::sync::Arc;

use adyton_core::digest::Sha256;
use adyton_core::id::ProjectId;

use super::upload::mark;
use crate::plane::Plane;

/// Looks after a model was deleted whether its package can go, once no import is running.
pub(crate) fn later(plane: &Arc<Plane>, project: ProjectId, digest: Sha256) {
    let inner = plane.clone();
    plane.tasks.spawn(async move {
        let _alone = inner.package_gate.write().await;
        forget(&inner, project, digest).await;
    });
}

/// The last model of a project with this package is gone: so is the project's upload, and the package if it was the last.
async fn forget(plane: &Plane, project: ProjectId, digest: Sha256) {
    match plane.store.models().uses_package(&digest).await {
        Ok(false) => {}
        // Another model needs it; its own deletion comes back here.
        Ok(true) => return,
        Err(error) => {
            tracing::warn!(package = %digest, "whether the package is still used is not known: {error}");
            return;
        }
    }
    // No upload of this project's is no error: the model may have come from `file://`.
    let _ = std::fs::remove_file(mark(plane, project, digest));
    sweep(plane, digest).await;
}

/// Removes the package if no model uses it and no project has uploaded it.
pub(crate) async fn sweep(plane: &Plane, digest: Sha256) {
    let used = plane.store.models().uses_package(&digest).await.unwrap_or(true);
    if used || uploaded_by_any(plane, digest) {
        return;
    }
    if let Err(error) = plane.packages.remove(digest) {
        tracing::warn!(package = %digest, "the package could not be removed: {error}");
    }
}

fn uploaded_by_any(plane: &Plane, digest: Sha256) -> bool {
    let Ok(projects) = std::fs::read_dir(&plane.settings.uploads) else {
        return false;
    };
    let name = digest.to_string();
    projects
        .flatten()
        .any(|project| project.path().join(&name).is_file())
}
