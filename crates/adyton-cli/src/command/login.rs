//! `adyton login`: proves who you are once, and keeps it in a profile.

use std::path::PathBuf;

use adyton_api::iam::Named;
use adyton_api::iam::tokens::TokenScope;
use adyton_core::id::ProjectId;
use adyton_core::secret::Secret;
use clap::Args;
use serde_json::json;

use super::input::secret;
use crate::client::Client;
use crate::client::address::Address;
use crate::client::bootstrap::bootstrap;
use crate::client::profile::Profile;
use crate::client::target::{Credentials, KeyPair, LOCAL_DATA, Target};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::ready::Ready;

/// Save which server you call, and as whom
#[derive(Args)]
pub struct Login {
    /// The control listener of the server
    #[arg(long, value_name = "URL")]
    control: Option<String>,
    /// Call services here instead of at the address that they are printed with
    #[arg(long, value_name = "URL")]
    gateway: Option<String>,
    /// Take server and key from this data folder [default: adyton-data, when nothing else is given]
    #[arg(long, value_name = "DIR", conflicts_with_all = ["user", "access_key"])]
    data: Option<PathBuf>,
    /// Sign in as this user, with a password; keeps a token
    #[arg(long, value_name = "NAME", conflicts_with = "access_key")]
    user: Option<String>,
    /// The user's domain [default: the user's name]
    #[arg(long, value_name = "NAME", requires = "user")]
    domain: Option<String>,
    /// Keep this access key; its secret is asked for (or ADYTON_SECRET_KEY)
    #[arg(long, value_name = "AK")]
    access_key: Option<String>,
    /// The project: name or id [default: the only one there is]
    #[arg(long, value_name = "NAME|ID")]
    project: Option<String>,
}

impl Login {
    /// Signs in and keeps the profile.
    pub fn run(self, context: &Context) -> Outcome {
        let profile = match (&self.user, &self.access_key) {
            (Some(user), _) => self.with_password(context, user)?,
            (None, Some(access)) => self.with_key(context, access)?,
            (None, None) => self.with_data(context)?,
        };
        let name = context.sources().profile_name();
        let mut profiles = context.sources().profiles()?;
        let said = json!({
            "profile": name,
            "file": profiles.path(),
            "control_url": profile.control_url,
            "gateway_url": profile.gateway_url,
            "project_id": profile.project_id,
            "access_key": profile.access_key,
            "token_expires_at": profile.token_expires_at,
        });
        let control = profile.control_url.clone().unwrap_or_default();
        profiles.put(&name, profile)?;
        if context.terminal.is_json() {
            context.terminal.document(&said);
        } else {
            context.terminal.print(format!(
                "Signed in at {control}. Kept as profile `{name}` in {}.",
                profiles.path().display()
            ));
        }
        Ok(())
    }

    /// Keeps the key of a data folder's administrator, once it has proven to work.
    fn with_data(&self, context: &Context) -> Outcome<Profile> {
        let data = self
            .data
            .clone()
            .unwrap_or_else(|| context.folder.join(LOCAL_DATA));
        if self.data.is_none() && !data.join("bootstrap.json").is_file() {
            return Err(Failure::wrong_use(
                "neither --user nor --access-key is given, and there is no ./adyton-data",
            )
            .hint("adyton login --control URL --user NAME, or --access-key AK, or --data DIR"));
        }
        let known = bootstrap(&data)?;
        let control = match (&self.control, Ready::of_data_folder(&data)?) {
            (Some(url), _) => url.clone(),
            (None, Some(ready)) => ready.control_url,
            (None, None) => {
                return Err(
                    Failure::failed(format!("no server is running on {}", data.display())).hint(format!(
                        "start it with `adyton serve --data {}`, or give --control URL",
                        data.display()
                    )),
                );
            }
        };
        let keys = KeyPair {
            access: known.access_key,
            secret: Secret::new(known.secret_key),
        };
        let profile = self.proven(context, &control, keys, Some(&known.project.id))?;
        // Commands run from other folders later.
        let folder = std::path::absolute(&data)
            .map_err(|error| Failure::failed(format!("{}: {error}", data.display())))?;
        Ok(Profile {
            data_folder: Some(folder),
            ..profile
        })
    }

    fn with_key(&self, context: &Context, access: &str) -> Outcome<Profile> {
        let secret = secret(context, "secret key", Some("ADYTON_SECRET_KEY"))?;
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
    ) -> Outcome<Profile> {
        let credentials = Credentials {
            keys: Some(keys.clone()),
            ..Credentials::default()
        };
        let client = self.client(context, control, credentials)?;
        let project = pick(&client.whoami()?.projects, self.project.as_deref().or(usual))?;
        Ok(Profile {
            control_url: Some(client.target.control.to_string()),
            gateway_url: self.gateway()?,
            project_id: Some(project),
            access_key: Some(keys.access),
            secret_key: Some(keys.secret.expose().clone()),
            token: None,
            token_expires_at: None,
            data_folder: None,
        })
    }

    fn with_password(&self, context: &Context, user: &str) -> Outcome<Profile> {
        let control = self.control()?;
        let password = secret(context, "password", None)?;
        let client = self.client(context, control, Credentials::default())?;
        let domain = self.domain.as_deref().unwrap_or(user);
        // First for the domain, to see the projects; then for the project.
        let first = client
            .sign_in(user, domain, &password, TokenScope::domain(domain))
            .map_err(|failure| match &self.domain {
                None if failure.status() == Some(401) => failure.hint(format!(
                    "--domain is not given, so the domain is taken to be `{user}`; give --domain NAME if it is another"
                )),
                _ => failure,
            })?;
        let credentials = Credentials {
            token: Some(first.token),
            ..Credentials::default()
        };
        let known = self.client(context, control, credentials)?.whoami()?;
        let project = pick(&known.projects, self.project.as_deref())?;
        let got = client.sign_in(user, domain, &password, TokenScope::project(&project))?;
        Ok(Profile {
            control_url: Some(client.target.control.to_string()),
            gateway_url: self.gateway()?,
            project_id: Some(project),
            access_key: None,
            secret_key: None,
            token: Some(got.token.expose().clone()),
            token_expires_at: Some(got.expires_at),
            data_folder: None,
        })
    }

    fn control(&self) -> Outcome<&str> {
        self.control.as_deref().ok_or_else(|| {
            Failure::wrong_use("no server is given")
                .hint("give --control URL, for example --control http://127.0.0.1:8081")
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
        let target = Target {
            control: Address::parse(control, "--control")?,
            gateway: None,
            project: String::new(),
            credentials,
            said: "login".to_owned(),
        };
        Ok(Client::new(target, context.clock.clone()))
    }
}

/// The id of the project that was named, or of the only one.
fn pick(projects: &[Named], named: Option<&str>) -> Outcome<String> {
    let names = || {
        let names: Vec<&str> = projects.iter().map(|project| project.name.as_str()).collect();
        names.join(", ")
    };
    let found = match (named, projects) {
        (Some(named), _) => projects.iter().find(|project| {
            project.name == named || (ProjectId::parse(named.as_bytes()).is_some() && project.id == named)
        }),
        (None, [only]) => Some(only),
        (None, []) => {
            return Err(
                Failure::failed("you have no role in any project").hint("ask an administrator for one")
            );
        }
        (None, _) => {
            return Err(
                Failure::wrong_use(format!("you have a role in several projects: {}", names()))
                    .hint("give --project NAME"),
            );
        }
    };
    found.map(|project| project.id.clone()).ok_or_else(|| {
        Failure::failed(format!(
            "there is no project `{}` for you",
            named.unwrap_or_default()
        ))
        .hint(format!("there are: {}", names()))
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
        assert_eq!(pick(&two, Some("other")).ok().as_deref(), Some("b"));
        assert_eq!(pick(&two, Some(id)).ok().as_deref(), Some(id));
        assert_eq!(pick(&two[..1], None).ok().as_deref(), Some(id));
        let said = |projects: &[Named], named| pick(projects, named).map_err(|failure| failure.to_string());
        assert!(said(&two, None).is_err_and(|said| said.contains("default, other")));
        assert!(said(&two, Some("third")).is_err_and(|said| said.contains("there are: default, other")));
        assert!(said(&[], None).is_err_and(|said| said.contains("no role in any project")));
    }
}
