//! `adyton service list`.

use adyton_api::modelarts::services::ServiceSummary;
use clap::Args;

use crate::context::Context;
use crate::failure::Outcome;

/// List the services of the project
#[derive(Args)]
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
        let rows: Vec<Vec<String>> = listed.services.into_iter().map(row).collect();
        if rows.is_empty() {
            terminal.print("There are no services yet. Deploy a model with: adyton service deploy MODEL");
        } else {
            terminal.print(terminal.table(&["name", "status", "#calls", "#failed", "id"], rows));
        }
        Ok(())
    }
}

fn row(service: ServiceSummary) -> Vec<String> {
    vec![
        service.service_name,
        service.status.name().to_owned(),
        service.invocation_times.to_string(),
        service.failed_times.to_string(),
        service.service_id,
    ]
}
