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

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Subcommand;

pub use deploy::{deploy, wish};
pub use show::facts;
pub use start::status;

use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// How long a service may take to get ready before a command stops to wait for it.
pub const READY_TIME: Duration = Duration::from_secs(600);

/// Deploy and run services
#[derive(Subcommand)]
pub enum Service {
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
    pub fn run(self, context: &Context) -> Outcome {
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
fn variables(said: &[String]) -> Outcome<BTreeMap<String, String>> {
    let pair =
        |one: &String| match one.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
            _ => Err(Failure::wrong_use(format!("--env {one}: expected NAME=VALUE"))
                .hint("write --env NAME=VALUE")),
        };
    said.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_a_name_and_any_value() {
        let read = |said: &[&str]| variables(&said.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        let read_ones = read(&["A=1", "B=x=y", "C="]).unwrap();
        assert_eq!(read_ones["B"], "x=y");
        assert_eq!(read_ones["C"], "");
        for wrong in ["NAME", "=value", ""] {
            assert!(read(&[wrong]).is_err_and(|failure| failure.to_string().contains("expected NAME=VALUE")));
        }
    }
}
