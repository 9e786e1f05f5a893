//! Checks an unpacked package whole: its `config.json`, and the files that this needs. What a program's command names is checked in
//! `check/program.rs`.

mod program;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use adyton_core::language::both;
use adyton_core::model::{Engine, ModelSpec};
use adyton_core::package_note::PackageNote;
use serde_json::{Map, Value as Json};

use self::program::{program, unread_by_a_shell};
use super::Said;
use super::config::{self, Asked};
use super::error::ImportError;
use crate::onnx::declared_ports;
use crate::onnx_models::Onnx;
use crate::project_gate::ProjectPermit;
use crate::trial::Subject;

/// The largest `config.json`, in bytes.
const LARGEST_CONFIG: u64 = 1 << 20;

/// Checks the package whose `model/` is `model`, with what the request says of it.
pub(super) fn package(
    model: &Path,
    said: &Said,
    onnx: &Onnx,
    permit: &ProjectPermit,
) -> Result<ModelSpec, ImportError> {
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
            let subject = Subject {
                folder: model,
                file,
                apis: &spec.apis,
            };
            notes.extend(onnx.check(subject, permit)?);
            spec.ports = declared_ports::of_file(&model.join(file));
        }
        // Whether a program answers is known once it runs.
        Engine::Command { command } => notes.extend(unread_by_a_shell(command)),
    }
    if model.join("requirements.txt").is_file() {
        let note = PackageNote::IgnoredFor {
            field: "requirements.txt",
            why: &PackageNote::NothingInstalled.kept(),
        };
        notes.push(note.kept());
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
                notes.push(PackageNote::ConfigReplaced.kept());
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
                        both!(
                            "is {packaged} in config.json and {asked} in the request",
                            "在 config.json 中为 {packaged}，在请求中为 {asked}"
                        ),
                        (
                            "let the two agree, or leave `model_type` out of one of them",
                            "请使两者一致，或从其中之一去掉 `model_type`",
                        ),
                    ));
                }
                Some(packaged) if packaged != *asked => {
                    notes.push(PackageNote::FieldReplaced { field: name }.kept());
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
            both!(
                "is larger than {LARGEST_CONFIG} bytes",
                "超过 {LARGEST_CONFIG} 字节"
            ),
            ("shorten the schemas", "请精简 schema"),
        )),
        Ok(meta) if !meta.is_file() => Err(ImportError::field("", ("is not a file", "不是文件"), ("", ""))),
        Ok(_) => config::parse(&fs::read(&path)?),
        Err(problem) if problem.kind() == ErrorKind::NotFound => {
            let fix = (
                "add one; at least {\"model_type\": …, \"model_algorithm\": …}",
                "请添加，至少包含 {\"model_type\": …, \"model_algorithm\": …}",
            );
            let cause = ("is missing", "文件不存在");
            Err(ImportError::package("model/config.json", cause, fix))
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
            (
                "a package has only one `config.json`, at `model/config.json`",
                "模型包只能有一个 `config.json`，即 `model/config.json`",
            ),
            ("remove or rename the others", "请删除或重命名其他的"),
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
            (
                "the model file must lie beside `config.json`",
                "模型文件必须与 `config.json` 位于同一目录",
            ),
            ("move it to `model/`", "请移到 `model/` 下"),
        )),
        [] => Err(ImportError::package(
            "model/*.onnx",
            ("there is no ONNX model file", "没有 ONNX 模型文件"),
            ("add the model to `model/`", "请将模型放入 `model/`"),
        )),
        several if several.iter().any(|name| *name == "model.onnx") => Ok("model.onnx".to_owned()),
        several => {
            let names: Vec<&str> = several.iter().map(|name| name.as_str()).collect();
            let cause = both!(
                "there are several ONNX files: {}",
                "有多个 ONNX 文件：{}",
                names.join(", ")
            );
            Err(ImportError::package(
                "model/*.onnx",
                cause,
                (
                    "name the one that serves `model.onnx`",
                    "请将要使用的文件命名为 `model.onnx`",
                ),
            ))
        }
    }
}
