//! `adyton service deploy|list|show|tag|update|traffic|scale|rollback|start|stop|restart|delete|events|logs|metrics`.

mod delete;
mod deploy;
mod events;
mod list;
mod logs;
mod metrics;
mod paths;
mod restart;
mod rollback;
mod scale;
mod show;
mod start;
mod stop;
mod tag;
mod traffic;
mod update;
mod variables;
mod versions;

use clap::Subcommand;

pub use deploy::{deploy, wish};
pub use paths::declared;
pub use show::facts;
pub use start::status;

use crate::context::Context;
use crate::failure::Outcome;

/// Deploy and run services
#[derive(Subcommand)]
pub enum Service {
    /// Deploy a model as a service, and wait until it answers
    Deploy(deploy::Deploy),
    /// List the services of the project
    #[command(visible_alias = "ls")]
    List(list::ListServices),
    /// Show one service: address, versions, instances
    Show(show::ShowService),
    /// Tag a service, or show its tags
    Tag(tag::Tag),
    /// Update a service: its model version, instances or variables
    Update(update::Update),
    /// Split the traffic of a service between model versions
    Traffic(traffic::Traffic),
    /// Change how many instances of a service run
    Scale(scale::Scale),
    /// Roll a service back to its last successful change
    ///
    /// That is the newest successful change that differs from the current one. Rolling back twice undoes the first rollback.
    Rollback(rollback::Rollback),
    /// Start a stopped service
    Start(start::Start),
    /// Stop a service
    Stop(stop::Stop),
    /// Stop a service and start it again
    ///
    /// Its instances stop and new ones start; calls are refused meanwhile. `adyton service update` changes a service without refusing calls.
    Restart(restart::Restart),
    /// Delete services
    #[command(visible_alias = "rm")]
    Delete(delete::DeleteService),
    /// Show what happened to a service
    Events(events::Events),
    /// Show what the programs of a service printed
    Logs(logs::Logs),
    /// Show calls, failures, times, and the resources of the instances
    Metrics(metrics::Metrics),
}

impl Service {
    /// Carries it out.
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            Service::Deploy(verb) => verb.run(context),
            Service::List(verb) => verb.run(context),
            Service::Show(verb) => verb.run(context),
            Service::Tag(verb) => verb.run(context),
            Service::Update(verb) => verb.run(context),
            Service::Traffic(verb) => verb.run(context),
            Service::Scale(verb) => verb.run(context),
            Service::Rollback(verb) => verb.run(context),
            Service::Start(verb) => verb.run(context),
            Service::Stop(verb) => verb.run(context),
            Service::Restart(verb) => verb.run(context),
            Service::Delete(verb) => verb.run(context),
            Service::Events(verb) => verb.run(context),
            Service::Logs(verb) => verb.run(context),
            Service::Metrics(verb) => verb.run(context),
        }
    }
}
