//! A call on its way to an inference thread and back.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use super::{Answer, Call, InProcess, ModelError};
use crate::onnx::ending::{Endable, Ending};
use crate::onnx::threads::{InferenceThreads, Task};

impl InProcess {
    /// Queues the call for the inference threads. When the future is dropped, nobody begins with the call any more, and whoever
    /// has begun ends it.
    ///
    /// # Errors
    /// [`ModelError::Busy`] at once when too many calls wait, [`ModelError::Stopping`] when the model was given up; the future
    /// gives the others.
    pub fn submit(self: &Arc<Self>, call: Call<'_>) -> Result<Pending, ModelError> {
        if self.line.has_failed() {
            return Err(ModelError::Stopping);
        }
        let (tell, answer) = oneshot::channel();
        let ending = Ending::new();
        let (model, own) = (Arc::clone(self), Arc::clone(&ending));
        let (codec, body) = (self.codec(call.path), call.body.clone());
        let work = move || {
            let endable = Endable {
                model: model.model.as_ref(),
                ending: &own,
            };
            let answered = match model.predict(&endable, codec, &body).0 {
                // Its model is retired, or the server stops.
                Err(_) if own.is_over() => Err(ModelError::Stopping),
                answered => answered,
            };
            // A caller who left meanwhile takes no answer; nothing is lost.
            let _ = tell.send(answered);
        };
        let task = Task {
            line: Arc::clone(&self.line),
            ending: Arc::clone(&ending),
            work: Box::new(work),
        };
        self.threads.submit(task).map_err(|_| ModelError::Busy)?;
        Ok(Pending {
            answer,
            is_done: false,
            ending,
            threads: Arc::clone(&self.threads),
        })
    }
}

/// A call that waits for, or runs on, an inference thread. Dropping it ends the call.
#[derive(Debug)]
pub struct Pending {
    answer: oneshot::Receiver<Result<Answer, ModelError>>,
    is_done: bool,
    ending: Arc<Ending>,
    threads: Arc<InferenceThreads>,
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
