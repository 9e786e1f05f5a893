//! Tasks that end together, when they are told to.

use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Tasks that end together, when they are told to.
pub(in crate::server) struct Stage {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Stage {
    /// None yet.
    pub(super) fn new() -> Self {
        Self {
            stop: watch::Sender::new(false),
            tasks: Vec::new(),
        }
    }
    /// Ready when the stage ends.
    pub(super) fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut stop = self.stop.subscribe();
        async move {
            // A sender that is gone ends the stage too.
            let _ = stop.wait_for(|stop| *stop).await;
        }
    }
    /// Hears when the stage ends.
    pub(super) fn signal(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }
    /// Adds a task, which is to end when [`Stage::stopped`] says so.
    pub(super) fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.push(tokio::spawn(task));
    }
    /// Tells the tasks to end, and waits until they have.
    pub(in crate::server) async fn end(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a part of the server stopped unexpectedly");
            }
        }
    }
}
