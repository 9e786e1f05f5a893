//! `adyton service restart`: stops all instances and starts them again.

use clap::Args;

use super::start::status;
use super::versions::{Waiting, ready};
use crate::client::lookup::service_id;
use crate::client::wait::{READY_TIME, Wait};
use crate::context::Context;
use crate::failure::Outcome;

/// Stop a service and start it again
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
    /// Stops it, starts it, and shows it.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let id = service_id(&client, &self.service)?;
        client.update_service(&id, &status("stopped"))?;
        // A service that is stopping cannot be started.
        Wait::watched(&client, &context.terminal, READY_TIME).stopped(&id)?;
        client.update_service(&id, &status("running"))?;
        ready(context, &client, &id, &self.waiting, false)
    }
}
