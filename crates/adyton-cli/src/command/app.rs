//! `adyton app create|list|show|authorize|revoke|code|reset-secret|delete`.

mod authorize;
mod code;
mod create;
mod delete;
mod list;
mod reset_secret;
mod revoke;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::failure::Outcome;

/// Manage apps: the credentials that callers without a user have
#[derive(Subcommand)]
pub enum App {
    /// Create an app; its AppSecret is shown once
    Create(create::Create),
    /// List the apps of the project
    List(list::ListApps),
    /// Show one app and what it may call
    Show(show::ShowApp),
    /// Let an app call services
    Authorize(authorize::Authorize),
    /// Stop an app from calling services
    Revoke(revoke::Revoke),
    /// Give an app an AppCode
    ///
    /// Whoever has the code can call as the app, and it is sent as it is: it is accepted over HTTPS or from this machine only.
    Code(code::Code),
    /// Give an app another AppSecret; the old one stops working at once
    ResetSecret(reset_secret::ResetSecret),
    /// Delete apps
    Delete(delete::DeleteApp),
}

impl App {
    /// Carries it out.
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            App::Create(verb) => verb.run(context),
            App::List(verb) => verb.run(context),
            App::Show(verb) => verb.run(context),
            App::Authorize(verb) => verb.run(context),
            App::Revoke(verb) => verb.run(context),
            App::Code(verb) => verb.run(context),
            App::ResetSecret(verb) => verb.run(context),
            App::Delete(verb) => verb.run(context),
        }
    }
}
