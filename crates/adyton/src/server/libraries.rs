//! Where the ONNX Runtime library may lie, besides the folders of the system that the runtime knows itself.

use std::path::{Path, PathBuf};

use adyton_runtime::onnx::library::{LibrarySetting, OnnxLibrary};

use crate::archive::LIBRARIES;
use crate::config::Loaded;
use crate::config::found::Origin;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::language::spoken;
use adyton_cli::said;

/// Whoever names a library wants that one: a path that does not serve is a mistake, not a reason for another runtime.
///
/// # Errors
/// Wrong use: the setting, where it was made, and what is wrong with the file.
pub(crate) fn check_library(loaded: &Loaded) -> Outcome {
    let LibrarySetting::File(path) = LibrarySetting::parse(&loaded.config.onnx.library) else {
        return Ok(());
    };
    match OnnxLibrary::probe(&path) {
        Ok(_) => Ok(()),
        Err(problem) => {
            let problem = problem.message_in(spoken());
            Err(wrong_library(&match loaded.merged.origin("onnx.library") {
                Origin::Default => problem,
                origin => said!(
                    "{origin}: `onnx.library`: {problem}",
                    "{origin}：`onnx.library`：{problem}"
                ),
            }))
        }
    }
}

/// The set library does not serve, and why.
pub(crate) fn wrong_library(cause: &str) -> Failure {
    Failure::wrong_use(cause).hint(said!(
        "set `onnx.library` to libonnxruntime.so, or leave it out: then one is looked for, and the compiled-in runtime serves \
         where there is none",
        "请将 `onnx.library` 设为 libonnxruntime.so，或不设置：此时会自动查找，找不到则使用内置运行时"
    ))
}

/// The data folder (where `adyton doctor --fix` puts it), then the Python environments at hand.
pub(crate) fn onnx_places(data: &Path, environment: &[(String, String)]) -> Vec<PathBuf> {
    let value = |name: &str| {
        environment
            .iter()
            .find(|(own, value)| own == name && !value.is_empty())
    };
    let folder = |name: &str| value(name).map(|(_, value)| PathBuf::from(value));
    let mut prefixes: Vec<PathBuf> = ["VIRTUAL_ENV", "CONDA_PREFIX"]
        .iter()
        .filter_map(|name| folder(name))
        .collect();
    prefixes.push(PathBuf::from(".venv"));
    prefixes.extend(folder("HOME").map(|home| home.join(".local")));
    prefixes.extend(["/usr/local", "/usr"].map(PathBuf::from));
    let packages = prefixes.iter().flat_map(|prefix| site_packages(prefix));
    std::iter::once(data.join(LIBRARIES))
        .chain(packages.map(|packages| packages.join("onnxruntime/capi")))
        .collect()
}

/// `PREFIX/lib/python3*/site-packages`, and `dist-packages` as Debian calls them.
fn site_packages(prefix: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(prefix.join("lib")) else {
        return Vec::new();
    };
    let mut pythons: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("python3"))
        })
        .collect();
    pythons.sort();
    pythons
        .iter()
        .flat_map(|python| ["site-packages", "dist-packages"].map(|name| python.join(name)))
        .filter(|packages| packages.join("onnxruntime").is_dir())
        .collect()
}
