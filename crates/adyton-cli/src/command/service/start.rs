//! `adyton service start`.

use adyton_api::modelarts::service_deploy::ServiceUpdate;
use clap::Args;

use super::versions::Waiting;
use crate::client::lookup::service_id;
use crate::context::Context;
use crate::failure::Outcome;
use crate::said;

/// Start a stopped service
#[derive(Args)]
#[command(after_help = "Example:
  adyton service start iris")]
pub struct Start {
    /// Name or id
    service: String,
    #[command(flatten)]
    waiting: Waiting,
}

impl Start {
    /// Starts it.
    pub fn run(self, context: &Context) -> Outcome {
        change(context, &self.service, WantedStatus::Running, &self.waiting)
    }
}

/// The status that is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum WantedStatus {
    /// `running`
    Running,
    /// `stopped`
    Stopped,
}

/// Asks for a status and waits until it is there.
pub(super) fn change(context: &Context, said: &str, wanted: WantedStatus, waiting: &Waiting) -> Outcome {
    let client = context.client()?;
    let id = service_id(&client, said)?;
    let asked = match wanted {
        WantedStatus::Running => "running",
        WantedStatus::Stopped => "stopped",
    };
    client.update_service(&id, &status(asked))?;
    let service = match wanted {
        WantedStatus::Running => waiting.rollout(context, &client, &id)?,
        WantedStatus::Stopped => waiting.stopped(context, &client, &id)?,
    };
    if context.terminal.is_json() {
        context.terminal.document(&service);
    } else {
        context.terminal.print(said!(
            "{} is {}.",
            "{} 的状态为 {}。",
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
