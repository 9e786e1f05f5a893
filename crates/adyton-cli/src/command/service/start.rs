//! `adyton service start`.

use adyton_api::modelarts::service_deploy::ServiceUpdate;
use clap::Args;

use crate::client::lookup::service_id;
use crate::client::wait;
use crate::context::Context;
use crate::failure::Outcome;

/// Start a stopped service
#[derive(Args)]
pub struct Start {
    /// Name or id
    service: String,
    /// Do not wait until the service answers
    #[arg(long)]
    no_wait: bool,
}

impl Start {
    /// Starts it.
    pub fn run(self, context: &Context) -> Outcome {
        turn(context, &self.service, Turn::On, self.no_wait)
    }
}

/// What a service is turned.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// `running`
    On,
    /// `stopped`
    Off,
}

/// Asks for a status and waits until it is there.
pub(super) fn turn(context: &Context, said: &str, turn: Turn, no_wait: bool) -> Outcome {
    let client = context.client()?;
    let id = service_id(&client, said)?;
    let asked = match turn {
        Turn::On => "running",
        Turn::Off => "stopped",
    };
    client.update_service(&id, &status(asked))?;
    let service = match (no_wait, turn) {
        (true, _) => client.service(&id)?,
        (false, Turn::On) => wait::rollout(&client, &context.terminal, &id, wait::READY_TIME)?,
        (false, Turn::Off) => wait::stopped(&client, &context.terminal, &id, wait::READY_TIME)?,
    };
    if context.terminal.is_json() {
        context.terminal.document(&service);
    } else {
        context.terminal.print(format!(
            "{} is {}.",
            service.summary.service_name,
            service.summary.status.name()
        ));
    }
    Ok(())
}

/// The change that asks for `running` or `stopped`.
pub fn status(wanted: &str) -> ServiceUpdate {
    ServiceUpdate {
        status: Some(wanted.to_owned()),
        ..ServiceUpdate::default()
    }
}
