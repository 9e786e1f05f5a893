//! `adyton context list|use|show|remove`: the servers, projects and users that are kept under names.

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use crate::client::contexts::SavedContext;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::moment::moment;
use crate::said;
use crate::terminal::Tone;

/// Choose between servers, projects and users that `login` has saved
#[derive(Subcommand)]
pub enum ContextVerb {
    /// List the contexts; the current one is marked
    #[command(visible_alias = "ls")]
    List(ListContexts),
    /// Make a context the current one
    Use(UseContext),
    /// Show a context, without its secrets
    Show(ShowContext),
    /// Remove contexts and their saved credentials
    #[command(visible_alias = "rm")]
    Remove(RemoveContexts),
}

impl ContextVerb {
    /// Carries it out.
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            ContextVerb::List(verb) => verb.run(context),
            ContextVerb::Use(verb) => verb.run(context),
            ContextVerb::Show(verb) => verb.run(context),
            ContextVerb::Remove(verb) => verb.run(context),
        }
    }
}

/// A context without its secrets.
#[derive(Serialize)]
struct ContextRow<'c> {
    name: &'c str,
    current: bool,
    control_url: Option<&'c str>,
    gateway_url: Option<&'c str>,
    ca_file: Option<String>,
    project_id: Option<&'c str>,
    project_name: Option<&'c str>,
    user: Option<&'c str>,
    access_key: Option<&'c str>,
    token_expires_at: Option<&'c str>,
}

impl<'c> ContextRow<'c> {
    fn of(name: &'c str, saved: &'c SavedContext, current: Option<&str>) -> Self {
        Self {
            name,
            current: current == Some(name),
            control_url: saved.control_url.as_deref(),
            gateway_url: saved.gateway_url.as_deref(),
            ca_file: saved.ca_file.as_ref().map(|file| file.display().to_string()),
            project_id: saved.project_id.as_deref(),
            project_name: saved.project_name.as_deref(),
            user: saved.user.as_deref(),
            access_key: saved.access_key.as_deref(),
            token_expires_at: saved.token_expires_at.as_deref(),
        }
    }
    fn credentials(&self) -> String {
        match (self.access_key, self.token_expires_at) {
            (Some(key), _) => said!("access key {key}", "访问密钥 {key}"),
            (None, Some(end)) => said!("a token until {}", "令牌，有效至 {}", moment(end)),
            (None, None) => said!("none; run `adyton login`", "无；请执行 `adyton login`"),
        }
    }
    /// The project's name, or its id where a version of before kept that alone.
    fn project(&self) -> String {
        self.project_name
            .or(self.project_id)
            .unwrap_or_default()
            .to_owned()
    }
}

/// List the contexts; the current one is marked
#[derive(Args)]
#[command(after_help = "Example:
  adyton context list")]
pub struct ListContexts {}

impl ListContexts {
    fn run(self, context: &Context) -> Outcome {
        let contexts = context.sources().contexts()?;
        let current = contexts.current();
        let shown: Vec<ContextRow<'_>> = contexts
            .all()
            .map(|(name, saved)| ContextRow::of(name, saved, current))
            .collect();
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&json!({ "contexts": shown }));
            return Ok(());
        }
        if shown.is_empty() {
            terminal.print(said!(
                "There are no contexts yet. Create one with: adyton login",
                "还没有上下文。创建：adyton login"
            ));
            return Ok(());
        }
        let rows = shown.iter().map(|one| {
            let mark = if one.current { "*" } else { "" };
            vec![
                mark.to_owned(),
                one.name.to_owned(),
                one.control_url.unwrap_or_default().to_owned(),
                one.project(),
                one.user.unwrap_or_default().to_owned(),
                one.credentials(),
            ]
        });
        let titles = ["", "name", "server", "project", "user", "credentials"];
        terminal.print(terminal.table(&titles, rows.collect()));
        Ok(())
    }
}

/// Make a context the current one
#[derive(Args)]
#[command(after_help = "Example:
  adyton context use work")]
pub struct UseContext {
    /// Its name
    name: String,
}

impl UseContext {
    fn run(self, context: &Context) -> Outcome {
        let mut contexts = context.sources().contexts()?;
        contexts.use_always(&self.name)?;
        if context.terminal.is_json() {
            context.terminal.document(&json!({ "current": self.name }));
        } else {
            context.terminal.print(said!(
                "{} is the current context.",
                "当前上下文为 {}。",
                self.name
            ));
        }
        if let Some(name) = context.sources().named().filter(|name| *name != self.name) {
            context.terminal.note(said!(
                "`{name}` is named by --context or ADYTON_CONTEXT, which take precedence",
                "--context 或 ADYTON_CONTEXT 指定了 `{name}`，其优先级更高"
            ));
        }
        Ok(())
    }
}

/// Show a context, without its secrets
#[derive(Args)]
#[command(after_help = "Examples:
  adyton context show
  adyton context show work")]
pub struct ShowContext {
    /// Its name [default: the current one]
    name: Option<String>,
}

impl ShowContext {
    fn run(self, context: &Context) -> Outcome {
        let contexts = context.sources().contexts()?;
        let current = contexts.current();
        let named = self.name.or_else(|| context.sources().named());
        let name = named.as_deref().or(current).ok_or_else(|| {
            Failure::wrong_use(said!("no context is current", "没有当前上下文"))
                .hint(said!("create one with `adyton login`", "用 `adyton login` 创建"))
        })?;
        let shown = ContextRow::of(name, contexts.known(name)?, current);
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&shown);
            return Ok(());
        }
        let mark = if shown.current { "  current" } else { "" };
        terminal.print(terminal.tone(Tone::Bold, name) + mark);
        terminal.print(terminal.facts(&[
            ("server", shown.control_url.unwrap_or_default().to_owned()),
            ("gateway", shown.gateway_url.unwrap_or_default().to_owned()),
            ("authorities", shown.ca_file.clone().unwrap_or_default()),
            ("project", shown.project()),
            ("user", shown.user.unwrap_or_default().to_owned()),
            ("credentials", shown.credentials()),
            ("file", contexts.path().display().to_string()),
        ]));
        Ok(())
    }
}

/// Remove contexts and their saved credentials
#[derive(Args)]
#[command(after_help = "Example:
  adyton context remove work")]
pub struct RemoveContexts {
    /// Their names
    #[arg(required = true)]
    names: Vec<String>,
}

impl RemoveContexts {
    /// Removes them one by one; the first that is not there ends it.
    fn run(self, context: &Context) -> Outcome {
        let mut contexts = context.sources().contexts()?;
        for name in &self.names {
            contexts.remove(name)?;
            if !context.terminal.is_json() {
                context
                    .terminal
                    .print(said!("Removed {name}.", "已移除 {name}。"));
            }
        }
        if context.terminal.is_json() {
            context.terminal.document(&json!({}));
        }
        Ok(())
    }
}
