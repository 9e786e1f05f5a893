//! `adyton version`.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::failure::Outcome;

/// Show the version of this program
#[derive(Args)]
#[command(after_help = "Examples:
  adyton version
  adyton version --json")]
pub struct Version {}

impl Version {
    /// Prints it.
    pub fn run(self, context: &Context) -> Outcome {
        let version = env!("CARGO_PKG_VERSION");
        if context.terminal.is_json() {
            context.terminal.document(&json!({ "version": version }));
        } else {
            context.terminal.print(format!("adyton {version}"));
        }
        Ok(())
    }
}
