//! The context of a container image: what `Containerfile` copies.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::{Release, packaging, put};
use crate::repository::root;

/// Makes it; where it is.
pub(super) fn make(release: &Release) -> Result<PathBuf> {
    let folder = release.out.join("image");
    put(&release.files.join("adyton"), &folder.join("adyton"), 0o755)?;
    put(&root().join("LICENSE"), &folder.join("LICENSE"), 0o644)?;
    put(&packaging("Containerfile"), &folder.join("Containerfile"), 0o644)?;
    // The volume's folder, which takes its owner from the image.
    fs::create_dir_all(folder.join("data"))?;
    Ok(folder)
}
