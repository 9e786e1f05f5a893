//! Places for work that costs a processor: so many jobs at once, one a project, on threads of their own that give way to
//! everything else.
//!
//! What must hold: a job that runs keeps its place until it has ended, also when its caller has left; a project that asks
//! often waits for itself, and takes no place that another project could have.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use adyton_core::id::ProjectId;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::failure::{Failure, Outcome};

/// Callers that wait at once; more are refused without waiting.
const WAITING_MAX: usize = 64;
/// Projects whose places are remembered although nobody is in them.
const PROJECTS_MAX: usize = 64;
/// What the threads are set to (`nice`): the gateway's, at 0, come first.
const NICE: i32 = 10;

/// See the top of the file.
pub(crate) struct Places {
    /// What is done here: the name of the threads, and a word in the refusal.
    what: &'static str,
    /// How many jobs run at once.
    number: usize,
    /// About as long as one takes at most: only [`Failure::Busy`] is computed with it.
    longest: Duration,
    /// How long a caller waits for a place.
    patience: Duration,
    all: Arc<Semaphore>,
    projects: Mutex<HashMap<ProjectId, Arc<Semaphore>>>,
    waiting: AtomicUsize,
}

impl Places {
    /// `number` places for jobs that take `longest` at most; callers wait for `patience`.
    pub(crate) fn new(what: &'static str, number: usize, longest: Duration, patience: Duration) -> Self {
        Self {
            what,
            number,
            longest,
            patience,
            all: Arc::new(Semaphore::new(number)),
            projects: Mutex::default(),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Runs `work` for `project` as soon as there is a place.
    ///
    /// # Errors
    /// [`Failure::Busy`] if there was none for a while.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        project: ProjectId,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Outcome<T> {
        let place = self.take(project).await?;
        let (tell, told) = oneshot::channel();
        let job = move || {
            // A thread may always be nicer; where it cannot, it works all the same.
            let _ = rustix::process::setpriority_process(None, NICE);
            let outcome = std::panic::catch_unwind(AssertUnwindSafe(work));
            drop(place);
            // Nobody listens when the caller has left.
            let _ = tell.send(outcome.ok());
        };
        std::thread::Builder::new()
            .name(self.what.to_owned())
            .spawn(job)
            .map_err(|problem| Failure::defect(format!("no thread for a {}: {problem}", self.what)))?;
        match told.await {
            Ok(Some(outcome)) => Ok(outcome),
            Ok(None) | Err(_) => Err(Failure::defect(format!("a {} died", self.what))),
        }
    }

    /// A place: the project's own, and one of all.
    async fn take(&self, project: ProjectId) -> Outcome<(OwnedSemaphorePermit, OwnedSemaphorePermit)> {
        let waiting = Waiting::among(&self.waiting);
        if waiting.before >= WAITING_MAX {
            return Err(self.busy(waiting.before));
        }
        let own = self.own(project);
        let places = async {
            let own = own.acquire_owned().await;
            (own, self.all.clone().acquire_owned().await)
        };
        match tokio::time::timeout(self.patience, places).await {
            Ok((Ok(own), Ok(one))) => Ok((own, one)),
            // They are never closed.
            Ok(_) => Err(Failure::defect("the places are closed")),
            Err(_) => Err(self.busy(self.waiting.load(Ordering::Relaxed))),
        }
    }

    /// The one place of a project.
    fn own(&self, project: ProjectId) -> Arc<Semaphore> {
        let mut projects = self.projects.lock();
        if projects.len() >= PROJECTS_MAX {
            projects.retain(|_, place| Arc::strong_count(place) > 1);
        }
        projects
            .entry(project)
            .or_insert_with(|| Arc::new(Semaphore::new(1)))
            .clone()
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

/// One who waits, counted as long as it does.
struct Waiting<'a> {
    all: &'a AtomicUsize,
    before: usize,
}

impl<'a> Waiting<'a> {
    fn among(all: &'a AtomicUsize) -> Self {
        Self {
            all,
            before: all.fetch_add(1, Ordering::Relaxed),
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.all.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn project(number: u128) -> ProjectId {
        ProjectId::from_bits(number)
    }

    /// For those who are to be refused.
    const SHORT: Duration = Duration::from_millis(50);

    /// Jobs that run until they are told to end.
    struct Bench {
        places: Arc<Places>,
        begun: mpsc::Receiver<u128>,
        tell: mpsc::Sender<u128>,
    }

    impl Bench {
        fn new(patience: Duration) -> Self {
            let (tell, begun) = mpsc::channel();
            Self {
                places: Arc::new(Places::new("search", 2, Duration::from_millis(800), patience)),
                begun,
                tell,
            }
        }
        /// Starts a job of this project; it runs until the sender is dropped.
        fn job(&self, number: u128) -> (tokio::task::JoinHandle<Outcome<u128>>, mpsc::Sender<()>) {
            let (end, ended) = mpsc::channel::<()>();
            let (places, tell) = (self.places.clone(), self.tell.clone());
            let task = tokio::spawn(async move {
                let work = move || {
                    tell.send(number).unwrap();
                    let _ = ended.recv();
                    number
                };
                places.run(project(number), work).await
            });
            (task, end)
        }
    }

    fn refused(outcome: Outcome<u128>) -> Duration {
        match outcome {
            Err(Failure::Busy { after, .. }) => after,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_project_has_one_place_and_all_together_have_two() {
        let bench = Bench::new(SHORT);
        let (first, end_first) = bench.job(1);
        tokio::task::yield_now().await;
        assert_eq!(bench.begun.recv(), Ok(1));
        // The same project waits for itself, and takes nobody's place meanwhile.
        let crowd: Vec<_> = (0..10).map(|_| bench.job(1)).collect();
        tokio::task::yield_now().await;
        let (second, end_second) = bench.job(2);
        tokio::task::yield_now().await;
        assert_eq!(bench.begun.recv(), Ok(2));
        let (third, _end) = bench.job(3);
        let after = refused(third.await.unwrap());
        assert!(
            after >= Duration::from_millis(800) && after <= Duration::from_secs(60),
            "{after:?}"
        );
        for (task, _end) in crowd {
            refused(task.await.unwrap());
        }
        drop((end_first, end_second));
        assert_eq!(first.await.unwrap().unwrap(), 1);
        assert_eq!(second.await.unwrap().unwrap(), 2);
        // There are places again.
        let (next, end) = bench.job(3);
        drop(end);
        assert_eq!(next.await.unwrap().unwrap(), 3);
    }

    #[tokio::test]
    async fn whoever_waits_gets_the_place_that_becomes_free() {
        let bench = Bench::new(Duration::from_secs(60));
        let (first, end) = bench.job(1);
        tokio::task::yield_now().await;
        assert_eq!(bench.begun.recv(), Ok(1));
        let (second, end_second) = bench.job(1);
        tokio::task::yield_now().await;
        drop((end, end_second));
        assert_eq!(first.await.unwrap().unwrap(), 1);
        assert_eq!(second.await.unwrap().unwrap(), 1);
    }

    #[tokio::test]
    async fn a_caller_who_leaves_does_not_free_the_place_of_a_job_that_runs() {
        let bench = Bench::new(SHORT);
        let (first, end) = bench.job(1);
        tokio::task::yield_now().await;
        assert_eq!(bench.begun.recv(), Ok(1));
        first.abort();
        assert!(first.await.is_err());
        let (second, _end) = bench.job(1);
        refused(second.await.unwrap());
        drop(end);
    }

    #[tokio::test]
    async fn jobs_give_way_and_a_job_that_panics_leaves_its_place() {
        let places = Places::new("search", 1, SHORT, SHORT);
        let nice = || rustix::process::getpriority_process(None).unwrap();
        assert_eq!(places.run(project(1), nice).await.unwrap(), NICE);
        assert!(nice() < NICE, "only the job's thread");
        let died = places.run(project(1), || panic!("on purpose")).await;
        assert!(matches!(died, Err(Failure::Defect(_))));
        assert_eq!(places.run(project(1), || 7).await.unwrap(), 7);
    }
}
