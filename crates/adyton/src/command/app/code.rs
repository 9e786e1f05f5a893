//! `adyton app code`: gives an app an AppCode, the simple credential that travels as it is.

use clap::Args;

use crate::client::Body;
use crate::client::lookup::{self, apigw, text};
use crate::context::Context;
use crate::failure::Outcome;

/// Give an app an AppCode
#[derive(Args)]
pub(crate) struct Code {
    /// Name, AppKey or id of the app
    app: String,
}

impl Code {
    /// Makes the code and shows it.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let app = lookup::app(&client, &self.app)?;
        let path = format!("{}/apps/{}/app-codes", apigw(&client)?, text(&app, "id"));
        let made = client.manage("PUT", &path, "", Body::Empty)?.json()?;
        if context.terminal.is_json() {
            context.terminal.document(&made);
        } else {
            context.terminal.print(text(&made, "app_code"));
        }
        Ok(())
    }
}
