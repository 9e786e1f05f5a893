//! Work in the background that the server waits for when it stops: imports, and cleaning up after deletions.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::watch;

/// Counts what runs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Tasks {
    running: Arc<watch::Sender<usize>>,
}

/// Counts down when the task ends, however it ends.
struct Running(Arc<watch::Sender<usize>>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Tasks {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self {
            running: Arc::new(watch::Sender::new(0)),
        }
    }
    /// Starts a task.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.running.send_modify(|count| *count += 1);
        let running = Running(self.running.clone());
        tokio::spawn(async move {
            let _running = running;
            task.await;
        });
    }
    /// Waits until none runs.
    pub(crate) async fn ended(&self) {
        let mut count = self.running.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = count.wait_for(|count| *count == 0).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waits_for_what_runs() {
        let tasks = Tasks::new();
        let (done, wait) = tokio::sync::oneshot::channel::<()>();
        tasks.spawn(async move {
            let _ = wait.await;
        });
        let ended = tasks.clone();
        let waiting = tokio::spawn(async move { ended.ended().await });
        assert!(done.send(()).is_ok(), "the task is still running");
        assert!(waiting.await.is_ok());
    }
}
