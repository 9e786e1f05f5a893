//! `adyton app show`: an app, and what it may call.

use clap::Args;
use serde_json::json;

use crate::client::lookup::{self, all_of, apigw, entries, text};
use crate::context::Context;
use crate::failure::Outcome;
use crate::terminal::Tone;

/// Show one app and what it may call
#[derive(Args)]
pub(crate) struct Show {
    /// Name, AppKey or id
    app: String,
}

impl Show {
    /// Prints it.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let mut app = lookup::app(&client, &self.app)?;
        let path = format!("{}/app-auths/binded-apis", apigw(&client)?);
        let bound = all_of(&client, &path, "auths", &format!("app_id={}", text(&app, "id")))?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            app["auths"] = json!(entries(&bound, "auths"));
            terminal.document(&app);
            return Ok(());
        }
        let services: Vec<String> = entries(&bound, "auths")
            .iter()
            .map(|auth| text(auth, "api_name"))
            .collect();
        terminal.print(terminal.tone(Tone::Bold, text(&app, "name")));
        terminal.print(terminal.facts(&[
            ("id", text(&app, "id")),
            ("AppKey", text(&app, "app_key")),
            ("remark", text(&app, "remark")),
            ("made", text(&app, "register_time")),
            (
                "may call",
                if services.is_empty() {
                    "nothing yet".to_owned()
                } else {
                    services.join(", ")
                },
            ),
        ]));
        Ok(())
    }
}
