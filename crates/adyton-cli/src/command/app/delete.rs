//! `adyton app delete`.

use clap::Args;

use crate::client::lookup;
use crate::command::deleting;
use crate::context::Context;
use crate::failure::Outcome;

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
    /// Deletes them one by one; the first that cannot be deleted ends it.
    pub fn run(self, context: &Context) -> Outcome {
        deleting::each(context, &self.apps, |client, said| {
            let app = lookup::app(client, said)?;
            client.delete_app(&app.id)?;
            Ok(app.name)
        })
    }
}
