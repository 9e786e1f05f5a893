//! A gate before heavy work: so many jobs at once, and of one project fewer, so that none holds what others need.

use std::collections::HashMap;
use std::sync::Arc;

use adyton_core::id::ProjectId;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Projects that are remembered although none of their jobs runs or waits.
const REMEMBERED: usize = 64;

/// See the top of the file. Whoever waits is let in in turn: those of one project after each other, and projects among each other.
#[derive(Debug)]
pub struct ProjectGate {
    all: Arc<Semaphore>,
    /// How many jobs of one project may run at once.
    each: usize,
    projects: Mutex<HashMap<ProjectId, Arc<Semaphore>>>,
}

/// A job's right to run; given back when it is dropped.
#[derive(Debug)]
pub struct ProjectPermit {
    _own: OwnedSemaphorePermit,
    _one: OwnedSemaphorePermit,
}

/// The gate was closed, which nobody does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the gate is closed")]
pub struct Closed;

impl ProjectGate {
    /// `all` jobs at once, `each` of one project. With fewer of one project than of all, no project can keep the others out.
    pub fn new(all: usize, each: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(all)),
            each,
            projects: Mutex::default(),
        }
    }

    /// Waits until a job of this project may run. One that waits for its own project takes no other project's turn.
    ///
    /// # Errors
    /// [`Closed`], never in practice.
    pub async fn enter(&self, project: ProjectId) -> Result<ProjectPermit, Closed> {
        let own = self.own(project).acquire_owned().await.map_err(|_| Closed)?;
        let one = Arc::clone(&self.all).acquire_owned().await.map_err(|_| Closed)?;
        Ok(ProjectPermit { _own: own, _one: one })
    }

    fn own(&self, project: ProjectId) -> Arc<Semaphore> {
        let mut projects = self.projects.lock();
        if projects.len() >= REMEMBERED {
            // Whoever runs or waits holds it too.
            projects.retain(|_, own| Arc::strong_count(own) > 1);
        }
        let fresh = || Arc::new(Semaphore::new(self.each));
        Arc::clone(projects.entry(project).or_insert_with(fresh))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use super::*;

    const fn project(number: u128) -> ProjectId {
        ProjectId::from_bits(number)
    }

    /// Whether it is let in now.
    fn poll<T>(entering: Pin<&mut impl Future<Output = Result<T, Closed>>>) -> Option<T> {
        match entering.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(permit) => Some(permit.unwrap()),
            Poll::Pending => None,
        }
    }

    #[test]
    fn one_project_never_holds_all_and_waits_for_itself() {
        let gate = ProjectGate::new(2, 1);
        let loud = poll(pin!(gate.enter(project(1)))).unwrap();
        let mut crowd: Vec<_> = (0..10).map(|_| Box::pin(gate.enter(project(1)))).collect();
        assert!(crowd.iter_mut().all(|one| poll(one.as_mut()).is_none()));
        let quiet = poll(pin!(gate.enter(project(2)))).unwrap();
        let mut third = pin!(gate.enter(project(3)));
        assert!(poll(third.as_mut()).is_none(), "two at once");
        drop(loud);
        // Those of the loud project come to the end of the queue, behind whoever waited already.
        let third = poll(third.as_mut()).unwrap();
        assert!(crowd.iter_mut().all(|one| poll(one.as_mut()).is_none()));
        drop(quiet);
        let next: Vec<_> = crowd.iter_mut().filter_map(|one| poll(one.as_mut())).collect();
        assert_eq!(next.len(), 1);
        drop((third, next));
    }

    #[test]
    fn whoever_leaves_while_waiting_takes_nothing_with_them() {
        let gate = ProjectGate::new(1, 1);
        let first = poll(pin!(gate.enter(project(1)))).unwrap();
        {
            let mut gone = pin!(gate.enter(project(2)));
            assert!(poll(gone.as_mut()).is_none());
        }
        drop(first);
        assert!(poll(pin!(gate.enter(project(2)))).is_some());
    }

    #[test]
    fn projects_without_jobs_are_forgotten_and_those_with_some_are_not() {
        let gate = ProjectGate::new(1_000, 1);
        let held = poll(pin!(gate.enter(project(1)))).unwrap();
        for number in 2..500 {
            assert!(poll(pin!(gate.enter(project(number)))).is_some());
        }
        assert!(gate.projects.lock().len() <= REMEMBERED);
        assert!(poll(pin!(gate.enter(project(1)))).is_none(), "its job still runs");
        drop(held);
    }
}
