//! `adyton key create|list|disable|enable|delete`: the access keys of users.

use adyton_api::iam::credentials::CredentialShown;
use clap::{Args, Subcommand};

use crate::client::{Client, lookup};
use crate::command::deleting;
use crate::context::Context;
use crate::failure::Outcome;
use crate::said;

/// Manage access keys: what users sign requests with
#[derive(Subcommand)]
pub enum Key {
    /// Create an access key; its secret is shown once
    Create(CreateKey),
    /// List the access keys of a user
    #[command(visible_alias = "ls")]
    List(ListKeys),
    /// Stop accepting an access key
    Disable(Disable),
    /// Accept an access key again
    Enable(Enable),
    /// Delete access keys
    #[command(visible_alias = "rm")]
    Delete(DeleteKeys),
}

impl Key {
    /// Carries it out.
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            Key::Create(verb) => verb.run(context),
            Key::List(verb) => verb.run(context),
            Key::Disable(verb) => enabled(context, &verb.key, false),
            Key::Enable(verb) => enabled(context, &verb.key, true),
            Key::Delete(verb) => verb.run(context),
        }
    }
}

/// The id of the user who was named, or of the caller.
fn owner(client: &Client, said: Option<&str>) -> Outcome<String> {
    Ok(match said {
        Some(said) => lookup::user(client, said)?.id,
        None => client.whoami()?.user.id,
    })
}

/// Create an access key; its secret is shown once
#[derive(Args)]
#[command(after_help = "Examples:
  adyton key create --description pipeline
  adyton key create --user ada")]
pub struct CreateKey {
    /// For this user: name or id [default: you]
    #[arg(long, value_name = "NAME|ID")]
    user: Option<String>,
    /// What it is for
    #[arg(long, default_value = "", hide_default_value = true)]
    description: String,
}

impl CreateKey {
    fn run(self, context: &Context) -> Outcome {
        let (client, terminal) = (context.client()?, &context.terminal);
        let user = owner(&client, self.user.as_deref())?;
        let made = client.create_key(&user, &self.description)?;
        if terminal.is_json() {
            terminal.document(&made);
            return Ok(());
        }
        let key = made.credential;
        terminal.print(terminal.facts(&[
            ("access key", key.access),
            ("secret key", key.secret.unwrap_or_default()),
        ]));
        terminal.note(said!(
            "The secret key is not shown again: keep it now.",
            "密钥（SK）不会再次显示：请立即保存。"
        ));
        Ok(())
    }
}

/// List the access keys of a user
#[derive(Args)]
#[command(after_help = "Example:
  adyton key list --user ada")]
pub struct ListKeys {
    /// Of this user: name or id [default: you]
    #[arg(long, value_name = "NAME|ID")]
    user: Option<String>,
}

impl ListKeys {
    fn run(self, context: &Context) -> Outcome {
        let (client, terminal) = (context.client()?, &context.terminal);
        let listed = client.keys(&owner(&client, self.user.as_deref())?)?;
        if terminal.is_json() {
            terminal.document(&listed);
            return Ok(());
        }
        let row = |key: CredentialShown| vec![key.access, key.status, key.description, key.create_time];
        let rows: Vec<Vec<String>> = listed.credentials.into_iter().map(row).collect();
        if rows.is_empty() {
            terminal.print(said!(
                "There are no access keys yet. Create one with: adyton key create",
                "还没有访问密钥。创建：adyton key create"
            ));
        } else {
            terminal.print(terminal.table(&["access key", "status", "description", "created"], rows));
        }
        Ok(())
    }
}

/// Stop accepting an access key
#[derive(Args)]
#[command(after_help = "Example:
  adyton key disable AK")]
pub struct Disable {
    /// The access key
    key: String,
}

/// Accept an access key again
#[derive(Args)]
#[command(after_help = "Example:
  adyton key enable AK")]
pub struct Enable {
    /// The access key
    key: String,
}

fn enabled(context: &Context, key: &str, enabled: bool) -> Outcome {
    let status = if enabled { "active" } else { "inactive" };
    let changed = context.client()?.update_key(key, status)?;
    let terminal = &context.terminal;
    if terminal.is_json() {
        terminal.document(&changed);
    } else {
        let CredentialShown { access, status, .. } = changed.credential;
        terminal.print(said!("{access} is {status}.", "{access} 的状态为 {status}。"));
    }
    Ok(())
}

/// Delete access keys
#[derive(Args)]
#[command(after_help = "Example:
  adyton key delete AK")]
pub struct DeleteKeys {
    /// The access keys
    #[arg(required = true)]
    keys: Vec<String>,
}

impl DeleteKeys {
    /// Deletes them one by one; the first that cannot be deleted ends it.
    fn run(self, context: &Context) -> Outcome {
        deleting::each(context, &self.keys, |client, key| {
            client.delete_key(key)?;
            Ok(key.to_owned())
        })
    }
}
