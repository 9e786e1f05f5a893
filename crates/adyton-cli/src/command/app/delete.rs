//! `adyton app delete`.

use clap::Args;
use serde_json::json;

use crate::client::lookup;
use crate::context::Context;
use crate::failure::Outcome;
use crate::said;

/// Delete apps
#[derive(Args)]
#[command(after_help = "Example:
  adyton app delete reader")]
pub struct DeleteApp {
    /// Names, AppKeys or ids
    #[arg(required = true)]
    apps: Vec<String>,
}

impl DeleteApp {
    /// Deletes them one by one.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        for said in &self.apps {
            let app = lookup::app(&client, said)?;
            client.delete_app(&app.id)?;
            if !context.terminal.is_json() {
                context
                    .terminal
                    .print(said!("Deleted {}.", "已删除 {}。", app.name));
            }
        }
        if context.terminal.is_json() {
            context.terminal.document(&json!({}));
        }
        Ok(())
    }
}
