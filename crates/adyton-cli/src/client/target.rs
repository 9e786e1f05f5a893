//! Which server is called, and as whom: the environment, then a profile, then the local server of `./adyton-data`.
//!
//! The last is for the first five minutes: it is used only when nothing else was said, and a note says that it is.

use std::path::Path;

use super::address::Address;
use super::bootstrap::bootstrap;
use super::profile::{DEFAULT_PROFILE, Profile, Profiles};
use crate::failure::{Failure, Outcome};
use crate::ready::Ready;
use adyton_core::secret::Secret;

/// The data folder that is looked at when nothing else was said.
pub const LOCAL_DATA: &str = "adyton-data";

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
pub struct Target {
    /// The control listener.
    pub control: Address,
    /// Replaces scheme and host of printed API addresses.
    pub gateway: Option<Address>,
    /// The project.
    pub project: String,
    /// Who calls.
    pub credentials: Credentials,
    /// Where all this was said, for people.
    pub said: String,
}

/// The files and variables that are looked at, handed in so that tests choose them.
pub struct TargetSources<'a> {
    /// The environment's variables.
    pub environment: &'a [(String, String)],
    /// The working directory.
    pub folder: &'a Path,
    /// `--profile`.
    pub profile: Option<&'a str>,
}

impl TargetSources<'_> {
    fn value(&self, name: &str) -> Option<String> {
        let found = self
            .environment
            .iter()
            .find(|(own, value)| own == name && !value.is_empty());
        found.map(|(_, value)| value.clone())
    }
    /// The name of the profile that is used.
    pub fn profile_name(&self) -> String {
        self.profile
            .map(str::to_owned)
            .or_else(|| self.value("ADYTON_PROFILE"))
            .unwrap_or(DEFAULT_PROFILE.to_owned())
    }
    /// The profiles.
    pub fn profiles(&self) -> Outcome<Profiles> {
        let place = Profiles::place(self.environment).ok_or_else(|| {
            Failure::wrong_use("cannot find a home directory for profiles")
                .hint("set HOME or XDG_CONFIG_HOME")
        })?;
        Profiles::read(place)
    }
}

impl TargetSources<'_> {
    /// The key pair alone, for what needs no server.
    pub fn keys(&self) -> Outcome<KeyPair> {
        let local = self.folder.join(LOCAL_DATA);
        let nothing_said = ["ADYTON_ACCESS_KEY", "ADYTON_CONTROL_URL"]
            .iter()
            .all(|name| self.value(name).is_none())
            && self.profile.is_none()
            && self
                .profiles()
                .is_ok_and(|profiles| profiles.get(&self.profile_name()).is_none());
        if nothing_said && local.join("bootstrap.json").is_file() {
            let known = bootstrap(&local)?;
            return Ok(KeyPair {
                access: known.access_key,
                secret: Secret::new(known.secret_key),
            });
        }
        if let (Some(access), Some(secret)) =
            (self.value("ADYTON_ACCESS_KEY"), self.value("ADYTON_SECRET_KEY"))
        {
            return Ok(KeyPair {
                access,
                secret: Secret::new(secret),
            });
        }
        let unknown = || {
            Failure::wrong_use("no access key is set")
                .hint("set ADYTON_ACCESS_KEY and ADYTON_SECRET_KEY, or create a profile with `adyton login`")
        };
        let (target, _) = Target::find(self).map_err(|_| unknown())?;
        target.credentials.keys.ok_or_else(|| {
            Failure::wrong_use(format!("{} has no access key", target.said))
                .hint("set ADYTON_ACCESS_KEY and ADYTON_SECRET_KEY")
        })
    }
}

impl Target {
    /// Finds it; the note says where it was found when that was not said.
    pub fn find(sources: &TargetSources<'_>) -> Outcome<(Self, Option<String>)> {
        let named = sources.profile.is_some() || sources.value("ADYTON_PROFILE").is_some();
        let name = sources.profile_name();
        let profile = match sources.profiles() {
            Ok(profiles) => match profiles.get(&name) {
                Some(profile) => Some(profile.clone()),
                None if named => return Err(no_profile(&name, &profiles)),
                None => None,
            },
            Err(failure) if named => return Err(failure),
            Err(failure) if Profiles::place(sources.environment).is_some() => return Err(failure),
            Err(_) => None,
        };
        let variables = Profile {
            control_url: sources.value("ADYTON_CONTROL_URL"),
            gateway_url: sources.value("ADYTON_GATEWAY_URL"),
            project_id: sources.value("ADYTON_PROJECT_ID"),
            access_key: sources.value("ADYTON_ACCESS_KEY"),
            secret_key: sources.value("ADYTON_SECRET_KEY"),
            token: None,
            token_expires_at: None,
            data_folder: None,
        };
        let said = match (variables == Profile::default(), &profile) {
            (true, Some(_)) => format!("profile {name}"),
            (true, None) => {
                let data = sources.folder.join(LOCAL_DATA);
                return Self::local(&data).map(|target| {
                    let note = format!(
                        "using the server of ./{LOCAL_DATA} at {}; run `adyton login` to save it as a profile",
                        target.control
                    );
                    (target, Some(note))
                });
            }
            (false, Some(_)) => format!("environment and profile {name}"),
            (false, None) => "environment".to_owned(),
        };
        let merged = overlay(profile.unwrap_or_default(), variables)?;
        Self::of_profile(merged, said).map(|target| (target, None))
    }

    /// The server that runs on a data folder, as its administrator.
    pub fn local(data: &Path) -> Outcome<Self> {
        if !data.join("bootstrap.json").is_file() {
            return Err(Failure::wrong_use("no server is configured")
                .fact(format!("no profile, no ADYTON_CONTROL_URL, and no data folder at {}", data.display()))
                .hint("start one with `adyton serve` or `adyton demo`, or name one with `adyton login --control URL`"));
        }
        let known = bootstrap(data)?;
        let ready = Ready::of_data_folder(data)?.ok_or_else(|| {
            Failure::failed(format!("no server is running on {}", data.display()))
                .hint(format!("start it with `adyton serve --data {}`", data.display()))
        })?;
        Ok(Self {
            control: Address::parse(&ready.control_url, "control_url")?,
            gateway: None,
            project: known.project.id.clone(),
            said: format!("data folder {}", data.display()),
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

    fn of_profile(profile: Profile, said: String) -> Outcome<Self> {
        let missing = |what: &str, variable: &str| {
            Failure::wrong_use(format!("{said} does not set a {what}"))
                .hint(format!("set {variable}, or create a profile with `adyton login`"))
        };
        let control = profile
            .control_url
            .as_deref()
            .ok_or_else(|| missing("control URL", "ADYTON_CONTROL_URL"))?;
        let project = profile
            .project_id
            .clone()
            .ok_or_else(|| missing("project", "ADYTON_PROJECT_ID"))?;
        let keys = match (profile.access_key, profile.secret_key) {
            (Some(access), Some(secret)) => Some(KeyPair {
                access,
                secret: Secret::new(secret),
            }),
            (Some(_), None) => return Err(missing("secret key", "ADYTON_SECRET_KEY")),
            (None, Some(_)) => return Err(missing("access key", "ADYTON_ACCESS_KEY")),
            (None, None) => None,
        };
        let token = profile.token.map(Secret::new);
        if keys.is_none() && token.is_none() {
            return Err(missing("credentials", "ADYTON_ACCESS_KEY and ADYTON_SECRET_KEY"));
        }
        let gateway = profile
            .gateway_url
            .as_deref()
            .map(|url| Address::parse(url, "gateway URL"))
            .transpose()?;
        let password = profile
            .data_folder
            .as_deref()
            .and_then(|data| password(data, keys.as_ref()?, &project));
        Ok(Self {
            control: Address::parse(control, "control URL")?,
            gateway,
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

/// The environment's values win, one by one; a key pair wins whole. A password goes to no other server than its own.
fn overlay(profile: Profile, variables: Profile) -> Outcome<Profile> {
    let pair = match (&variables.access_key, &variables.secret_key) {
        (None, None) => (profile.access_key, profile.secret_key),
        _ => (variables.access_key, variables.secret_key),
    };
    let data_folder = match &variables.control_url {
        Some(_) => None,
        None => profile.data_folder,
    };
    Ok(Profile {
        control_url: variables.control_url.or(profile.control_url),
        gateway_url: variables.gateway_url.or(profile.gateway_url),
        project_id: variables.project_id.or(profile.project_id),
        access_key: pair.0,
        secret_key: pair.1,
        token: profile.token,
        token_expires_at: profile.token_expires_at,
        data_folder,
    })
}

fn no_profile(name: &str, profiles: &Profiles) -> Failure {
    let names: Vec<&str> = profiles.names().collect();
    let known = if names.is_empty() {
        "there is none yet".to_owned()
    } else {
        format!("there are: {}", names.join(", "))
    };
    Failure::wrong_use(format!("no profile is called `{name}`"))
        .fact(format!("{}: {known}", profiles.path().display()))
        .hint(format!("make it with `adyton login --profile {name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(access: Option<&str>, secret: Option<&str>) -> Profile {
        Profile {
            control_url: Some("http://127.0.0.1:8081".to_owned()),
            project_id: Some("p".to_owned()),
            access_key: access.map(str::to_owned),
            secret_key: secret.map(str::to_owned),
            ..Profile::default()
        }
    }

    #[test]
    fn the_environment_wins_value_by_value_and_a_key_pair_wins_whole() {
        let kept = Profile {
            token: Some("t".to_owned()),
            ..profile(Some("AK"), Some("SK"))
        };
        let variables = Profile {
            control_url: Some("http://elsewhere:1".to_owned()),
            access_key: Some("OTHER".to_owned()),
            ..Profile::default()
        };
        let merged = overlay(kept.clone(), variables).unwrap();
        assert_eq!(merged.control_url.as_deref(), Some("http://elsewhere:1"));
        assert_eq!(
            (merged.project_id.as_deref(), merged.token.as_deref()),
            (Some("p"), Some("t"))
        );
        let pair = (merged.access_key.as_deref(), merged.secret_key.as_deref());
        assert_eq!(
            pair,
            (Some("OTHER"), None),
            "never half of one pair and half of another"
        );
        let merged = overlay(kept, Profile::default()).unwrap();
        assert_eq!(merged.secret_key.as_deref(), Some("SK"));
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
        let kept = |access| Profile {
            data_folder: Some(data.path().to_owned()),
            project_id: Some("other".to_owned()),
            ..profile(Some(access), Some("SK"))
        };
        let known = |profile, variables| {
            let merged = overlay(profile, variables).unwrap();
            Target::of_profile(merged, "profile default".into())
                .unwrap()
                .credentials
                .password
        };
        let own = known(kept("AK"), Profile::default()).unwrap();
        assert_eq!(
            (own.user.as_str(), own.domain.as_str(), own.project_id.as_str()),
            ("u", "d", "other")
        );
        assert!(
            known(kept("ANOTHER"), Profile::default()).is_none(),
            "made anew since then"
        );
        let keys = Profile {
            access_key: Some("OTHER".to_owned()),
            secret_key: Some("SK".to_owned()),
            ..Profile::default()
        };
        assert!(known(kept("AK"), keys).is_none(), "another user calls");
        let elsewhere = Profile {
            control_url: Some("http://elsewhere:1".to_owned()),
            ..Profile::default()
        };
        assert!(known(kept("AK"), elsewhere).is_none(), "another server is called");
    }

    #[test]
    fn what_is_missing_is_named_with_the_variable_that_sets_it() {
        let refused = |profile| {
            Target::of_profile(profile, "environment".into())
                .err()
                .unwrap()
                .to_string()
        };
        for (profile, named) in [
            (profile(Some("AK"), None), "ADYTON_SECRET_KEY"),
            (profile(None, Some("SK")), "ADYTON_ACCESS_KEY"),
            (profile(None, None), "ADYTON_ACCESS_KEY and ADYTON_SECRET_KEY"),
            (
                Profile {
                    project_id: None,
                    ..profile(Some("AK"), Some("SK"))
                },
                "ADYTON_PROJECT_ID",
            ),
        ] {
            let told = refused(profile);
            assert!(told.contains(named), "{named}: {told}");
        }
        let found = Target::of_profile(profile(Some("AK"), Some("SK")), "profile default".into()).unwrap();
        assert_eq!(found.control.to_string(), "http://127.0.0.1:8081");
        assert!(found.credentials.keys.is_some() && found.credentials.token.is_none());
    }

    /// What is found with these variables, in a folder without a server's data.
    fn found(home: &Path, variables: &[(&str, &str)], profile: Option<&str>) -> Outcome<Target> {
        let mut environment = vec![("HOME".to_owned(), home.display().to_string())];
        environment.extend(
            variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let sources = TargetSources {
            environment: &environment,
            folder: home,
            profile,
        };
        Target::find(&sources).map(|(target, _)| target)
    }

    #[test]
    fn a_profile_that_was_named_has_to_be_there_and_others_are_told() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join(".config/adyton/config.toml");
        let mut profiles = Profiles::read(place).unwrap();
        profiles.put("work", profile(Some("AK"), Some("SK"))).unwrap();
        let target = found(home.path(), &[], Some("work")).unwrap();
        assert_eq!(target.said, "profile work");
        let target = found(
            home.path(),
            &[("ADYTON_PROFILE", "work"), ("ADYTON_PROJECT_ID", "q")],
            None,
        )
        .unwrap();
        assert_eq!(
            (target.said.as_str(), target.project.as_str()),
            ("environment and profile work", "q")
        );
        let told = found(home.path(), &[], Some("wrok")).err().unwrap().to_string();
        assert!(
            told.contains("no profile is called `wrok`") && told.contains("there are: work"),
            "{told}"
        );
        let told = found(home.path(), &[], None).err().unwrap().to_string();
        assert!(told.contains("no server is configured"), "{told}");
    }
}
