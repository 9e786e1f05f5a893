//! Real-time services: model versions with weights, replicas and settings, published at an API address.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{ApiId, ModelId, ProjectId, ServiceId};

/// How long an instance may take to become ready by default, in seconds.
pub const DEPLOY_TIMEOUT_DEFAULT: u32 = 1200;

/// What its owner wants of a service.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// It should answer.
    Running,
    /// It should hold no instance.
    Stopped,
}

impl Wanted {
    /// How many instances are wanted of these versions: none of a service that is stopped.
    pub fn instances(self, versions: &[Version]) -> u64 {
        match self {
            Self::Running => versions
                .iter()
                .map(|version| u64::from(version.instance_count))
                .sum(),
            Self::Stopped => 0,
        }
    }
}

/// The state of a service as the management API shows it. Computed from what is wanted and what is seen, never stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceStatus {
    /// Instances are starting.
    Deploying,
    /// All instances are ready.
    Running,
    /// Some instances are down.
    Concerning,
    /// No instance could be started, or all were lost.
    Failed,
    /// Instances are ending.
    Stopping,
    /// No instance is left, as wanted.
    Stopped,
    /// It is being deleted.
    Deleting,
}

impl ServiceStatus {
    /// All states.
    pub const ALL: [Self; 7] = [
        Self::Deploying,
        Self::Running,
        Self::Concerning,
        Self::Failed,
        Self::Stopping,
        Self::Stopped,
        Self::Deleting,
    ];

    /// The state with this name; names are compared to the letter.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
    /// The word of the management API.
    pub const fn name(self) -> &'static str {
        match self {
            ServiceStatus::Deploying => "deploying",
            ServiceStatus::Running => "running",
            ServiceStatus::Concerning => "concerning",
            ServiceStatus::Failed => "failed",
            ServiceStatus::Stopping => "stopping",
            ServiceStatus::Stopped => "stopped",
            ServiceStatus::Deleting => "deleting",
        }
    }
    /// The displayed state: what this node observes of the service, or what is wanted if the reconciler has not acted on
    /// that yet. While the newest change is being carried out (`is_rolling_out`), the service is being deployed, even if earlier
    /// instances still answer.
    pub const fn shown(wanted: Wanted, seen: Option<Self>, is_rolling_out: bool) -> Self {
        use ServiceStatus::{Concerning, Deleting, Deploying, Failed, Running, Stopped, Stopping};
        match (wanted, seen) {
            (Wanted::Running, Some(seen @ (Deploying | Running | Concerning | Failed | Deleting)))
                if !is_rolling_out =>
            {
                seen
            }
            (Wanted::Running, _) => Deploying,
            (Wanted::Stopped, Some(Deploying | Running | Concerning | Failed)) => Stopping,
            (Wanted::Stopped, Some(seen @ (Stopping | Stopped | Deleting))) => seen,
            (Wanted::Stopped, None) => Stopped,
        }
    }
    /// Whether predictions are answered in this state.
    pub const fn is_callable(self) -> bool {
        matches!(self, ServiceStatus::Running | ServiceStatus::Concerning)
    }
}

/// One entry of a service's `config[]`: a model version and its share of the traffic.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Version {
    /// The model.
    pub model: ModelId,
    /// Its share, 0 to 100; all of a service add up to 100.
    pub weight: u32,
    /// `instance_count`, 1 to 128.
    pub instance_count: u32,
    /// `specification`, as given.
    pub specification: String,
    /// `envs`: environment of the model's program.
    pub envs: BTreeMap<String, String>,
    /// How long an instance may take until it is ready, in seconds.
    pub deploy_timeout_seconds: u32,
    /// How often its instances were replaced without any other change.
    #[serde(default)]
    pub restarts: u32,
}

/// A real-time service.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Service {
    /// Its id, the last segment of its API address.
    pub id: ServiceId,
    /// The project that owns it.
    pub project: ProjectId,
    /// `service_name`, unique in the project.
    pub name: String,
    /// `description`.
    pub description: String,
    /// The API of the service.
    pub api: ApiId,
    /// What is wanted of it.
    pub wanted: Wanted,
    /// Its model versions; at least one.
    pub versions: Vec<Version>,
    /// Calls per second; `None` is the configured default, `Some(0)` no limit.
    pub calls_per_second: Option<u32>,
    /// Whether apps may call it: enabled by the first authorisation.
    pub app_auth: bool,
    /// Whether apps may call with an AppCode.
    pub app_code: bool,
    /// Raised by every change that needs new instances.
    pub generation: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The name of the user who created it.
    pub owner: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_found_by_its_own_name() {
        for (at, status) in ServiceStatus::ALL.into_iter().enumerate() {
            assert_eq!(ServiceStatus::parse(status.name()), Some(status));
            assert_eq!(
                status as usize, at,
                "each stands once, in the order of its declaration"
            );
        }
        assert_eq!(ServiceStatus::parse("Running"), None);
    }

    #[test]
    fn what_is_wanted_shows_before_the_reconciler_has_come_to_it() {
        use ServiceStatus::{Concerning, Deploying, Failed, Running, Stopped, Stopping};
        for (wanted, seen, shown) in [
            (Wanted::Running, None, Deploying),
            (Wanted::Running, Some(Stopped), Deploying),
            (Wanted::Running, Some(Stopping), Deploying),
            (Wanted::Running, Some(Running), Running),
            (Wanted::Running, Some(Concerning), Concerning),
            (Wanted::Running, Some(Failed), Failed),
            (Wanted::Stopped, None, Stopped),
            (Wanted::Stopped, Some(Running), Stopping),
            (Wanted::Stopped, Some(Failed), Stopping),
            (Wanted::Stopped, Some(Stopping), Stopping),
            (Wanted::Stopped, Some(Stopped), Stopped),
        ] {
            assert_eq!(
                ServiceStatus::shown(wanted, seen, false),
                shown,
                "{wanted:?} {seen:?}"
            );
        }
    }

    #[test]
    fn a_change_that_is_carried_out_shows_over_what_runs_meanwhile() {
        use ServiceStatus::{Deploying, Failed, Running, Stopping};
        for seen in [None, Some(Running), Some(Failed)] {
            assert_eq!(
                ServiceStatus::shown(Wanted::Running, seen, true),
                Deploying,
                "{seen:?}"
            );
        }
        let stopped = ServiceStatus::shown(Wanted::Stopped, Some(Running), true);
        assert_eq!(stopped, Stopping);
    }
}
