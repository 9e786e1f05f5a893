//! `adyton app code`: gives an app an AppCode, the simple credential that travels as it is.

use clap::Args;

use crate::client::lookup;
use crate::context::Context;
use crate::failure::Outcome;

/// Create an AppCode for an app
#[derive(Args)]
#[command(after_help = "Example:
  adyton app code reader")]
pub struct Code {
    /// Name, AppKey or id of the app
    app: String,
}

impl Code {
    /// Makes the code and shows it.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let app = lookup::app(&client, &self.app)?;
        let made = client.create_app_code(&app.id)?;
        if context.terminal.is_json() {
            context.terminal.document(&made);
        } else {
            context.terminal.print(made.app_code);
        }
        Ok(())
    }
}
