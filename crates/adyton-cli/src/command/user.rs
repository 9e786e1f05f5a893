//! `adyton user create|list|password|disable|enable|delete`: the users of your domain.

use std::path::PathBuf;

use adyton_api::iam::users::{UserChanged, UserShown};
use clap::{Args, Subcommand};
use serde_json::json;

use super::input::secret;
use crate::client::lookup;
use crate::command::deleting;
use crate::context::Context;
use crate::failure::Outcome;
use crate::said;

/// Manage the users of your domain
#[derive(Subcommand)]
pub enum User {
    /// Create a user without roles; the password is asked for or piped in
    Create(CreateUser),
    /// List the users of your domain
    #[command(visible_alias = "ls")]
    List(ListUsers),
    /// Set a user's password; it is asked for or piped in
    ///
    /// All tokens of the user are revoked. If no administrator can sign in any more, set the password in the data folder
    /// of the stopped server, with --offline.
    Password(ResetPassword),
    /// Stop a user from signing in; all tokens of the user are revoked
    Disable(DisableUser),
    /// Let a user sign in again
    Enable(EnableUser),
    /// Delete users
    #[command(visible_alias = "rm")]
    Delete(DeleteUsers),
}

impl User {
    /// Carries it out.
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            User::Create(verb) => verb.run(context),
            User::List(verb) => verb.run(context),
            User::Password(verb) => verb.run(context),
            User::Disable(verb) => enabled(context, &verb.user, false),
            User::Enable(verb) => enabled(context, &verb.user, true),
            User::Delete(verb) => verb.run(context),
        }
    }
}

/// Create a user without roles; the password is asked for or piped in
#[derive(Args)]
#[command(after_help = "Examples:
  adyton user create ada
  adyton role grant ada operator --project vision")]
pub struct CreateUser {
    /// The user's name
    name: String,
}

impl CreateUser {
    fn run(self, context: &Context) -> Outcome {
        let client = context.client_of_domain()?;
        let password = secret(context, &said!("password", "密码"), None)?;
        let user = client.create_user(&self.name, &password)?;
        let name = &user.name;
        told(
            context,
            &user,
            &said!(
                "Created {name}.\nGrant a role with: adyton role grant {name} ROLE --project PROJECT",
                "已创建 {name}。\n授予角色：adyton role grant {name} ROLE --project PROJECT"
            ),
        );
        Ok(())
    }
}

/// List the users of your domain
#[derive(Args)]
#[command(after_help = "Example:
  adyton user list")]
pub struct ListUsers {}

impl ListUsers {
    fn run(self, context: &Context) -> Outcome {
        let listed = context.client_of_domain()?.users(None)?;
        if context.terminal.is_json() {
            context.terminal.document(&listed);
            return Ok(());
        }
        let row = |user: UserShown| {
            let state = if user.enabled { "enabled" } else { "disabled" };
            vec![user.name, state.to_owned(), user.id]
        };
        let rows = listed.users.into_iter().map(row).collect();
        context
            .terminal
            .print(context.terminal.table(&["name", "state", "id"], rows));
        Ok(())
    }
}

/// Set a user's password; it is asked for or piped in
#[derive(Args)]
#[command(after_help = "Examples:
  adyton user password ada
  adyton user password admin --offline --data /var/lib/adyton")]
pub struct ResetPassword {
    /// Name or id
    pub user: String,
    /// Set it in the database of a stopped server, without signing in: for a forgotten administrator's password
    #[arg(long)]
    pub offline: bool,
    /// With --offline: the server's configuration [default: adyton.toml, if it exists]
    #[arg(long, value_name = "FILE", requires = "offline")]
    pub config: Option<PathBuf>,
    /// With --offline: the data folder [default: adyton-data]
    #[arg(long, value_name = "DIR", requires = "offline")]
    pub data: Option<String>,
}

impl ResetPassword {
    fn run(self, context: &Context) -> Outcome {
        let client = context.client_of_domain()?;
        let id = lookup::user(&client, &self.user)?.id;
        let password = secret(context, &said!("new password", "新密码"), None)?;
        let change = UserChanged {
            name: None,
            enabled: None,
            password: Some(password.expose().clone()),
        };
        let user = client.update_user(&id, change)?;
        told(
            context,
            &user,
            &said!("The password of {} is changed.", "{} 的密码已更改。", user.name),
        );
        Ok(())
    }
}

/// Stop a user from signing in; all tokens of the user are revoked
#[derive(Args)]
#[command(after_help = "Example:
  adyton user disable ada")]
pub struct DisableUser {
    /// Name or id
    user: String,
}

/// Let a user sign in again
#[derive(Args)]
#[command(after_help = "Example:
  adyton user enable ada")]
pub struct EnableUser {
    /// Name or id
    user: String,
}

fn enabled(context: &Context, said: &str, enabled: bool) -> Outcome {
    let client = context.client_of_domain()?;
    let id = lookup::user(&client, said)?.id;
    let change = UserChanged {
        name: None,
        enabled: Some(enabled),
        password: None,
    };
    let user = client.update_user(&id, change)?;
    let text = match enabled {
        true => said!("{} is enabled.", "{} 已启用。", user.name),
        false => said!("{} is disabled.", "{} 已停用。", user.name),
    };
    told(context, &user, &text);
    Ok(())
}

/// Delete users
#[derive(Args)]
#[command(after_help = "Example:
  adyton user delete ada")]
pub struct DeleteUsers {
    /// Names or ids
    #[arg(required = true)]
    users: Vec<String>,
}

impl DeleteUsers {
    /// Deletes them one by one; the first that cannot be deleted ends it.
    fn run(self, context: &Context) -> Outcome {
        deleting::each(context, &self.users, |client, said| {
            client.delete_user(&lookup::user(client, said)?.id)?;
            Ok(said.to_owned())
        })
    }
}

fn told(context: &Context, user: &UserShown, text: &str) {
    if context.terminal.is_json() {
        context.terminal.document(&json!({ "user": user }));
    } else {
        context.terminal.print(text.to_owned());
    }
}
