//! Configuration in three stages: what was said ([`Found`], from a TOML file, the environment and flags), which of it
//! holds and where it came from ([`merge`]), and what it means ([`Config`]).
//!
//! What must hold: an unknown key is a problem, never silence; all problems are reported together, each with its place
//! and the fix; a secret is never printed. A section is a file in [`section`]; the reference page is made from the same
//! declarations ([`mod@reference`]).

mod check;
pub(crate) mod environment;
pub(crate) mod example;
pub(crate) mod file;
pub(crate) mod found;
pub(crate) mod merge;
pub(crate) mod problem;
pub(crate) mod reference;
pub(crate) mod section;
pub(crate) mod setting;
pub(crate) mod value;

use std::path::PathBuf;

use self::found::{Found, Origin};
use self::merge::{Merged, Reader};
use self::problem::Problems;
use self::section::{
    Audit, Auth, Control, Gateway, General, Journal, Limits, Log, Onnx, Runtime, Section, Throttle,
};

/// The file that is read when `--config` names none and it lies in the working directory.
pub(crate) const DEFAULT_FILE: &str = "adyton.toml";

/// Where the settings come from: everything outside of the process, handed in so that tests choose it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// `--config`.
    pub(crate) file: Option<PathBuf>,
    /// Where [`DEFAULT_FILE`] is looked for.
    pub(crate) folder: PathBuf,
    /// The environment's variables.
    pub(crate) environment: Vec<(String, String)>,
    /// Flags that set a value, as (key, flag, text).
    pub(crate) flags: Vec<(&'static str, &'static str, String)>,
}

impl Sources {
    /// The file that is read: the one asked for, or the default one if it is there.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        self.file.clone().or_else(|| {
            let default = self.folder.join(DEFAULT_FILE);
            default.is_file().then_some(default)
        })
    }
}

/// All settings, checked. No `Option` where there is a default.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Settings of the installation as a whole.
    pub(crate) general: General,
    /// The public listener.
    pub(crate) gateway: Gateway,
    /// The private listener.
    pub(crate) control: Control,
    /// How apps may show themselves.
    pub(crate) auth: Auth,
    /// Sizes.
    pub(crate) limits: Limits,
    /// Calls a second.
    pub(crate) throttle: Throttle,
    /// What is kept of requests.
    pub(crate) journal: Journal,
    /// What is kept of management calls.
    pub(crate) audit: Audit,
    /// ONNX Runtime.
    pub(crate) onnx: Onnx,
    /// Models that bring code.
    pub(crate) runtime: Runtime,
    /// The server's own log.
    pub(crate) log: Log,
}

/// The checked settings together with where each came from.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// The settings.
    pub(crate) config: Config,
    /// Each value with its origin, for `config show` and for telling what a reload changed.
    pub(crate) merged: Merged,
    /// The file that was read.
    pub(crate) file: Option<PathBuf>,
}

/// Reads, merges and checks everything.
///
/// # Errors
/// All problems of all sources.
pub(crate) fn load(sources: &Sources) -> Result<Loaded, Problems> {
    let mut problems = Problems::default();
    let path = sources.path();
    let mut found = Vec::new();
    if let Some(path) = &path {
        found.extend(file::read(path, &mut problems));
    }
    found.extend(environment::read(&sources.environment, &mut problems));
    found.extend(
        sources
            .flags
            .iter()
            .map(|(key, flag, text)| Found::text(key, text, Origin::Flag(flag))),
    );
    let merged = Merged::of(&section::settings().collect::<Vec<_>>(), found, &mut problems);
    let config = read(&merged, &mut problems);
    match config {
        Some(config) if problems.is_empty() => Ok(Loaded {
            config,
            merged,
            file: path,
        }),
        _ => Err(problems),
    }
}

/// Every section is read before the first `?`, so that all problems are found.
fn read(merged: &Merged, problems: &mut Problems) -> Option<Config> {
    let mut reader = Reader::new(merged, problems);
    let general = General::read(&mut reader);
    let gateway = Gateway::read(&mut reader);
    let control = Control::read(&mut reader);
    let auth = Auth::read(&mut reader);
    let limits = Limits::read(&mut reader);
    let throttle = Throttle::read(&mut reader);
    let journal = Journal::read(&mut reader);
    let audit = Audit::read(&mut reader);
    let onnx = Onnx::read(&mut reader);
    let runtime = Runtime::read(&mut reader);
    let log = Log::read(&mut reader);
    let config = Config {
        general: general?,
        gateway: gateway?,
        control: control?,
        auth: auth?,
        limits: limits?,
        throttle: throttle?,
        journal: journal?,
        audit: audit?,
        onnx: onnx?,
        runtime: runtime?,
        log: log?,
    };
    check::check(&config, merged, problems);
    Some(config)
}

#[cfg(test)]
mod tests;
