//! `adyton service start`.

use clap::Args;
use serde_json::json;

use super::READY_TIME;
use crate::client::lookup::{service_id, text};
use crate::client::wait;
use crate::context::Context;
use crate::failure::Outcome;

/// Start a stopped service
#[derive(Args)]
pub(crate) struct Start {
    /// Name or id
    service: String,
    /// Do not wait until the service answers
    #[arg(long)]
    no_wait: bool,
}

impl Start {
    /// Starts it.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        turn(context, &self.service, "running", "running", self.no_wait)
    }
}

/// Asks for a status and waits until it is there.
pub(super) fn turn(context: &Context, said: &str, asked: &str, reached: &str, no_wait: bool) -> Outcome {
    let client = context.client()?;
    let id = service_id(&client, said)?;
    let path = format!("/v1/{}/services/{id}", client.project());
    client.give("PUT", &path, &json!({"status": asked}))?;
    let service = match no_wait {
        true => client.get(&path, "")?,
        false => wait::service(&client, &context.terminal, &id, &[reached], READY_TIME)?,
    };
    if context.terminal.is_json() {
        context.terminal.document(&service);
    } else {
        context.terminal.print(format!(
            "{} is {}.",
            text(&service, "service_name"),
            text(&service, "status")
        ));
    }
    Ok(())
}
