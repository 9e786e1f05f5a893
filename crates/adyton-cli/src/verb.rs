//! The verbs that talk to a server, or need none. Each one's arguments stand in its file.

use clap::Subcommand;

use crate::command;
use crate::context::Context;
use crate::failure::Outcome;

/// The verbs.
#[derive(Subcommand)]
pub enum Verb {
    /// Save which server you call, and as whom
    ///
    /// It is saved in ~/.config/adyton/config.toml, readable only by you. Without arguments, uses the administrator's key of the
    /// server that runs on ./adyton-data. Secrets are prompted for, or read from standard input; they are never arguments.
    Login(command::login::Login),
    /// Forget the credentials of the context; its token stops working
    ///
    /// Server, project and user are kept: `adyton login` then asks only for the secret.
    Logout(command::logout::Logout),
    /// Choose between servers, projects and users that `login` has saved
    #[command(subcommand)]
    Context(command::contexts::ContextVerb),
    /// Show who you are, where, and for how long
    Whoami(command::whoami::Whoami),
    /// Print a link that signs you in to the web console, once
    ///
    /// The first person who opens it, within five minutes, is signed in as you: keep it to yourself.
    Console(command::console::Console),
    /// Show the state of the project: services, calls, refusals, changes
    ///
    /// Calls and refusals are those of the last hour. What your roles do not let you see is left out.
    Status(command::status::Status),
    /// Create, check, import, list, show and delete models
    #[command(subcommand)]
    Model(command::model::Model),
    /// Deploy and run services
    #[command(subcommand)]
    Service(command::service::Service),
    /// Call a service
    Predict(command::predict::Predict),
    /// Manage apps: credentials for callers without a user
    #[command(subcommand)]
    App(command::app::App),
    /// Manage the users of your domain
    #[command(subcommand)]
    User(command::user::User),
    /// Grant roles to users, and revoke them
    #[command(subcommand)]
    Role(command::role::Role),
    /// Manage access keys: what users sign requests with
    #[command(subcommand)]
    Key(command::key::Key),
    /// Get tokens for other clients, and revoke them
    #[command(subcommand)]
    Token(command::token::Token),
    /// Create and list projects, which separate teams
    #[command(subcommand)]
    Project(command::project::Project),
    /// Show and set how many of each kind a project may have
    #[command(subcommand)]
    Quota(command::quota::Quota),
    /// List the requests that came in, refused or not
    Requests(command::requests::Requests),
    /// List who changed what, who signed in and what was refused
    Audit(command::audit::Audit),
    /// Explain why a request was answered as it was
    Explain(command::explain::Explain),
    /// Show the error catalogue: code, meaning, cause, fix
    Errors(command::errors::Errors),
    /// Sign a request and show how: canonical request and headers
    ///
    /// Keys come from the context or the environment as for every verb; `--app` signs with ADYTON_APP_KEY and
    /// ADYTON_APP_SECRET.
    Sign(command::sign::Sign),
    /// Show the version of this program
    Version(command::version::Version),
}

impl Verb {
    /// Carries it out.
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            Verb::Login(verb) => verb.run(context),
            Verb::Logout(verb) => verb.run(context),
            Verb::Context(verb) => verb.run(context),
            Verb::Whoami(verb) => verb.run(context),
            Verb::Console(verb) => verb.run(context),
            Verb::Status(verb) => verb.run(context),
            Verb::Model(verb) => verb.run(context),
            Verb::Service(verb) => verb.run(context),
            Verb::Predict(verb) => verb.run(context),
            Verb::App(verb) => verb.run(context),
            Verb::User(verb) => verb.run(context),
            Verb::Role(verb) => verb.run(context),
            Verb::Key(verb) => verb.run(context),
            Verb::Token(verb) => verb.run(context),
            Verb::Project(verb) => verb.run(context),
            Verb::Quota(verb) => verb.run(context),
            Verb::Requests(verb) => verb.run(context),
            Verb::Audit(verb) => verb.run(context),
            Verb::Explain(verb) => verb.run(context),
            Verb::Errors(verb) => verb.run(context),
            Verb::Sign(verb) => verb.run(context),
            Verb::Version(verb) => verb.run(context),
        }
    }
}
