//! What the tests share: packages in temporary folders, and the runtimes at hand.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use adyton_runtime::onnx::library::{Choice, LibrarySetting};
use adyton_runtime::onnx_models::Onnx;
use adyton_runtime::package::{Limits, Packages};
use tempfile::TempDir;

/// A folder of packages, and a folder to make sources in.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) packages: Packages,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::with(Limits::default())
    }
    pub(crate) fn with(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let packages = Packages::open(folder.path().join("packages"), limits).unwrap();
        Self { folder, packages }
    }
    /// Writes a source folder; names that end in `*` become executable.
    pub(crate) fn source(&self, name: &str, files: &[(&str, &[u8])]) -> PathBuf {
        let source = self.folder.path().join(name);
        for (file, content) in files {
            let path = source.join(file.trim_end_matches('*'));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, content).unwrap();
            if file.ends_with('*') {
                fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
        source
    }
    /// What lies in the folder of packages, staging included.
    pub(crate) fn leftovers(&self) -> Vec<String> {
        let packages = self.folder.path().join("packages");
        let staged = fs::read_dir(packages.join(".staging")).unwrap();
        let published = fs::read_dir(packages).unwrap();
        let names = published
            .chain(staged)
            .map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != ".staging").collect()
    }
}

/// ONNX Runtime, where the tests' Python environment (or `ADYTON_ONNX__LIBRARY`) has it.
pub(crate) fn onnx_runtime() -> Option<Onnx> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut places = vec![root.join("target/onnxruntime")];
    if let Ok(versions) = fs::read_dir(root.join(".venv/lib")) {
        places.extend(versions.map(|entry| entry.unwrap().path().join("site-packages/onnxruntime/capi")));
    }
    let setting = std::env::var("ADYTON_ONNX__LIBRARY").unwrap_or_default();
    let onnx = Onnx::start(&LibrarySetting::parse(&setting), &places, 1);
    matches!(onnx.choice(), Choice::Library(_)).then_some(onnx)
}

/// Every runtime at hand, by name.
pub(crate) fn runtimes() -> Vec<(&'static str, Onnx)> {
    let mut all = vec![("built-in", Onnx::builtin())];
    all.extend(onnx_runtime().map(|onnx| ("ONNX Runtime", onnx)));
    all
}
