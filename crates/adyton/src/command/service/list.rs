//! `adyton service list`.

use clap::Args;
use serde_json::Value;

use crate::client::lookup::{all_pages, entries, text};
use crate::context::Context;
use crate::failure::Outcome;

/// List the services of the project
#[derive(Args)]
pub(crate) struct List {}

impl List {
    /// Prints the table.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let listed = all_pages(&context.client()?, "services", "")?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&listed);
            return Ok(());
        }
        let rows: Vec<Vec<String>> = entries(&listed, "services").iter().map(row).collect();
        if rows.is_empty() {
            terminal.print("There is no service yet. Deploy a model with: adyton service deploy MODEL");
        } else {
            terminal.print(terminal.table(&["name", "status", "#calls", "#failed", "id"], rows));
        }
        Ok(())
    }
}

fn row(service: &Value) -> Vec<String> {
    let field = |name| text(service, name);
    vec![
        field("service_name"),
        field("status"),
        field("invocation_times"),
        field("failed_times"),
        field("service_id"),
    ]
}
