//! The server's own log, on standard error.

use crate::config::found::Raw;
use crate::config::section::section;
use crate::config::value::Value;

/// How log lines look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

impl Value for LogFormat {
    const KIND: &'static str = "`human` or `json`";
    const EXPECTED: &'static str = "write `human` or `json`";
    fn read(raw: &Raw) -> Result<Self, String> {
        match String::read(raw)?.as_str() {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            _ => Err("is neither".to_owned()),
        }
    }
    fn show(&self) -> String {
        match self {
            Self::Human => "human".to_owned(),
            Self::Json => "json".to_owned(),
        }
    }
}

/// What is logged: a level, or levels by part of the program (`info,adyton_runtime=debug`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct LogFilter(pub(crate) String);

impl Value for LogFilter {
    const KIND: &'static str = "levels";
    const EXPECTED: &'static str = "write `error`, `warn`, `info`, `debug` or `trace`, perhaps with parts such as `info,adyton_runtime=debug`";
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = match raw {
            Raw::Text(text) => text.trim().to_owned(),
            Raw::List(parts) => parts.join(","),
        };
        // A word alone would be taken for the name of a part of the program.
        let is_level = |word: &str| matches!(word, "error" | "warn" | "info" | "debug" | "trace" | "off");
        let fits = text.split(',').all(|part| match part.trim().split_once('=') {
            Some((target, level)) => !target.is_empty() && is_level(level),
            None => is_level(part.trim()),
        });
        match tracing_subscriber::EnvFilter::builder().parse(&text) {
            Ok(_) if fits => Ok(Self(text)),
            _ => Err("is not a level".to_owned()),
        }
    }
    fn show(&self) -> String {
        self.0.clone()
    }
}

section! {
    /// The server's own log, on standard error. It never holds secrets.
    Log in "log" {
        /// Log level.
        filter: LogFilter = "info" at "log.filter", Reload;
        /// Log format.
        format: LogFormat = "human" at "log.format", Start;
    }
}
