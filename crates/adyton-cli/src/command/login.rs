//! `adyton login`: proves who you are once, and keeps it in a context.

use std::path::PathBuf;

use adyton_api::iam::Named;
use adyton_api::iam::tokens::TokenScope;
use adyton_core::id::ProjectId;
use adyton_core::secret::Secret;
use clap::Args;
use serde_json::json;

use super::input::secret;
use crate::client::Client;
use crate::client::access_sources::{LOCAL, LOCAL_DATA};
use crate::client::address::Address;
use crate::client::authorities::authorities;
use crate::client::bootstrap::bootstrap;
use crate::client::contexts::{Contexts, DEFAULT_CONTEXT, SavedContext};
use crate::client::server_access::{Credentials, KeyPair, ServerAccess};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::ready::Ready;
use crate::said;

/// Save which server you call, and as whom
#[derive(Args)]
#[command(after_help = "Examples:
  adyton login          as the administrator of ./adyton-data
  adyton login --control https://models.example.com --user ada --project vision
  adyton login --control http://127.0.0.1:8081 --access-key AK --context work")]
pub struct Login {
    /// The control listener of the server [default: that of the context, or of the current one]
    #[arg(long, value_name = "URL")]
    control: Option<String>,
    /// Call services at this address, not at the one that the server prints
    #[arg(long, value_name = "URL")]
    gateway: Option<String>,
    /// CA certificates (PEM) to check the server's certificate with, instead of the public CAs
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Take server and key from this data folder [default: adyton-data, when nothing else is given]
    #[arg(long, value_name = "DIR", conflicts_with_all = ["user", "access_key"])]
    data: Option<PathBuf>,
    /// Sign in as this user, with a password; saves a token
    #[arg(long, value_name = "NAME", conflicts_with = "access_key")]
    user: Option<String>,
    /// The user's domain [default: the only one that the server has]
    #[arg(long, value_name = "NAME", requires = "user")]
    domain: Option<String>,
    /// Save this access key; its secret is prompted for (or ADYTON_SECRET_KEY)
    #[arg(long, value_name = "AK")]
    access_key: Option<String>,
    /// The project: name or id [default: the only one there is]
    #[arg(long, value_name = "NAME|ID")]
    project: Option<String>,
}

impl Login {
    /// Signs in and keeps the context.
    pub fn run(mut self, context: &Context) -> Outcome {
        let mut contexts = context.sources().contexts()?;
        let name = name(context, &contexts)?;
        match (contexts.get(&name), contexts.current()) {
            (Some(earlier), _) => self.take_over(context, earlier),
            (None, Some(current)) => self.take_server(contexts.get(current)),
            (None, None) => {}
        }
        let saved = match (&self.user, &self.access_key) {
            (Some(user), _) => self.with_password(context, user)?,
            (None, Some(access)) => self.with_key(context, access)?,
            (None, None) => self.with_data(context)?,
        };
        let said = json!({
            "context": name,
            "file": contexts.path(),
            "control_url": saved.control_url,
            "gateway_url": saved.gateway_url,
            "ca_file": saved.ca_file,
            "project_id": saved.project_id,
            "access_key": saved.access_key,
            "token_expires_at": saved.token_expires_at,
        });
        let control = saved.control_url.clone().unwrap_or_default();
        let replaced = contexts
            .get(&name)
            .and_then(|earlier| earlier.control_url.clone());
        contexts.put(&name, saved)?;
        if context.terminal.is_json() {
            context.terminal.document(&said);
            return Ok(());
        }
        context.terminal.print(said!(
            "Signed in to {control}. Saved as context `{name}` in {}.",
            "已登录 {control}，并保存为 {} 中的上下文 `{name}`。",
            contexts.path().display()
        ));
        if let Some(replaced) = replaced.filter(|earlier| *earlier != control) {
            context.terminal.note(said!(
                "The context was for {replaced} before; to keep several servers, give each a name: adyton login --context NAME",
                "该上下文此前用于 {replaced}；要保留多台服务器，请为每台指定名称：adyton login --context NAME"
            ));
        }
        if contexts.current() != Some(name.as_str()) {
            context.terminal.note(said!(
                "This is not the current context. To use it by default: adyton context use {name}",
                "这不是当前上下文。要默认使用它，请执行：adyton context use {name}"
            ));
        }
        Ok(())
    }

    /// What was not said is as the context has it that is signed in to again.
    fn take_over(&mut self, context: &Context, earlier: &SavedContext) {
        let is_other = |url: &String| Some(url) != earlier.control_url.as_ref();
        if self.data.is_some() || self.control.as_ref().is_some_and(is_other) {
            return;
        }
        let nobody = self.user.is_none() && self.access_key.is_none();
        if nobody && context.folder.join(LOCAL_DATA).join("bootstrap.json").is_file() {
            return;
        }
        if nobody {
            self.user.clone_from(&earlier.user);
        }
        let or = |own: &mut Option<String>, earlier: &Option<String>| {
            if own.is_none() {
                own.clone_from(earlier);
            }
        };
        or(&mut self.control, &earlier.control_url);
        or(&mut self.gateway, &earlier.gateway_url);
        or(&mut self.project, &earlier.project_id);
        if self.ca_file.is_none() {
            self.ca_file.clone_from(&earlier.ca_file);
        }
    }

    /// Another user of a new context is at the server of the current one, unless another is named.
    fn take_server(&mut self, current: Option<&SavedContext>) {
        let Some(current) = current else { return };
        if self.control.is_some() || (self.user.is_none() && self.access_key.is_none()) {
            return;
        }
        self.control.clone_from(&current.control_url);
        if self.gateway.is_none() {
            self.gateway.clone_from(&current.gateway_url);
        }
        if self.ca_file.is_none() {
            self.ca_file.clone_from(&current.ca_file);
        }
    }

    /// Keeps the key of a data folder's administrator, once it has proven to work.
    fn with_data(&self, context: &Context) -> Outcome<SavedContext> {
        let data = self
            .data
            .clone()
            .unwrap_or_else(|| context.folder.join(LOCAL_DATA));
        if self.data.is_none() && !data.join("bootstrap.json").is_file() {
            return Err(Failure::wrong_use(said!(
                "neither --user nor --access-key is given, and there is no ./adyton-data",
                "未给出 --user 或 --access-key，也没有 ./adyton-data"
            ))
            .hint(said!(
                "adyton login --control URL --user NAME, or --access-key AK, or --data DIR",
                "adyton login --control URL --user NAME，或 --access-key AK，或 --data DIR"
            )));
        }
        let known = bootstrap(&data)?;
        let control = match (&self.control, Ready::of_data_folder(&data)?) {
            (Some(url), _) => url.clone(),
            (None, Some(ready)) => ready.control_url,
            (None, None) => {
                return Err(Failure::failed(said!(
                    "no server is running on {}",
                    "没有服务器运行在 {} 上",
                    data.display()
                ))
                .hint(said!(
                    "start it with `adyton serve --data {}`, or give --control URL",
                    "用 `adyton serve --data {}` 启动，或给出 --control URL",
                    data.display()
                )));
            }
        };
        let keys = KeyPair {
            access: known.access_key,
            secret: Secret::new(known.secret_key),
        };
        let saved = self.proven(context, &control, keys, Some(&known.project.id))?;
        // Commands run from other folders later.
        let folder = std::path::absolute(&data)
            .map_err(|error| Failure::failed(format!("{}: {error}", data.display())))?;
        Ok(SavedContext {
            data_folder: Some(folder),
            ..saved
        })
    }

    fn with_key(&self, context: &Context, access: &str) -> Outcome<SavedContext> {
        let secret = secret(
            context,
            &said!("secret key", "密钥（SK）"),
            Some("ADYTON_SECRET_KEY"),
        )?;
        let keys = KeyPair {
            access: access.to_owned(),
            secret,
        };
        self.proven(context, self.control()?, keys, None)
    }

    /// Lists the projects with the key, which proves it, and picks one.
    fn proven(
        &self,
        context: &Context,
        control: &str,
        keys: KeyPair,
        usual: Option<&str>,
    ) -> Outcome<SavedContext> {
        let credentials = Credentials {
            keys: Some(keys.clone()),
            ..Credentials::default()
        };
        let client = self.client(context, control, credentials)?;
        let known = client.whoami()?;
        let project = pick(&known.projects, self.project.as_deref().or(usual))?;
        Ok(SavedContext {
            user: Some(known.user.name),
            access_key: Some(keys.access),
            secret_key: Some(keys.secret.expose().clone()),
            ..self.server(&client, project)?
        })
    }

    fn with_password(&self, context: &Context, user: &str) -> Outcome<SavedContext> {
        let control = self.control()?;
        let password = secret(context, &said!("password", "密码"), None)?;
        let client = self.client(context, control, Credentials::default())?;
        let domain = self.domain.as_deref();
        // First for the domain, to see the projects; then for the project.
        let first = client.sign_in(user, domain, &password, None).map_err(|failure| {
            match (domain, failure.status()) {
                (None, Some(400)) => failure.hint(said!(
                    "--domain is not given, and the server asks for it; give --domain NAME",
                    "未给出 --domain，而服务器需要它；请给出 --domain NAME"
                )),
                _ => failure,
            }
        })?;
        let credentials = Credentials {
            token: Some(first.token),
            ..Credentials::default()
        };
        let known = self.client(context, control, credentials)?.whoami()?;
        let project = pick(&known.projects, self.project.as_deref())?;
        let scope = TokenScope::project(&project.id);
        let got = client.sign_in(user, domain, &password, Some(scope))?;
        Ok(SavedContext {
            user: Some(known.user.name),
            token: Some(got.token.expose().clone()),
            token_expires_at: Some(got.expires_at),
            ..self.server(&client, project)?
        })
    }

    /// A context of this server and project, without credentials.
    fn server(&self, client: &Client, project: Named) -> Outcome<SavedContext> {
        // Commands run from other folders later.
        let absolute = |path: &PathBuf| {
            std::path::absolute(path)
                .map_err(|error| Failure::failed(format!("--ca-file {}: {error}", path.display())))
        };
        Ok(SavedContext {
            control_url: Some(client.server.control.to_string()),
            gateway_url: self.gateway()?,
            ca_file: self.ca_file.as_ref().map(absolute).transpose()?,
            project_id: Some(project.id),
            project_name: Some(project.name),
            ..SavedContext::default()
        })
    }

    fn control(&self) -> Outcome<&str> {
        self.control.as_deref().ok_or_else(|| {
            Failure::wrong_use(said!("no server is given", "未指定服务器")).hint(said!(
                "give --control URL, for example --control http://127.0.0.1:8081",
                "请给出 --control URL，例如 --control http://127.0.0.1:8081"
            ))
        })
    }

    fn gateway(&self) -> Outcome<Option<String>> {
        let parsed = self
            .gateway
            .as_deref()
            .map(|url| Address::parse(url, "--gateway"))
            .transpose()?;
        Ok(parsed.map(|address| address.to_string()))
    }

    fn client(&self, context: &Context, control: &str, credentials: Credentials) -> Outcome<Client> {
        let server = ServerAccess {
            control: Address::parse(control, "--control")?,
            gateway: None,
            authorities: self.ca_file.as_deref().map(authorities).transpose()?,
            project: String::new(),
            credentials,
            said: "login".to_owned(),
        };
        Ok(Client::new(server, context.clock.clone()))
    }
}

/// The name under which it is kept: the one that was named, the current one, or the usual one.
fn name(context: &Context, contexts: &Contexts) -> Outcome<String> {
    match context.sources().named() {
        Some(name) if name == LOCAL => Err(Failure::wrong_use(said!(
            "`{LOCAL}` names the server of ./{LOCAL_DATA} and cannot be signed in to",
            "`{LOCAL}` 表示 ./{LOCAL_DATA} 的服务器，不能用于登录"
        ))
        .hint(said!(
            "choose another name with --context NAME",
            "请用 --context NAME 指定其他名称"
        ))),
        Some(name) => Ok(name),
        None => Ok(contexts.current().unwrap_or(DEFAULT_CONTEXT).to_owned()),
    }
}

/// The project that was named, or the only one.
fn pick(projects: &[Named], named: Option<&str>) -> Outcome<Named> {
    let names = || {
        let names: Vec<&str> = projects.iter().map(|project| project.name.as_str()).collect();
        names.join(", ")
    };
    let found = match (named, projects) {
        (Some(named), []) => {
            return Err(Failure::failed(said!(
                "you have no role in the project `{named}`, nor in any other",
                "您在项目 `{named}` 和其他项目中都没有角色"
            ))
            .hint(said!(
                "an administrator can grant you one: `adyton role grant NAME caller --project {named}`",
                "管理员可以授予角色：`adyton role grant NAME caller --project {named}`"
            )));
        }
        (Some(named), _) => projects.iter().find(|project| {
            project.name == named || (ProjectId::parse(named.as_bytes()).is_some() && project.id == named)
        }),
        (None, [only]) => Some(only),
        (None, []) => {
            return Err(Failure::failed(said!(
                "you have no role in any project",
                "您在任何项目中都没有角色"
            ))
            .hint(said!(
                "an administrator can grant you one: `adyton role grant NAME caller --project PROJECT`",
                "管理员可以授予角色：`adyton role grant NAME caller --project PROJECT`"
            )));
        }
        (None, _) => {
            return Err(Failure::wrong_use(said!(
                "you have a role in several projects: {}",
                "您在多个项目中有角色：{}",
                names()
            ))
            .hint(said!("give --project NAME", "请给出 --project NAME")));
        }
    };
    let copy = |project: &Named| Named {
        id: project.id.clone(),
        name: project.name.clone(),
    };
    found.map(copy).ok_or_else(|| {
        Failure::failed(said!(
            "you have no project `{}`",
            "没有您可用的项目 `{}`",
            named.unwrap_or_default()
        ))
        .hint(said!("there are: {}", "可用的有：{}", names()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_the_named_one_or_the_only_one() {
        let project = |id: &str, name: &str| Named {
            id: id.to_owned(),
            name: name.to_owned(),
        };
        let id = "0123456789abcdef0123456789abcdef";
        let two = [project(id, "default"), project("b", "other")];
        let picked = |projects: &[Named], named| pick(projects, named).ok().map(|project| project.id);
        assert_eq!(picked(&two, Some("other")).as_deref(), Some("b"));
        assert_eq!(picked(&two, Some(id)).as_deref(), Some(id));
        assert_eq!(picked(&two[..1], None).as_deref(), Some(id));
        let said = |projects: &[Named], named| {
            let picked = pick(projects, named).map(|project| project.id);
            picked.map_err(|failure| failure.to_string())
        };
        assert!(said(&two, None).is_err_and(|said| said.contains("default, other")));
        assert!(said(&two, Some("third")).is_err_and(|said| said.contains("there are: default, other")));
        assert!(
            said(&[], Some("vision")).is_err_and(|said| said.contains("no role in the project `vision`"))
        );
        assert!(said(&[], None).is_err_and(|said| said.contains("no role in any project")));
    }
}
