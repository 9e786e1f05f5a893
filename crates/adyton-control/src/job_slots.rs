//! Slots for work that costs a processor: so many jobs at once, one a project, on threads of their own that give way to
//! everything else.
//!
//! What must hold: a job that runs keeps its slot until it has ended, also when its caller has left; a project that asks
//! often waits for itself, and takes no slot that another project could have.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::id::ProjectId;
use adyton_runtime::project_gate::{ProjectGate, ProjectPermit};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::failure::{Failure, OperationResult};

/// Callers that wait at once; more are refused without waiting.
const WAITING_MAX: usize = 64;
/// Of one project fewer, so that others may still wait.
const WAITING_OF_A_PROJECT: usize = 16;
/// Jobs of one project that wait in the background.
const QUEUED_OF_A_PROJECT: usize = 100;
/// What the threads are set to (`nice`): the gateway's, at 0, come first.
const NICE: i32 = 10;

/// See the top of the file.
pub(crate) struct JobSlots {
    /// What is done here: the name of the threads, and a word in the refusal.
    what: &'static str,
    /// How many jobs run at once.
    number: usize,
    /// About as long as one takes at most: only [`Failure::Busy`] is computed with it.
    longest: Duration,
    /// How long a caller waits for a slot.
    longest_wait: Duration,
    gate: ProjectGate,
    /// How many callers of each project wait.
    waiting: Arc<Mutex<HashMap<ProjectId, usize>>>,
}

impl JobSlots {
    /// `number` slots for jobs that take `longest` at most; callers wait for `longest_wait`.
    pub(crate) fn new(what: &'static str, number: usize, longest: Duration, longest_wait: Duration) -> Self {
        Self {
            what,
            number,
            longest,
            longest_wait,
            gate: ProjectGate::new(number, 1),
            waiting: Arc::default(),
        }
    }

    /// Runs `work` for `project` as soon as there is a slot.
    ///
    /// # Errors
    /// [`Failure::Busy`] if there was none for a while.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        project: ProjectId,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> OperationResult<T> {
        self.take(project).await?.run(work).await
    }

    /// Waits for a slot however long it takes: for work that goes on in the background.
    ///
    /// # Errors
    /// None that anybody causes.
    pub(crate) async fn wait(&self, project: ProjectId) -> OperationResult<JobSlot> {
        let permit = self.gate.enter(project).await.map_err(Failure::defect)?;
        Ok(JobSlot {
            what: self.what,
            permit: Arc::new(permit),
        })
    }

    /// Counts a job that will wait in the background.
    ///
    /// # Errors
    /// [`Failure::Busy`] if too many of the project wait already.
    pub(crate) fn queue(&self, project: ProjectId) -> OperationResult<Waiting> {
        let waiting = Waiting::among(&self.waiting, project);
        match waiting.own_before < QUEUED_OF_A_PROJECT {
            true => Ok(waiting),
            false => Err(self.busy(0)),
        }
    }

    /// A slot: the project's own, and one of all.
    async fn take(&self, project: ProjectId) -> OperationResult<JobSlot> {
        let waiting = Waiting::among(&self.waiting, project);
        if waiting.before >= WAITING_MAX || waiting.own_before >= WAITING_OF_A_PROJECT {
            return Err(self.busy(waiting.before));
        }
        match tokio::time::timeout(self.longest_wait, self.wait(project)).await {
            Ok(slot) => slot,
            Err(_) => Err(self.busy(self.waiting.lock().values().sum())),
        }
    }

    /// The refusal while `waiting` others wait: by when these have had their turn.
    fn busy(&self, waiting: usize) -> Failure {
        let turns = u32::try_from(waiting / self.number + 1).unwrap_or(u32::MAX);
        Failure::Busy {
            what: self.what,
            after: self.longest.saturating_mul(turns),
        }
    }
}

/// A slot that is held; given back when the work in it has ended.
pub(crate) struct JobSlot {
    what: &'static str,
    permit: Arc<ProjectPermit>,
}

impl JobSlot {
    /// What the work asks whether it has had its turn.
    pub(crate) fn permit(&self) -> Arc<ProjectPermit> {
        self.permit.clone()
    }

    /// Runs `work` on a thread of its own.
    ///
    /// # Errors
    /// The work panicked, or there is no thread.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> OperationResult<T> {
        let (what, permit) = (self.what, self.permit.clone());
        let (tell, told) = oneshot::channel();
        let job = move || {
            // A thread may always be nicer; where it cannot, it works all the same.
            let _ = rustix::process::setpriority_process(None, NICE);
            let outcome = std::panic::catch_unwind(AssertUnwindSafe(work));
            drop(permit);
            // Nobody listens when the caller has left.
            let _ = tell.send(outcome.ok());
        };
        std::thread::Builder::new()
            .name(what.to_owned())
            .spawn(job)
            .map_err(|problem| Failure::defect(format!("no thread for a {what}: {problem}")))?;
        match told.await {
            Ok(Some(outcome)) => Ok(outcome),
            Ok(None) | Err(_) => Err(Failure::defect(format!("a {what} died"))),
        }
    }
}

/// One who waits, counted as long as it does.
pub(crate) struct Waiting {
    all: Arc<Mutex<HashMap<ProjectId, usize>>>,
    project: ProjectId,
    /// How many waited already, and how many of the same project.
    before: usize,
    own_before: usize,
}

impl Waiting {
    fn among(all: &Arc<Mutex<HashMap<ProjectId, usize>>>, project: ProjectId) -> Self {
        let mut waiting = all.lock();
        let before = waiting.values().sum();
        let own = waiting.entry(project).or_default();
        let own_before = *own;
        *own += 1;
        drop(waiting);
        Self {
            all: Arc::clone(all),
            project,
            before,
            own_before,
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut waiting = self.all.lock();
        if let Some(own) = waiting.get_mut(&self.project) {
            *own -= 1;
            if *own == 0 {
                waiting.remove(&self.project);
            }
        }
    }
}

#[cfg(test)]
mod tests;
