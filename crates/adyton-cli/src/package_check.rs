//! A check of model packages, which whoever holds the runtime hands over.

use std::path::Path;

use adyton_core::model::ModelSpec;

use crate::failure::Outcome;

/// A package that can be imported.
pub struct CheckedPackage {
    /// What it declares.
    pub spec: ModelSpec,
    /// Its size unpacked, in bytes.
    pub size: u64,
    /// What runs ONNX models here.
    pub onnx_runtime: String,
}

/// Checks the package at a path, with the settings of an environment; the failure names file, field and fix.
pub type PackageCheck = fn(&[(String, String)], &Path) -> Outcome<CheckedPackage>;
