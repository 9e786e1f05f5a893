//! `adyton service delete`.

use clap::Args;

use crate::client::lookup::service_id;
use crate::command::deleting;
use crate::context::Context;
use crate::failure::Outcome;

/// Delete services
#[derive(Args)]
#[command(after_help = "Example:
  adyton service delete iris")]
pub struct DeleteService {
    /// Names or ids
    #[arg(required = true)]
    services: Vec<String>,
}

impl DeleteService {
    /// Deletes them one by one; the first that cannot be deleted ends it.
    pub fn run(self, context: &Context) -> Outcome {
        deleting::each(context, &self.services, |client, said| {
            client.delete_service(&service_id(client, said)?)?;
            Ok(said.to_owned())
        })
    }
}
