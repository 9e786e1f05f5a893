//! Take an uploaded archive in.

use std::path::PathBuf;
use std::sync::Arc;

use adyton_core::digest::Sha256;
use adyton_core::id::ProjectId;
use adyton_runtime::package::{ImportError, Source};

use crate::failure::{Failure, Outcome};
use crate::operations::model::import::blocking;
use crate::plane::Plane;

/// Unpacks the archive at `file` and notes that the project may use it. Gives the package's digest.
pub(crate) async fn take(plane: &Arc<Plane>, project: ProjectId, file: PathBuf) -> Outcome<Sha256> {
    let Ok(_turn) = plane.imports.acquire().await else {
        return Err(Failure::defect("the server is stopping"));
    };
    let _hold = plane.package_gate.read().await;
    let plane = plane.clone();
    blocking(move || {
        let published = plane.packages.unpack(Source::Archive(&file)).map_err(refused)?;
        note(&plane, project, published.digest).map_err(Failure::defect)?;
        Ok(published.digest)
    })
    .await?
}

fn refused(error: ImportError) -> Failure {
    match error {
        ImportError::Storage(problem) => Failure::defect(problem),
        ImportError::Field { .. } => Failure::BadConfig(error.to_string()),
        ImportError::Package { .. } | ImportError::Model(_) => Failure::BadPackage(error.to_string()),
    }
}

fn note(plane: &Plane, project: ProjectId, digest: Sha256) -> std::io::Result<()> {
    let folder = plane.settings.uploads.join(project.to_string());
    std::fs::create_dir_all(&folder)?;
    std::fs::File::create(folder.join(digest.to_string()))?.sync_all()
}

/// Whether the project uploaded this package.
pub(crate) fn is_of(plane: &Plane, project: ProjectId, digest: Sha256) -> bool {
    mark(plane, project, digest).is_file()
}

/// The file that says so.
pub(super) fn mark(plane: &Plane, project: ProjectId, digest: Sha256) -> PathBuf {
    plane
        .settings
        .uploads
        .join(project.to_string())
        .join(digest.to_string())
}
