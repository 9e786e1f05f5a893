//! `adyton app reset-secret`: another AppSecret, shown once.

use clap::Args;

use super::create::credential;
use crate::client::lookup;
use crate::context::Context;
use crate::failure::Outcome;

/// Replace an app's AppSecret; the old one stops working
#[derive(Args)]
#[command(after_help = "Example:
  adyton app reset-secret reader")]
pub struct ResetSecret {
    /// Name, AppKey or id of the app
    app: String,
}

impl ResetSecret {
    /// Resets it and shows the new one.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let app = lookup::app(&client, &self.app)?;
        let made = client.reset_app_secret(&app.id)?;
        if context.terminal.is_json() {
            context.terminal.document(&made);
        } else {
            credential(&context.terminal, &made);
        }
        Ok(())
    }
}
