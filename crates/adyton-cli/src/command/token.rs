//! `adyton token create|show|revoke`: tokens for other clients.

use std::io::IsTerminal as _;

use adyton_core::secret::Secret;
use clap::{Args, Subcommand};
use serde_json::json;

use super::input::{bytes, secret};
use crate::client::{Client, SignedIn};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::moment::moment;
use crate::said;

/// Get tokens for other clients, and revoke them
#[derive(Subcommand)]
pub enum Token {
    /// Print a token for the project, and nothing else
    Create(CreateToken),
    /// Show what a token says: whose it is, for what, until when
    Show(ShowToken),
    /// Revoke a token; it stops working immediately
    Revoke(RevokeToken),
}

impl Token {
    /// Carries it out.
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            Token::Create(verb) => verb.run(context),
            Token::Show(verb) => verb.run(context),
            Token::Revoke(verb) => verb.run(context),
        }
    }
}

/// Print a token for the project, and nothing else
#[derive(Args)]
#[command(after_help = "Examples:
  adyton token create --project vision
  adyton token create --user ada
  adyton token create --json")]
pub struct CreateToken {
    /// Of this user; the password is prompted for, or read from standard input [default: you]
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// The user's domain [default: the only one that the server has]
    #[arg(long, value_name = "NAME", requires = "user")]
    domain: Option<String>,
}

impl CreateToken {
    fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let SignedIn { token, expires_at } = match &self.user {
            None => client.new_token()?,
            Some(user) => {
                let password = secret(context, &said!("password", "密码"), None)?;
                client.sign_in_here(user, self.domain.as_deref(), &password)?
            }
        };
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&json!({"token": token.expose(), "expires_at": expires_at}));
        } else {
            terminal.print(token.expose());
            terminal.note(said!("expires {}", "到期时间 {}", moment(&expires_at)));
        }
        Ok(())
    }
}

/// Which token: that of the context, or one of a file. Never an argument, which everybody on the machine could read.
#[derive(Args)]
struct Which {
    /// A file that holds the token, or @- for standard input [default: the context's token]
    #[arg(value_name = "@FILE")]
    file: Option<String>,
}

impl Which {
    fn token(&self, client: &Client) -> Outcome<Secret<String>> {
        let Some(said) = &self.file else {
            return client.server.credentials.token.clone().ok_or_else(|| {
                Failure::wrong_use(said!(
                    "{} contains no token",
                    "{} 没有保存令牌",
                    client.server.said
                ))
                .hint(said!(
                    "name a file that holds one: @FILE, or @- for standard input",
                    "请指定含有令牌的文件：@FILE，标准输入用 @-"
                ))
            });
        };
        if !said.starts_with('@') {
            return Err(Failure::wrong_use(said!(
                "a token cannot be given as an argument",
                "令牌不能作为参数给出"
            ))
            .hint(said!(
                "write @FILE for a file that holds it, or @- for standard input",
                "含有令牌的文件请写 @FILE，标准输入请写 @-"
            )));
        }
        if said == "@-" && std::io::stdin().is_terminal() {
            return Err(
                Failure::wrong_use(said!("standard input is a terminal", "标准输入是终端")).hint(said!(
                    "write the token into it: `adyton token show @- < FILE`",
                    "请将令牌写入标准输入：`adyton token show @- < FILE`"
                )),
            );
        }
        let token = String::from_utf8_lossy(&bytes(said, "token")?).trim().to_owned();
        match token.is_empty() {
            true => Err(Failure::wrong_use(said!(
                "{said} contains no token",
                "{said} 中没有令牌"
            ))),
            false => Ok(Secret::new(token)),
        }
    }
}

/// Show what a token says: whose it is, for what, until when
#[derive(Args)]
#[command(after_help = "Examples:
  adyton token show
  adyton token show @token.txt")]
pub struct ShowToken {
    #[command(flatten)]
    which: Which,
}

impl ShowToken {
    fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let answer = client.token_shown(&self.which.token(&client)?)?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&answer);
            return Ok(());
        }
        let shown = answer.token;
        let named = |name: &str, id: &str| format!("{name} ({id})");
        let roles: Vec<&str> = shown.roles.iter().map(|role| role.name.as_str()).collect();
        let project = shown.project.as_ref().map(|one| named(&one.name, &one.id));
        let domain = shown.domain.as_ref().map(|one| named(&one.name, &one.id));
        terminal.print(terminal.facts(&[
            ("user", named(&shown.user.name, &shown.user.id)),
            ("project", project.unwrap_or_default()),
            ("domain", domain.unwrap_or_default()),
            ("roles", roles.join(", ")),
            ("issued", moment(&shown.issued_at)),
            ("expires", moment(&shown.expires_at)),
            ("methods", shown.methods.join(", ")),
        ]));
        Ok(())
    }
}

/// Revoke a token; it stops working immediately
#[derive(Args)]
#[command(after_help = "Examples:
  adyton token revoke @token.txt
  adyton token revoke @- < token.txt")]
pub struct RevokeToken {
    #[command(flatten)]
    which: Which,
}

impl RevokeToken {
    fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        client.revoke_token(&self.which.token(&client)?)?;
        if context.terminal.is_json() {
            context.terminal.document(&json!({}));
        } else {
            context
                .terminal
                .print(said!("The token is revoked.", "令牌已撤销。"));
        }
        Ok(())
    }
}
