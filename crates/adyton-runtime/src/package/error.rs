//! Why a package is refused: which file, which field, the cause, and what to do.

use std::fmt;
use std::io;

use adyton_core::event_cause::cause_in;
use adyton_core::language::{Bilingual, Language, Words, both, message};
use adyton_core::shown::quoted;

use super::Limits;
use crate::trial::TrialError;

/// What to do about a package that is too large.
const LEAVE_OUT: Words = ("leave out what the model does not need", "请去掉模型不需要的内容");
/// What to do about most archives that cannot be read as they are.
pub(super) const PACK_AGAIN: Words = ("re-create the archive", "请重新打包");
/// What to do about a name that cannot be taken.
pub(super) const RENAME: Words = ("rename the file", "请重命名该文件");

/// A refused package.
#[derive(Debug)]
pub enum ImportError {
    /// The package as a whole, or one of its files.
    Package {
        /// The file, as the package names it; empty for the whole.
        file: Box<str>,
        /// What is wrong.
        cause: Bilingual,
        /// What to do; may be empty.
        fix: Bilingual,
    },
    /// A field of `config.json`.
    Field {
        /// The path of the field: `apis[0].url`; empty for the whole document.
        field: Box<str>,
        /// What is wrong, and what was found.
        cause: Bilingual,
        /// What to do; may be empty.
        fix: Bilingual,
    },
    /// The model file does not load, or harmed the process that tried it: in words for people.
    Model(String),
    /// The packages' folder failed us; not the package's fault.
    Storage(io::Error),
}

impl ImportError {
    pub(super) fn package(
        file: impl Into<String>,
        cause: impl Into<Bilingual>,
        fix: impl Into<Bilingual>,
    ) -> Self {
        Self::Package {
            file: file.into().into(),
            cause: cause.into(),
            fix: fix.into(),
        }
    }
    pub(super) fn field(
        field: impl Into<String>,
        cause: impl Into<Bilingual>,
        fix: impl Into<Bilingual>,
    ) -> Self {
        Self::Field {
            field: field.into().into(),
            cause: cause.into(),
            fix: fix.into(),
        }
    }
    /// A package of more bytes than are taken. `file` is where that was seen; may be empty.
    pub(super) fn too_large(file: &str, limits: &Limits) -> Self {
        let cause = both!(
            "the package is larger than {} bytes, of which each file and folder takes {} besides its content",
            "模型包大于 {} 字节（每个文件和目录除内容外另计 {} 字节）",
            limits.bytes,
            Limits::ENTRY_BYTES
        );
        Self::package(shown(file), cause, LEAVE_OUT)
    }
    /// A package that grows too much when it is unpacked.
    pub(super) fn too_dense(file: &str, limits: &Limits) -> Self {
        let cause = both!(
            "unpacks to more than {} times its size in the archive",
            "解压后超过其归档大小的 {} 倍",
            limits.ratio
        );
        let file = if file.is_empty() { "the archive" } else { file };
        Self::package(
            shown(file),
            cause,
            (
                "import the folder, or a tar without compression",
                "请直接导入目录，或使用未压缩的 tar",
            ),
        )
    }
    /// A package of more files and folders than are taken.
    pub(super) fn too_many(limits: &Limits) -> Self {
        let cause = both!(
            "the package has more than {} files and folders",
            "模型包中的文件和目录超过 {} 个",
            limits.entries
        );
        Self::package("", cause, LEAVE_OUT)
    }
}

/// `model/config.json: apis[0].url: must start with "/"; got "predict"; write "/predict"`
impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message_in(Language::English))
    }
}

impl ImportError {
    /// Where, what, and what to do.
    pub fn message_in(&self, language: Language) -> String {
        let (place, cause, fix) = match self {
            Self::Package { file, cause, fix } => (file.to_string(), cause, fix),
            Self::Field { field, cause, fix } if field.is_empty() => {
                ("model/config.json".to_owned(), cause, fix)
            }
            Self::Field { field, cause, fix } => {
                let place = message!(
                    language,
                    "model/config.json: {field}",
                    "model/config.json：{field}"
                );
                (place, cause, fix)
            }
            Self::Model(problem) => return cause_in(problem, language).into_owned(),
            Self::Storage(problem) => {
                return message!(
                    language,
                    "the package cannot be stored: {problem}",
                    "无法保存模型包：{problem}"
                );
            }
        };
        let mut text = String::new();
        if !place.is_empty() {
            text += &message!(language, "{place}: ", "{place}：");
        }
        text += cause.text_in(language);
        let fix = fix.text_in(language);
        if !fix.is_empty() {
            text += &message!(language, "; {fix}", "；{fix}");
        }
        text
    }

    /// The same in both languages.
    pub fn told(&self) -> Bilingual {
        Bilingual {
            english: self.message_in(Language::English),
            chinese: self.message_in(Language::Chinese),
        }
    }
}

/// A name as messages show it: cut, without control characters.
pub(super) fn shown(name: &str) -> String {
    quoted(name, 120)
}

impl std::error::Error for ImportError {}

impl From<io::Error> for ImportError {
    fn from(problem: io::Error) -> Self {
        Self::Storage(problem)
    }
}

impl From<TrialError> for ImportError {
    fn from(problem: TrialError) -> Self {
        match problem {
            TrialError::Schema { at, problem } => Self::field(
                format!("apis[{at}].request.data"),
                Bilingual {
                    chinese: cause_in(&problem, Language::Chinese).into_owned(),
                    english: problem,
                },
                ("let the schema and the model agree", "请使 schema 与模型一致"),
            ),
            TrialError::Unavailable(_) => Self::Storage(io::Error::other(problem)),
            problem @ (TrialError::Refused(_) | TrialError::Died(_) | TrialError::Ended) => {
                Self::Model(problem.to_string())
            }
        }
    }
}
