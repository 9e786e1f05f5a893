//! Why a command ended badly: the message, what to do, and the exit code. Printed once, in `main`.

use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};

/// How the process ends (sysexits are not used: 1 and 2 are what scripts know).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// It failed at run time: 1.
    Failed,
    /// Wrong use or configuration: 2.
    WrongUse,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Failed => 1,
            Exit::WrongUse => 2,
        }
    }
}

/// A command that ended badly.
#[derive(Clone, PartialEq, Debug)]
pub struct Failure {
    /// What happened: one line, or several that each say `error: …` already.
    message: String,
    /// Further facts, one a line.
    facts: Vec<String>,
    /// What to do.
    hints: Vec<String>,
    /// The exit code.
    exit: Exit,
    /// The document that `--json` prints: the refusal as the API gave it.
    document: Option<Box<Value>>,
    /// The HTTP status of a refusal.
    status: Option<u16>,
}

impl Failure {
    /// It failed at run time.
    pub fn failed(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            facts: Vec::new(),
            hints: Vec::new(),
            exit: Exit::Failed,
            document: None,
            status: None,
        }
    }
    /// It was used or configured wrongly.
    pub fn wrong_use(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::WrongUse,
            ..Self::failed(message)
        }
    }
    /// The same with one more thing to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
    /// The same with a further fact.
    #[must_use]
    pub fn fact(mut self, fact: impl Into<String>) -> Self {
        self.facts.push(fact.into());
        self
    }
    /// The same with the document that `--json` prints.
    #[must_use]
    pub fn with_document(mut self, document: &impl Serialize) -> Self {
        // A document that does not serialise is none; the message is printed all the same.
        self.document = serde_json::to_value(document).ok().map(Box::new);
        self
    }
    /// The same with the HTTP status that it came with.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }
    /// The HTTP status of a refusal.
    pub fn status(&self) -> Option<u16> {
        self.status
    }
    /// Whether it is a refusal for the reason with this sub-code.
    pub fn is_for(&self, sub_code: &str) -> bool {
        let reasons = self.facts.iter().filter_map(|fact| fact.strip_prefix("reason"));
        reasons.map(str::trim).any(|reason| reason == sub_code)
    }
    /// The exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }
    /// The one document that `--json` prints: the refusal as the API gave it, else what people are told.
    pub fn to_document(&self) -> Value {
        self.document.as_deref().cloned().unwrap_or_else(|| {
            json!({
                "error": self.message.trim_end().trim_start_matches("error: "),
                "facts": self.facts,
                "hints": self.hints,
            })
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.message.starts_with("error: ") {
            f.write_str("error: ")?;
        }
        f.write_str(self.message.trim_end())?;
        for fact in &self.facts {
            write!(f, "\n  {fact}")?;
        }
        for hint in &self.hints {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

/// What commands return.
pub type Outcome<T = ()> = Result<T, Failure>;
