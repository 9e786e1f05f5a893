//! What starts an instance of a model, watches it, takes its lines and ends it: a [`Launcher`], one for each kind of engine.
//!
//! The contract, to which `tests/it/launchers.rs` holds every implementation:
//!
//! - [`News::Ready`] comes only after the instance has answered once, and names where it answers. Whoever calls it needs nothing
//!   else of the launcher.
//! - An instance runs until it is told to stop or is given up. When [`Launcher::run`] is over, nothing of the instance is left
//!   but what calls in flight hold of its target; dropping the future ends the instance too.
//! - One that has not answered within [`Launch::deploy_timeout`] is given up, with the cause.
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
    /// How long the instance may take until it is ready.
    pub deploy_timeout: Duration,
}

/// Who is told of an instance.
pub trait Observer: Send + Sync {
    /// Something happened to the instance.
    fn news(&self, news: News);
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
    /// It has ended, or was ended because it did not answer any more, and is started again after a pause.
    Restarting(Restart),
}

/// An instance that is started again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restart {
    /// For the so-and-so-many-th time.
    pub times: u32,
    /// How its last run ended.
    pub why: String,
    /// How long until it is started.
    pub pause: Duration,
    /// How long it took from a start to the first answer, the last time that it came so far.
    pub start_up: Option<Duration>,
}

/// How an instance came to its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// It was told to stop.
    Stopped,
    /// It was given up, and is not started again.
    Failed(Failure),
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
