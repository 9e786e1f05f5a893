//! Places for work that costs a processor: so many jobs at once, one a project, on threads of their own that give way to
//! everything else.
//!
//! What must hold: a job that runs keeps its place until it has ended, also when its caller has left; a project that asks
//! often waits for itself, and takes no place that another project could have.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
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
    deadlines: Duration,
    gate: ProjectGate,
    /// How many callers of each project wait.
    waiting: Mutex<HashMap<ProjectId, usize>>,
}

impl Places {
    /// `number` places for jobs that take `longest` at most; callers wait for `patience`.
    pub(crate) fn new(what: &'static str, number: usize, longest: Duration, deadlines: Duration) -> Self {
        Self {
            what,
            number,
            longest,
            deadlines,
            gate: ProjectGate::new(number, 1),
            waiting: Mutex::default(),
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
    ) -> OperationResult<T> {
        self.take(project).await?.run(work).await
    }

    /// Waits for a place however long it takes: for work that goes on in the background.
    ///
    /// # Errors
    /// None that anybody causes.
    pub(crate) async fn wait(&self, project: ProjectId) -> OperationResult<Place> {
        let permit = self.gate.enter(project).await.map_err(Failure::defect)?;
        Ok(Place {
            what: self.what,
            permit,
        })
    }

    /// A place: the project's own, and one of all.
    async fn take(&self, project: ProjectId) -> OperationResult<Place> {
        let waiting = Waiting::among(&self.waiting, project);
        if waiting.before >= WAITING_MAX || waiting.own_before >= WAITING_OF_A_PROJECT {
            return Err(self.busy(waiting.before));
        }
        match tokio::time::timeout(self.deadlines, self.wait(project)).await {
            Ok(place) => place,
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

/// A place that is held; given back when the work in it has ended.
pub(crate) struct Place {
    what: &'static str,
    permit: ProjectPermit,
}

impl Place {
    /// Runs `work` on a thread of its own.
    ///
    /// # Errors
    /// The work panicked, or there is no thread.
    pub(crate) async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> OperationResult<T> {
        let Self { what, permit } = self;
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
struct Waiting<'a> {
    all: &'a Mutex<HashMap<ProjectId, usize>>,
    project: ProjectId,
    /// How many waited already, and how many of the same project.
    before: usize,
    own_before: usize,
}

impl<'a> Waiting<'a> {
    fn among(all: &'a Mutex<HashMap<ProjectId, usize>>, project: ProjectId) -> Self {
        let mut waiting = all.lock();
        let before = waiting.values().sum();
        let own = waiting.entry(project).or_default();
        let own_before = *own;
        *own += 1;
        Self {
            all,
            project,
            before,
            own_before,
        }
    }
}

impl Drop for Waiting<'_> {
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
mod tests {
    use std::sync::{Arc, mpsc};

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
        fn new(deadlines: Duration) -> Self {
            let (tell, begun) = mpsc::channel();
            Self {
                places: Arc::new(Places::new("search", 2, Duration::from_millis(800), deadlines)),
                begun,
                tell,
            }
        }
        /// Starts a job of this project; it runs until the sender is dropped.
        fn job(&self, number: u128) -> (tokio::task::JoinHandle<OperationResult<u128>>, mpsc::Sender<()>) {
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

    fn refused(outcome: OperationResult<u128>) -> Duration {
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
    /// What two imports that never end would do to everybody, were they of one project.
    #[tokio::test]
    async fn work_in_the_background_waits_and_one_projects_endless_work_keeps_nobody_else_out() {
        let places = Arc::new(Places::new("import", 2, SHORT, Duration::ZERO));
        let (end, ended) = mpsc::channel::<()>();
        let endless = places.wait(project(1)).await.unwrap();
        let endless = tokio::spawn(endless.run(move || ended.recv().is_err()));
        let mut again = std::pin::pin!(places.wait(project(1)));
        let waits = tokio::time::timeout(Duration::from_millis(1), again.as_mut());
        assert!(waits.await.is_err(), "its own next one waits, and is not refused");
        let other = places.wait(project(2)).await.unwrap();
        assert_eq!(other.run(|| 7).await.unwrap(), 7);
        drop(end);
        assert!(endless.await.unwrap().unwrap());
        assert_eq!(again.await.unwrap().run(|| 8).await.unwrap(), 8);
    }
    #[tokio::test]
    async fn a_crowd_of_one_project_leaves_others_a_place_to_wait_in() {
        let bench = Bench::new(Duration::from_secs(60));
        let (first, end_first) = bench.job(1);
        tokio::task::yield_now().await;
        assert_eq!(bench.begun.recv(), Ok(1));
        let mut crowd: Vec<_> = (0..WAITING_MAX + 1).map(|_| bench.job(1)).collect();
        tokio::task::yield_now().await;
        // All but those that may wait are refused at once.
        for (task, _end) in crowd.drain(WAITING_OF_A_PROJECT..) {
            refused(task.await.unwrap());
        }
        let (other, end_other) = bench.job(2);
        drop(end_other);
        assert_eq!(other.await.unwrap().unwrap(), 2);
        assert_eq!(bench.begun.recv(), Ok(2));
        for (task, end) in crowd {
            task.abort();
            drop(end);
        }
        drop(end_first);
        assert_eq!(first.await.unwrap().unwrap(), 1);
    }
}
