//! `adyton config check|show|reference|example`: is it right, what holds and why, and what there is.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use crate::config::found::Origin;
use crate::config::section::settings;
use crate::config::{Loaded, Sources, example, load, reference};
use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;

/// Check, show and document the configuration
#[derive(Subcommand)]
pub(crate) enum ConfigVerb {
    /// Check the configuration and report all problems at once
    #[command(after_help = "Example:
  adyton config check --config /etc/adyton/adyton.toml")]
    Check(Flags),
    /// Print every setting and where it came from, with secrets hidden
    #[command(after_help = "Example:
  adyton config show --config /etc/adyton/adyton.toml")]
    Show(Flags),
    /// Print the reference of all settings as Markdown
    #[command(after_help = "Example:
  adyton config reference")]
    Reference,
    /// Print a file with every setting at its default, commented out
    #[command(after_help = "Example:
  adyton config example > adyton.toml")]
    Example,
}

/// The flags of the server that set something.
#[derive(Args, Clone, Default)]
pub(crate) struct Flags {
    /// The configuration, TOML [default: adyton.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The data folder [default: adyton-data]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<String>,
    /// Where the gateway listens; port 0 picks a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub(crate) gateway: Option<String>,
    /// Where the control listener listens; port 0 picks a free one [default: 127.0.0.1:8081]
    #[arg(long, value_name = "ADDR")]
    pub(crate) control: Option<String>,
}

impl Flags {
    /// All places where settings come from.
    pub(crate) fn sources(&self, context: &Context) -> Sources {
        let flags = [
            ("data", "--data", &self.data),
            ("gateway.listen", "--gateway", &self.gateway),
            ("control.listen", "--control", &self.control),
        ];
        Sources {
            file: self.config.clone(),
            folder: PathBuf::new(),
            environment: context.environment.clone(),
            flags: flags
                .into_iter()
                .filter_map(|(key, flag, text)| Some((key, flag, text.clone()?)))
                .collect(),
        }
    }
    /// The checked configuration.
    pub(crate) fn load(&self, context: &Context) -> Outcome<Loaded> {
        load(&self.sources(context)).map_err(|problems| {
            let document = problems.iter().map(|problem| {
                json!({
                    "origin": problem.origin.to_string(), "message": problem.message, "hint": problem.hint,
                })
            });
            Failure::wrong_use(problems.to_string())
                .with_document(&json!({"problems": document.collect::<Vec<_>>()}))
        })
    }
}

impl ConfigVerb {
    /// Carries it out.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        match self {
            ConfigVerb::Check(flags) => {
                let loaded = flags.load(context)?;
                crate::server::check_library(&loaded)?;
                check(context, &loaded);
            }
            ConfigVerb::Show(flags) => show(context, &flags.load(context)?),
            ConfigVerb::Example => context.terminal.print(example::file()),
            ConfigVerb::Reference => context.terminal.print(reference::page()),
        }
        Ok(())
    }
}

/// How many settings are set, in words.
pub(crate) fn set(number: usize) -> String {
    match number {
        1 => said!("1 setting is set", "设置了 1 项"),
        number => said!("{number} settings are set", "设置了 {number} 项"),
    }
}

fn check(context: &Context, loaded: &Loaded) {
    let said = loaded.merged.said();
    if context.terminal.is_json() {
        return context
            .terminal
            .document(&json!({"problems": [], "set": said, "file": loaded.file}));
    }
    let file = match &loaded.file {
        Some(file) => said!("{} was read", "已读取 {}", file.display()),
        None => said!("no file was read", "未读取文件"),
    };
    context.terminal.print(said!(
        "The configuration is valid: {file}, {}.",
        "配置正确：{file}，{}。",
        set(said)
    ));
}

fn show(context: &Context, loaded: &Loaded) {
    let terminal = &context.terminal;
    let rows = settings().map(|setting| {
        let value = loaded
            .merged
            .raw(setting.name)
            .map(setting.show)
            .unwrap_or_default();
        (setting.name, value, loaded.merged.origin(setting.name))
    });
    if terminal.is_json() {
        let document: Map<String, Value> = rows
            .map(|(name, value, origin)| {
                (
                    name.to_owned(),
                    json!({"value": value, "origin": origin.to_string()}),
                )
            })
            .collect();
        return terminal.document(&Value::Object(document));
    }
    // A value may be longer than a line, and so comes last.
    let rows = rows.map(|(name, value, origin)| {
        let origin = if origin == Origin::Default {
            String::new()
        } else {
            origin.to_string()
        };
        vec![name.to_owned(), origin, value]
    });
    terminal.print(terminal.table(&["setting", "set by", "value"], rows.collect()));
}
