//! What every command gets: the terminal, the environment, the working directory, the clock. The one place that reads them
//! from the process.

use std::path::PathBuf;

use adyton_core::clock::Clock;

use crate::client::Client;
use crate::client::access_sources::AccessSources;
use crate::failure::Outcome;
use crate::package_check::PackageCheck;
use crate::terminal::Terminal;

/// The process around a command.
#[derive(Clone)]
pub struct Context {
    /// Standard output and standard error.
    pub terminal: Terminal,
    /// The environment's variables; those that are not UTF-8 are none of ours.
    pub environment: Vec<(String, String)>,
    /// The working directory.
    pub folder: PathBuf,
    /// `--context`.
    pub named: Option<String>,
    /// `--project`.
    pub project: Option<String>,
    /// The clock.
    pub clock: Clock,
    /// Checks a model package as a server's import would.
    pub check_package: PackageCheck,
}

impl Context {
    /// Of this process, with what was said before the verb: `--json`, `--context` and `--project`.
    pub fn of_process(
        json: bool,
        named: Option<String>,
        project: Option<String>,
        check_package: PackageCheck,
    ) -> Self {
        let environment: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            terminal: Terminal::new(json, &environment),
            environment,
            folder: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            named,
            project,
            clock: Clock::system(),
            check_package,
        }
    }
    /// A variable of the environment, unless it is empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let found = self
            .environment
            .iter()
            .find(|(own, value)| own == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }
    /// Where contexts, variables and the local data folder are looked for.
    pub fn sources(&self) -> AccessSources<'_> {
        AccessSources {
            environment: &self.environment,
            folder: &self.folder,
            context: self.named.as_deref(),
        }
    }
    /// The same for verbs whose own `--project` is not the project that they call from.
    #[must_use]
    pub fn in_usual_project(&self) -> Self {
        Self {
            project: None,
            ..self.clone()
        }
    }
    /// The same for what belongs to no project: none has to be known.
    pub fn client_of_domain(&self) -> Outcome<Client> {
        let (server, note) = self.sources().find()?;
        if let Some(note) = note {
            self.terminal.note(note);
        }
        let client = Client::new(server, self.clock.clone());
        match &self.project {
            Some(said) => client.in_project(said),
            None => Ok(client),
        }
    }
    /// A client of the server that was named; says so when it was found rather than named.
    pub fn client(&self) -> Outcome<Client> {
        self.client_of_domain()?.in_some_project()
    }
}
