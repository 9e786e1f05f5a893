//! `adyton model list`.

use clap::Args;

use crate::client::lookup::{all_pages, entries, text};
use crate::command::model::show::size;
use crate::context::Context;
use crate::failure::Outcome;

/// List the models of the project
#[derive(Args)]
pub(crate) struct List {}

impl List {
    /// Prints the table.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let listed = all_pages(&context.client()?, "models", "")?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&listed);
            return Ok(());
        }
        let rows: Vec<Vec<String>> = entries(&listed, "models")
            .iter()
            .map(|model| {
                let field = |name| text(model, name);
                vec![
                    field("model_name"),
                    field("model_version"),
                    field("model_status"),
                    field("model_type"),
                    size(model),
                    field("model_id"),
                ]
            })
            .collect();
        if rows.is_empty() {
            terminal.print("There is no model yet. Import one with: adyton model import PATH");
        } else {
            terminal.print(terminal.table(&["name", "version", "status", "engine", "#size", "id"], rows));
        }
        Ok(())
    }
}
