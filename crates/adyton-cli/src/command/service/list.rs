//! `adyton service list`.

use adyton_api::modelarts::services::ServiceSummary;
use clap::Args;

use crate::context::Context;
use crate::failure::Outcome;
use crate::said;

/// List the services of the project
#[derive(Args)]
#[command(after_help = "Examples:
  adyton service list
  adyton service list --json")]
pub struct ListServices {}

impl ListServices {
    /// Prints the table.
    pub fn run(self, context: &Context) -> Outcome {
        let listed = context.client()?.services(None)?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&listed);
            return Ok(());
        }
        let mut rows: Vec<Vec<String>> = listed.services.into_iter().map(row).collect();
        if rows.is_empty() {
            terminal.print(said!(
                "There are no services yet. Deploy a model with: adyton service deploy MODEL",
                "还没有服务。部署模型：adyton service deploy MODEL"
            ));
            return Ok(());
        }
        let mut titles = vec!["name", "status", "#calls", "#failed", "address", "id"];
        // A terminal that has no room for the address has it in `service show`.
        if !terminal.has_room_for(&titles, &rows) {
            titles.remove(ADDRESS);
            for row in &mut rows {
                row.remove(ADDRESS);
            }
        }
        terminal.print(terminal.table(&titles, rows));
        Ok(())
    }
}

/// The column of the address.
const ADDRESS: usize = 4;

fn row(service: ServiceSummary) -> Vec<String> {
    vec![
        service.service_name,
        service.status.name().to_owned(),
        service.invocation_times.to_string(),
        service.failed_times.to_string(),
        service.access_address,
        service.service_id,
    ]
}
