//! `adyton service stop`.

use clap::Args;

use super::start::{WantedStatus, change};
use super::versions::Waiting;
use crate::context::Context;
use crate::failure::Outcome;

/// Stop a service
#[derive(Args)]
#[command(after_help = "Example:
  adyton service stop iris")]
pub struct Stop {
    /// Name or id
    service: String,
    #[command(flatten)]
    waiting: Waiting,
}

impl Stop {
    /// Stops it.
    pub fn run(self, context: &Context) -> Outcome {
        change(context, &self.service, WantedStatus::Stopped, &self.waiting)
    }
}
