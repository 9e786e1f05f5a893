//! What can be written on the command line. Each verb's own arguments stand in its file.

use clap::{Parser, Subcommand};

use crate::command;
use crate::context::Context;
use crate::failure::Outcome;

/// Runs models as real-time services behind an API gateway, and explains every request that it refuses.
#[derive(Parser)]
#[command(name = "adyton", version, max_term_width = 110, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Print one JSON document, with the field names of the API
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) json: bool,
    /// Use this profile of ~/.config/adyton/config.toml (ADYTON_PROFILE)
    #[arg(long, global = true, value_name = "NAME", help_heading = "Everywhere")]
    pub(crate) profile: Option<String>,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// The verbs.
#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Start the server
    Serve(command::serve::Serve),
    /// Start the server with the samples imported, deployed and called once
    Demo(command::demo::Demo),
    /// Check, show and document the configuration
    #[command(subcommand)]
    Config(command::config::Config),
    /// Keep who you are and which server you call
    ///
    /// It is kept in ~/.config/adyton/config.toml, for you alone. Without arguments, takes the administrator's key of the
    /// server that runs on ./adyton-data. Secrets are asked for, or read from standard input; they are never arguments.
    Login(command::login::Login),
    /// Show who you are, where, and for how long
    Whoami(command::whoami::Whoami),
    /// Import, list, show and delete models
    #[command(subcommand)]
    Model(command::model::Model),
    /// Deploy and run services
    #[command(subcommand)]
    Service(command::service::Service),
    /// Call a service
    Predict(command::predict::Predict),
    /// Manage apps: the credentials that callers without a user have
    #[command(subcommand)]
    App(command::app::App),
    /// List the requests that came in, refused or not
    Requests(command::requests::Requests),
    /// Say why a request was answered as it was
    Explain(command::explain::Explain),
    /// Show the error catalogue: code, meaning, cause, fix
    Errors(command::errors::Errors),
    /// Sign a request and show how: canonical request, string to sign, headers
    ///
    /// Keys come from the profile or the environment as for every verb; `--app` signs with ADYTON_APP_KEY and
    /// ADYTON_APP_SECRET.
    Sign(command::sign::Sign),
    /// Check this installation and say what to fix
    Doctor(command::doctor::Doctor),
    /// Print the reference of the command line as Markdown
    #[command(hide = true)]
    Reference(command::reference::Reference),
    /// Start and guard the programs of models (used by the server)
    #[command(hide = true)]
    Keeper(command::keeper::Keeper),
}

impl Verb {
    /// Carries it out.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        match self {
            Verb::Serve(verb) => verb.run(context),
            Verb::Demo(verb) => verb.run(context),
            Verb::Config(verb) => verb.run(context),
            Verb::Login(verb) => verb.run(context),
            Verb::Whoami(verb) => verb.run(context),
            Verb::Model(verb) => verb.run(context),
            Verb::Service(verb) => verb.run(context),
            Verb::Predict(verb) => verb.run(context),
            Verb::App(verb) => verb.run(context),
            Verb::Requests(verb) => verb.run(context),
            Verb::Explain(verb) => verb.run(context),
            Verb::Errors(verb) => verb.run(context),
            Verb::Sign(verb) => verb.run(context),
            Verb::Doctor(verb) => verb.run(context),
            Verb::Reference(verb) => verb.run(context),
            // `main` has taken care of it, before there was a context.
            Verb::Keeper(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
