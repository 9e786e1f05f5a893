//! `adyton app show`: an app, what it may call, and its AppCodes. These are secrets, so only `--json` shows them, as the API does.

use adyton_api::apig::app_auths::AuthShown;
use adyton_api::apig::app_codes::AppCodeShown;
use adyton_api::apig::apps::AppShown;
use clap::Args;
use serde::Serialize;

use crate::client::lookup;
use crate::context::Context;
use crate::failure::Outcome;
use crate::moment::moment;
use crate::said;
use crate::terminal::Tone;

/// Show one app: what it may call, and its AppCodes (with --json whole)
#[derive(Args)]
#[command(after_help = "Examples:
  adyton app show reader
  adyton app show reader --json")]
pub struct ShowApp {
    /// Name, AppKey or id
    app: String,
}

impl ShowApp {
    /// Prints it.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let app = lookup::app(&client, &self.app)?;
        let auths = client.authorisations(&app.id)?.auths;
        let app_codes = match client.app_codes(&app.id) {
            Ok(listed) => Some(listed.app_codes),
            // Whoever may only look at apps may not see what they show themselves with.
            Err(failure) if failure.status() == Some(403) => None,
            Err(failure) => return Err(failure),
        };
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&Whole {
                app,
                auths,
                app_codes,
            });
            return Ok(());
        }
        terminal.print(terminal.tone(Tone::Bold, app.name));
        terminal.print(terminal.facts(&[
            ("id", app.id),
            ("AppKey", app.app_key),
            ("remark", app.remark),
            ("status", if app.status == 0 { "disabled" } else { "" }.to_owned()),
            ("made", app.register_time),
            ("may call", services(&auths)),
            ("AppCodes", app_codes.as_deref().map_or_else(String::new, listed)),
        ]));
        Ok(())
    }
}

/// The one document of `--json`.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    app: AppShown,
    auths: Vec<AuthShown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_codes: Option<Vec<AppCodeShown>>,
}

fn services(auths: &[AuthShown]) -> String {
    let names: Vec<&str> = auths.iter().map(|auth| auth.api_name.as_str()).collect();
    match names.as_slice() {
        [] => said!("nothing yet", "暂无"),
        names => names.join(", "),
    }
}

/// AppCodes by what may be on a screen: their ids, and when they were made.
fn listed(codes: &[AppCodeShown]) -> String {
    let lines = codes
        .iter()
        .map(|code| format!("{}  made {}", code.id, moment(&code.create_time)));
    match codes {
        [] => "none".to_owned(),
        _ => lines.collect::<Vec<_>>().join("\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_shown_by_their_ids_and_never_themselves() {
        let code = AppCodeShown {
            id: "c1".to_owned(),
            app_code: "a-secret".to_owned(),
            app_id: "a1".to_owned(),
            create_time: "2026-01-15T08:15:30Z".to_owned(),
        };
        assert_eq!(listed(&[code]), "c1  made 2026-01-15 08:15:30");
        assert_eq!(listed(&[]), "none");
        assert_eq!(services(&[]), "nothing yet");
    }
}
