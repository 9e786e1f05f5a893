//! `adyton app create`: the one moment in which the AppSecret is shown.

use clap::Args;
use serde_json::{Value, json};

use crate::client::Client;
use crate::client::lookup::{apigw, text};
use crate::context::Context;
use crate::failure::Outcome;
use crate::terminal::{Terminal, Tone};

/// Make an app; its AppSecret is shown once
#[derive(Args)]
pub(crate) struct Create {
    /// The app's name
    name: String,
    /// What to say of it
    #[arg(long, default_value = "", hide_default_value = true)]
    remark: String,
}

impl Create {
    /// Makes it and shows its credential.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let made = create(&context.client()?, &self.name, &self.remark)?;
        if context.terminal.is_json() {
            context.terminal.document(&made);
        } else {
            credential(&context.terminal, &made);
            context.terminal.print(format!(
                "\nLet it call a service with: adyton app authorize {} SERVICE",
                self.name
            ));
        }
        Ok(())
    }
}

/// Makes an app.
pub(crate) fn create(client: &Client, name: &str, remark: &str) -> Outcome<Value> {
    let base = apigw(client)?;
    client.give(
        "POST",
        &format!("{base}/apps"),
        &json!({"name": name, "remark": remark}),
    )
}

/// Shows an app with its secret.
pub(super) fn credential(terminal: &Terminal, app: &Value) {
    terminal.print(terminal.tone(Tone::Bold, text(app, "name")));
    terminal.print(terminal.facts(&[
        ("id", text(app, "id")),
        ("AppKey", text(app, "app_key")),
        ("AppSecret", text(app, "app_secret")),
    ]));
    terminal.note("The AppSecret is not shown again: keep it now.");
}
