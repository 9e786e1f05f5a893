//! `adyton whoami`: who calls, which server, and for how long.

use adyton_api::adyton::whoami::Whoami as Known;
use adyton_api::iam::Named;
use adyton_core::clock::Timestamp;
use clap::Args;
use serde::Serialize;

use crate::client::Client;
use crate::context::Context;
use crate::failure::Outcome;
use crate::said;

/// Show who you are, where, and for how long
#[derive(Args)]
#[command(after_help = "Example:
  adyton whoami")]
pub struct Whoami {}

/// The one document of `--json`.
#[derive(Serialize)]
struct WhoamiDocument<'k> {
    #[serde(flatten)]
    known: &'k Known,
    /// The project that calls go to.
    current_project_id: &'k str,
}

impl Whoami {
    /// Asks the server, and shows it.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client_of_domain()?;
        let known = client.whoami()?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&WhoamiDocument {
                known: &known,
                current_project_id: client.project(),
            });
            return Ok(());
        }
        let projects: Vec<String> = known
            .projects
            .iter()
            .map(|project| match project.id == client.project() {
                true => named(project) + ", current",
                false => named(project),
            })
            .collect();
        terminal.print(terminal.facts(&[
            ("user", named(&known.user)),
            ("domain", named(&known.domain)),
            ("projects", projects.join("\n")),
            ("roles", known.roles.join(", ")),
            ("credentials", credentials(&client, &known)),
            ("server", client.server.control.to_string()),
            ("source", client.server.said.clone()),
            ("clock", clock(&known.server_time, context.clock.now())),
        ]));
        Ok(())
    }
}

/// `name (id)`.
fn named(thing: &Named) -> String {
    format!("{} ({})", thing.name, thing.id)
}

/// The key, or the token and when it expires.
fn credentials(client: &Client, known: &Known) -> String {
    match (known.way.as_str(), &client.server.credentials.keys, &known.token) {
        ("aksk", Some(keys), _) => said!("access key {}", "访问密钥 {}", keys.access),
        ("token", _, Some(token)) => {
            let left = token.remaining_seconds;
            said!(
                "a token that expires {}, in {} h {} min",
                "令牌，{} 到期，还有 {} 小时 {} 分钟",
                token.expires_at,
                left / 3600,
                left % 3600 / 60
            )
        }
        (way, _, _) => way.to_owned(),
    }
}

/// Signed requests are refused when the clocks are 15 minutes apart; a difference of seconds is the way of the answer.
fn clock(server: &str, now: Timestamp) -> String {
    let Some(server) = Timestamp::from_iso(server) else {
        return String::new();
    };
    match (now.seconds() - server.seconds()).abs() {
        0..=2 => said!("agrees with the server's", "与服务器一致"),
        off => said!("differs from the server's by {off} s", "与服务器相差 {off} 秒"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_differ_by_the_way_of_an_answer_agree() {
        let now = Timestamp::from_millis(1_768_464_930_000);
        assert_eq!(clock("2026-01-15T08:15:32Z", now), "agrees with the server's");
        assert_eq!(
            clock("2026-01-15T08:15:33Z", now),
            "differs from the server's by 3 s"
        );
        assert_eq!(clock("soon", now), "");
    }
}
