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
        change(context, &self.service, Wanted::Running, self.no_wait)
    }
}

/// The status that is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// `running`
    Running,
    /// `stopped`
    Stopped,
}

/// Asks for a status and waits until it is there.
pub(super) fn change(context: &Context, said: &str, wanted: Wanted, no_wait: bool) -> Outcome {
    let client = context.client()?;
    let id = service_id(&client, said)?;
    let asked = match wanted {
        Wanted::Running => "running",
        Wanted::Stopped => "stopped",
    };
    client.update_service(&id, &status(asked))?;
    let service = match (no_wait, wanted) {
        (true, _) => client.service(&id)?,
        (false, Wanted::Running) => wait::rollout(&client, &context.terminal, &id, wait::READY_TIME)?,
        (false, Wanted::Stopped) => wait::stopped(&client, &context.terminal, &id, wait::READY_TIME)?,
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
