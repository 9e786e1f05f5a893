//! A gate before heavy work: so many jobs at once, and of one project fewer, so that none holds what others need.
//!
//! A job has its *turn*: while others wait, one that has had it leaves its place. It goes on among the *slow*, who have as many
//! places of their own; when these are taken too, whoever can be ended begins anew once there is one
//! ([`ProjectPermit::may_go_on`]). So jobs that take long, whosever they are, keep only each other waiting.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use adyton_core::id::ProjectId;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Projects that are remembered although none of their jobs runs or waits.
const REMEMBERED: usize = 64;
/// How long a job keeps its place while others wait.
const TURN: Duration = Duration::from_secs(10);
/// How often one who waits among the slow asks whether it is still wanted.
const ASK: Duration = Duration::from_millis(50);

/// See the top of the file. Whoever waits is let in in turn: those of one project after each other, and projects among each other.
#[derive(Debug)]
pub struct ProjectGate {
    shared: Arc<Places>,
    /// How many jobs of one project may run at once.
    each: usize,
    projects: Mutex<HashMap<ProjectId, Arc<Semaphore>>>,
}

#[derive(Debug)]
struct Places {
    all: Arc<Semaphore>,
    slow: Arc<Semaphore>,
    /// How many jobs wait for one of `all`, whose projects would let them.
    waiting: AtomicUsize,
    turn: Duration,
}

/// A job's right to run; given back when it is dropped.
#[derive(Debug)]
pub struct ProjectPermit {
    _own: Option<OwnedSemaphorePermit>,
    place: Mutex<Place>,
    places: Arc<Places>,
    since: Instant,
}

#[derive(Debug)]
enum Place {
    One(#[expect(dead_code, reason = "held")] OwnedSemaphorePermit),
    Slow(#[expect(dead_code, reason = "held")] OwnedSemaphorePermit),
    /// Between the two, or without a gate.
    None,
}

/// The gate was closed, which nobody does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the gate is closed")]
pub struct Closed;

impl ProjectGate {
    /// `all` jobs at once, `each` of one project. With fewer of one project than of all, no project can keep the others out.
    pub fn new(all: usize, each: usize) -> Self {
        Self::with_turn(all, each, TURN)
    }

    /// The same with another turn, for tests.
    pub fn with_turn(all: usize, each: usize, turn: Duration) -> Self {
        Self {
            shared: Arc::new(Places {
                all: Arc::new(Semaphore::new(all)),
                slow: Arc::new(Semaphore::new(all)),
                waiting: AtomicUsize::new(0),
                turn,
            }),
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
        let one = {
            let _waits = Waits::at(&self.shared);
            let all = Arc::clone(&self.shared.all);
            all.acquire_owned().await.map_err(|_| Closed)?
        };
        Ok(ProjectPermit {
            _own: Some(own),
            place: Mutex::new(Place::One(one)),
            places: Arc::clone(&self.shared),
            since: Instant::now(),
        })
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

impl ProjectPermit {
    /// For a job that no gate stands before.
    pub fn alone() -> Self {
        Self {
            _own: None,
            place: Mutex::new(Place::None),
            places: ProjectGate::new(0, 0).shared,
            since: Instant::now(),
        }
    }

    /// Asked now and then by a job that can be ended. `false`: it has had its turn, others wait, and there is no room among the
    /// slow; it ends what it does, calls [`wait_among_the_slow`](Self::wait_among_the_slow) and begins anew.
    pub fn may_go_on(&self) -> bool {
        let mut place = self.place.lock();
        if !matches!(*place, Place::One(_)) || self.since.elapsed() < self.places.turn {
            return true;
        }
        match Arc::clone(&self.places.slow).try_acquire_owned() {
            Ok(slow) => {
                *place = Place::Slow(slow);
                true
            }
            Err(_) => self.places.waiting.load(Ordering::SeqCst) == 0,
        }
    }

    /// Gives the place back, and waits until there is one among the slow; blocks. `false`: `is_over` said so before.
    pub fn wait_among_the_slow(&self, is_over: &dyn Fn() -> bool) -> bool {
        *self.place.lock() = Place::None;
        let mut acquiring = std::pin::pin!(Arc::clone(&self.places.slow).acquire_owned());
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        loop {
            match acquiring.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(Ok(slow)) => {
                    *self.place.lock() = Place::Slow(slow);
                    return true;
                }
                Poll::Ready(Err(_)) => return false,
                Poll::Pending if is_over() => return false,
                Poll::Pending => thread::park_timeout(ASK),
            }
        }
    }
}

/// Wakes a thread that waits for a future.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// One who waits for a place, counted as long as it does.
struct Waits<'p>(&'p Places);

impl<'p> Waits<'p> {
    fn at(places: &'p Places) -> Self {
        places.waiting.fetch_add(1, Ordering::SeqCst);
        Self(places)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::pin::{Pin, pin};

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

    /// A turn that is over at once.
    fn impatient(all: usize) -> ProjectGate {
        ProjectGate::with_turn(all, 1, Duration::ZERO)
    }

    #[test]
    fn a_job_that_has_had_its_turn_leaves_its_place_to_others_and_goes_on_among_the_slow() {
        let gate = impatient(1);
        let long = poll(pin!(gate.enter(project(1)))).unwrap();
        let mut next = pin!(gate.enter(project(2)));
        assert!(poll(next.as_mut()).is_none());
        assert!(long.may_go_on(), "there is room among the slow");
        let next = poll(next.as_mut()).unwrap();
        let mut third = pin!(gate.enter(project(3)));
        assert!(poll(third.as_mut()).is_none());
        assert!(!next.may_go_on(), "somebody waits, and the slow have no room");
        assert!(long.may_go_on(), "who is among the slow stays there");
        assert!(!next.wait_among_the_slow(&|| true), "nobody wants it any more");
        assert!(
            poll(third.as_mut()).is_some(),
            "it has given its place back all the same"
        );
        drop(long);
        assert!(next.wait_among_the_slow(&|| false) && next.may_go_on());
    }

    #[test]
    fn while_nobody_else_waits_a_job_takes_as_long_as_it_likes() {
        let gate = impatient(2);
        let held: Vec<_> = (1..=2)
            .map(|number| poll(pin!(gate.enter(project(number)))).unwrap())
            .collect();
        assert!(
            held.iter().all(ProjectPermit::may_go_on),
            "both go on among the slow"
        );
        let more: Vec<_> = (3..=4)
            .map(|number| poll(pin!(gate.enter(project(number)))).unwrap())
            .collect();
        assert!(more.iter().all(ProjectPermit::may_go_on), "nobody waits");
        // Whoever waits for its own project alone gets nothing by it.
        let mut again = pin!(gate.enter(project(3)));
        assert!(poll(again.as_mut()).is_none());
        assert!(more.iter().all(ProjectPermit::may_go_on));
        let patient = ProjectGate::new(1, 1);
        let first = poll(pin!(patient.enter(project(1)))).unwrap();
        let mut second = pin!(patient.enter(project(2)));
        assert!(poll(second.as_mut()).is_none());
        assert!(first.may_go_on(), "its turn is not over");
        assert!(poll(second.as_mut()).is_none());
    }

    #[test]
    fn whoever_waits_among_the_slow_is_woken() {
        let gate = impatient(1);
        let slow = poll(pin!(gate.enter(project(1)))).unwrap();
        assert!(slow.may_go_on());
        let next = poll(pin!(gate.enter(project(2)))).unwrap();
        let waits = thread::spawn(move || next.wait_among_the_slow(&|| false));
        drop(slow);
        assert!(waits.join().unwrap());
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
