//! `adyton app revoke`: an app may not call services any more.

use clap::Args;
use serde_json::json;

use super::authorize::authorisation;
use crate::client::lookup::{self, apigw, text};
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Take back what `authorize` gave
#[derive(Args)]
pub(crate) struct Revoke {
    /// Name, AppKey or id of the app
    app: String,
    /// Names or ids of services
    #[arg(required = true)]
    services: Vec<String>,
}

impl Revoke {
    /// Revokes one by one.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let app = lookup::app(&client, &self.app)?;
        let (id, name) = (text(&app, "id"), text(&app, "name"));
        for said in &self.services {
            let auth = authorisation(&client, &id, said)?.ok_or_else(|| {
                Failure::failed(format!("{name} is not authorised for {said}"))
                    .hint(format!("`adyton app show {name}` lists what it may call"))
            })?;
            client.delete(&format!("{}/app-auths/{}", apigw(&client)?, text(&auth, "id")))?;
            if !context.terminal.is_json() {
                context
                    .terminal
                    .print(format!("{name} may not call {said} any more."));
            }
        }
        if context.terminal.is_json() {
            context.terminal.document(&json!({}));
        }
        Ok(())
    }
}
