//! What every command gets: the terminal, the environment, the working directory, the clock. The one place that reads them
//! from the process.

use std::path::PathBuf;

use adyton_core::clock::Clock;

use crate::client::Client;
use crate::client::target::{Target, TargetSources};
use crate::failure::Outcome;
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
    /// `--profile`.
    pub profile: Option<String>,
    /// The clock.
    pub clock: Clock,
}

impl Context {
    /// Of this process, with what was said before the verb: `--json` and `--profile`.
    pub fn of_process(json: bool, profile: Option<String>) -> Self {
        let environment: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            terminal: Terminal::new(json, &environment),
            environment,
            folder: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            profile,
            clock: Clock::system(),
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
    /// Where profiles, variables and the local data folder are looked for.
    pub fn sources(&self) -> TargetSources<'_> {
        TargetSources {
            environment: &self.environment,
            folder: &self.folder,
            profile: self.profile.as_deref(),
        }
    }
    /// A client of the server that was named; says so when it was found rather than named.
    pub fn client(&self) -> Outcome<Client> {
        let (target, note) = Target::find(&self.sources())?;
        if let Some(note) = note {
            self.terminal.note(note);
        }
        Ok(Client::new(target, self.clock.clone()))
    }
}
