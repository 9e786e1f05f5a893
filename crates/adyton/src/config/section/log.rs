//! The server's own log, on standard error.

use crate::config::found::Raw;
use crate::config::section::section;
use crate::config::value::Value;
use adyton_cli::language::{phrase, spoken};
use adyton_cli::said;

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
    fn expected() -> &'static str {
        phrase!(spoken(), "write `human` or `json`", "请写 `human` 或 `json`")
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        match String::read(raw)?.as_str() {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            _ => Err(said!("is neither", "不是其中之一")),
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
    fn expected() -> &'static str {
        phrase!(
            spoken(),
            "write `error`, `warn`, `info`, `debug` or `trace`, perhaps with parts such as `info,adyton_runtime=debug`",
            "请写 `error`、`warn`、`info`、`debug` 或 `trace`，可带各部分的级别，例如 `info,adyton_runtime=debug`"
        )
    }
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
            _ => Err(said!("is not a level", "不是有效的日志级别")),
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
