//! A server and who calls it: what a client needs, made of a kept context or of a server's own data folder.

use std::path::Path;

use adyton_core::secret::Secret;

use super::address::Address;
use super::authorities::{Authorities, authorities};
use super::bootstrap::bootstrap;
use super::contexts::SavedContext;
use crate::failure::{Failure, Outcome};
use crate::ready::Ready;
use crate::said;

/// A user's key pair.
#[derive(Clone)]
pub struct KeyPair {
    /// AK, or an AppKey.
    pub access: String,
    /// SK, or an AppSecret.
    pub secret: Secret<String>,
}

/// What a token can be got with.
#[derive(Clone)]
pub struct Password {
    /// The user's name.
    pub user: String,
    /// The name of the user's domain.
    pub domain: String,
    /// The project's id.
    pub project_id: String,
    /// The password.
    pub password: Secret<String>,
}

/// All that is known of who calls. At least one is there.
#[derive(Clone, Default)]
pub struct Credentials {
    /// Signs requests.
    pub keys: Option<KeyPair>,
    /// Sent as it is.
    pub token: Option<Secret<String>>,
    /// Gets a token.
    pub password: Option<Password>,
}

/// A server, and who calls it.
#[derive(Clone)]
pub struct ServerAccess {
    /// The control listener.
    pub control: Address,
    /// Replaces scheme and host of printed API addresses.
    pub gateway: Option<Address>,
    /// Whom a server's certificate is checked with, in place of the public authorities.
    pub authorities: Option<Authorities>,
    /// The project; empty where nothing was said of it.
    pub project: String,
    /// Who calls.
    pub credentials: Credentials,
    /// Where all this was said, for people.
    pub said: String,
}

impl ServerAccess {
    /// The server that runs on a data folder, as its administrator.
    pub fn local(data: &Path) -> Outcome<Self> {
        if !data.join("bootstrap.json").is_file() {
            return Err(Failure::wrong_use(said!("no server is configured", "未配置服务器"))
                .fact(said!("no context, no ADYTON_CONTROL_URL, and no data folder at {}", "没有上下文，没有 ADYTON_CONTROL_URL，{} 处也没有数据目录", data.display()))
                .hint(said!("start one with `adyton serve` or `adyton demo`, or name one with `adyton login --control URL`", "用 `adyton serve` 或 `adyton demo` 启动服务器，或用 `adyton login --control URL` 指定服务器")));
        }
        let known = bootstrap(data)?;
        let ready = Ready::of_data_folder(data)?.ok_or_else(|| {
            Failure::failed(said!(
                "no server is running on {}",
                "没有服务器运行在 {} 上",
                data.display()
            ))
            .hint(said!(
                "start it with `adyton serve --data {}`",
                "用 `adyton serve --data {}` 启动",
                data.display()
            ))
        })?;
        Ok(Self {
            control: Address::parse(&ready.control_url, "control_url")?,
            gateway: None,
            authorities: None,
            project: known.project.id.clone(),
            said: said!("data folder {}", "数据目录 {}", data.display()),
            credentials: Credentials {
                keys: Some(KeyPair {
                    access: known.access_key,
                    secret: Secret::new(known.secret_key),
                }),
                token: None,
                password: Some(Password {
                    user: known.user.name,
                    domain: known.domain.name,
                    project_id: known.project.id,
                    password: Secret::new(known.password),
                }),
            },
        })
    }

    /// What a context keeps, or a context and the environment together; `said` says for people where.
    ///
    /// # Errors
    /// If a part is missing that every call needs.
    pub(super) fn of_saved(saved: SavedContext, said: String) -> Outcome<Self> {
        let missing = |what: &str, variable: &str| {
            Failure::wrong_use(said!("{said} does not set a {what}", "{said} 未设置 {what}")).hint(said!(
                "set {variable}, or create a context with `adyton login`",
                "请设置 {variable}，或用 `adyton login` 创建上下文"
            ))
        };
        let control = saved
            .control_url
            .as_deref()
            .ok_or_else(|| missing("control URL", "ADYTON_CONTROL_URL"))?;
        // Whoever has a role in one project alone need not say which; that is asked for once it matters.
        let project = saved.project_id.unwrap_or_default();
        let keys = match (saved.access_key, saved.secret_key) {
            (Some(access), Some(secret)) => Some(KeyPair {
                access,
                secret: Secret::new(secret),
            }),
            (Some(_), None) => return Err(missing("secret key", "ADYTON_SECRET_KEY")),
            (None, Some(_)) => return Err(missing("access key", "ADYTON_ACCESS_KEY")),
            (None, None) => None,
        };
        let token = saved.token.map(Secret::new);
        if keys.is_none() && token.is_none() {
            return Err(
                Failure::wrong_use(said!("{said} has no credentials", "{said} 没有凭证")).hint(said!(
                    "run `adyton login` to sign in again, or set ADYTON_ACCESS_KEY and ADYTON_SECRET_KEY",
                    "请执行 `adyton login` 重新登录，或设置 ADYTON_ACCESS_KEY 和 ADYTON_SECRET_KEY"
                )),
            );
        }
        let gateway = saved
            .gateway_url
            .as_deref()
            .map(|url| Address::parse(url, "gateway URL"))
            .transpose()?;
        let password = saved
            .data_folder
            .as_deref()
            .and_then(|data| password(data, keys.as_ref()?, &project));
        Ok(Self {
            control: Address::parse(control, "control URL")?,
            gateway,
            authorities: saved.ca_file.as_deref().map(authorities).transpose()?,
            project,
            credentials: Credentials {
                keys,
                token,
                password,
            },
            said,
        })
    }
}

/// The password beside this key in a data folder. Nothing when the folder is gone or holds another key: that user may be somebody
/// else.
fn password(data: &Path, keys: &KeyPair, project: &str) -> Option<Password> {
    let known = bootstrap(data).ok()?;
    (known.access_key == keys.access).then(|| Password {
        user: known.user.name,
        domain: known.domain.name,
        project_id: project.to_owned(),
        password: Secret::new(known.password),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::access_sources::tests::context;

    #[test]
    fn what_is_missing_is_named_with_the_variable_that_sets_it() {
        let refused = |saved| {
            ServerAccess::of_saved(saved, "environment".into())
                .err()
                .unwrap()
                .to_string()
        };
        for (saved, named) in [
            (context(Some("AK"), None), "ADYTON_SECRET_KEY"),
            (context(None, Some("SK")), "ADYTON_ACCESS_KEY"),
            (context(None, None), "ADYTON_ACCESS_KEY and ADYTON_SECRET_KEY"),
            (
                SavedContext {
                    control_url: None,
                    ..context(Some("AK"), Some("SK"))
                },
                "ADYTON_CONTROL_URL",
            ),
        ] {
            let told = refused(saved);
            assert!(told.contains(named), "{named}: {told}");
        }
        let found =
            ServerAccess::of_saved(context(Some("AK"), Some("SK")), "context default".into()).unwrap();
        assert_eq!(found.control.to_string(), "http://127.0.0.1:8081");
        assert!(found.credentials.keys.is_some() && found.credentials.token.is_none());
    }
}
