//! `adyton app disable|enable`: whether an app may call at all.

use clap::Args;

use crate::client::lookup;
use crate::context::Context;
use crate::failure::Outcome;
use crate::said;

/// Refuse all calls of an app; its credentials are kept
#[derive(Args)]
#[command(after_help = "Example:
  adyton app disable reader")]
pub struct DisableApp {
    /// Name, AppKey or id
    app: String,
}

/// Let a disabled app call again
#[derive(Args)]
#[command(after_help = "Example:
  adyton app enable reader")]
pub struct EnableApp {
    /// Name, AppKey or id
    app: String,
}

impl DisableApp {
    /// Disables it and says so.
    pub fn run(self, context: &Context) -> Outcome {
        change(context, &self.app, false)
    }
}

impl EnableApp {
    /// Enables it and says so.
    pub fn run(self, context: &Context) -> Outcome {
        change(context, &self.app, true)
    }
}

fn change(context: &Context, said: &str, enabled: bool) -> Outcome {
    let client = context.client()?;
    let app = lookup::app(&client, said)?;
    let changed = client.enable_app(&app.id, enabled)?;
    if context.terminal.is_json() {
        context.terminal.document(&changed);
        return Ok(());
    }
    context.terminal.print(match changed.status {
        0 => said!("{} is disabled.", "{} 已停用。", changed.name),
        _ => said!("{} is enabled.", "{} 已启用。", changed.name),
    });
    Ok(())
}
