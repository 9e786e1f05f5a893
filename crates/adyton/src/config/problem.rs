//! What is wrong with a configuration: the place, the key, and how to put it right.

use std::fmt;

use adyton_cli::failure::{error_label, hint_label};

use super::found::Origin;
use adyton_cli::said;

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Problem {
    /// Where it is.
    pub(crate) origin: Origin,
    /// What is wrong.
    pub(crate) message: String,
    /// How to put it right.
    pub(crate) hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::Default => write!(f, "{}{}", error_label(), self.message)?,
            origin => {
                let said = said!("{origin}: {}", "{origin}：{}", self.message);
                write!(f, "{}{said}", error_label())?;
            }
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n{}{hint}", hint_label())?;
        }
        Ok(())
    }
}

/// All that is wrong, in the order in which it was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    /// One more.
    pub(crate) fn add(&mut self, origin: Origin, message: impl Into<String>, hint: Option<String>) {
        self.0.push(Problem {
            origin,
            message: message.into(),
            hint,
        });
    }
    /// Whether nothing is wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Each of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}
