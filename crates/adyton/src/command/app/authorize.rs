//! `adyton app authorize`: lets an app call services. A service is one API; the first authorisation opens it to apps.

use clap::Args;
use serde_json::{Value, json};

use super::RELEASE_ID;
use crate::client::Client;
use crate::client::lookup::{self, all_of, apigw, entries, service_id, text};
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Let an app call services
#[derive(Args)]
pub(crate) struct Authorize {
    /// Name, AppKey or id of the app
    app: String,
    /// Names or ids of services
    #[arg(required = true)]
    services: Vec<String>,
}

impl Authorize {
    /// Authorises and says so.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let app = lookup::app(&client, &self.app)?;
        let apis: Vec<String> = self
            .services
            .iter()
            .map(|said| api_of(&client, said))
            .collect::<Outcome<_>>()?;
        let made = authorize(&client, &text(&app, "id"), &apis)?;
        if context.terminal.is_json() {
            context.terminal.document(&made);
        } else {
            context.terminal.print(format!(
                "{} may call {}.",
                text(&app, "name"),
                self.services.join(", ")
            ));
        }
        Ok(())
    }
}

/// Authorises an app for APIs.
pub(crate) fn authorize(client: &Client, app: &str, apis: &[String]) -> Outcome<Value> {
    let document = json!({"env_id": RELEASE_ID, "app_ids": [app], "api_ids": apis});
    client.give("POST", &format!("{}/app-auths", apigw(client)?), &document)
}

/// The id of the API that a service is.
pub(crate) fn api_of(client: &Client, said: &str) -> Outcome<String> {
    match text(&lookup::service(client, said)?, "api_id") {
        id if !id.is_empty() => Ok(id),
        _ => Err(Failure::failed(format!(
            "the server does not say which API the service {said} is"
        ))),
    }
}

/// The authorisation of an app for a service, if there is one.
pub(super) fn authorisation(client: &Client, app: &str, said: &str) -> Outcome<Option<Value>> {
    let service = service_id(client, said)?;
    let path = format!("{}/app-auths/binded-apis", apigw(client)?);
    let bound = all_of(client, &path, "auths", &format!("app_id={app}"))?;
    Ok(entries(&bound, "auths")
        .iter()
        .find(|auth| text(auth, "service_id") == service)
        .cloned())
}
