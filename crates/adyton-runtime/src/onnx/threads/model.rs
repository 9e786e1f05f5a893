//! One model as the inference threads know it: whose it is, and whether it has been given up.

use std::sync::Arc;

use adyton_core::id::ProjectId;
use tokio::sync::watch;

/// See the module. Each loaded model has one.
#[derive(Debug)]
pub(crate) struct ServedModel {
    project: ProjectId,
    failed: watch::Sender<Option<GivenUp>>,
}

/// Why a model is not called any more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum GivenUp {
    /// A call of it cannot be ended; another try would end the same way.
    Stuck(String),
    /// Its process has ended; it may be started again.
    Ended(String),
}

impl ServedModel {
    /// A model of `project`.
    pub(crate) fn new(project: ProjectId) -> Arc<Self> {
        Arc::new(Self {
            project,
            failed: watch::Sender::new(None),
        })
    }

    /// Whose model it is.
    pub(crate) fn project(&self) -> ProjectId {
        self.project
    }

    /// Gives the model up, for this cause; the first one stays.
    pub(crate) fn give_up(&self, cause: GivenUp) {
        self.failed.send_if_modified(|failed| {
            let first = failed.is_none();
            failed.get_or_insert(cause);
            first
        });
    }

    /// Whether the model has been given up.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.borrow().is_some()
    }

    /// Waits until the model is given up, and says why.
    pub(crate) async fn given_up(&self) -> GivenUp {
        let mut failed = self.failed.subscribe();
        let cause = failed.wait_for(Option::is_some).await;
        let cause = cause.ok().and_then(|cause| cause.clone());
        cause.unwrap_or_else(|| GivenUp::Ended(String::new()))
    }
}
