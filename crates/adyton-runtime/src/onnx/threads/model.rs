//! One model as the inference threads know it: whose it is, and whether it has been given up.

use std::sync::Arc;

use adyton_core::id::ProjectId;
use tokio::sync::watch;

/// See the module. Each loaded model has one.
#[derive(Debug)]
pub(crate) struct ServedModel {
    project: ProjectId,
    failed: watch::Sender<Option<String>>,
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
    pub(super) fn fail(&self, cause: &str) {
        self.failed.send_if_modified(|failed| {
            let first = failed.is_none();
            failed.get_or_insert_with(|| cause.to_owned());
            first
        });
    }

    /// Whether the model has been given up.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.borrow().is_some()
    }

    /// Waits until the model is given up, and says why.
    pub(crate) async fn failure(&self) -> String {
        let mut failed = self.failed.subscribe();
        let failure = failed.wait_for(Option::is_some).await;
        failure.ok().and_then(|cause| cause.clone()).unwrap_or_default()
    }
}
