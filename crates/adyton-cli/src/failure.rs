//! Why a command ended badly: the message, what to do, and the exit code. Printed once, in `main`.

use std::fmt;

use adyton_core::advice;
use adyton_core::catalogue::{Reason, SubCode};
use serde::Serialize;
use serde_json::{Value, json};

use crate::said;

/// How the process ends (sysexits are not used: 1 and 2 are what scripts know).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// It failed at run time: 1.
    Failed,
    /// Wrong use or configuration: 2.
    WrongUse,
    /// It was ended by Ctrl-C: 130, as shells count it.
    Interrupted,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Failed => 1,
            Exit::WrongUse => 2,
            Exit::Interrupted => 130,
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
    /// The cause of a refusal, where the server named one that is known here.
    reason: Option<SubCode>,
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
            reason: None,
        }
    }
    /// It was used or configured wrongly.
    pub fn wrong_use(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::WrongUse,
            ..Self::failed(message)
        }
    }
    /// Whoever waited has ended that.
    pub fn interrupted(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Interrupted,
            ..Self::failed(message)
        }
    }
    /// The same with one more thing to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
    /// The same with names in the commands of its hints, in place of the capitals that stand for them.
    #[must_use]
    pub fn named(mut self, name: impl Fn(&str) -> Option<String>) -> Self {
        for hint in &mut self.hints {
            *hint = advice::named(hint, &name);
        }
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
    /// The same with its cause, as the server named it.
    #[must_use]
    pub fn with_reason(mut self, reason: Option<SubCode>) -> Self {
        self.reason = reason;
        self
    }
    /// Whether it is a refusal for this reason.
    pub fn is_for(&self, reason: Reason) -> bool {
        self.reason.is_some_and(|own| own.reason() == reason)
    }
    /// What happened, without what to do.
    pub fn message(&self) -> &str {
        without_label(self.message.trim_end())
    }
    /// The exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }
    /// The one document that `--json` prints: the refusal as the API gave it, else what people are told.
    pub fn to_document(&self) -> Value {
        self.document.as_deref().cloned().unwrap_or_else(|| {
            json!({
                "error": self.message(),
                "facts": self.facts,
                "hints": self.hints,
            })
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if without_label(&self.message) == self.message {
            f.write_str(&error_label())?;
        }
        f.write_str(self.message.trim_end())?;
        for fact in &self.facts {
            write!(f, "\n  {fact}")?;
        }
        for hint in &self.hints {
            write!(f, "\n{}{hint}", hint_label())?;
        }
        Ok(())
    }
}

/// What stands before what went wrong.
pub fn error_label() -> String {
    said!("error: ", "错误：")
}

/// What stands before what to do.
pub fn hint_label() -> String {
    said!("hint: ", "提示：")
}

/// What went wrong, without what stands before it in either language.
pub fn without_label(message: &str) -> &str {
    message
        .strip_prefix("error: ")
        .or_else(|| message.strip_prefix("错误："))
        .unwrap_or(message)
}

/// What commands return.
pub type Outcome<T = ()> = Result<T, Failure>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_told_by_its_type_and_not_by_what_is_printed() {
        let left_out = Reason::ManageRecordLeftOut;
        let said = Failure::failed("404").fact(format!("reason      {}", left_out.sub_code()));
        assert!(!said.is_for(left_out), "a sentence decides nothing");
        let named = said.with_reason(SubCode::parse(left_out.sub_code()));
        assert!(named.is_for(left_out));
        assert!(!named.is_for(Reason::NoSuchModel));
        assert!(
            !Failure::failed("404")
                .with_reason(SubCode::parse("of.another_server"))
                .is_for(left_out)
        );
    }

    #[test]
    fn facts_come_before_hints_and_the_message_is_an_error_once() {
        let failure = Failure::failed("error: the file is missing\n")
            .hint("make it")
            .fact("file  a.json");
        let text = "error: the file is missing\n  file  a.json\nhint: make it";
        assert_eq!(failure.to_string(), text);
        assert_eq!(
            failure.to_document(),
            json!({"error": "the file is missing", "facts": ["file  a.json"], "hints": ["make it"]})
        );
    }

    #[test]
    fn scripts_get_the_document_of_the_server_and_the_exit_code_of_wrong_use() {
        let refusal = Failure::failed("404").with_document(&json!({"error_code": "APIG.0101"}));
        assert_eq!(refusal.to_document(), json!({"error_code": "APIG.0101"}));
        assert_eq!(refusal.exit().code(), 1);
        assert_eq!(Failure::wrong_use("no such option").exit().code(), 2);
    }
}
