//! `adyton app reset-secret`: another AppSecret, shown once.

use clap::Args;
use serde_json::{Value, json};

use super::create::credential;
use crate::client::Client;
use crate::client::lookup::{self, apigw, text};
use crate::context::Context;
use crate::failure::Outcome;

/// Give an app another AppSecret; the old one stops working at once
#[derive(Args)]
pub(crate) struct ResetSecret {
    /// Name, AppKey or id of the app
    app: String,
}

impl ResetSecret {
    /// Resets it and shows the new one.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let app = lookup::app(&client, &self.app)?;
        let made = reset(&client, &text(&app, "id"))?;
        if context.terminal.is_json() {
            context.terminal.document(&made);
        } else {
            credential(&context.terminal, &made);
        }
        Ok(())
    }
}

/// Gives an app another secret.
pub(crate) fn reset(client: &Client, id: &str) -> Outcome<Value> {
    client.give("PUT", &format!("{}/apps/secret/{id}", apigw(client)?), &json!({}))
}
