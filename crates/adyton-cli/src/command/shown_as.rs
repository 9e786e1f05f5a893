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

#[cfg(test)]
mod tests {
    use adyton_core::clock::Clock;

    use super::*;
    use crate::client::address::Address;
    use crate::client::server_access::{Credentials, ServerAccess};
    use crate::terminal::Terminal;

    fn context(variables: &[(&str, &str)]) -> Context {
        let variable = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Context {
            terminal: Terminal::new(false, &[]),
            environment: variables.iter().map(variable).collect(),
            folder: std::path::PathBuf::new(),
            named: None,
            project: None,
            clock: Clock::system(),
            check_package: |_, _| Err(Failure::failed("not asked for here")),
        }
    }

    /// A client of a context that keeps an access key, a token, or both.
    fn client(key: bool, token: bool) -> Client {
        let secret = || Secret::new("s3cret".to_owned());
        let credentials = Credentials {
            keys: key.then(|| KeyPair {
                access: "AK".to_owned(),
                secret: secret(),
            }),
            token: token.then(secret),
            password: None,
        };
        let server = ServerAccess {
            control: Address::parse("http://127.0.0.1:9", "test").unwrap(),
            gateway: None,
            authorities: None,
            project: "p".to_owned(),
            credentials,
            said: "context work".to_owned(),
        };
        Client::new(server, Clock::system())
    }

    fn way(held: Outcome<Held>) -> Result<String, String> {
        held.map_err(|failure| failure.to_string())
            .map(|held| match held {
                Held::Token(_) => "token".to_owned(),
                Held::Keys(keys) => format!("signed by {}", keys.access),
                Held::Code(_) => "code".to_owned(),
                Held::Nothing => "nothing".to_owned(),
            })
    }

    #[test]
    fn the_context_shows_who_calls_where_nothing_is_said_its_key_first() {
        let nothing = context(&[]);
        let usual = |key, token| way(held(&nothing, &client(key, token), None));
        assert_eq!(usual(true, true).as_deref(), Ok("signed by AK"));
        assert_eq!(usual(false, true).as_deref(), Ok("token"));
        let by_token = way(held(&nothing, &client(true, true), Some(Auth::Token)));
        assert_eq!(by_token.as_deref(), Ok("token"));
        let nobody = way(held(&nothing, &client(true, true), Some(Auth::None)));
        assert_eq!(nobody.as_deref(), Ok("nothing"));
        let keyless = way(held(&nothing, &client(false, true), Some(Auth::Aksk))).unwrap_err();
        assert!(keyless.contains("context work has no access key"), "{keyless}");
    }

    #[test]
    fn what_apps_are_known_by_is_in_the_environment_and_nowhere_else() {
        let client = client(true, true);
        let asked = |variables: &[(&str, &str)], auth| way(held(&context(variables), &client, Some(auth)));
        assert_eq!(
            asked(&[("ADYTON_APP_CODE", "c")], Auth::Appcode).as_deref(),
            Ok("code")
        );
        let pair = [("ADYTON_APP_KEY", "app"), ("ADYTON_APP_SECRET", "s")];
        assert_eq!(asked(&pair, Auth::App).as_deref(), Ok("signed by app"));
        for (variables, auth, missing) in [
            (&pair[..0], Auth::Appcode, "ADYTON_APP_CODE is not set"),
            (&pair[..0], Auth::App, "ADYTON_APP_KEY is not set"),
            (&pair[..1], Auth::App, "ADYTON_APP_SECRET is not set"),
            (&pair[1..], Auth::App, "ADYTON_APP_KEY is not set"),
        ] {
            let told = asked(variables, auth).unwrap_err();
            assert!(told.contains(missing), "{told}");
        }
    }
}
