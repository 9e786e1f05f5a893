//! Why no ONNX Runtime library serves, as types with their words in both languages.

use std::path::PathBuf;

use adyton_core::language::{Language, message, phrase};

/// The oldest ONNX Runtime that serves: the version of the interface that `ort` is built for.
pub const OLDEST: u32 = ort::MINOR_VERSION;

/// Why the compiled-in runtime serves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WhyBuiltin {
    /// `onnx.library` says so.
    Set,
    /// A part of the program asks for it.
    Chosen,
    /// The file that `onnx.library` names does not serve.
    WrongFile(ProbeError),
    /// None was found.
    NotFound,
    /// Some were found, and none serves.
    NoneServes(Vec<FoundUnfit>),
    /// One was found and does not start.
    DoesNotStart {
        /// The library.
        path: PathBuf,
        /// What it said.
        cause: String,
    },
}

/// What was found where a library is looked for, and does not serve.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FoundUnfit {
    /// A folder that cannot be read.
    Unreadable {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        problem: String,
    },
    /// A file.
    File(ProbeError),
}

impl WhyBuiltin {
    /// In words, for the log and for `adyton doctor`.
    pub fn text_in(&self, language: Language) -> String {
        match self {
            Self::Set => message!(
                language,
                "`onnx.library` says `builtin`",
                "`onnx.library` 设为 `builtin`"
            ),
            Self::Chosen => message!(language, "chosen", "已指定"),
            Self::WrongFile(problem) => {
                let problem = problem.message_in(language);
                message!(language, "`onnx.library`: {problem}", "`onnx.library`：{problem}")
            }
            Self::NotFound => message!(
                language,
                "no ONNX Runtime library was found; `adyton doctor --fix` installs one",
                "未找到 ONNX Runtime 库；可用 `adyton doctor --fix` 安装"
            ),
            Self::NoneServes(found) => {
                let problems: Vec<String> = found.iter().map(|found| found.text_in(language)).collect();
                let problems = problems.join(phrase!(language, "; ", "；"));
                message!(
                    language,
                    "no usable library was found: {problems}",
                    "未找到可用的库：{problems}"
                )
            }
            Self::DoesNotStart { path, cause } => message!(
                language,
                "{} does not start: {cause}",
                "{} 无法启动：{cause}",
                path.display()
            ),
        }
    }
}

impl FoundUnfit {
    fn text_in(&self, language: Language) -> String {
        match self {
            Self::Unreadable { folder, problem } => message!(
                language,
                "{} cannot be read: {problem}",
                "无法读取 {}：{problem}",
                folder.display()
            ),
            Self::File(problem) => problem.message_in(language),
        }
    }
}

/// Why a file does not serve as the library.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}", self.message_in(Language::English))]
pub enum ProbeError {
    /// There is no such file.
    Missing(PathBuf),
    /// It does not load, or is something else.
    NotOnnxRuntime(PathBuf),
    /// It is too old.
    TooOld {
        /// The file.
        path: PathBuf,
        /// Its minor version.
        minor: u32,
    },
}

impl ProbeError {
    /// What is wrong.
    pub fn message_in(&self, language: Language) -> String {
        match self {
            Self::Missing(path) => message!(language, "{} does not exist", "{} 不存在", path.display()),
            Self::NotOnnxRuntime(path) => message!(
                language,
                "{} does not load as an ONNX Runtime 1.x library",
                "{} 无法作为 ONNX Runtime 1.x 库加载",
                path.display()
            ),
            Self::TooOld { path, minor } => message!(
                language,
                "{} is ONNX Runtime 1.{minor}; at least 1.{OLDEST} is needed",
                "{} 是 ONNX Runtime 1.{minor}；至少需要 1.{OLDEST}",
                path.display()
            ),
        }
    }
}
