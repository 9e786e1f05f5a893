//! `adyton app create|list|show|authorize|revoke|code|delete-code|reset-secret|disable|enable|delete`.

mod authorize;
mod code;
mod create;
mod delete;
mod delete_code;
mod enabled;
mod list;
mod reset_secret;
mod revoke;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::failure::Outcome;

/// Manage apps: credentials for callers without a user
#[derive(Subcommand)]
pub enum App {
    /// Create an app; its AppSecret is shown once
    Create(create::Create),
    /// List the apps of the project
    #[command(visible_alias = "ls")]
    List(list::ListApps),
    /// Show one app and what it may call
    Show(show::ShowApp),
    /// Let an app call services
    Authorize(authorize::Authorize),
    /// Stop an app from calling services
    Revoke(revoke::Revoke),
    /// Create an AppCode for an app
    ///
    /// Anyone who has the code can call as the app, and it is sent in plain text: it is accepted only over HTTPS or from this machine.
    Code(code::Code),
    /// Delete AppCodes; they stop working immediately
    DeleteCode(delete_code::DeleteCode),
    /// Refuse all calls of an app; its credentials are kept
    Disable(enabled::DisableApp),
    /// Let a disabled app call again
    Enable(enabled::EnableApp),
    /// Replace an app's AppSecret; the old one stops working
    ResetSecret(reset_secret::ResetSecret),
    /// Delete apps
    #[command(visible_alias = "rm")]
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
            App::DeleteCode(verb) => verb.run(context),
            App::Disable(verb) => verb.run(context),
            App::Enable(verb) => verb.run(context),
            App::ResetSecret(verb) => verb.run(context),
            App::Delete(verb) => verb.run(context),
        }
    }
}
