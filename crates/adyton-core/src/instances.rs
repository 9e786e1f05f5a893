//! What runs: the state of services and instances as the reconciler sees it, for those who show it.

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::clock::Timestamp;
use crate::id::{InstanceId, ModelId, ServiceId};
use crate::service::{Service, ServiceStatus, Wanted};
use crate::usage::InstanceUsage;

/// The state of one instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstanceStatus {
    /// It has been started and has not answered yet.
    Starting,
    /// It answers.
    Ready,
    /// It answered before and does not now. [`InstanceSeen::restarting`] says whether it is being restarted.
    Down,
    /// It finishes its calls and accepts no new ones.
    Draining,
    /// It will not be started again without a change.
    Failed,
}

/// One instance, as seen.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct InstanceSeen {
    /// Its id.
    pub id: InstanceId,
    /// The model that it runs.
    pub model: ModelId,
    /// Which of the service's versions it runs, counted from 0, as of [`ServiceSeen::generation`]. `None` if it runs a former
    /// configuration: perhaps the same model with other variables.
    pub version: Option<usize>,
    /// Its state.
    pub status: InstanceStatus,
    /// `in process (ONNX Runtime)`, `127.0.0.1:40123`, …
    pub place: String,
    /// How often it was restarted.
    pub restarts: u32,
    /// Why it is not ready, if it is not.
    pub note: String,
    /// Of a program that has ended and is being started again.
    pub restarting: Option<Restarting>,
}

/// A program that has ended and is being started again, after pauses that grow.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Restarting {
    /// When it ended after it had answered for the last time.
    pub since: Timestamp,
    /// How its last run ended: `it ended with exit code 3`.
    pub last_end: String,
    /// When it is started next; in the past while it starts.
    pub next_start: Timestamp,
    /// When it answers again, if it starts as fast as it did before.
    pub back_at: Timestamp,
}

/// How far the rollout of a service's configuration has come: the carrying out of its newest change. Once it has ended, it stays
/// ended until the service is changed again, whatever becomes of the instances.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Rollout {
    /// Instances are on their way.
    Going,
    /// All instances have become ready, and serve.
    Done,
    /// An instance was given up; the former configuration serves, or is on its way back.
    RolledBack {
        /// Why it was given up.
        cause: String,
    },
    /// An instance was given up, and no former configuration serves.
    Failed {
        /// Why it was given up.
        cause: String,
    },
}

impl Rollout {
    /// Whether it has ended, well or not.
    pub const fn has_ended(&self) -> bool {
        match self {
            Rollout::Going => false,
            Rollout::Done | Rollout::RolledBack { .. } | Rollout::Failed { .. } => true,
        }
    }
}

/// One service, as seen.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ServiceSeen {
    /// The service's generation that all this is about. That of the store may be ahead.
    pub generation: u64,
    /// The rollout of this generation; `None` unless the service should run.
    pub rollout: Option<Rollout>,
    /// Its state.
    pub status: ServiceStatus,
    /// Readiness in percent while it is being deployed.
    pub progress: u32,
    /// Why it failed; empty otherwise.
    pub error: String,
    /// When the state last changed.
    pub transition_at: Timestamp,
    /// Its instances.
    pub instances: Vec<InstanceSeen>,
}

impl ServiceSeen {
    /// How many of its instances are ready, those of a former configuration included.
    pub fn ready(&self) -> usize {
        let ready = |one: &&InstanceSeen| one.status == InstanceStatus::Ready;
        self.instances.iter().filter(ready).count()
    }
}

/// Whether the newest change of a service is still being carried out, as far as is seen on this node.
pub fn is_rolling_out(service: &Service, seen: Option<&ServiceSeen>) -> bool {
    let has_ended = |seen: &ServiceSeen| {
        seen.generation == service.generation && seen.rollout.as_ref().is_some_and(Rollout::has_ended)
    };
    service.wanted == Wanted::Running && !seen.is_some_and(has_ended)
}

/// One line that a model's program printed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LogLine {
    /// When it was read.
    pub at: Timestamp,
    /// The instance that printed it.
    pub instance: InstanceId,
    /// `stdout`, `stderr`, or `adyton` for what we say of it.
    pub stream: String,
    /// The line, without its end.
    pub text: String,
}

/// What was added to a log since somebody looked at it last.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LogPart {
    /// The lines, oldest first.
    pub lines: Vec<LogLine>,
    /// How many lines were ever added up to the last of these.
    pub seen: u64,
    /// How many unseen lines the log did not keep.
    pub missed: u64,
}

/// What runs on this node. The runtime implements it; the control plane reads it.
pub trait Instances: Send + Sync {
    /// The service's state, or `None` if the reconciler has not seen it yet.
    fn service(&self, id: ServiceId) -> Option<ServiceSeen>;
    /// Changes whenever a rollout has ended or another one has begun; the number itself means nothing.
    fn rollouts(&self) -> watch::Receiver<u64>;
    /// The newest `most` lines of the service's log, oldest first.
    fn log(&self, id: ServiceId, most: usize) -> Vec<LogLine>;
    /// The first `most` lines that were added to the service's log after so many, oldest first. Of a log that has had fewer, all
    /// that is there: it is another one.
    fn log_after(&self, id: ServiceId, seen: u64, most: usize) -> LogPart;
    /// Calls and failed calls of a service (and of one of its models, if given) on this node, since the service was made.
    fn calls(&self, id: ServiceId, model: Option<ModelId>) -> Calls;
    /// The resources that each instance on this node has used so far. They are measured now, which reads files of the system: on a
    /// thread that may wait.
    fn usage(&self) -> Vec<InstanceUsage>;
}

/// How often something was called.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Calls {
    /// All calls that reached an instance.
    pub all: u64,
    /// Those that failed.
    pub failed: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_rollout_goes_on_until_the_end_of_the_newest_change_is_seen() {
        let mut service = sample::service();
        service.wanted = Wanted::Running;
        service.generation = 3;
        let seen = |generation, rollout| ServiceSeen {
            generation,
            rollout,
            status: ServiceStatus::Running,
            progress: 100,
            error: String::new(),
            transition_at: Timestamp::default(),
            instances: Vec::new(),
        };
        let failed = || Rollout::Failed {
            cause: "it ended".into(),
        };
        for (seen, goes_on) in [
            (None, true),
            (Some(seen(2, Some(Rollout::Done))), true),
            (Some(seen(3, None)), true),
            (Some(seen(3, Some(Rollout::Going))), true),
            (Some(seen(3, Some(Rollout::Done))), false),
            (Some(seen(3, Some(failed()))), false),
        ] {
            assert_eq!(is_rolling_out(&service, seen.as_ref()), goes_on, "{seen:?}");
        }
        service.wanted = Wanted::Stopped;
        assert!(
            !is_rolling_out(&service, None),
            "nothing is deployed of a stopped service"
        );
    }
}
