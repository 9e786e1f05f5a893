//! `adyton app delete-code`: AppCodes that do not count any more.

use clap::Args;
use serde_json::json;

use crate::client::lookup;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::said;

/// Delete AppCodes; they stop working immediately
#[derive(Args)]
#[command(after_help = "Example:
  adyton app delete-code reader 1f0e5c0d2a8b4e6f9a7c3d5e1b2f4a6c")]
pub struct DeleteCode {
    /// Name, AppKey or id of the app
    app: String,
    /// Ids of AppCodes, as `adyton app show` lists them
    #[arg(required = true, value_name = "CODE_ID")]
    codes: Vec<String>,
}

impl DeleteCode {
    /// Deletes them one by one, once all are known.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let app = lookup::app(&client, &self.app)?;
        let known = client.app_codes(&app.id)?.app_codes;
        for said in &self.codes {
            if known.iter().all(|code| code.id != *said) {
                return Err(Failure::failed(said!(
                    "{} has no AppCode with this id",
                    "{} 没有此 ID 的 AppCode",
                    app.name
                ))
                .hint(said!(
                    "`adyton app show {}` lists the ids of its AppCodes",
                    "`adyton app show {}` 列出其 AppCode 的 ID",
                    app.name
                )));
            }
        }
        for id in &self.codes {
            client.delete_app_code(&app.id, id)?;
            if !context.terminal.is_json() {
                context.terminal.print(said!("Deleted {id}.", "已删除 {id}。"));
            }
        }
        if context.terminal.is_json() {
            context.terminal.document(&json!({}));
        }
        Ok(())
    }
}
