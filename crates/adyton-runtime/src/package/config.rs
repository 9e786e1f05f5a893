//! `config.json`: parsed and checked into a [`ModelSpec`].
//!
//! Strict where a field decides something (`model_type`, `model_algorithm`, `apis[].url` and `method`, `command`, `health`),
//! liberal where it only describes (schemas, metrics, dependencies): the JSON in the wild has typos there. Every refusal
//! names the field, what was found and what to write instead; every field that is not used is named too, in `notes.rs`. Files
//! are not looked at here; see `check.rs`.

mod apis;
mod health;
mod notes;
mod syntax;

use adyton_core::language::{Bilingual, Words, both};
use adyton_core::model::{Engine, EngineKind, ModelSpec};
use adyton_core::shown::quoted;
use adyton_core::spelling::nearest;
use serde_json::{Map, Value as Json};

use self::notes::Notes;
pub(super) use self::syntax::parse;
use super::error::ImportError;

/// Engines that the public documentation names (or that are planned), and what to do instead.
const OTHERS: [(&str, Words); 10] = [
    (
        "TensorFlow",
        (
            "convert the model to ONNX (`tf2onnx`), or serve it with a program of your own (`Command`)",
            "请将模型转换为 ONNX（`tf2onnx`），或用自己的程序提供服务（`Command`）",
        ),
    ),
    (
        "PyTorch",
        (
            "export the model to ONNX (`torch.onnx.export`), or serve it with a program of your own (`Command`)",
            "请将模型导出为 ONNX（`torch.onnx.export`），或用自己的程序提供服务（`Command`）",
        ),
    ),
    (
        "MindSpore",
        (
            "export the model to ONNX, or serve it with a program of your own (`Command`)",
            "请将模型导出为 ONNX，或用自己的程序提供服务（`Command`）",
        ),
    ),
    (
        "XGBoost",
        (
            "convert the model to ONNX (`onnxmltools`), or serve it with a program of your own (`Command`)",
            "请将模型转换为 ONNX（`onnxmltools`），或用自己的程序提供服务（`Command`）",
        ),
    ),
    (
        "Scikit_Learn",
        (
            "convert the model to ONNX (`skl2onnx`), or serve it with a program of your own (`Command`)",
            "请将模型转换为 ONNX（`skl2onnx`），或用自己的程序提供服务（`Command`）",
        ),
    ),
    (
        "MXNet",
        (
            "convert the model to ONNX, or serve it with a program of your own (`Command`)",
            "请将模型转换为 ONNX，或用自己的程序提供服务（`Command`）",
        ),
    ),
    (
        "Caffe",
        (
            "convert the model to ONNX, or serve it with a program of your own (`Command`)",
            "请将模型转换为 ONNX，或用自己的程序提供服务（`Command`）",
        ),
    ),
    (
        "Spark_MLlib",
        (
            "convert the model to ONNX (`onnxmltools`), or serve it with a program of your own (`Command`)",
            "请将模型转换为 ONNX（`onnxmltools`），或用自己的程序提供服务（`Command`）",
        ),
    ),
    (
        "Image",
        (
            "package the program of the image as a `Command` model",
            "请将镜像中的程序打包为 `Command` 模型",
        ),
    ),
    ("Upstream", ("use a `Command` model", "请使用 `Command` 模型")),
];
/// The fields that decide something here; one that is nearly called so is a slip, and would be ignored without a word.
const DECIDING: [&str; 9] = [
    "model_type",
    "model_algorithm",
    "command",
    "apis",
    "health",
    "readiness_health",
    "startup_health",
    "runtime",
    "dependencies",
];
/// Fields that packages have for other places, so that they are no slips.
const ELSEWHERE: [&str; 5] = [
    "liveness_health",
    "metrics",
    "model_name",
    "model_version",
    "swr_location",
];
/// What is said of a required field that is not there.
const MISSING: Words = ("is missing", "缺少该字段");
/// The longest `model_algorithm` (ModelArts, "Specifications for Writing the Model Configuration File").
const LONGEST_ALGORITHM: usize = 36;

/// What `config.json` asks for, before the files are looked at.
#[derive(Debug)]
pub(super) enum Asked {
    Onnx,
    Command(Vec<String>),
}

impl Asked {
    fn read(kind: EngineKind, fields: &Map<String, Json>) -> Result<Self, ImportError> {
        match kind {
            EngineKind::Onnx => Ok(Self::Onnx),
            EngineKind::Command => command(fields).map(Self::Command),
        }
    }

    /// Whether the engine is a program that is started for each instance, and asked whether it is ready.
    const fn is_program(&self) -> bool {
        match self {
            Self::Onnx => false,
            Self::Command(_) => true,
        }
    }
}

/// Checks a document. The engine's files are still to be found, so `engine` is filled by the caller through `settle`.
pub(super) fn check(
    config: Json,
    settle: impl FnOnce(Asked) -> Result<Engine, ImportError>,
) -> Result<ModelSpec, ImportError> {
    let Json::Object(fields) = &config else {
        return Err(ImportError::field(
            "",
            got(("must be an object", "必须为对象"), &config),
            ("begin with {", "请以 { 开头"),
        ));
    };
    let kind = engine_kind(fields)?;
    let algorithm = algorithm(fields)?;
    let asked = Asked::read(kind, fields)?;
    let mut notes = Notes::default();
    let apis = apis::read(fields, &mut notes)?;
    let health = match asked.is_program() {
        false => None,
        true => health::read(fields, &mut notes)?,
    };
    let runtime = match fields.get("runtime") {
        None | Some(Json::Null) => None,
        Some(value) => Some(text("runtime", value)?.to_owned()),
    };
    slips(fields)?;
    notes.fields(fields, &asked);
    Ok(ModelSpec {
        engine: settle(asked)?,
        algorithm,
        runtime,
        apis,
        health,
        metrics: fields.get("metrics").cloned(),
        dependencies: fields.get("dependencies").cloned(),
        notes: notes.told(),
        ports: None,
        config,
    })
}

/// A text that is checked without the package's files, for fuzzing.
pub(crate) fn checked_alone(text: &[u8]) -> Option<ModelSpec> {
    let engine = |asked| {
        Ok(match asked {
            Asked::Onnx => Engine::Onnx { file: String::new() },
            Asked::Command(command) => Engine::Command { command },
        })
    };
    check(parse(text).ok()?, engine).ok()
}

/// A required field; a field of nearly its name is pointed at.
fn required<'f>(
    fields: &'f Map<String, Json>,
    name: &str,
    fix: impl Into<Bilingual>,
) -> Result<&'f Json, ImportError> {
    match fields.get(name) {
        Some(value) if !value.is_null() => Ok(value),
        _ => {
            let meant = nearest(name, fields.keys().map(String::as_str));
            let fix = match meant {
                Some(written) => both!(
                    "rename `{written}` to `{name}`",
                    "请将 `{written}` 改名为 `{name}`"
                ),
                None => fix.into(),
            };
            Err(ImportError::field(name, MISSING, fix))
        }
    }
}

/// Refuses fields whose names are slips of the pen.
fn slips(fields: &Map<String, Json>) -> Result<(), ImportError> {
    for written in fields.keys().map(String::as_str) {
        if DECIDING.contains(&written) || ELSEWHERE.contains(&written) {
            continue;
        }
        // Beside the field itself, one of a similar name is a note of somebody's own.
        if let Some(meant) = nearest(written, DECIDING).filter(|meant| !fields.contains_key(*meant)) {
            return Err(ImportError::field(
                cut(written),
                ("unknown field", "未知的字段"),
                both!("did you mean `{meant}`?", "您是否想写 `{meant}`？"),
            ));
        }
    }
    Ok(())
}

fn engine_kind(fields: &Map<String, Json>) -> Result<EngineKind, ImportError> {
    let names = EngineKind::ALL.map(|kind| format!("\"{}\"", kind.name()));
    let (allowed, either) = (names.join(" or "), names.join(" 或 "));
    let write = Bilingual {
        english: format!("write {allowed}"),
        chinese: format!("请写 {either}"),
    };
    let value = required(fields, "model_type", write.clone())?;
    let given = text("model_type", value)?;
    if let Some(kind) = EngineKind::parse(given) {
        return Ok(kind);
    }
    if let Some((name, fix)) = OTHERS.into_iter().find(|(name, _)| *name == given) {
        let cause = Bilingual {
            english: format!("the engine \"{name}\" cannot be run by this version, which runs {allowed}"),
            chinese: format!("此版本不能运行引擎 \"{name}\"，只能运行 {either}"),
        };
        return Err(ImportError::field("model_type", cause, fix));
    }
    let known = EngineKind::ALL
        .into_iter()
        .map(EngineKind::name)
        .chain(OTHERS.into_iter().map(|(name, _)| name));
    let all: Vec<&str> = known.clone().collect();
    let fix = match nearest(given, known) {
        Some(name) => both!("did you mean \"{name}\"?", "您是否想写 \"{name}\"？"),
        None => write,
    };
    let cause = both!(
        "unknown engine \"{}\"; known are {}",
        "未知的引擎 \"{}\"；已知的有 {}",
        cut(given),
        all.join(", ")
    );
    Err(ImportError::field("model_type", cause, fix))
}

fn algorithm(fields: &Map<String, Json>) -> Result<String, ImportError> {
    let value = required(
        fields,
        "model_algorithm",
        (
            "write a label of your own, for example \"predict_analysis\"",
            "请写自定的标签，例如 \"predict_analysis\"",
        ),
    )?;
    let label = text("model_algorithm", value)?;
    let cause = if !label.starts_with(|first: char| first.is_ascii_alphabetic()) {
        both!("must start with a letter", "必须以字母开头")
    } else if label.chars().count() > LONGEST_ALGORITHM {
        both!(
            "must have at most {LONGEST_ALGORITHM} characters",
            "最多 {LONGEST_ALGORITHM} 个字符"
        )
    } else if label.contains(['&', '!', '\'', '"', '<', '>', '=']) {
        both!("must have none of & ! ' \" < > =", "不能含有 & ! ' \" < > =")
    } else {
        return Ok(label.to_owned());
    };
    let fix = (
        "write a label such as \"image_classification\", \"object_detection\" or \"predict_analysis\"",
        "请写标签，例如 \"image_classification\"、\"object_detection\" 或 \"predict_analysis\"",
    );
    Err(ImportError::field("model_algorithm", got(cause, value), fix))
}

/// Program and arguments: a list of texts, or one text split at spaces (quotes keep words together).
fn command(fields: &Map<String, Json>) -> Result<Vec<String>, ImportError> {
    let example = (
        "write the program and its arguments, for example [\"python3\", \"serve.py\"]",
        "请写程序及其参数，例如 [\"python3\", \"serve.py\"]",
    );
    let words = match required(fields, "command", example)? {
        Json::String(line) => split(line).ok_or_else(|| {
            let cause = both!("a quote is not closed in {line:?}", "{line:?} 中的引号没有闭合");
            ImportError::field("command", cause, example)
        })?,
        Json::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| text(&format!("command[{at}]"), item).map(str::to_owned))
            .collect::<Result<_, _>>()?,
        other => {
            return Err(ImportError::field(
                "command",
                got(("must be a list of strings", "必须为字符串数组"), other),
                example,
            ));
        }
    };
    if words.first().is_none_or(String::is_empty) {
        return Err(ImportError::field(
            "command",
            ("names no program", "没有指定程序"),
            example,
        ));
    }
    if let Some(at) = words.iter().position(|word| word.contains('\0')) {
        return Err(ImportError::field(
            format!("command[{at}]"),
            ("has a zero character", "含有零字符"),
            ("remove it", "请删除"),
        ));
    }
    Ok(words)
}

/// Splits a command line at spaces; `'…'` and `"…"` keep words together. `None` when a quote stays open.
fn split(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote, mut begun) = (Vec::new(), String::new(), None, false);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some(_), letter) => word.push(letter),
            (None, '\'' | '"') => (quote, begun) = (Some(letter), true),
            (None, letter) if letter.is_whitespace() => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            (None, letter) => {
                word.push(letter);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    quote.is_none().then_some(words)
}

/// The text of a field that must be one.
fn text<'v>(field: &str, value: &'v Json) -> Result<&'v str, ImportError> {
    value.as_str().ok_or_else(|| {
        ImportError::field(
            field,
            got(("must be a string", "必须为字符串"), value),
            ("put it in quotes", "请加上引号"),
        )
    })
}

/// What a value must be, and what it is.
fn got(must: impl Into<Bilingual>, value: &Json) -> Bilingual {
    let (must, value) = (must.into(), kind(value));
    Bilingual {
        english: format!("{}; got {}", must.english, value.english),
        chinese: format!("{}，实际为{}", must.chinese, value.chinese),
    }
}

/// A value as messages show it.
fn kind(value: &Json) -> Bilingual {
    match value {
        Json::Object(_) => both!("an object", "对象"),
        Json::Array(_) => both!("a list", "数组"),
        Json::String(text) => both!("\"{}\"", " \"{}\"", cut(text)),
        Json::Null | Json::Bool(_) | Json::Number(_) => both!("{value}", " {value}"),
    }
}

fn cut(text: &str) -> String {
    quoted(text, 60)
}

#[cfg(test)]
mod tests;
