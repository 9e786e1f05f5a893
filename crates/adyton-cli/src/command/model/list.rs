//! `adyton model list`.

use clap::Args;

use crate::client::ModelFilter;
use crate::command::model::show::size;
use crate::context::Context;
use crate::failure::Outcome;
use crate::said;

/// List the models of the project
#[derive(Args)]
#[command(after_help = "Example:
  adyton model list")]
pub struct ListModels {}

impl ListModels {
    /// Prints the table.
    pub fn run(self, context: &Context) -> Outcome {
        let listed = context.client()?.models(ModelFilter::default())?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&listed);
            return Ok(());
        }
        let rows: Vec<Vec<String>> = listed
            .models
            .into_iter()
            .map(|model| {
                let size = size(model.model_size);
                let status = model.model_status.name().to_owned();
                vec![
                    model.model_name,
                    model.model_version,
                    status,
                    model.model_type,
                    size,
                    model.model_id,
                ]
            })
            .collect();
        if rows.is_empty() {
            terminal.print(said!(
                "There are no models yet. Import one with: adyton model import PATH",
                "还没有模型。导入：adyton model import PATH"
            ));
        } else {
            terminal.print(terminal.table(&["name", "version", "status", "engine", "#size", "id"], rows));
        }
        Ok(())
    }
}
