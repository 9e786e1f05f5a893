//! `adyton app show`: an app, what it may call, and its AppCodes. These are secrets, so only `--json` shows them, as the API does.

use clap::Args;
use serde_json::{Value, json};

use crate::client::lookup::{self, all_of, apigw, entries, text};
use crate::command::requests::moment;
use crate::context::Context;
use crate::failure::Outcome;
use crate::terminal::Tone;

/// Show one app: what it may call, and its AppCodes (with --json whole)
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
        let (base, id) = (apigw(&client)?, text(&app, "id"));
        let path = format!("{base}/app-auths/binded-apis");
        let bound = all_of(&client, &path, "auths", &format!("app_id={id}"))?;
        let codes = match all_of(&client, &format!("{base}/apps/{id}/app-codes"), "app_codes", "") {
            Ok(codes) => Some(codes),
            // Whoever may only look at apps may not see what they show themselves with.
            Err(failure) if failure.status() == Some(403) => None,
            Err(failure) => return Err(failure),
        };
        let codes = codes.as_ref().map(|codes| entries(codes, "app_codes"));
        let terminal = &context.terminal;
        if terminal.is_json() {
            app["auths"] = json!(entries(&bound, "auths"));
            if let Some(codes) = codes {
                app["app_codes"] = json!(codes);
            }
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
            ("AppCodes", codes.map_or_else(String::new, listed)),
        ]));
        Ok(())
    }
}

/// AppCodes by what may be on a screen: their ids, and when they were made.
fn listed(codes: &[Value]) -> String {
    let lines = codes.iter().map(|code| {
        format!(
            "{}  made {}",
            text(code, "id"),
            moment(&text(code, "create_time"))
        )
    });
    match codes {
        [] => "none".to_owned(),
        _ => lines.collect::<Vec<_>>().join("\n"),
    }
}
