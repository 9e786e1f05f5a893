//! What starts an instance of a model, watches it, takes its lines and ends it: a [`Launcher`], one for each kind of engine.
//!
//! The contract, to which `tests/it/launchers.rs` holds every implementation:
//!
//! - [`News::Ready`] comes only after the instance has answered once, and names where it answers. Whoever calls it needs nothing
//!   else of the launcher.
//! - A run lasts until the instance is told to stop, ends by itself, or does not answer any more. Whether another one follows is
//!   the reconciler's plan to say. When [`Launcher::run`] is over, nothing of the instance is left
//!   but what calls in flight hold of its target; dropping the future ends the instance too.
//! - The run of one that has not answered within [`Launch::ready_within`] is over, with the cause.
//! - Where the processes of a program are is told as soon as it runs ([`Observer::kept_by`]): what they take is measured there.
//! - What the instance prints goes to [`Observer::log`], all along.
//! - A launcher decides nothing about the service: it tells, and the reconciler's plan decides.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::digest::Sha256;
use adyton_core::id::{InstanceId, ProjectId, ServiceId};
use adyton_core::model::ModelSpec;
use rustix::process::Pid;
use tokio::sync::watch;

use crate::targets::Target;

/// Runs instances of one kind.
pub trait Launcher: Send + Sync {
    /// Runs an instance from its start to its end. What happens meanwhile is told to `observer`.
    fn run(&self, launch: Launch, observer: Arc<dyn Observer>, stop: Stop) -> Life;
}

/// The life of an instance.
pub type Life = Pin<Box<dyn Future<Output = End> + Send>>;

/// One instance to be run.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The service that it is for.
    pub service: ServiceId,
    /// The service's generation: a later one is another try.
    pub generation: u64,
    /// The project that owns the service.
    pub project: ProjectId,
    /// The instance's id.
    pub instance: InstanceId,
    /// Equal for instances that run the same, so that they may share what is in memory.
    pub key: u64,
    /// The package.
    pub package: Sha256,
    /// The package's `model/`.
    pub folder: PathBuf,
    /// What the package declares.
    pub spec: Arc<ModelSpec>,
    /// `envs` of the service.
    pub environment: BTreeMap<String, String>,
    /// How long a deployment may take until it is ready.
    pub deploy_timeout: Duration,
    /// How much of that is left for this run.
    pub ready_within: Duration,
}

/// Who is told of an instance.
pub trait Observer: Send + Sync {
    /// Something happened to the instance.
    fn news(&self, news: News);
    /// Its program runs, and all that belongs to it runs below this process.
    fn kept_by(&self, keeper: Pid);
    /// The instance printed a line: the stream's name, and the text.
    fn log(&self, stream: &'static str, text: String);
}

/// What happens to an instance while it lives.
#[derive(Clone, Debug)]
pub enum News {
    /// Something that its people should know, although it serves.
    Note(String),
    /// It is not ready yet, for this cause; told once for each change of the cause.
    Waiting(String),
    /// It has answered, and answers there.
    Ready(Target),
    /// It does not answer any more; it may come back.
    Down(String),
}

/// How an instance came to its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// It was told to stop.
    Stopped,
    /// It ended by itself, or was ended because it did not answer; another run may do better.
    Over {
        /// How the run ended.
        why: String,
        /// What it was like while it answered, if it ever did.
        served: Option<Served>,
    },
    /// It cannot run; another try would end the same way.
    Failed(Failure),
}

/// A run that came as far as its first answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Served {
    /// How long that took.
    pub start_up: Duration,
    /// How long it was ready.
    pub ready_for: Duration,
}

impl End {
    /// Given up at this step, for this cause.
    pub fn failed(step: &'static str, cause: impl Into<String>) -> Self {
        Self::Failed(Failure {
            step,
            cause: cause.into(),
        })
    }
}

/// Why an instance is given up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// At which step.
    pub step: &'static str,
    /// Why, in a sentence.
    pub cause: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.step, self.cause)
    }
}

/// Tells an instance to stop: once the channel says `true`, or its sender is gone, since nobody can want the instance then.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl From<watch::Receiver<bool>> for Stop {
    fn from(receiver: watch::Receiver<bool>) -> Self {
        Self(receiver)
    }
}

impl Stop {
    /// Waits until the instance is to stop.
    pub async fn wanted(&mut self) {
        // An error means that the sender is gone.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}
