//! `adyton app list`.

use clap::Args;

use crate::context::Context;
use crate::failure::Outcome;
use crate::said;

/// List the apps of the project
#[derive(Args)]
#[command(after_help = "Example:
  adyton app list")]
pub struct ListApps {}

impl ListApps {
    /// Prints the table.
    pub fn run(self, context: &Context) -> Outcome {
        let listed = context.client()?.apps()?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&listed);
            return Ok(());
        }
        let rows: Vec<Vec<String>> = listed
            .apps
            .into_iter()
            .map(|app| {
                let services = app.bind_num.map_or_else(String::new, |number| number.to_string());
                vec![app.name, app.app_key, services, app.id]
            })
            .collect();
        if rows.is_empty() {
            terminal.print(said!(
                "There are no apps yet. Create one with: adyton app create NAME",
                "还没有应用。创建：adyton app create NAME"
            ));
        } else {
            terminal.print(terminal.table(&["name", "appkey", "#services", "id"], rows));
        }
        Ok(())
    }
}
