//! Model packages: from a folder or an archive to `packages/<sha256>/model`, checked and published in one step.
//!
//! A package is unpacked into `packages/.staging/…`, measured against [`Limits`], hashed, checked ([`config`], [`check`]) and
//! only then renamed into place. Whatever fails, or a process that dies in between, leaves nothing under `packages/<sha256>`;
//! leftovers of a crash go when [`Packages::open`] runs next. The same content always gets the same name.

mod archive;
mod check;
pub mod config;
mod content;
mod error;
mod stage;
mod staged;
mod staged_name;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use adyton_core::digest::Sha256;
use adyton_core::language::both;
use adyton_core::model::{Engine, ModelSpec};
use serde_json::{Map, Value as Json};

pub use self::error::ImportError;
use self::stage::Stage;
pub use self::staged::{Sealed, Staged};
use crate::onnx_models::Onnx;
use crate::project_gate::ProjectPermit;

/// What a package may be at most.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of all files together, unpacked, and [`Limits::ENTRY_BYTES`] for each file and folder.
    pub bytes: u64,
    /// Number of files and folders; each folder on the way to a file is one.
    pub entries: u64,
    /// How many times larger than its archive a package may be, once it is larger than [`Limits::RATIO_FROM`].
    pub ratio: u64,
}

impl Limits {
    /// Below this size, in bytes, the ratio does not count: a small model of zeros is no attack.
    pub const RATIO_FROM: u64 = 16 << 20;
    /// What a file or folder takes on a disk besides its content, in bytes.
    pub const ENTRY_BYTES: u64 = 4096;
    /// How deep folders may lie in each other.
    pub const DEPTH: usize = 32;

    /// To how many bytes so many packed ones may grow.
    pub(crate) fn unpacked_most(&self, packed: u64) -> u64 {
        packed.max(1).saturating_mul(self.ratio).max(Self::RATIO_FROM)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 4 << 30,
            entries: 20_000,
            ratio: 200,
        }
    }
}

/// Where a package comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source<'s> {
    /// A folder on this machine. Whoever lets a caller name one must have checked it against `import_roots`.
    Folder(&'s Path),
    /// A tar, tar.gz or zip file; which one is seen from its content.
    Archive(&'s Path),
}

/// What an import says of a package, beside what the package says itself.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Said {
    /// Stands in for the package's `config.json`.
    pub config: Option<Json>,
    /// Fields that stand in for those of `config.json`, named as there. Another `model_type` than the package's is refused.
    pub fields: Map<String, Json>,
}

impl Said {
    fn config(config: Option<&Json>) -> Self {
        Self {
            config: config.cloned(),
            fields: Map::new(),
        }
    }
}

/// A package in place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Published {
    /// Its name: the digest of its content.
    pub digest: Sha256,
    /// Bytes of its files together.
    pub size: u64,
}

/// The folder of packages.
#[derive(Clone, Debug)]
pub struct Packages {
    folder: PathBuf,
    limits: Limits,
}

impl Packages {
    /// Opens (or makes) the folder, and removes what a crash left behind.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn open(folder: impl Into<PathBuf>, limits: Limits) -> io::Result<Self> {
        let folder = folder.into();
        let staging = folder.join(stage::FOLDER);
        if staging.exists() {
            fs::remove_dir_all(&staging)?;
        }
        fs::create_dir_all(&staging)?;
        Ok(Self { folder, limits })
    }

    /// Where the package with this digest is (or would be). Its model files are in `model/` below.
    pub fn path(&self, digest: Sha256) -> PathBuf {
        self.folder.join(digest.to_string())
    }

    /// Takes a package in without a look at its `config.json`: for an upload, whose model is declared later.
    ///
    /// # Errors
    /// [`ImportError`] names file, cause and fix.
    pub fn unpack(&self, source: Source<'_>) -> Result<Published, ImportError> {
        self.stage(source)?.seal()?.publish()
    }

    /// Takes a package in and checks it whole; with `config`, that stands in for the package's own `config.json`.
    ///
    /// # Errors
    /// [`ImportError`] names file, field, cause and fix. Nothing of the package stays.
    pub fn import(
        &self,
        source: Source<'_>,
        config: Option<&Json>,
        onnx: &Onnx,
    ) -> Result<(Published, ModelSpec), ImportError> {
        self.import_as(source, &Said::config(config), onnx)
    }

    /// Takes a package in and checks it whole, with all that the request says of it.
    ///
    /// # Errors
    /// [`ImportError`] names file, field, cause and fix. Nothing of the package stays.
    pub fn import_as(
        &self,
        source: Source<'_>,
        said: &Said,
        onnx: &Onnx,
    ) -> Result<(Published, ModelSpec), ImportError> {
        let staged = self.stage(source)?;
        let spec = staged.check(said, onnx, &ProjectPermit::alone())?;
        let published = staged.seal()?.publish_as(&spec, onnx)?;
        Ok((published, spec))
    }

    /// Checks a package that is in place already, as [`import`](Self::import) does.
    ///
    /// # Errors
    /// [`ImportError`]; also when there is no such package.
    pub fn check(
        &self,
        digest: Sha256,
        config: Option<&Json>,
        onnx: &Onnx,
    ) -> Result<ModelSpec, ImportError> {
        self.check_as(digest, &Said::config(config), onnx, &ProjectPermit::alone())
    }

    /// Checks a package that is in place already, as [`import_as`](Self::import_as) does, in the turn of `permit`.
    ///
    /// # Errors
    /// [`ImportError`]; also when there is no such package.
    pub fn check_as(
        &self,
        digest: Sha256,
        said: &Said,
        onnx: &Onnx,
        permit: &ProjectPermit,
    ) -> Result<ModelSpec, ImportError> {
        let model = self.path(digest).join("model");
        if !model.is_dir() {
            return Err(ImportError::package(
                "",
                both!("there is no package {digest}", "没有模型包 {digest}"),
                ("upload it first", "请先上传"),
            ));
        }
        let spec = check::package(&model, said, onnx, permit)?;
        remember(onnx, digest, &spec);
        Ok(spec)
    }

    /// The size in bytes of a package in place; `None` when there is none.
    pub fn size(&self, digest: Sha256) -> Option<u64> {
        content::size(&self.path(digest)).ok()
    }

    /// Removes a package; it is no error when there is none.
    ///
    /// # Errors
    /// The folder cannot be removed.
    pub fn remove(&self, digest: Sha256) -> io::Result<()> {
        match fs::remove_dir_all(self.path(digest)) {
            Err(problem) if problem.kind() != io::ErrorKind::NotFound => Err(problem),
            Err(_) | Ok(()) => Ok(()),
        }
    }

    /// Unpacks and measures a package, without a look at its `config.json`.
    ///
    /// # Errors
    /// [`ImportError`] names file, cause and fix.
    pub fn stage(&self, source: Source<'_>) -> Result<Staged, ImportError> {
        let mut stage = Stage::begin(&self.folder, self.limits.clone())?;
        match source {
            Source::Folder(folder) => stage.take_folder(folder)?,
            Source::Archive(file) => archive::unpack(file, &mut stage)?,
        }
        stage.settle()?;
        Ok(Staged {
            stage,
            packages: self.folder.clone(),
        })
    }
}

/// What came through once need not be tried again when it is deployed.
fn remember(onnx: &Onnx, package: Sha256, spec: &ModelSpec) {
    match &spec.engine {
        Engine::Onnx { file } => onnx.remember(package, file),
        Engine::Command { .. } => {}
    }
}
