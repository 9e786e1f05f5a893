//! Where it is looked for which server is called, and as whom: a context that a flag names, then the environment, then the current
//! context, then the local server of `./adyton-data`.
//!
//! The last is for the first five minutes: it is used only when nothing else was said, and a note says that it is. Another note
//! says when the current context hides it.

use std::path::{Path, PathBuf};

use adyton_core::secret::Secret;

use super::address::Address;
use super::bootstrap::bootstrap;
use super::contexts::{Contexts, SavedContext};
use super::server_access::{KeyPair, ServerAccess};
use crate::failure::{Failure, Outcome};
use crate::ready::Ready;
use crate::said;

/// The data folder that is looked at when nothing else was said.
pub const LOCAL_DATA: &str = "adyton-data";
/// The name by which its server can be named like a context.
pub const LOCAL: &str = "local";

/// The variables that say something of a server.
const VARIABLES: [&str; 6] = [
    "ADYTON_CONTROL_URL",
    "ADYTON_GATEWAY_URL",
    "ADYTON_CA_FILE",
    "ADYTON_PROJECT_ID",
    "ADYTON_ACCESS_KEY",
    "ADYTON_SECRET_KEY",
];

/// The files and variables that are looked at, handed in so that tests choose them.
pub struct AccessSources<'a> {
    /// The environment's variables.
    pub environment: &'a [(String, String)],
    /// The working directory.
    pub folder: &'a Path,
    /// `--context`.
    pub context: Option<&'a str>,
}

impl AccessSources<'_> {
    fn value(&self, name: &str) -> Option<String> {
        let found = self
            .environment
            .iter()
            .find(|(own, value)| own == name && !value.is_empty());
        found.map(|(_, value)| value.clone())
    }
    /// The context that was named, by a flag or a variable.
    pub fn named(&self) -> Option<String> {
        self.context
            .map(str::to_owned)
            .or_else(|| self.value("ADYTON_CONTEXT"))
            // What versions of before called it.
            .or_else(|| self.value("ADYTON_PROFILE"))
    }
    /// The contexts.
    pub fn contexts(&self) -> Outcome<Contexts> {
        let place = Contexts::place(self.environment).ok_or_else(|| {
            Failure::wrong_use(said!(
                "cannot find a home directory for contexts",
                "找不到存放上下文的主目录"
            ))
            .hint(said!(
                "set HOME or XDG_CONFIG_HOME",
                "请设置 HOME 或 XDG_CONFIG_HOME"
            ))
        })?;
        Contexts::read(place)
    }
    /// What the environment says of a server.
    fn variables(&self) -> SavedContext {
        SavedContext {
            control_url: self.value("ADYTON_CONTROL_URL"),
            gateway_url: self.value("ADYTON_GATEWAY_URL"),
            ca_file: self.value("ADYTON_CA_FILE").map(PathBuf::from),
            project_id: self.value("ADYTON_PROJECT_ID"),
            access_key: self.value("ADYTON_ACCESS_KEY"),
            secret_key: self.value("ADYTON_SECRET_KEY"),
            ..SavedContext::default()
        }
    }
    /// The names of the variables that say it.
    fn variables_set(&self) -> String {
        let set = VARIABLES.into_iter().filter(|name| self.value(name).is_some());
        set.collect::<Vec<_>>().join(", ")
    }
    /// The context that counts and its name: the named one, which has to be there, else the current one.
    fn saved(&self) -> Outcome<Option<(String, SavedContext)>> {
        let found = |name: &str, saved: &SavedContext| Some((name.to_owned(), saved.clone()));
        match self.named() {
            // The server of `./adyton-data`, unless somebody took that name.
            Some(name) if name == LOCAL && self.contexts().is_ok_and(|all| all.get(LOCAL).is_none()) => {
                Ok(None)
            }
            Some(name) => Ok(found(&name, self.contexts()?.known(&name)?)),
            None if Contexts::place(self.environment).is_none() => Ok(None),
            None => {
                let contexts = self.contexts()?;
                let current = contexts
                    .current()
                    .and_then(|name| Some((name, contexts.get(name)?)));
                Ok(current.and_then(|(name, saved)| found(name, saved)))
            }
        }
    }
    /// The key pair alone, for what needs no server.
    pub fn keys(&self) -> Outcome<KeyPair> {
        let variables = self.variables();
        if self.context.is_none()
            && let (Some(access), Some(secret)) = (variables.access_key, variables.secret_key)
        {
            return Ok(KeyPair {
                access,
                secret: Secret::new(secret),
            });
        }
        let local = self.folder.join(LOCAL_DATA);
        let unknown = || {
            Failure::wrong_use(said!("no access key is set", "未设置访问密钥")).hint(said!(
                "set ADYTON_ACCESS_KEY and ADYTON_SECRET_KEY, or create a context with `adyton login`",
                "请设置 ADYTON_ACCESS_KEY 和 ADYTON_SECRET_KEY，或用 `adyton login` 创建上下文"
            ))
        };
        match self.saved()? {
            // It need not run.
            None if variables.control_url.is_none() && local.join("bootstrap.json").is_file() => {
                let known = bootstrap(&local)?;
                Ok(KeyPair {
                    access: known.access_key,
                    secret: Secret::new(known.secret_key),
                })
            }
            None => Err(unknown()),
            Some((name, saved)) => match (saved.access_key, saved.secret_key) {
                (Some(access), Some(secret)) => Ok(KeyPair {
                    access,
                    secret: Secret::new(secret),
                }),
                _ => Err(Failure::wrong_use(said!(
                    "context {name} has no access key",
                    "上下文 {name} 没有访问密钥"
                ))
                .hint(said!(
                    "set ADYTON_ACCESS_KEY and ADYTON_SECRET_KEY to a pair of yours: `adyton key create` makes one",
                    "请将 ADYTON_ACCESS_KEY 和 ADYTON_SECRET_KEY 设置为您的密钥对：`adyton key create` 可以创建"
                ))
                .hint(said!(
                    "a token needs no signature: `adyton token create` prints one for `X-Auth-Token`",
                    "使用令牌则无需签名：`adyton token create` 输出用于 `X-Auth-Token` 的令牌"
                ))),
            },
        }
    }
    /// A note when the current context hides the server of `./adyton-data`: whoever has just started that expects to call it.
    fn hidden(&self, name: &str, called: &Address) -> Option<String> {
        let ready = Ready::of_data_folder(&self.folder.join(LOCAL_DATA)).ok()??;
        let local = Address::parse(&ready.control_url, "control_url").ok()?;
        (local != *called).then(|| {
            said!(
                "calling context {name} at {called}, not the server of ./{LOCAL_DATA} at {local}; `--context {LOCAL}` calls that", "正在调用上下文 {name}（{called}），而不是 ./{LOCAL_DATA} 的服务器（{local}）；`--context {LOCAL}` 调用后者"
            )
        })
    }

    /// The server that is meant, and who calls it; the note says where it was found when that was not said.
    pub fn find(&self) -> Outcome<(ServerAccess, Option<String>)> {
        let data = self.folder.join(LOCAL_DATA);
        let saved = self.saved()?;
        // A flag counts for more than the environment.
        let variables = match self.context {
            Some(_) => SavedContext::default(),
            None => self.variables(),
        };
        let (said, note) = match (variables == SavedContext::default(), &saved) {
            (true, Some((name, saved))) => {
                let called = saved
                    .control_url
                    .as_deref()
                    .map(|url| Address::parse(url, "control URL"));
                let hidden = match called.transpose()? {
                    Some(called) if self.named().is_none() => self.hidden(name, &called),
                    _ => None,
                };
                (said!("context {name}", "上下文 {name}"), hidden)
            }
            (true, None) => {
                let note = |server: &ServerAccess| {
                    said!(
                        "using the server of ./{LOCAL_DATA} at {}; run `adyton login` to save it as a context",
                        "正在使用 ./{LOCAL_DATA} 的服务器（{}）；执行 `adyton login` 将其保存为上下文",
                        server.control
                    )
                };
                let named = self.named().is_some();
                return ServerAccess::local(&data).map(|server| {
                    let note = (!named).then(|| note(&server));
                    (server, note)
                });
            }
            (false, Some((name, _))) => (
                said!(
                    "environment ({}) and context {name}",
                    "环境变量（{}）和上下文 {name}",
                    self.variables_set()
                ),
                None,
            ),
            (false, None) => (
                said!("environment ({})", "环境变量（{}）", self.variables_set()),
                None,
            ),
        };
        let saved = saved.map(|(_, saved)| saved).unwrap_or_default();
        let own = withheld(&saved, &variables);
        let merged = overlay(saved, variables);
        if let Some(own) = own
            && merged.access_key.is_none()
            && merged.secret_key.is_none()
        {
            return Err(token_is_for(
                &own,
                merged.control_url.as_deref().unwrap_or_default(),
            ));
        }
        ServerAccess::of_saved(merged, said).map(|server| (server, note))
    }
}

/// Whether the environment names another server than the context's own.
fn is_elsewhere(saved: &SavedContext, variables: &SavedContext) -> bool {
    let origin = |url: &Option<String>| {
        let address = Address::parse(url.as_deref()?, "control URL").ok()?;
        Some(address.to_string().to_ascii_lowercase())
    };
    variables.control_url.is_some() && origin(&variables.control_url) != origin(&saved.control_url)
}

/// The server that the context's token is for, if the environment names another one: whoever has that would have the token.
fn withheld(saved: &SavedContext, variables: &SavedContext) -> Option<String> {
    let is_withheld = saved.token.is_some() && is_elsewhere(saved, variables);
    is_withheld.then(|| saved.control_url.clone().unwrap_or_default())
}

fn token_is_for(own: &str, called: &str) -> Failure {
    Failure::wrong_use(said!(
        "there are no credentials for {called}",
        "没有用于 {called} 的凭证"
    ))
    .fact(said!(
        "ADYTON_CONTROL_URL names it; the token of the context is for {own} and is not sent to another server",
        "该地址由 ADYTON_CONTROL_URL 指定；上下文的令牌只用于 {own}，不会发往其他服务器"
    ))
    .hint(said!(
        "unset ADYTON_CONTROL_URL, set ADYTON_ACCESS_KEY and ADYTON_SECRET_KEY, or sign in with `adyton login --control {called}`",
        "请取消设置 ADYTON_CONTROL_URL，或设置 ADYTON_ACCESS_KEY 和 ADYTON_SECRET_KEY，或用 `adyton login --control {called}` 登录"
    ))
}

/// The environment's values win, one by one; a key pair wins whole. A password and a token go to no other server than their own.
fn overlay(saved: SavedContext, variables: SavedContext) -> SavedContext {
    let is_elsewhere = is_elsewhere(&saved, &variables);
    let pair = match (&variables.access_key, &variables.secret_key) {
        (None, None) => (saved.access_key, saved.secret_key),
        _ => (variables.access_key, variables.secret_key),
    };
    let own = match is_elsewhere {
        true => (None, None, None),
        false => (saved.data_folder, saved.token, saved.token_expires_at),
    };
    SavedContext {
        control_url: variables.control_url.or(saved.control_url),
        gateway_url: variables.gateway_url.or(saved.gateway_url),
        ca_file: variables.ca_file.or(saved.ca_file),
        project_id: variables.project_id.or(saved.project_id),
        access_key: pair.0,
        secret_key: pair.1,
        data_folder: own.0,
        token: own.1,
        token_expires_at: own.2,
        ..saved
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A context of a project that a test begins with.
    pub(in crate::client) fn context(access: Option<&str>, secret: Option<&str>) -> SavedContext {
        SavedContext {
            control_url: Some("http://127.0.0.1:8081".to_owned()),
            project_id: Some("p".to_owned()),
            access_key: access.map(str::to_owned),
            secret_key: secret.map(str::to_owned),
            ..SavedContext::default()
        }
    }

    #[test]
    fn the_environment_wins_value_by_value_and_a_key_pair_wins_whole() {
        let kept = SavedContext {
            token: Some("t".to_owned()),
            ..context(Some("AK"), Some("SK"))
        };
        let variables = SavedContext {
            control_url: Some("http://elsewhere:1".to_owned()),
            access_key: Some("OTHER".to_owned()),
            ..SavedContext::default()
        };
        let merged = overlay(kept.clone(), variables);
        assert_eq!(merged.control_url.as_deref(), Some("http://elsewhere:1"));
        assert_eq!(
            (merged.project_id.as_deref(), merged.token),
            (Some("p"), None),
            "a token goes to no other server"
        );
        let pair = (merged.access_key.as_deref(), merged.secret_key.as_deref());
        assert_eq!(
            pair,
            (Some("OTHER"), None),
            "never half of one pair and half of another"
        );
        let merged = overlay(kept, SavedContext::default());
        assert_eq!(
            (merged.secret_key.as_deref(), merged.token.as_deref()),
            (Some("SK"), Some("t"))
        );
    }

    #[test]
    fn the_password_of_a_data_folder_is_its_own_users_and_for_its_own_server() {
        let data = tempfile::tempdir().unwrap();
        let named = |id: &str| format!(r#"{{"id":"{id}","name":"{id}"}}"#);
        let text = format!(
            r#"{{"domain":{},"project":{},"user":{},"password":"sesame","access_key":"AK","secret_key":"SK"}}"#,
            named("d"),
            named("p"),
            named("u")
        );
        std::fs::write(data.path().join("bootstrap.json"), text).unwrap();
        let kept = |access| SavedContext {
            data_folder: Some(data.path().to_owned()),
            project_id: Some("other".to_owned()),
            ..context(Some(access), Some("SK"))
        };
        let known = |saved, variables| {
            let merged = overlay(saved, variables);
            ServerAccess::of_saved(merged, "context default".into())
                .unwrap()
                .credentials
                .password
        };
        let own = known(kept("AK"), SavedContext::default()).unwrap();
        assert_eq!(
            (own.user.as_str(), own.domain.as_str(), own.project_id.as_str()),
            ("u", "d", "other")
        );
        assert!(
            known(kept("ANOTHER"), SavedContext::default()).is_none(),
            "made anew since then"
        );
        let keys = SavedContext {
            access_key: Some("OTHER".to_owned()),
            secret_key: Some("SK".to_owned()),
            ..SavedContext::default()
        };
        assert!(known(kept("AK"), keys).is_none(), "another user calls");
        let elsewhere = SavedContext {
            control_url: Some("http://elsewhere:1".to_owned()),
            ..SavedContext::default()
        };
        assert!(known(kept("AK"), elsewhere).is_none(), "another server is called");
    }

    /// What is found with these variables, in a folder without a server's data.
    fn found(home: &Path, variables: &[(&str, &str)], context: Option<&str>) -> Outcome<ServerAccess> {
        let mut environment = vec![("HOME".to_owned(), home.display().to_string())];
        environment.extend(
            variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let sources = AccessSources {
            environment: &environment,
            folder: home,
            context,
        };
        sources.find().map(|(server, _)| server)
    }

    #[test]
    fn a_context_that_was_named_has_to_be_there_and_others_are_told() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join(".config/adyton/config.toml");
        let mut contexts = Contexts::read(place).unwrap();
        contexts.put("work", context(Some("AK"), Some("SK"))).unwrap();
        let server = found(home.path(), &[], Some("work")).unwrap();
        assert_eq!(server.said, "context work");
        let server = found(
            home.path(),
            &[("ADYTON_CONTEXT", "work"), ("ADYTON_PROJECT_ID", "q")],
            None,
        )
        .unwrap();
        assert_eq!(
            (server.said.as_str(), server.project.as_str()),
            ("environment (ADYTON_PROJECT_ID) and context work", "q")
        );
        let told = found(home.path(), &[], Some("wrok")).err().unwrap().to_string();
        assert!(
            told.contains("no context is called `wrok`") && told.contains("there are: work"),
            "{told}"
        );
        let server = found(home.path(), &[("ADYTON_PROFILE", "work")], None).unwrap();
        assert_eq!(server.said, "context work", "the variable of before");
        // The first one is the current one.
        let server = found(home.path(), &[], None).unwrap();
        assert_eq!(server.said, "context work");
        let elsewhere = [
            ("ADYTON_CONTROL_URL", "http://elsewhere:1"),
            ("ADYTON_PROJECT_ID", "q"),
        ];
        let server = found(home.path(), &elsewhere, Some("work")).unwrap();
        assert_eq!(
            (server.control.to_string().as_str(), server.project.as_str()),
            ("http://127.0.0.1:8081", "p"),
            "a flag counts for more than the environment"
        );
        let empty = tempfile::tempdir().unwrap();
        let told = found(empty.path(), &[], None).err().unwrap().to_string();
        assert!(told.contains("no server is configured"), "{told}");
    }

    #[test]
    fn the_token_of_a_context_goes_to_its_own_server_alone_and_the_refusal_says_why() {
        let home = tempfile::tempdir().unwrap();
        let mut contexts = Contexts::read(home.path().join(".config/adyton/config.toml")).unwrap();
        let kept = SavedContext {
            token: Some("secret-token".to_owned()),
            ..context(None, None)
        };
        contexts.put("work", kept).unwrap();
        let called = |variables: &[(&str, &str)]| found(home.path(), variables, None);
        let token = |server: ServerAccess| server.credentials.token.map(|token| token.expose().clone());
        for own in ["http://127.0.0.1:8081", "http://127.0.0.1:8081/"] {
            let server = called(&[("ADYTON_CONTROL_URL", own)]).unwrap();
            assert_eq!(token(server).as_deref(), Some("secret-token"), "{own}");
        }
        for other in [
            "http://127.0.0.1:8082",
            "https://127.0.0.1:8081",
            "http://elsewhere:8081",
        ] {
            let failure = called(&[("ADYTON_CONTROL_URL", other)]).err().unwrap();
            let told = format!("{failure}");
            assert!(told.contains(other), "{told}");
            assert!(
                told.contains("the token of the context is for http://127.0.0.1:8081"),
                "{told}"
            );
            assert!(!told.contains("secret-token"), "{told}");
            let keys = [
                ("ADYTON_CONTROL_URL", other),
                ("ADYTON_ACCESS_KEY", "AK"),
                ("ADYTON_SECRET_KEY", "SK"),
            ];
            let server = called(&keys).unwrap();
            assert!(server.credentials.keys.is_some() && server.credentials.token.is_none());
        }
        // The rest of the context counts on: it is the same installation, as somebody else names it.
        let server = called(&[("ADYTON_PROJECT_ID", "q")]).unwrap();
        assert_eq!(server.project, "q");
        assert_eq!(token(server).as_deref(), Some("secret-token"));
    }

    /// A data folder whose server, this very process, answers at `control`.
    fn serves(folder: &Path, control: &str) {
        let data = folder.join(LOCAL_DATA);
        std::fs::create_dir_all(&data).unwrap();
        let named = |id: &str| format!(r#"{{"id":"{id}","name":"{id}"}}"#);
        let text = format!(
            r#"{{"domain":{},"project":{},"user":{},"password":"sesame","access_key":"LOCAL","secret_key":"SK"}}"#,
            named("d"),
            named("own"),
            named("u")
        );
        std::fs::write(data.join("bootstrap.json"), text).unwrap();
        let ready = Ready {
            gateway_url: String::new(),
            control_url: control.to_owned(),
            project_id: "own".to_owned(),
            pid: std::process::id(),
            version: String::new(),
            gateway_listens: None,
            onnx: None,
        };
        ready.write(&data.join(crate::ready::FILE)).unwrap();
    }

    #[test]
    fn a_context_that_hides_the_local_server_is_told_and_the_local_one_has_a_name() {
        let home = tempfile::tempdir().unwrap();
        serves(home.path(), "http://127.0.0.1:9");
        let mut contexts = Contexts::read(home.path().join(".config/adyton/config.toml")).unwrap();
        contexts.put("work", context(Some("AK"), Some("SK"))).unwrap();
        let environment = vec![("HOME".to_owned(), home.path().display().to_string())];
        let sources = |context| AccessSources {
            environment: &environment,
            folder: home.path(),
            context,
        };
        let (server, note) = sources(None).find().unwrap();
        assert_eq!(server.said, "context work");
        assert_eq!(
            note.as_deref(),
            Some(
                "calling context work at http://127.0.0.1:8081, not the server of ./adyton-data at http://127.0.0.1:9; \
                 `--context local` calls that"
            )
        );
        let (server, note) = sources(Some("work")).find().unwrap();
        assert_eq!(
            (server.said.as_str(), note),
            ("context work", None),
            "it was named"
        );
        let (server, note) = sources(Some(LOCAL)).find().unwrap();
        assert_eq!(
            (server.control.to_string().as_str(), note),
            ("http://127.0.0.1:9", None)
        );
        assert_eq!(sources(Some(LOCAL)).keys().unwrap().access, "LOCAL");
        assert_eq!(sources(None).keys().unwrap().access, "AK");
        // The same server under a name is not hidden.
        serves(home.path(), "http://127.0.0.1:8081");
        assert_eq!(sources(None).find().unwrap().1, None);
    }
}
