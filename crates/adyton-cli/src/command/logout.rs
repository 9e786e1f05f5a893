//! `adyton logout`: forgets the credentials of a context.

use adyton_core::secret::Secret;
use clap::Args;
use serde_json::json;

use crate::client::Client;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::said;

/// Forget the credentials of the context; its token stops working
#[derive(Args)]
#[command(after_help = "Examples:
  adyton logout
  adyton logout --context work")]
pub struct Logout {}

impl Logout {
    /// Revokes a token that was kept, and keeps the context without credentials.
    pub fn run(self, context: &Context) -> Outcome {
        let mut contexts = context.sources().contexts()?;
        let name = match context.sources().named() {
            Some(name) => name,
            None => contexts.current().map(str::to_owned).ok_or_else(|| {
                Failure::wrong_use(said!(
                    "no context is current, so you are not signed in",
                    "没有当前上下文，因此您尚未登录"
                ))
                .hint(said!(
                    "`adyton context list` lists the contexts; name one with --context NAME",
                    "`adyton context list` 列出上下文；用 --context NAME 指定其一"
                ))
            })?,
        };
        let saved = contexts.known(&name)?.clone();
        let revoked = saved.token.clone().map(|token| revoke(context, &name, token));
        contexts.put(&name, saved.signed_out())?;
        if let Some(Err(failure)) = &revoked {
            context.terminal.note(said!(
                "the token could not be revoked on the server and stays valid until it expires: {failure}",
                "令牌未能在服务器上撤销，到期前仍然有效：{failure}"
            ));
        }
        let is_revoked = matches!(revoked, Some(Ok(())));
        if context.terminal.is_json() {
            context
                .terminal
                .document(&json!({"context": name, "token_revoked": is_revoked}));
        } else {
            context.terminal.print(said!(
                "Signed out of context `{name}`.\nSign in again with: adyton login --context {name}",
                "已退出上下文 `{name}`。\n重新登录：adyton login --context {name}"
            ));
        }
        Ok(())
    }
}

fn revoke(context: &Context, name: &str, token: String) -> Outcome {
    let mut sources = context.sources();
    sources.context = Some(name);
    let (server, _) = sources.find()?;
    Client::new(server, context.clock.clone()).sign_out(&Secret::new(token))
}
