//! What can be written on the command line. Each verb's own arguments stand in its file.

use adyton_cli::command::user::User;
use adyton_cli::context::Context;
use adyton_cli::failure::Outcome;
use adyton_cli::verb::Verb as ClientVerb;
use clap::{CommandFactory as _, Parser, Subcommand};

use crate::command;

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
    Config(command::config::ConfigVerb),
    #[command(flatten)]
    Client(ClientVerb),
    /// Check this installation and say what to fix
    Doctor(command::doctor::Doctor),
    /// Write everything that this server needs elsewhere into one archive
    ///
    /// Database, packages and master key, as they are at one moment; the server may go on. Whoever has the archive has the secrets in it.
    Backup(command::backup::Backup),
    /// Restore a backup into a data folder that is empty or does not exist yet
    ///
    /// With PostgreSQL, into the empty database that `database_url` names as well. Nothing is put in its place before the whole archive was
    /// read and compared with its checksums.
    Restore(command::restore::Restore),
    /// Change the master key that seals secrets in the database
    #[command(subcommand)]
    MasterKey(command::master_key::MasterKey),
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
            Verb::Client(ClientVerb::User(User::Password(verb))) if verb.offline => {
                command::offline_password::run(verb, context)
            }
            Verb::Client(verb) => verb.run(context),
            Verb::Doctor(verb) => verb.run(context),
            Verb::Backup(verb) => verb.run(context),
            Verb::Restore(verb) => verb.run(context),
            Verb::MasterKey(verb) => verb.run(context),
            Verb::Reference(verb) => verb.run(context, Cli::command()),
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
