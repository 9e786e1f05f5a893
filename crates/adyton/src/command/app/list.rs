//! `adyton app list`.

use clap::Args;

use crate::client::lookup::{all_of, apigw, entries, text};
use crate::context::Context;
use crate::failure::Outcome;

/// List the apps of the project
#[derive(Args)]
pub(crate) struct List {}

impl List {
    /// Prints the table.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let listed = all_of(&client, &format!("{}/apps", apigw(&client)?), "apps", "")?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&listed);
            return Ok(());
        }
        let rows: Vec<Vec<String>> = entries(&listed, "apps")
            .iter()
            .map(|app| {
                vec![
                    text(app, "name"),
                    text(app, "app_key"),
                    text(app, "bind_num"),
                    text(app, "id"),
                ]
            })
            .collect();
        if rows.is_empty() {
            terminal.print("There is no app yet. Make one with: adyton app create NAME");
        } else {
            terminal.print(terminal.table(&["name", "appkey", "#services", "id"], rows));
        }
        Ok(())
    }
}
