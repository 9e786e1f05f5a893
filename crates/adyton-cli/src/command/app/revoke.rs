//! `adyton app revoke`: an app may not call services any more.

use adyton_api::apig::app_auths::AuthShown;
use clap::Args;
use serde_json::json;

use crate::client::lookup;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::said;

/// Take back what `authorize` gave
#[derive(Args)]
#[command(after_help = "Example:
  adyton app revoke reader iris")]
pub struct Revoke {
    /// Name, AppKey or id of the app
    app: String,
    /// Names or ids of services
    #[arg(required = true)]
    services: Vec<String>,
}

impl Revoke {
    /// Revokes one by one.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let app = lookup::app(&client, &self.app)?;
        let given = client.authorisations(&app.id)?.auths;
        for said in &self.services {
            let auth = of_service(&given, &lookup::service_id(&client, said)?).ok_or_else(|| {
                Failure::failed(said!(
                    "{} is not authorised for {said}",
                    "{} 未获授权调用 {said}",
                    app.name
                ))
                .hint(said!(
                    "`adyton app show {}` lists what it may call",
                    "`adyton app show {}` 列出它可以调用的服务",
                    app.name
                ))
            })?;
            client.revoke(&auth.id)?;
            if !context.terminal.is_json() {
                context.terminal.print(said!(
                    "{} may not call {said} any more.",
                    "{} 不能再调用 {said}。",
                    app.name
                ));
            }
        }
        if context.terminal.is_json() {
            context.terminal.document(&json!({}));
        }
        Ok(())
    }
}

/// The authorisation for a service, if there is one.
fn of_service<'a>(given: &'a [AuthShown], service: &str) -> Option<&'a AuthShown> {
    given.iter().find(|auth| auth.service_id == service)
}
