//! The answer of a call that inference threads give.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use super::call::{Answer, ModelError};
use crate::onnx::ending::Ending;
use crate::onnx::threads::InferenceThreads;

/// A call that waits for, or runs on, an inference thread. Dropping it ends the call.
#[derive(Debug)]
pub struct Pending {
    answer: oneshot::Receiver<Result<Answer, ModelError>>,
    is_done: bool,
    ending: Arc<Ending>,
    threads: Arc<InferenceThreads>,
}

impl Pending {
    /// Waits for `answer`; dropped before, it ends the run by `ending`.
    pub(super) fn new(
        answer: oneshot::Receiver<Result<Answer, ModelError>>,
        ending: Arc<Ending>,
        threads: Arc<InferenceThreads>,
    ) -> Self {
        Self {
            answer,
            is_done: false,
            ending,
            threads,
        }
    }
}

impl Future for Pending {
    type Output = Result<Answer, ModelError>;
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = Pin::new(&mut self.answer).poll(context);
        self.is_done |= answer.is_ready();
        // Thrown away unstarted: the model is retired, or the server stops.
        answer.map(|answer| answer.unwrap_or(Err(ModelError::Stopping)))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.is_done {
            self.threads.end(&self.ending);
        }
    }
}
