//! `adyton service list`.

use adyton_api::modelarts::services::ServiceSummary;
use clap::Args;

use super::tag;
use crate::context::Context;
use crate::failure::Outcome;
use crate::said;

/// List the services of the project
#[derive(Args)]
#[command(after_help = "Examples:
  adyton service list
  adyton service list --tag env=prod
  adyton service list --json")]
pub struct ListServices {
    /// Only services with this tag, KEY or KEY=VALUE; if repeated, with all of them
    #[arg(long = "tag", value_name = "KEY[=VALUE]")]
    tags: Vec<String>,
}

impl ListServices {
    /// Prints the table.
    pub fn run(self, context: &Context) -> Outcome {
        let listed = context.client()?.tagged_services(&self.tags)?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&listed);
            return Ok(());
        }
        let is_tagged = listed.services.iter().any(|service| !service.tags.is_empty());
        let mut rows: Vec<Vec<String>> = listed.services.into_iter().map(row).collect();
        if rows.is_empty() && !self.tags.is_empty() {
            terminal.print(said!("No service has these tags.", "没有带这些标签的服务。"));
            return Ok(());
        }
        if rows.is_empty() {
            terminal.print(said!(
                "There are no services yet. Deploy a model with: adyton service deploy MODEL",
                "还没有服务。部署模型：adyton service deploy MODEL"
            ));
            return Ok(());
        }
        let mut titles = vec!["name", "status", "#calls", "#failed", "tags", "address", "id"];
        if !is_tagged {
            drop_column(&mut titles, &mut rows, TAGS);
        }
        // A terminal that has no room for the address has it in `service show`.
        if !terminal.has_room_for(&titles, &rows) {
            let address = titles.len() - 2;
            drop_column(&mut titles, &mut rows, address);
        }
        terminal.print(terminal.table(&titles, rows));
        Ok(())
    }
}

/// The column of the tags; the address is the last but one.
const TAGS: usize = 4;

fn drop_column(titles: &mut Vec<&str>, rows: &mut [Vec<String>], at: usize) {
    titles.remove(at);
    for row in rows {
        row.remove(at);
    }
}

fn row(service: ServiceSummary) -> Vec<String> {
    vec![
        service.service_name,
        service.status.name().to_owned(),
        service.invocation_times.to_string(),
        service.failed_times.to_string(),
        tag::line(&service.tags),
        service.access_address,
        service.service_id,
    ]
}
