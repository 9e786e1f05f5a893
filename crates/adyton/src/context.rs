//! What every command gets: the terminal, the environment, the working directory, the clock. The one place that reads them
//! from the process.

use std::path::PathBuf;

use adyton_core::clock::Clock;

use crate::cli::Cli;
use crate::client::Client;
use crate::client::target::{Places, Target};
use crate::failure::Outcome;
use crate::terminal::Terminal;

/// The process around a command.
#[derive(Clone)]
pub(crate) struct Context {
    /// Standard output and standard error.
    pub(crate) terminal: Terminal,
    /// The environment's variables; those that are not UTF-8 are none of ours.
    pub(crate) environment: Vec<(String, String)>,
    /// The working directory.
    pub(crate) folder: PathBuf,
    /// `--profile`.
    pub(crate) profile: Option<String>,
    /// The clock.
    pub(crate) clock: Clock,
}

impl Context {
    /// Of this process.
    pub(crate) fn of_process(cli: &Cli) -> Self {
        let environment: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            terminal: Terminal::new(cli.json, &environment),
            environment,
            folder: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            profile: cli.profile.clone(),
            clock: Clock::system(),
        }
    }
    /// A variable of the environment, unless it is empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        let found = self
            .environment
            .iter()
            .find(|(own, value)| own == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }
    /// Where profiles, variables and the local data folder are looked for.
    pub(crate) fn places(&self) -> Places<'_> {
        Places {
            environment: &self.environment,
            folder: &self.folder,
            profile: self.profile.as_deref(),
        }
    }
    /// A client of the server that was named; says so when it was found rather than named.
    pub(crate) fn client(&self) -> Outcome<Client> {
        let (target, note) = Target::find(&self.places())?;
        if let Some(note) = note {
            self.terminal.note(note);
        }
        Ok(Client::new(target, self.clock.clone()))
    }
}
