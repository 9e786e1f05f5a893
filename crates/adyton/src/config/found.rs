//! What was said: a key, its text, and where it was said. Nothing is interpreted yet.

use std::fmt;
use std::path::PathBuf;

use adyton_cli::said;

/// A value as it was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Raw {
    /// A scalar; numbers and booleans as they are written.
    Text(String),
    /// A list of scalars. The environment and flags write lists with commas.
    List(Vec<String>),
}

impl Raw {
    /// The parts of a list: a text is taken apart at its commas.
    pub(crate) fn parts(&self) -> Vec<String> {
        match self {
            Raw::List(parts) => parts.clone(),
            Raw::Text(text) => text
                .split(',')
                .map(|part| part.trim().to_owned())
                .filter(|part| !part.is_empty())
                .collect(),
        }
    }
}

/// Where a value was said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    /// Nowhere: it is the default.
    Default,
    /// In the file, at a line counted from 1; 0 is the file as a whole.
    File(PathBuf, usize),
    /// In a variable of the environment.
    Environment(String),
    /// In a flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(path, 0) => write!(f, "{}", path.display()),
            Origin::File(path, line) => write!(f, "{}:{line}", path.display()),
            Origin::Environment(name) => f.write_str(&said!("environment {}", "环境变量 {}", name)),
            Origin::Flag(flag) => f.write_str(&said!("flag {}", "参数 {}", flag)),
        }
    }
}

/// One value that was said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Found {
    /// The key, with its section: `gateway.listen`.
    pub(crate) key: String,
    /// What was said.
    pub(crate) raw: Raw,
    /// Where.
    pub(crate) origin: Origin,
}

impl Found {
    /// A text for a key.
    pub(crate) fn text(key: &str, text: &str, origin: Origin) -> Self {
        Self {
            key: key.to_owned(),
            raw: Raw::Text(text.to_owned()),
            origin,
        }
    }
}
