//! `adyton app create`: the one moment in which the AppSecret is shown.

use adyton_api::apig::apps::AppShown;
use clap::Args;

use crate::context::Context;
use crate::failure::Outcome;
use crate::said;
use crate::terminal::{Terminal, Tone};

/// Create an app; its AppSecret is shown once
#[derive(Args)]
#[command(after_help = "Examples:
  adyton app create reader
  adyton app create reader --remark \"the web shop\"")]
pub struct Create {
    /// The app's name
    name: String,
    /// A description
    #[arg(long, default_value = "", hide_default_value = true)]
    remark: String,
}

impl Create {
    /// Makes it and shows its credential.
    pub fn run(self, context: &Context) -> Outcome {
        let made = context.client()?.create_app(&self.name, &self.remark)?;
        if context.terminal.is_json() {
            context.terminal.document(&made);
        } else {
            credential(&context.terminal, &made);
            context.terminal.print(said!(
                "\nLet it call a service with: adyton app authorize {} SERVICE",
                "\n允许它调用服务：adyton app authorize {} SERVICE",
                self.name
            ));
        }
        Ok(())
    }
}

/// Shows an app with its secret.
pub(super) fn credential(terminal: &Terminal, app: &AppShown) {
    terminal.print(terminal.tone(Tone::Bold, app.name.clone()));
    terminal.print(terminal.facts(&[
        ("id", app.id.clone()),
        ("AppKey", app.app_key.clone()),
        ("AppSecret", app.app_secret.clone().unwrap_or_default()),
    ]));
    terminal.note(said!(
        "The AppSecret is not shown again: keep it now.",
        "AppSecret 不会再次显示：请立即保存。"
    ));
}
