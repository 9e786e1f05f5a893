//! `adyton service restart`: new instances of the same configuration in place of those of now, without a call being lost.

use clap::Args;

use super::versions::{Waiting, ready};
use crate::client::lookup::service_id;
use crate::context::Context;
use crate::failure::Outcome;

/// Replace the instances of a service by new ones
///
/// Those of now answer until all the new ones are ready, and stay if these fail. A stopped service is started.
#[derive(Args)]
#[command(after_help = "Example:
  adyton service restart iris")]
pub struct Restart {
    /// Name or id
    service: String,
    #[command(flatten)]
    waiting: Waiting,
}

impl Restart {
    /// Restarts it, waits, and shows it.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let id = service_id(&client, &self.service)?;
        client.restart_service(&id)?;
        ready(context, &client, &id, &self.waiting, false)
    }
}
