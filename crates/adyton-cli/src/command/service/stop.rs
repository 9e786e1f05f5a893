//! `adyton service stop`.

use clap::Args;

use super::start::{Wanted, change};
use crate::context::Context;
use crate::failure::Outcome;

/// Stop a service
#[derive(Args)]
pub struct Stop {
    /// Name or id
    service: String,
    /// Do not wait until it has stopped
    #[arg(long)]
    no_wait: bool,
}

impl Stop {
    /// Stops it.
    pub fn run(self, context: &Context) -> Outcome {
        change(context, &self.service, Wanted::Stopped, self.no_wait)
    }
}
