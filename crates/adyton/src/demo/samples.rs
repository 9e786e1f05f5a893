//! The samples: those of the checkout that the program is started in or was built in, else the two that it carries.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;

/// A model package with a request that it answers.
pub(super) struct Sample {
    /// The name of model and service.
    pub(super) name: String,
    /// The package.
    pub(super) package: PathBuf,
    /// The path below the API address.
    pub(super) path: String,
    /// A body.
    pub(super) request: Vec<u8>,
    /// How it is called: `token`, `aksk`, `app`.
    pub(super) auth: String,
}

/// One line of `samples.json`; paths are relative to the folder above `samples/`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SamplePackage {
    name: String,
    package: PathBuf,
    path: String,
    request: PathBuf,
    auth: String,
}

/// The list, as it lies beside the samples.
const LIST: &str = include_str!("../../../../samples/samples.json");

/// The files of the samples that are compiled in, by their paths in the checkout.
const CARRIED: &[(&str, &[u8])] = &[
    (
        "samples/iris/request.json",
        include_bytes!("../../../../samples/iris/request.json"),
    ),
    (
        "samples/iris/model/config.json",
        include_bytes!("../../../../samples/iris/model/config.json"),
    ),
    (
        "samples/iris/model/model.onnx",
        include_bytes!("../../../../samples/iris/model/model.onnx"),
    ),
    (
        "samples/poetry/request.json",
        include_bytes!("../../../../samples/poetry/request.json"),
    ),
    (
        "samples/poetry/model/config.json",
        include_bytes!("../../../../samples/poetry/model/config.json"),
    ),
    (
        "samples/poetry/model/serve.py",
        include_bytes!("../../../../samples/poetry/model/serve.py"),
    ),
    (
        "samples/poetry/model/poetry.ngrams.gz",
        include_bytes!("../../../../samples/poetry/model/poetry.ngrams.gz"),
    ),
];

/// The samples of the list.
pub(super) struct Samples {
    /// Those whose package is there.
    pub(super) there: Vec<Sample>,
    /// The names of the others: a package may be fetched by a command of its own.
    pub(super) missing: Vec<String>,
    /// Holds unpacked ones, as long as it is kept.
    _unpacked: Option<tempfile::TempDir>,
}

/// All samples.
pub(super) fn samples(folder: &Path) -> Outcome<Samples> {
    let program = std::env::current_exe().ok();
    let roots = folder
        .ancestors()
        .chain(program.iter().flat_map(|program| program.ancestors().skip(1)));
    for root in roots {
        let list = root.join("samples/samples.json");
        if let Ok(text) = std::fs::read_to_string(&list) {
            return read(&text, root, &list);
        }
    }
    let kept = tempfile::tempdir().map_err(|error| {
        Failure::failed(said!("no temporary folder: {error}", "无法创建临时目录：{error}"))
    })?;
    for (path, bytes) in CARRIED {
        let path = kept.path().join(path);
        let made = path
            .parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| std::fs::write(&path, bytes));
        made.map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
    }
    let samples = read(LIST, kept.path(), Path::new("samples.json"))?;
    Ok(Samples {
        _unpacked: Some(kept),
        ..samples
    })
}

fn read(text: &str, root: &Path, list: &Path) -> Outcome<Samples> {
    let entries: Vec<SamplePackage> = serde_json::from_str(text)
        .map_err(|error| Failure::failed(format!("{}: {error}", list.display())))?;
    let (there, missing): (Vec<SamplePackage>, Vec<SamplePackage>) = entries
        .into_iter()
        .partition(|entry| root.join(&entry.package).join("model").is_dir());
    let there = there
        .into_iter()
        .map(|entry| {
            let path = root.join(&entry.request);
            let request = std::fs::read(&path)
                .map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
            let package = root.join(entry.package);
            Ok(Sample {
                name: entry.name,
                package,
                path: entry.path,
                request,
                auth: entry.auth,
            })
        })
        .collect::<Outcome<_>>()?;
    Ok(Samples {
        there,
        missing: missing.into_iter().map(|entry| entry.name).collect(),
        _unpacked: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_alone_carries_two_samples() {
        let nowhere = tempfile::tempdir().unwrap();
        // The test program lies in the checkout too, so only what is found is looked at.
        let Ok(found) = samples(nowhere.path()) else {
            panic!("there are samples")
        };
        let names: Vec<&str> = found.there.iter().map(|sample| sample.name.as_str()).collect();
        assert!(names.starts_with(&["iris", "poetry"]), "{names:?}");
        assert!(found.there.iter().all(|sample| !sample.request.is_empty()));
    }

    #[test]
    fn what_is_not_there_is_named() {
        let root = tempfile::tempdir().unwrap();
        let Ok(found) = read(LIST, root.path(), Path::new("samples.json")) else {
            panic!("the list can be read")
        };
        assert!(found.there.is_empty());
        assert_eq!(found.missing, ["iris", "poetry", "vision"]);
    }
}
