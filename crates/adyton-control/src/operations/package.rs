//! Uploaded packages: whose they are, and when they go.
//!
//! A package is named by its content, so two projects may upload the same. Who may use one is kept as a small file
//! `uploads/<project>/<digest>` in the data folder: `package://` resolves only for the project that uploaded it. Once a model was
//! imported from it the file goes, and the model says the same.

pub(crate) mod sweep;
pub(crate) mod upload;

use std::fs;
use std::path::{Path, PathBuf};

use adyton_core::digest::Sha256;
use adyton_core::id::ProjectId;

use crate::blocking::blocking;
use crate::shared::Shared;

/// The file that says that the project has uploaded this package.
fn mark(shared: &Shared, project: ProjectId, digest: Sha256) -> PathBuf {
    shared
        .settings()
        .uploads
        .join(project.to_string())
        .join(digest.to_string())
}

/// The upload that this file says of is none any more. A file that stays is given up after some days.
async fn unmark(mark: PathBuf) {
    let _ = blocking(move || fs::remove_file(mark)).await;
}

/// How many bytes are free on the disk of a folder, or of the one that it will be made in, and how many there are. Reads the disk:
/// call it on a blocking thread.
pub(super) fn space(folder: &Path) -> Option<(u64, u64)> {
    let disk = folder
        .ancestors()
        .find_map(|place| rustix::fs::statvfs(place).ok())?;
    let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
    Some((bytes(disk.f_bavail), bytes(disk.f_blocks)))
}
