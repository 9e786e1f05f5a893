//! Profiles: which server, and as whom, kept in `~/.config/adyton/config.toml` (mode 0600).

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Outcome};

/// The profile that is used when none is named.
pub const DEFAULT_PROFILE: &str = "default";

/// One server, and who calls it. Not `Debug`: it holds secrets.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The control listener.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control_url: Option<String>,
    /// The gateway, when API addresses are to be called at another place than they are printed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_url: Option<String>,
    /// The project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// AK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key: Option<String>,
    /// SK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
    /// A token, when the profile was made with a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// When that ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_expires_at: Option<String>,
    /// The data folder that the key was taken from. Its password gets a token where one is needed; it is not copied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_folder: Option<PathBuf>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    profiles: BTreeMap<String, Profile>,
}

/// All profiles of a person.
pub struct Profiles {
    path: PathBuf,
    file: File,
}

impl Profiles {
    /// The file's place: `$XDG_CONFIG_HOME/adyton/config.toml`, else `~/.config/adyton/config.toml`.
    pub fn place(environment: &[(String, String)]) -> Option<PathBuf> {
        let value = |name: &str| {
            environment
                .iter()
                .find(|(own, value)| own == name && !value.is_empty())
        };
        let folder = match value("XDG_CONFIG_HOME") {
            Some((_, folder)) => PathBuf::from(folder),
            None => Path::new(&value("HOME")?.1).join(".config"),
        };
        Some(folder.join("adyton/config.toml"))
    }
    /// Reads them; no file is no profile.
    pub fn read(path: PathBuf) -> Outcome<Self> {
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(Failure::failed(format!(
                    "{}: cannot be read: {error}",
                    path.display()
                )));
            }
        };
        let file = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| {
                text[..span.start.min(text.len())].matches('\n').count() + 1
            });
            // The error's own text would show the line, and that may hold a secret.
            Failure::wrong_use(format!("{}:{line}: {}", path.display(), error.message()))
                .hint("fix that line, or delete the file and run `adyton login` again")
        })?;
        Ok(Self { path, file })
    }
    /// The profile of this name.
    pub fn get(&self, name: &str) -> Option<&Profile> {
        self.file.profiles.get(name)
    }
    /// The names of all profiles.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.file.profiles.keys().map(String::as_str)
    }
    /// Where they are kept.
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// Puts a profile in place and writes all of them: whole or not at all, readable for their owner alone.
    pub fn put(&mut self, name: &str, profile: Profile) -> Outcome {
        self.file.profiles.insert(name.to_owned(), profile);
        let wrong = |error: std::io::Error| {
            Failure::failed(format!("{}: cannot be written: {error}", self.path.display()))
        };
        let text = toml::to_string(&self.file).map_err(|error| Failure::failed(error.to_string()))?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(wrong)?;
        let new = self.path.with_extension("toml.new");
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&new)
            .map_err(wrong)?;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))
            .map_err(wrong)?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(wrong)?;
        std::fs::rename(&new, &self.path).map_err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(own).collect()
    }

    #[test]
    fn profiles_are_kept_where_the_environment_says() {
        let place = |pairs: &[(&str, &str)]| Profiles::place(&variables(pairs));
        let (xdg, home) = (("XDG_CONFIG_HOME", "/x"), ("HOME", "/home/a"));
        assert_eq!(place(&[xdg, home]), Some("/x/adyton/config.toml".into()));
        assert_eq!(place(&[home]), Some("/home/a/.config/adyton/config.toml".into()));
        let empty = [("XDG_CONFIG_HOME", ""), home];
        assert_eq!(place(&empty), Some("/home/a/.config/adyton/config.toml".into()));
        assert_eq!(place(&[]), None);
    }

    #[test]
    fn what_was_put_is_read_again_and_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/adyton/config.toml");
        let mut profiles = Profiles::read(path.clone()).unwrap();
        assert_eq!(profiles.names().count(), 0, "no file is no profile");
        let profile = |project: &str| Profile {
            project_id: Some(project.to_owned()),
            secret_key: Some("a secret".to_owned()),
            ..Profile::default()
        };
        profiles.put("default", profile("one")).unwrap();
        profiles.put("default", profile("two")).unwrap();
        profiles.put("other", Profile::default()).unwrap();
        let read = Profiles::read(path.clone()).unwrap();
        assert_eq!(read.names().collect::<Vec<_>>(), ["default", "other"]);
        assert!(read.get("default") == Some(&profile("two")), "the last one put");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_by_its_line_without_the_secret_on_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(
            &path,
            "[profiles.default]\nsecret_key = \"sesame\nproject_id = 1\n",
        )
        .unwrap();
        let told = Profiles::read(path.clone()).err().unwrap().to_string();
        assert!(told.contains(&format!("{}:2: ", path.display())), "{told}");
        assert!(!told.contains("sesame"), "{told}");
        std::fs::write(&path, "[profiles.default]\nsecret = \"x\"\n").unwrap();
        assert!(
            Profiles::read(path).is_err(),
            "a name that is not known is a slip"
        );
    }
}
