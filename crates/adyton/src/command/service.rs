//! `adyton service deploy|list|show|update|start|stop|delete|events|logs`.

mod delete;
mod deploy;
mod events;
mod list;
mod logs;
mod paths;
mod show;
mod start;
mod stop;
mod update;

use std::time::Duration;

use clap::Subcommand;

pub(crate) use deploy::{deploy, wish};
pub(crate) use show::facts;

use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// How long a service may take to get ready before a command stops to wait for it.
pub(crate) const READY_TIME: Duration = Duration::from_secs(600);

/// Deploy and run services
#[derive(Subcommand)]
pub(crate) enum Service {
    /// Deploy a model as a service, and wait until it answers
    Deploy(deploy::Deploy),
    /// List the services of the project
    List(list::List),
    /// Show one service: address, versions, instances
    Show(show::Show),
    /// Change a service: another model version, more instances, other variables
    Update(update::Update),
    /// Start a stopped service
    Start(start::Start),
    /// Stop a service
    Stop(stop::Stop),
    /// Delete services
    Delete(delete::Delete),
    /// Tell what happened to a service
    Events(events::Events),
    /// Show what the programs of a service printed
    Logs(logs::Logs),
}

impl Service {
    /// Carries it out.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        match self {
            Service::Deploy(verb) => verb.run(context),
            Service::List(verb) => verb.run(context),
            Service::Show(verb) => verb.run(context),
            Service::Update(verb) => verb.run(context),
            Service::Start(verb) => verb.run(context),
            Service::Stop(verb) => verb.run(context),
            Service::Delete(verb) => verb.run(context),
            Service::Events(verb) => verb.run(context),
            Service::Logs(verb) => verb.run(context),
        }
    }
}

/// `--env` as written: `NAME=VALUE`.
fn variables(said: &[String]) -> Outcome<serde_json::Map<String, serde_json::Value>> {
    let pair = |one: &String| match one.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.into())),
        _ => Err(
            Failure::wrong_use(format!("--env {one}: there is no name and `=`"))
                .hint("write --env NAME=VALUE"),
        ),
    };
    said.iter().map(pair).collect()
}
