//! The check behind `adyton model check`: an import into a folder that goes away, with the runtime and the limits of a server
//! that would be started here.

use std::path::Path;

use adyton_runtime::onnx::library::LibrarySetting;
use adyton_runtime::onnx_models::Onnx;
use adyton_runtime::package::{ImportError, Limits, Packages, Said, Source};
use adyton_runtime::trial::Trials;
use serde_json::json;

use crate::config::{Sources, load};
use crate::server::{cores, onnx_places, trials};
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::language::spoken;
use adyton_cli::package_check::CheckedPackage;
use adyton_cli::said;
use adyton_core::event_cause::cause_in;
use adyton_core::language::phrase;

/// Checks the package at `path` whole, as an import would.
///
/// # Errors
/// What the import would say: file or field, cause and fix.
pub(crate) fn check(environment: &[(String, String)], path: &Path) -> Outcome<CheckedPackage> {
    let source = source(path)?;
    let sources = Sources {
        environment: environment.to_vec(),
        ..Sources::default()
    };
    let loaded = load(&sources).map_err(|problems| Failure::wrong_use(problems.to_string()))?;
    let config = loaded.config;
    let wrong = |error: std::io::Error| {
        Failure::failed(said!(
            "a folder for the check: {error}",
            "检查所用的目录：{error}"
        ))
    };
    let scratch = tempfile::tempdir().map_err(wrong)?;
    let onnx = Onnx::start(
        &LibrarySetting::parse(&config.onnx.library),
        &onnx_places(&config.general.data, environment),
        cores(),
    );
    let onnx = onnx.with_trials(Trials::open(trials(&config, scratch.path())));
    let packages = Packages::open(scratch.path().join("packages"), Limits::default()).map_err(wrong)?;
    let (published, spec) = packages
        .import_as(source, &Said::default(), &onnx)
        .map_err(|problem| told(path, &problem))?;
    Ok(CheckedPackage {
        spec,
        size: published.size,
        onnx_runtime: onnx.choice().text_in(spoken()),
    })
}

/// A folder that holds `model/` or is it, or an archive.
fn source(path: &Path) -> Outcome<Source<'_>> {
    let about = std::fs::metadata(path).map_err(|error| {
        Failure::wrong_use(format!("{}: {error}", path.display())).hint(said!(
            "name a folder that holds `model/`, or a .tar, .tar.gz or .zip of one",
            "请指定含有 `model/` 的目录，或其 .tar、.tar.gz、.zip 归档"
        ))
    })?;
    if about.is_file() {
        return Ok(Source::Archive(path));
    }
    let is_model = path.file_name().is_some_and(|name| name == "model") && path.join("config.json").is_file();
    match path.parent().filter(|_| is_model) {
        Some(parent) if parent.as_os_str().is_empty() => Ok(Source::Folder(Path::new("."))),
        Some(parent) => Ok(Source::Folder(parent)),
        None => Ok(Source::Folder(path)),
    }
}

fn told(path: &Path, problem: &ImportError) -> Failure {
    let model = match problem {
        ImportError::Model(cause) => cause_in(cause, spoken()),
        _ => "".into(),
    };
    let (file, field, cause, fix) = match problem {
        ImportError::Package { file, cause, fix } => {
            (&**file, "", cause.text_in(spoken()), fix.text_in(spoken()))
        }
        ImportError::Field { field, cause, fix } => (
            "model/config.json",
            &**field,
            cause.text_in(spoken()),
            fix.text_in(spoken()),
        ),
        ImportError::Model(_) => ("", "", &*model, ""),
        ImportError::Storage(cause) => {
            return Failure::failed(said!("the check failed: {cause}", "检查失败：{cause}"));
        }
    };
    let place: Vec<&str> = [file, field]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    let place = match place.is_empty() {
        true => String::new(),
        false => said!("{}: ", "{}：", place.join(phrase!(spoken(), ": ", "：")),),
    };
    let problem = json!({"file": file, "field": field, "cause": cause, "fix": fix});
    let failure = Failure::failed(said!(
        "{} cannot be imported: {place}{cause}",
        "{} 无法导入：{place}{cause}",
        path.display()
    ))
    .with_document(&json!({"path": path, "problems": [problem]}));
    match fix {
        "" => failure,
        fix => failure.hint(fix),
    }
}
