//! A package that is unpacked and measured, on its way to its place: whoever takes it in may look at it first, and may prepare for
//! its digest before it lies there.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use adyton_core::model::ModelSpec;

use super::error::ImportError;
use super::stage::Stage;
use super::{Published, Said, check, content, remember};
use crate::onnx_models::Onnx;
use crate::project_gate::ProjectPermit;

/// In staging. Dropped, it vanishes.
pub struct Staged {
    pub(super) stage: Stage,
    pub(super) packages: PathBuf,
}

impl Staged {
    /// Checks it whole, with all that the request says of it, in the turn of `permit`.
    ///
    /// # Errors
    /// [`ImportError`] names file, field, cause and fix.
    pub fn check(&self, said: &Said, onnx: &Onnx, permit: &ProjectPermit) -> Result<ModelSpec, ImportError> {
        check::package(&self.stage.model_folder(), said, onnx, permit)
    }

    /// Names it by its content.
    ///
    /// # Errors
    /// It cannot be read, or the disk takes nothing.
    pub fn seal(self) -> Result<Sealed, ImportError> {
        let ready = self.stage.folder.path().join("ready");
        fs::create_dir(&ready)?;
        fs::rename(self.stage.model_folder(), ready.join("model"))?;
        let files = content::list(&ready)?;
        let published = Published {
            digest: content::digest(&files),
            size: files.iter().map(|file| file.size).sum(),
        };
        // The rename to its place must not reach the disk before the files do.
        rustix::fs::syncfs(File::open(&ready)?).map_err(io::Error::from)?;
        Ok(Sealed {
            staged: self,
            ready,
            published,
        })
    }
}

/// In staging, with its name. Dropped, it vanishes.
pub struct Sealed {
    staged: Staged,
    ready: PathBuf,
    published: Published,
}

impl Sealed {
    /// What it will be.
    pub const fn published(&self) -> Published {
        self.published
    }

    /// Moves the package to its place. When the same content is there already, that stays.
    ///
    /// # Errors
    /// It cannot be moved.
    pub fn publish(self) -> Result<Published, ImportError> {
        let packages = &self.staged.packages;
        let place = packages.join(self.published.digest.to_string());
        match fs::rename(&self.ready, &place) {
            Ok(()) => File::open(packages)?.sync_all()?,
            Err(_) if place.join("model").is_dir() => {}
            Err(problem) => return Err(problem.into()),
        }
        Ok(self.published)
    }

    /// The same for one that was checked: what came through once need not be tried again when it is deployed.
    ///
    /// # Errors
    /// As [`publish`](Self::publish).
    pub fn publish_as(self, spec: &ModelSpec, onnx: &Onnx) -> Result<Published, ImportError> {
        let published = self.publish()?;
        remember(onnx, published.digest, spec);
        Ok(published)
    }
}
