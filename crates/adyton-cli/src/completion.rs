//! Names that a shell offers while a line is typed: of services, models, users and the like, as the server that the line means
//! lists them for whoever calls it.
//!
//! What must hold: nothing is printed and nobody is asked for anything; what fails, or takes longer than [`PATIENCE`], gives no
//! names. A name is offered as it is only if no letter of it steers a terminal and it is not taken for an option; else its id is.

mod listed;

use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use adyton_core::clock::Clock;
use adyton_core::shown::{is_unseen, shown_line};

use crate::client::Client;
use crate::client::access_sources::AccessSources;
use crate::failure::Outcome;

/// How long whoever has pressed the key waits for names.
const PATIENCE: Duration = Duration::from_millis(900);

/// What an argument names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameKind {
    /// Contexts of `login`.
    Context,
    /// Projects in which the caller has a role.
    Project,
    /// Services.
    Service,
    /// Models: names, and names with versions.
    Model,
    /// The same, with `=` behind for a share of the traffic.
    ModelShare,
    /// Apps.
    App,
    /// Ids of the AppCodes of the app that the line names.
    AppCode,
    /// Users.
    User,
    /// Roles.
    Role,
    /// The caller's access keys.
    AccessKey,
    /// Tags of the project's services: keys, and keys with values.
    Tag,
    /// Keys of the tags of the service that the line names.
    TagKey,
    /// Instances that lately printed something, of the service that the line names.
    Instance,
    /// Paths that the models of the service that the line names declare.
    Path,
    /// Ids of requests, refused ones first.
    Request,
    /// Codes and sub-codes of the catalogue.
    Code,
    /// Steps of a prediction.
    Step,
    /// Statuses and their classes.
    Status,
    /// What a quota is for.
    Quota,
    /// Operations of the audit trail.
    Operation,
    /// What the audit trail is about.
    Thing,
    /// Methods of HTTP.
    Method,
    /// Languages.
    Language,
}

/// A name that may be meant, and what helps to choose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suggestion {
    /// What is put into the line.
    pub text: String,
    /// What it is.
    pub about: Option<String>,
}

/// What the line says before the word that is completed, and where it is typed.
#[derive(Clone, Default, Debug)]
pub struct Typed {
    /// `--context`.
    pub context: Option<String>,
    /// `--project`.
    pub project: Option<String>,
    /// The service that it names.
    pub service: Option<String>,
    /// The app that it names.
    pub app: Option<String>,
    /// When the key was pressed; all names together have [`PATIENCE`] from then on.
    pub since: Option<Instant>,
    /// The environment's variables.
    pub environment: Vec<(String, String)>,
    /// The working directory.
    pub folder: PathBuf,
}

impl Typed {
    fn sources(&self) -> AccessSources<'_> {
        AccessSources {
            environment: &self.environment,
            folder: &self.folder,
            context: self.context.as_deref(),
        }
    }
    /// A client of the server that the line means; `kind` may be asked outside of the project that it names.
    fn client(&self, kind: NameKind) -> Outcome<Client> {
        let (server, _) = self.sources().find()?;
        let client = Client::new(server, Clock::system());
        match &self.project {
            Some(said) if kind != NameKind::Project => client.in_project(said),
            _ => Ok(client),
        }
    }
}

/// The names of a kind. None where they cannot be had in time.
pub fn names(kind: NameKind, typed: &Typed) -> Vec<Suggestion> {
    if let Some(known) = listed::known(kind, typed) {
        return known;
    }
    let waited = typed.since.map_or(Duration::ZERO, |since| since.elapsed());
    let (found, wait) = mpsc::sync_channel(1);
    let typed = typed.clone();
    // It ends with the process, whatever the server does.
    let asking = thread::Builder::new().spawn(move || {
        let listed = typed
            .client(kind)
            .and_then(|client| listed::of_server(kind, &client, &typed));
        let _ = found.send(listed.unwrap_or_default());
    });
    match asking {
        Ok(_) => wait
            .recv_timeout(PATIENCE.saturating_sub(waited))
            .unwrap_or_default(),
        Err(_) => Vec::new(),
    }
}

/// Whether it can be typed, and is safe where it is shown.
fn is_typable(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('-') && !name.contains(is_unseen)
}

/// A name, or the id where the name cannot be typed.
fn named(name: &str, id: &str) -> Option<Suggestion> {
    if is_typable(name) {
        return about(name, "");
    }
    about(id, name)
}

/// A text that may be meant, if it can be typed, and what is said of it.
fn about(text: &str, about: &str) -> Option<Suggestion> {
    is_typable(text).then(|| Suggestion {
        text: text.to_owned(),
        about: (!about.is_empty()).then(|| shown_line(about).into_owned()),
    })
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_name_that_would_steer_a_terminal_or_a_command_is_not_offered() {
        assert_eq!(named("iris", "id").unwrap().text, "iris");
        assert_eq!(named("my wine", "id").unwrap().text, "my wine");
        for hostile in [
            "a\u{1b}]0;x\u{7}",
            "a\nb",
            "a\tb",
            "\u{202e}moc",
            "--force",
            "-h",
            "",
        ] {
            let offered = named(hostile, "2e934724").unwrap();
            assert_eq!(offered.text, "2e934724", "{hostile:?}");
            assert!(
                !offered.about.unwrap_or_default().contains(is_unseen),
                "{hostile:?}"
            );
        }
        assert_eq!(about("a\u{1b}b", ""), None);
    }

    #[test]
    fn a_server_that_says_nothing_is_not_waited_for() {
        let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
        let typed = Typed {
            environment: [
                (
                    "ADYTON_CONTROL_URL",
                    format!("http://{}", deaf.local_addr().unwrap()),
                ),
                ("ADYTON_PROJECT_ID", "0".repeat(32)),
                ("ADYTON_ACCESS_KEY", "AK".to_owned()),
                ("ADYTON_SECRET_KEY", "SK".to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec(),
            ..Typed::default()
        };
        let began = Instant::now();
        assert!(names(NameKind::Service, &typed).is_empty());
        assert!(began.elapsed() < 3 * PATIENCE);
        // Where there is no server at all, nothing is waited for.
        assert!(names(NameKind::Service, &Typed::default()).is_empty());
        assert!(!names(NameKind::Code, &Typed::default()).is_empty());
    }
}
