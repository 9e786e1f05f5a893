//! `adyton service delete`.

use clap::Args;
use serde_json::json;

use crate::client::lookup::service_id;
use crate::context::Context;
use crate::failure::Outcome;
use crate::said;

/// Delete services
#[derive(Args)]
#[command(after_help = "Example:
  adyton service delete iris")]
pub struct DeleteService {
    /// Names or ids
    #[arg(required = true)]
    services: Vec<String>,
}

impl DeleteService {
    /// Deletes them one by one; the first that cannot be deleted ends it.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        for said in &self.services {
            let id = service_id(&client, said)?;
            client.delete_service(&id)?;
            if !context.terminal.is_json() {
                context
                    .terminal
                    .print(said!("Deleted {said}.", "已删除 {said}。"));
            }
        }
        if context.terminal.is_json() {
            context.terminal.document(&json!({}));
        }
        Ok(())
    }
}
