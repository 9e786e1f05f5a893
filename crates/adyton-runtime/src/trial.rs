//! Trials: a stranger's graph is parsed, optimised and run for the first time in a process of its own, and only what came
//! through is loaded into the server.
//!
//! The parsers and optimisers of both runtimes are large, and some graphs end the process that reads them (a stack that
//! overflows, memory that runs out, a native crash). The child (`child.rs`: the server's own binary, beside the keeper) has
//! limits of memory, time and stack, a fence and nothing that is secret. What happened is kept on disk (`notes.rs`): who came
//! through is not tried again at the next start, and neither is who killed the child, or the server, until somebody starts
//! the service again.

pub(crate) mod child;
mod notes;
mod process;

use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use adyton_core::digest::Sha256;
use adyton_core::graph_problem::GraphProblem;
use adyton_core::id::ServiceId;
use adyton_core::model::ApiDeclaration;
use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use serde::{Deserialize, Serialize};

use self::notes::{Note, TrialNotes};
use crate::onnx::ending::Ending;
use crate::onnx::library::Choice;
use crate::onnx::load_into::LoadInto;
use crate::project_gate::ProjectPermit;
use crate::sandbox::shorten_cause;

/// A server that died so often while it loaded a model does not try again by itself.
const DEATHS: u32 = 2;

/// The least memory of a trial, in bytes.
const LEAST_MEMORY: u64 = 256 << 20;
/// The stacks for loading a model, in bytes.
const STACKS: RangeInclusive<u64> = 1 << 20..=1 << 30;

/// How trials are held.
#[derive(Clone, Debug)]
pub struct TrialSettings {
    /// How to start the child: the server's own binary and `keeper`.
    pub child: Vec<OsString>,
    /// The memory that it may have, in bytes (`onnx.load_memory`).
    pub memory: u64,
    /// The stack for parsing and optimising, in bytes (`onnx.load_stack`). The server loads with more.
    pub stack: u64,
    /// How long a trial at an import may take (`onnx.load_timeout`); at a deployment it is the deployment's time.
    pub time: Duration,
    /// Where the server loads what came through.
    pub into: LoadInto,
    /// The folder for notes of what came through and what did not.
    pub notes: PathBuf,
}

impl TrialSettings {
    /// The usual limits: half of the memory, 8 MiB of stack, five minutes.
    pub fn new(child: Vec<OsString>, notes: PathBuf) -> Self {
        Self {
            child,
            memory: crate::machine::memory() / 2,
            stack: 8 << 20,
            time: Duration::from_secs(300),
            into: LoadInto::Server,
            notes,
        }
    }
    /// The memory that a trial gets where `bytes` are asked for: with less ONNX Runtime does not even start.
    pub const fn possible_memory(bytes: u64) -> u64 {
        if bytes < LEAST_MEMORY { LEAST_MEMORY } else { bytes }
    }
    /// The stack that a model is loaded with where `bytes` are asked for.
    pub fn possible_stack(bytes: u64) -> u64 {
        bytes.clamp(*STACKS.start(), *STACKS.end())
    }
}

/// What is tried.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'s> {
    /// The package's `model/`.
    pub folder: &'s Path,
    /// The model file in it.
    pub file: &'s str,
    /// The declared paths.
    pub apis: &'s [ApiDeclaration],
}

/// Who wants a model loaded: a service, as it was changed last. Another one, or a later change, is another try.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LoadRequest {
    /// The service.
    pub service: ServiceId,
    /// Its generation.
    pub generation: u64,
}

/// How long a model may take, and whose turn it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TrialLimits<'t> {
    /// For one try.
    pub(crate) time: Duration,
    /// Ends it before.
    pub(crate) ending: &'t Ending,
    /// The right to run, which is over once others wait for long.
    pub(crate) permit: &'t ProjectPermit,
}

/// What a child found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "found", rename_all = "snake_case")]
pub(crate) enum Found {
    /// The model loads and has answered once.
    Answers,
    /// It loads and did not answer inputs of its own declared shapes, for this cause.
    NoAnswer { cause: String },
    /// It does not load, in the runtime's words.
    Refused { cause: String },
    /// Memory ran out, in the words of whoever ran out of it.
    OutOfMemory { cause: String },
    /// A declared schema does not fit it.
    Schema { at: usize, problem: String },
}

impl Found {
    /// With no more words than anybody reads.
    fn shortened(mut self) -> Self {
        if let Self::NoAnswer { cause }
        | Self::Refused { cause }
        | Self::OutOfMemory { cause }
        | Self::Schema { problem: cause, .. } = &mut self
        {
            shorten_cause(cause);
        }
        self
    }
}

/// Why a model did not come through.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TrialError {
    /// The runtime refuses it: in words for people.
    #[error("{0}")]
    Refused(String),
    /// A declared schema does not fit the model.
    #[error("{}", GraphProblem::Schema { at: &at.to_string(), fault: problem }.kept())]
    Schema {
        /// Which declaration.
        at: usize,
        /// What does not fit.
        problem: String,
    },
    /// The child did not live to tell: in words for people.
    #[error("{0}")]
    Died(String),
    /// No child could be started: this machine's fault.
    #[error("{}", unavailable(.0))]
    Unavailable(String),
    /// Nobody wants the model any more.
    #[error("{}", GraphProblem::TrialEnded.kept())]
    Ended,
}

fn unavailable(problem: &str) -> String {
    GraphProblem::Unavailable { problem }.kept()
}

/// Holds trials, and remembers them.
#[derive(Debug)]
pub struct Trials {
    settings: TrialSettings,
    notes: TrialNotes,
    /// Models during whose loading the server died are loaded alone, so that the next death names one.
    suspects: RwLock<()>,
}

/// Held while the server itself loads a model; on disk stands who it is.
#[derive(Debug)]
pub struct Loading<'t> {
    notes: &'t TrialNotes,
    key: String,
    _alone: Alone<'t>,
}

#[derive(Debug)]
enum Alone<'t> {
    No(#[expect(dead_code, reason = "held")] RwLockReadGuard<'t, ()>),
    Yes(#[expect(dead_code, reason = "held")] RwLockWriteGuard<'t, ()>),
}

impl Drop for Loading<'_> {
    fn drop(&mut self) {
        self.notes.has_loaded(&self.key);
    }
}

impl Trials {
    /// Opens the folder of notes. What was being loaded when the server died is noted.
    pub fn open(settings: TrialSettings) -> Self {
        Self {
            notes: TrialNotes::open(settings.notes.clone()),
            settings,
            suspects: RwLock::new(()),
        }
    }

    /// Tries a model that is imported, remembered or not. Blocks.
    pub(crate) fn import(
        &self,
        choice: &Choice,
        subject: Subject<'_>,
        permit: &ProjectPermit,
    ) -> Result<Found, TrialError> {
        let turn = TrialLimits {
            time: self.settings.time,
            ending: &Ending::new(),
            permit,
        };
        self.in_turn(choice, subject, turn)
    }

    /// Tries a model; where its turn is over before it has come through, it is tried anew among the slow.
    fn in_turn(
        &self,
        choice: &Choice,
        subject: Subject<'_>,
        turn: TrialLimits<'_>,
    ) -> Result<Found, TrialError> {
        loop {
            if let Some(found) = process::run(&self.settings, choice, subject, turn)? {
                return Ok(found);
            }
            tracing::info!(
                file = subject.file,
                "the model takes long to load while others wait; it begins again when there is a slot for slow models"
            );
            if !turn.permit.wait_among_the_slow(&|| turn.ending.is_over()) {
                return Err(TrialError::Ended);
            }
        }
    }

    /// Remembers that a package's model came through.
    pub(crate) fn remember(&self, choice: &Choice, package: Sha256, file: &str) {
        self.notes
            .write(&notes::key(choice, package, file), &Note::passed());
    }

    /// Clears a model for loading into the server: by memory, or by a trial. Blocks while it is its `turn`.
    pub(crate) fn clear(
        &self,
        choice: &Choice,
        package: Sha256,
        subject: Subject<'_>,
        wish: LoadRequest,
        turn: TrialLimits<'_>,
    ) -> Result<Loading<'_>, TrialError> {
        let key = notes::key(choice, package, subject.file);
        let mut note = self.notes.read(&key);
        if let Some(cause) = note.failure_for(wish) {
            return Err(TrialError::Died(GraphProblem::NotRetried { cause }.kept()));
        }
        if !note.passed {
            match self.in_turn(choice, subject, turn) {
                // One that answers nothing serves with a warning; nothing bad happened.
                Ok(Found::Answers | Found::NoAnswer { .. }) => {
                    note.passed = true;
                    note.died = None;
                    self.notes.write(&key, &note);
                }
                Ok(Found::Refused { cause } | Found::OutOfMemory { cause }) => {
                    return Err(TrialError::Refused(cause));
                }
                Ok(Found::Schema { at, problem }) => return Err(TrialError::Schema { at, problem }),
                Err(error) => {
                    if let TrialError::Died(cause) = &error {
                        note.fails(cause, wish);
                        self.notes.write(&key, &note);
                    }
                    return Err(error);
                }
            }
        }
        let alone = match note.deaths {
            0 => Alone::No(self.suspects.read()),
            _ => Alone::Yes(self.suspects.write()),
        };
        self.notes.loads(&key, subject.file, wish);
        Ok(Loading {
            notes: &self.notes,
            key,
            _alone: alone,
        })
    }
}

#[cfg(test)]
mod tests;
