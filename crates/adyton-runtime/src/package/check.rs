//! Checks an unpacked package whole: its `config.json`, and the files that this needs.

use std::fs;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use adyton_core::model::{Engine, ModelSpec};
use serde_json::{Map, Value as Json};

use super::Said;
use super::config::{self, Asked};
use super::error::ImportError;
use crate::onnx::declared_ports;
use crate::onnx_models::Onnx;
use crate::trial::Subject;

/// The largest `config.json`, in bytes.
const LARGEST_CONFIG: u64 = 1 << 20;

/// Checks the package whose `model/` is `model`, with what the request says of it.
pub(super) fn package(model: &Path, said: &Said, onnx: &Onnx) -> Result<ModelSpec, ImportError> {
    only_one_config(model)?;
    let (config, mut notes) = configuration(model, said)?;
    let mut spec = config::check(config, |asked| match asked {
        Asked::Onnx => Ok(Engine::Onnx {
            file: onnx_file(model)?,
        }),
        Asked::Command(command) => {
            program(model, &command)?;
            Ok(Engine::Command { command })
        }
    })?;
    match &spec.engine {
        Engine::Onnx { file } => {
            notes.extend(onnx.check(Subject {
                folder: model,
                file,
                apis: &spec.apis,
            })?);
            spec.ports = declared_ports::of_file(&model.join(file));
        }
        // Whether a program answers is known once it runs.
        Engine::Command { .. } => {}
    }
    if model.join("requirements.txt").is_file() {
        notes.push(
            "ignored: `requirements.txt` (nothing is installed; a program finds what is on this machine and in its package)"
                .to_owned(),
        );
    }
    spec.notes.splice(0..0, notes);
    Ok(spec)
}

/// The `config.json` that counts: the package's own or the one that stands in for it, with the fields that the request sets; and
/// what is to be told of how the two went together.
fn configuration(model: &Path, said: &Said) -> Result<(Json, Vec<String>), ImportError> {
    let mut notes = Vec::new();
    let packaged = match model.join("config.json").exists() {
        true => Some(read_config(model)),
        false => None,
    };
    let mut config = match (&said.config, packaged) {
        (Some(given), packaged) => {
            if packaged.is_some_and(|packaged| packaged.ok().as_ref() != Some(given)) {
                notes.push(
                    "the request's `initial_config` stands in for the package's config.json".to_owned(),
                );
            }
            given.clone()
        }
        (None, Some(packaged)) => packaged?,
        // The request can say all that there is to say.
        (None, None) if !said.fields.is_empty() => Json::Object(Map::new()),
        (None, None) => read_config(model)?,
    };
    // What is no object is told by its check.
    if let Json::Object(fields) = &mut config {
        for (name, asked) in &said.fields {
            match fields.insert(name.clone(), asked.clone()) {
                Some(packaged) if packaged != *asked && name == "model_type" => {
                    return Err(ImportError::field(
                        "model_type",
                        format!("is {packaged} in config.json and {asked} in the request"),
                        "let the two agree, or leave `model_type` out of one of them",
                    ));
                }
                Some(packaged) if packaged != *asked => {
                    notes.push(format!(
                        "the request's `{name}` stands in for that of config.json"
                    ));
                }
                _ => {}
            }
        }
    }
    Ok((config, notes))
}

fn read_config(model: &Path) -> Result<Json, ImportError> {
    let path = model.join("config.json");
    match fs::metadata(&path) {
        Ok(meta) if meta.len() > LARGEST_CONFIG => Err(ImportError::field(
            "",
            format!("is larger than {LARGEST_CONFIG} bytes"),
            "shorten the schemas",
        )),
        Ok(meta) if !meta.is_file() => Err(ImportError::field("", "is not a file", "")),
        Ok(_) => config::parse(&fs::read(&path)?),
        Err(problem) if problem.kind() == ErrorKind::NotFound => {
            let fix = "add one; at least {\"model_type\": …, \"model_algorithm\": …}";
            Err(ImportError::package("model/config.json", "is missing", fix))
        }
        Err(problem) => Err(problem.into()),
    }
}

/// A package has one `config.json` (ModelArts, "Model Package Structure"): with two, nobody could say which one decides.
fn only_one_config(model: &Path) -> Result<(), ImportError> {
    let others: Vec<String> = files(model, 0)?
        .into_iter()
        .filter(|file| {
            file.file_name().is_some_and(|name| name == "config.json") && *file != Path::new("config.json")
        })
        .map(|file| format!("model/{}", file.display()))
        .collect();
    match others.first() {
        None => Ok(()),
        Some(_) => Err(ImportError::package(
            others.join(", "),
            "a package has only one `config.json`, at `model/config.json`",
            "remove or rename the others",
        )),
    }
}

/// The files below `model`, relative to it.
fn files(model: &Path, depth: usize) -> Result<Vec<PathBuf>, ImportError> {
    let mut found = Vec::new();
    let mut open = vec![(PathBuf::new(), depth)];
    while let Some((inner, depth)) = open.pop() {
        for entry in fs::read_dir(model.join(&inner))? {
            let entry = entry?;
            let relative = inner.join(entry.file_name());
            if !entry.file_type()?.is_dir() {
                found.push(relative);
            } else if depth < 64 {
                open.push((relative, depth + 1));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The model file: the only `.onnx` file beside `config.json`, or `model.onnx` among several.
fn onnx_file(model: &Path) -> Result<String, ImportError> {
    let names: Vec<String> = files(model, 0)?
        .into_iter()
        .filter(|file| {
            file.extension()
                .is_some_and(|ending| ending.eq_ignore_ascii_case("onnx"))
        })
        .map(|file| file.display().to_string())
        .collect();
    let beside: Vec<&String> = names.iter().filter(|name| !name.contains('/')).collect();
    match beside.as_slice() {
        [only] => Ok((*only).clone()),
        [] if !names.is_empty() => Err(ImportError::package(
            format!("model/{}", names[0]),
            "the model file must lie beside `config.json`",
            "move it to `model/`",
        )),
        [] => Err(ImportError::package(
            "model/*.onnx",
            "there is no ONNX model file",
            "add the model to `model/`",
        )),
        several if several.iter().any(|name| *name == "model.onnx") => Ok("model.onnx".to_owned()),
        several => {
            let names: Vec<&str> = several.iter().map(|name| name.as_str()).collect();
            let cause = format!("there are several ONNX files: {}", names.join(", "));
            Err(ImportError::package(
                "model/*.onnx",
                cause,
                "name the one that serves `model.onnx`",
            ))
        }
    }
}

/// The program must be there, and be one. A bare name that is no file of the package is looked up on the path at start.
fn program(model: &Path, command: &[String]) -> Result<(), ImportError> {
    let Some(name) = command.first() else {
        return Ok(());
    };
    let path = Path::new(name);
    if path.components().any(|part| part == Component::ParentDir) {
        let cause = format!("leads out of the package; got \"{name}\"");
        return Err(ImportError::field(
            "command[0]",
            cause,
            "name a program of the package or of the system",
        ));
    }
    // An absolute path stands alone, and is shown so.
    let inside = model.join(path);
    let shown = match path.is_absolute() {
        true => name.clone(),
        false => format!("model/{name}"),
    };
    match fs::metadata(&inside) {
        Ok(meta) if meta.is_file() && meta.permissions().mode() & 0o111 == 0 && path.is_absolute() => {
            Err(ImportError::field(
                "command[0]",
                format!("{shown} is not executable"),
                "name a program of the package or of the system",
            ))
        }
        Ok(meta) if meta.is_file() && meta.permissions().mode() & 0o111 == 0 => Err(ImportError::field(
            "command[0]",
            format!("{shown} is not executable"),
            format!(
                "`chmod +x {name}` before packing, or start it with its interpreter: [\"python3\", \"{name}\"]"
            ),
        )),
        Ok(meta) if meta.is_file() => match missing_interpreter(&inside) {
            None => Ok(()),
            Some(interpreter) => Err(ImportError::field(
                "command[0]",
                format!("{shown} begins with `#!{interpreter}`, which does not exist"),
                "install it on this machine, or name another interpreter (lines must end without a carriage return)",
            )),
        },
        Ok(_) => Err(ImportError::field(
            "command[0]",
            format!("\"{name}\" is a folder"),
            "name a program",
        )),
        Err(_) if !name.contains('/') && on_the_path(name) => Ok(()),
        Err(_) => Err(ImportError::field(
            "command[0]",
            format!(
                "there is no program \"{name}\" in the package or on the path ({})",
                crate::command::PATH
            ),
            "add it to `model/`, or install it on this machine",
        )),
    }
}

/// The interpreter that a script names and that is not there.
fn missing_interpreter(script: &Path) -> Option<String> {
    const LONGEST: u64 = 256;
    let mut head = Vec::new();
    // What cannot be read is told when it is started.
    fs::File::open(script)
        .ok()?
        .take(LONGEST)
        .read_to_end(&mut head)
        .ok()?;
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line);
    let interpreter = line.trim_start_matches([' ', '\t']).split([' ', '\t']).next()?;
    (interpreter.starts_with('/') && !Path::new(interpreter).exists())
        .then(|| interpreter.escape_default().to_string())
}

fn on_the_path(name: &str) -> bool {
    crate::command::PATH
        .split(':')
        .any(|folder| Path::new(folder).join(name).is_file())
}
