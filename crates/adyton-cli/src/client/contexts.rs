//! Contexts: which server, which project, and as whom, under names, kept in `~/.config/adyton/config.toml` (mode 0600).
//!
//! Versions of before called them profiles; what they have written is read.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Outcome};
use crate::said;

/// The context that is used when none is named and none is current.
pub const DEFAULT_CONTEXT: &str = "default";

/// One server, a project on it, and who calls. Not `Debug`: it holds secrets.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SavedContext {
    /// The control listener.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control_url: Option<String>,
    /// The gateway, when API addresses are to be called at another place than they are printed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_url: Option<String>,
    /// Certificates of the authorities that the server's is checked with, in place of the public ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// The project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// Its name when the context was made, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_name: Option<String>,
    /// The user's name when the context was made, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// AK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key: Option<String>,
    /// SK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
    /// A token, when the context was made with a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// When that ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_expires_at: Option<String>,
    /// The data folder that the key was taken from. Its password gets a token where one is needed; it is not copied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_folder: Option<PathBuf>,
}

impl SavedContext {
    /// The same without what shows who calls.
    #[must_use]
    pub fn signed_out(self) -> Self {
        Self {
            access_key: None,
            secret_key: None,
            token: None,
            token_expires_at: None,
            data_folder: None,
            ..self
        }
    }
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    current: Option<String>,
    #[serde(default)]
    contexts: BTreeMap<String, SavedContext>,
    /// What they were called before.
    #[serde(default, skip_serializing)]
    profiles: BTreeMap<String, SavedContext>,
}

/// All contexts of a person.
pub struct Contexts {
    path: PathBuf,
    file: File,
}

impl Contexts {
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
    /// Reads them; no file is no context.
    pub fn read(path: PathBuf) -> Outcome<Self> {
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(Failure::failed(said!(
                    "{}: cannot be read: {error}",
                    "{}：无法读取：{error}",
                    path.display()
                )));
            }
        };
        let mut file: File = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| {
                text[..span.start.min(text.len())].matches('\n').count() + 1
            });
            // The error's own text would show the line, and that may hold a secret.
            Failure::wrong_use(format!("{}:{line}: {}", path.display(), error.message())).hint(said!(
                "fix that line, or delete the file and run `adyton login` again",
                "请修正该行，或删除该文件后重新执行 `adyton login`"
            ))
        })?;
        for (name, profile) in std::mem::take(&mut file.profiles) {
            file.contexts.entry(name).or_insert(profile);
        }
        Ok(Self { path, file })
    }
    /// The context of this name.
    pub fn get(&self, name: &str) -> Option<&SavedContext> {
        self.file.contexts.get(name)
    }
    /// All of them, by name.
    pub fn all(&self) -> impl Iterator<Item = (&str, &SavedContext)> {
        self.file
            .contexts
            .iter()
            .map(|(name, context)| (name.as_str(), context))
    }
    /// The name of the one that is used when none is named.
    pub fn current(&self) -> Option<&str> {
        let current = self.file.current.as_deref().unwrap_or(DEFAULT_CONTEXT);
        self.file
            .contexts
            .get_key_value(current)
            .map(|(name, _)| name.as_str())
    }
    /// Where they are kept.
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// Keeps a context under a name. The first one is the current one.
    pub fn put(&mut self, name: &str, context: SavedContext) -> Outcome {
        if self.current().is_none() {
            self.file.current = Some(name.to_owned());
        }
        self.file.contexts.insert(name.to_owned(), context);
        self.write()
    }
    /// Makes a context the current one; it must be there.
    pub fn use_always(&mut self, name: &str) -> Outcome {
        self.known(name)?;
        self.file.current = Some(name.to_owned());
        self.write()
    }
    /// Removes a context; it must be there.
    pub fn remove(&mut self, name: &str) -> Outcome {
        self.known(name)?;
        self.file.contexts.remove(name);
        if self.file.current.as_deref() == Some(name) {
            self.file.current = None;
        }
        self.write()
    }
    /// The context of this name; a failure that names the others when it is not there.
    pub fn known(&self, name: &str) -> Outcome<&SavedContext> {
        self.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.all().map(|(name, _)| name).collect();
            let known = if names.is_empty() {
                said!("there are none yet", "目前还没有")
            } else {
                said!("there are: {}", "现有：{}", names.join(", "))
            };
            Failure::wrong_use(said!(
                "no context is called `{name}`",
                "没有名为 `{name}` 的上下文"
            ))
            .fact(format!("{}: {known}", self.path.display()))
            .hint(said!(
                "create it with `adyton login --context {name}`",
                "用 `adyton login --context {name}` 创建"
            ))
        })
    }
    /// Writes all of them: whole or not at all, readable for their owner alone.
    fn write(&self) -> Outcome {
        let wrong = |error: std::io::Error| {
            Failure::failed(said!(
                "{}: cannot be written: {error}",
                "{}：无法写入：{error}",
                self.path.display()
            ))
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
    fn contexts_are_kept_where_the_environment_says() {
        let place = |pairs: &[(&str, &str)]| Contexts::place(&variables(pairs));
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
        let mut contexts = Contexts::read(path.clone()).unwrap();
        assert_eq!(contexts.all().count(), 0, "no file is no context");
        let context = |project: &str| SavedContext {
            project_id: Some(project.to_owned()),
            secret_key: Some("a secret".to_owned()),
            ..SavedContext::default()
        };
        contexts.put("default", context("one")).unwrap();
        contexts.put("default", context("two")).unwrap();
        contexts.put("other", SavedContext::default()).unwrap();
        let read = Contexts::read(path.clone()).unwrap();
        assert_eq!(
            read.all().map(|(name, _)| name).collect::<Vec<_>>(),
            ["default", "other"]
        );
        assert!(read.get("default") == Some(&context("two")), "the last one put");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_by_its_line_without_the_secret_on_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(
            &path,
            "[contexts.default]\nsecret_key = \"sesame\nproject_id = 1\n",
        )
        .unwrap();
        let told = Contexts::read(path.clone()).err().unwrap().to_string();
        assert!(told.contains(&format!("{}:2: ", path.display())), "{told}");
        assert!(!told.contains("sesame"), "{told}");
        std::fs::write(&path, "[contexts.default]\nsecret = \"x\"\n").unwrap();
        assert!(
            Contexts::read(path).is_err(),
            "a name that is not known is a slip"
        );
    }

    #[test]
    fn what_versions_of_before_called_profiles_is_read_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let old = "[profiles.default]\ncontrol_url = \"http://a\"\naccess_key = \"AK\"\n\n[profiles.work]\nproject_id = \"p\"\n";
        std::fs::write(&path, old).unwrap();
        let mut contexts = Contexts::read(path.clone()).unwrap();
        assert_eq!(contexts.current(), Some("default"));
        contexts.use_always("work").unwrap();
        let contexts = Contexts::read(path.clone()).unwrap();
        assert_eq!(contexts.current(), Some("work"));
        let kept = contexts.get("default").unwrap();
        assert_eq!(kept.access_key.as_deref(), Some("AK"));
        assert!(!std::fs::read_to_string(path).unwrap().contains("profiles"));
    }

    #[test]
    fn the_first_context_is_current_until_it_goes_or_another_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let mut contexts = Contexts::read(folder.path().join("config.toml")).unwrap();
        assert_eq!(contexts.current(), None);
        contexts.put("work", SavedContext::default()).unwrap();
        contexts.put("home", SavedContext::default()).unwrap();
        assert_eq!(contexts.current(), Some("work"));
        contexts.use_always("home").unwrap();
        assert_eq!(contexts.current(), Some("home"));
        contexts.remove("home").unwrap();
        assert_eq!(
            contexts.current(),
            None,
            "which one is next is not for us to choose"
        );
        let told = contexts.use_always("hoem").err().unwrap().to_string();
        assert!(told.contains("there are: work"), "{told}");
    }
}
