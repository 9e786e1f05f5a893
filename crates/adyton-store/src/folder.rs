//! The data folder: one server at a time, and files that are there whole or not at all.

use std::path::{Path, PathBuf};

use crate::OpenError;

/// The data folder, held: no other server opens it until this value is gone.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
}

impl DataFolder {
    /// Makes the folder (mode 0700) if it is not there, and takes its lock. [`OpenError::Locked`] names who has it.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        todo!()
    }
    /// Its absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// Writes a file (mode 0600) whole or not at all, safe against loss of power.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), OpenError> {
        todo!()
    }
}
