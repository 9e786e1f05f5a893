//! As whom a service is called: `--auth`, and what of the context or the environment shows it.

use adyton_core::secret::Secret;
use clap::ValueEnum;

use super::sign::app_keys;
use crate::client::server_access::KeyPair;
use crate::client::{Client, Shown};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::said;

/// How to show who calls.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Auth {
    /// A user's token, in X-Auth-Token
    Token,
    /// A signature by a user's access key
    Aksk,
    /// A signature by an app: ADYTON_APP_KEY and ADYTON_APP_SECRET
    App,
    /// An app's AppCode: ADYTON_APP_CODE
    Appcode,
    /// Nothing at all
    None,
}

/// What shows who calls, held while the request is made.
pub enum Held {
    /// A token.
    Token(Secret<String>),
    /// A key pair.
    Keys(KeyPair),
    /// An AppCode.
    Code(Secret<String>),
    /// Nothing.
    Nothing,
}

impl Held {
    /// As a request takes it.
    pub fn shown(&self) -> Shown<'_> {
        match self {
            Held::Token(token) => Shown::Token(token),
            Held::Keys(keys) => Shown::Signed(keys),
            Held::Code(code) => Shown::AppCode(code),
            Held::Nothing => Shown::Nobody,
        }
    }
}

/// How a call shows who makes it when that is not said.
pub(super) fn usual(client: &Client) -> Auth {
    match client.server.credentials.keys {
        Some(_) => Auth::Aksk,
        None => Auth::Token,
    }
}

/// What shows who calls: as `auth` says, else the context's key or token.
pub fn held(context: &Context, client: &Client, auth: Option<Auth>) -> Outcome<Held> {
    let known = &client.server.credentials;
    let auth = auth.unwrap_or_else(|| usual(client));
    Ok(match auth {
        Auth::Token => Held::Token(client.token()?),
        Auth::Aksk => Held::Keys(known.keys.clone().ok_or_else(|| {
            Failure::wrong_use(said!(
                "{} has no access key",
                "{} 没有访问密钥",
                client.server.said
            ))
            .hint(said!(
                "set ADYTON_ACCESS_KEY and ADYTON_SECRET_KEY, or use --auth token",
                "请设置 ADYTON_ACCESS_KEY 和 ADYTON_SECRET_KEY，或使用 --auth token"
            ))
        })?),
        Auth::App => Held::Keys(app_keys(context)?),
        Auth::Appcode => Held::Code(Secret::new(
            context
                .variable("ADYTON_APP_CODE")
                .ok_or_else(|| {
                    Failure::wrong_use(said!("ADYTON_APP_CODE is not set", "未设置 ADYTON_APP_CODE")).hint(
                        said!(
                            "`adyton app code APP` makes an AppCode",
                            "`adyton app code APP` 可以创建 AppCode"
                        ),
                    )
                })?
                .to_owned(),
        )),
        Auth::None => Held::Nothing,
    })
}
