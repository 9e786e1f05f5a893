//! Why a package is refused: which file, which field, the cause, and what to do.

use std::fmt;
use std::io;

use adyton_core::shown::quoted;

use super::Limits;
use crate::trial::TrialError;

/// A refused package.
#[derive(Debug)]
pub enum ImportError {
    /// The package as a whole, or one of its files.
    Package {
        /// The file, as the package names it; empty for the whole.
        file: String,
        /// What is wrong.
        cause: String,
        /// What to do.
        fix: String,
    },
    /// A field of `config.json`.
    Field {
        /// The path of the field: `apis[0].url`; empty for the whole document.
        field: String,
        /// What is wrong, and what was found.
        cause: String,
        /// What to do.
        fix: String,
    },
    /// The model file does not load, or harmed the process that tried it: in words for people.
    Model(String),
    /// The packages' folder failed us; not the package's fault.
    Storage(io::Error),
}

impl ImportError {
    pub(super) fn package(file: impl Into<String>, cause: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Package {
            file: file.into(),
            cause: cause.into(),
            fix: fix.into(),
        }
    }
    pub(super) fn field(field: impl Into<String>, cause: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Field {
            field: field.into(),
            cause: cause.into(),
            fix: fix.into(),
        }
    }
    /// A package of more bytes than are taken. `file` is where that was seen; may be empty.
    pub(super) fn too_large(file: &str, limits: &Limits) -> Self {
        let cause = format!(
            "the package is larger than {} bytes, of which each file and folder takes {} besides its content",
            limits.bytes,
            Limits::ENTRY_BYTES
        );
        Self::package(shown(file), cause, "leave out what the model does not need")
    }
    /// A package that grows too much when it is unpacked.
    pub(super) fn too_dense(file: &str, limits: &Limits) -> Self {
        let cause = format!(
            "unpacks to more than {} times its size in the archive",
            limits.ratio
        );
        let file = if file.is_empty() { "the archive" } else { file };
        Self::package(
            shown(file),
            cause,
            "import the folder, or a tar without compression",
        )
    }
    /// A package of more files and folders than are taken.
    pub(super) fn too_many(limits: &Limits) -> Self {
        let cause = format!("the package has more than {} files and folders", limits.entries);
        Self::package("", cause, "leave out what the model does not need")
    }
}

/// `model/config.json: apis[0].url: must start with "/"; got "predict"; write "/predict"`
impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (place, cause, fix) = match self {
            Self::Package { file, cause, fix } => (file.clone(), cause, fix),
            Self::Field { field, cause, fix } if field.is_empty() => {
                ("model/config.json".to_owned(), cause, fix)
            }
            Self::Field { field, cause, fix } => (format!("model/config.json: {field}"), cause, fix),
            Self::Model(problem) => return f.write_str(problem),
            Self::Storage(problem) => return write!(f, "the package cannot be stored: {problem}"),
        };
        if !place.is_empty() {
            write!(f, "{place}: ")?;
        }
        f.write_str(cause)?;
        if !fix.is_empty() {
            write!(f, "; {fix}")?;
        }
        Ok(())
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
                problem,
                "let the schema and the model agree",
            ),
            TrialError::Unavailable(_) => Self::Storage(io::Error::other(problem)),
            problem @ (TrialError::Refused(_) | TrialError::Died(_) | TrialError::Ended) => {
                Self::Model(problem.to_string())
            }
        }
    }
}
