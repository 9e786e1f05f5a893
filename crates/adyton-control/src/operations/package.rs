//! Uploaded packages: whose they are, and when they go.
//!
//! A package is named by its content, so two projects may upload the same. Who may use one is kept as a small file
//! `uploads/<project>/<digest>` in the data folder: `package://` resolves only for the project that uploaded it. Once a model was
//! imported from it the file goes, and the model says the same.

pub(crate) mod sweep;
pub(crate) mod upload;

use std::path::PathBuf;

use adyton_core::digest::Sha256;
use adyton_core::id::ProjectId;

use crate::shared::Shared;

/// The file that says that the project has uploaded this package.
fn mark(shared: &Shared, project: ProjectId, digest: Sha256) -> PathBuf {
    shared
        .settings()
        .uploads
        .join(project.to_string())
        .join(digest.to_string())
}
