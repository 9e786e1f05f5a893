//! The inference threads: as many as cores, a queue for each model before them, and bounds that keep one model from taking
//! what others need.
//!
//! - A full queue refuses at once. One model may fill at most half of it, so that another still gets in.
//! - Projects take turns (`threads/queue.rs`). One model alone may use every thread; when all have been held for a while and
//!   another project's call waits, a further thread starts for it (`threads/watchdog.rs`).
//! - A call whose caller has gone is thrown away before it starts, and ended when it has started ([`Ending`]). A thread that
//!   does not come back from that is replaced, and its model is given up. Where too many are away, no further model is loaded
//!   ([`InferenceThreads::may_load`]), so that starting such a service again and again does not cost a thread each time.
//! - A panic in a model ends that call only.

mod counts;
pub(crate) mod model;
mod queue;
mod watchdog;
mod worker;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use adyton_core::graph_problem::GraphProblem;
use adyton_core::id::ProjectId;
use adyton_core::language::{Language, message};
use parking_lot::{Condvar, Mutex};

pub use self::counts::Counts;
use self::model::ServedModel;
pub(crate) use self::queue::InferenceTask;
use self::queue::Queue;
use super::ending::Ending;
use super::memory::ModelMemory;

/// How long all threads must have been held before one more starts for another project.
pub const HELD: Duration = Duration::from_millis(100);
/// How much longer than the longest call a run that was told to end may hold its thread.
pub const GRACE: Duration = Duration::from_secs(10);
/// The stack of an inference thread, in bytes, unless the settings say otherwise.
const STACK: usize = 8 << 20;

/// How many threads there are, and their bounds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ThreadSettings {
    /// How many threads (at least one).
    pub threads: usize,
    /// How many calls may wait (at least two).
    pub room: usize,
    /// The stack of each, in bytes: plans for new shapes are made on them.
    pub stack: usize,
    /// See [`HELD`].
    pub held: Duration,
    /// The longest that a caller waits for an answer (`gateway.prediction_timeout`).
    pub longest_call: Duration,
    /// See [`GRACE`].
    pub grace: Duration,
    /// How much memory models may take; without a bound where none is said.
    pub memory: Option<ModelMemory>,
}

impl ThreadSettings {
    /// The usual bounds for `threads` threads and `room` waiting calls.
    pub fn new(threads: usize, room: usize) -> Self {
        Self {
            threads,
            room,
            stack: STACK,
            held: HELD,
            longest_call: Duration::from_secs(40),
            grace: GRACE,
            memory: None,
        }
    }
    /// How many further threads may run: as many again, and at least two, so that two other projects get through.
    fn most_further(&self) -> usize {
        self.threads.max(2)
    }
    /// How many threads the runs of one project may keep for ever before no further model of it is loaded: as many as one model
    /// can take at once.
    fn most_lost_of_project(&self) -> usize {
        self.threads.max(2)
    }
    /// The same for all projects together, before no further model of anybody is.
    fn most_lost(&self) -> usize {
        4 * self.most_lost_of_project()
    }
}

/// No further model may be loaded: too many threads are kept by runs that were told to end and did not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ThreadsLost {
    /// By runs of the same project.
    #[error("{}", kept_by_project(.0))]
    OfProject(usize),
    /// By runs of all projects together.
    #[error("{}", kept_by_all(.0))]
    OfAll(usize),
}

fn kept_by_project(count: &usize) -> String {
    let count = &count.to_string();
    GraphProblem::ThreadsOfProject { count }.kept()
}

fn kept_by_all(count: &usize) -> String {
    let count = &count.to_string();
    GraphProblem::ThreadsOfAll { count }.kept()
}

/// What one thread runs.
struct Held {
    model: Arc<ServedModel>,
    ending: Arc<Ending>,
    since: Instant,
    /// What the process had in use when it was looked at first, in bytes.
    before: Option<u64>,
    /// Whether it is one of the further threads.
    further: bool,
    /// Given up: another thread has its place, and it ends when it comes back.
    lost: bool,
}

#[derive(Default)]
struct PoolState {
    queue: Queue,
    /// By the number of the thread.
    held: HashMap<u64, Held>,
    /// Usual threads that wait for a call.
    idle: usize,
    /// Further threads, and those of them that wait for a call or are just starting.
    further: usize,
    further_idle: usize,
    /// When the memory is given back that models have left; `None` while there is none.
    give_back_at: Option<Instant>,
    /// When the watching thread looks next; `None` while it sleeps until it is woken.
    look_at: Option<Instant>,
    closed: bool,
}

struct Shared {
    state: Mutex<PoolState>,
    /// For the usual threads.
    changed: Condvar,
    /// For the further threads.
    changed_further: Condvar,
    /// For the watching thread.
    watched: Condvar,
    settings: ThreadSettings,
    numbers: AtomicU64,
    abandoned: AtomicU64,
    ended: AtomicU64,
    lost: AtomicU64,
}

/// The threads. Dropping the last handle ends what they run, and then them.
pub struct InferenceThreads(Arc<Shared>);

impl fmt::Debug for InferenceThreads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InferenceThreads({:?})", self.counts())
    }
}

/// The threads could not be started.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message_in(Language::English))]
pub struct ThreadsError(#[from] std::io::Error);

impl ThreadsError {
    /// What is wrong and what to do.
    pub fn message_in(&self, language: Language) -> String {
        message!(
            language,
            "inference threads cannot be started: {}; raise the limit of threads (ulimit -u)",
            "无法启动推理线程：{}；请提高线程数上限（ulimit -u）",
            self.0
        )
    }
}

impl InferenceThreads {
    /// Starts `threads` threads (at least one) with room for `room` waiting calls (at least two).
    ///
    /// # Errors
    /// The system refused a thread.
    pub fn start(threads: usize, room: usize) -> Result<Arc<Self>, ThreadsError> {
        Self::with(ThreadSettings::new(threads, room))
    }

    /// Starts the threads.
    ///
    /// # Errors
    /// The system refused a thread.
    pub fn with(settings: ThreadSettings) -> Result<Arc<Self>, ThreadsError> {
        let settings = ThreadSettings {
            threads: settings.threads.max(1),
            room: settings.room.max(2),
            ..settings
        };
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            changed_further: Condvar::new(),
            watched: Condvar::new(),
            settings,
            numbers: AtomicU64::new(0),
            abandoned: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            lost: AtomicU64::new(0),
        });
        // From here on a failure ends those that have started.
        let pool = Arc::new(Self(Arc::clone(&shared)));
        for _ in 0..shared.settings.threads {
            shared.spawn(false)?;
        }
        let watching = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("inference-watch".to_owned())
            .spawn(move || watching.watch())?;
        Ok(pool)
    }

    /// Puts a call at the end of its model's queue.
    ///
    /// # Errors
    /// The queue, or this model's half of it, is full; the call is given back.
    pub(crate) fn submit(&self, task: InferenceTask) -> Result<(), InferenceTask> {
        let room = self.0.settings.room;
        let mut state = self.0.state.lock();
        let mut gone = Vec::new();
        let is_full =
            |state: &PoolState| state.queue.len() >= room || state.queue.of(&task.model) >= room / 2;
        if is_full(&state) {
            // Places held for callers who have gone are free.
            gone = state.queue.remove(|waiting| waiting.ending.is_over());
        }
        let refused = state.closed || is_full(&state);
        if !refused {
            let (idle, further_idle) = (state.idle > 0, state.further_idle > 0);
            let project = task.model.project();
            state.queue.push(task);
            if idle {
                self.0.changed.notify_one();
            } else if further_idle && !state.holds(project) {
                self.0.changed_further.notify_one();
            } else {
                self.0.look_within(&mut state, self.0.settings.held);
            }
            drop(state);
            self.0.throw_away(gone);
            return Ok(());
        }
        drop(state);
        self.0.throw_away(gone);
        Err(task)
    }

    /// Ends what runs and waits for this model: it is retired.
    pub(crate) fn end_all_of(&self, model: &Arc<ServedModel>) {
        self.0.end_all(|one| Arc::ptr_eq(one, model));
    }

    /// Notes that a run was told to end, so that somebody looks whether it does.
    pub(crate) fn end(&self, ending: &Ending) {
        ending.end();
        let mut state = self.0.state.lock();
        let within = self.0.settings.longest_call + self.0.settings.grace;
        self.0.look_within(&mut state, within);
    }

    /// Has the memory given back that a model has left, soon: when a service ends, more models may go.
    pub(crate) fn give_memory_back(&self) {
        self.0.give_memory_back(&mut self.0.state.lock());
    }

    /// Ends everything that runs and waits, because the server stops; nothing is taken any more.
    pub fn close(&self) {
        self.0.state.lock().closed = true;
        self.0.end_all(|_| true);
        self.0.changed.notify_all();
        self.0.changed_further.notify_all();
        self.0.watched.notify_all();
    }

    /// The stack of a thread that may load a model or make plans, in bytes.
    pub(crate) fn stack(&self) -> usize {
        self.0.settings.stack
    }

    /// Whether a model of `project` may be loaded, as far as threads go that did not come back.
    ///
    /// # Errors
    /// Too many of them are still away.
    pub fn may_load(&self, project: ProjectId) -> Result<(), ThreadsLost> {
        let state = self.0.state.lock();
        let lost = || state.held.values().filter(|held| held.lost);
        let own = lost().filter(|held| held.model.project() == project).count();
        let all = lost().count();
        if own >= self.0.settings.most_lost_of_project() {
            return Err(ThreadsLost::OfProject(own));
        }
        match all >= self.0.settings.most_lost() {
            true => Err(ThreadsLost::OfAll(all)),
            false => Ok(()),
        }
    }

    /// What they do now, and have done.
    pub fn counts(&self) -> Counts {
        let shared = &self.0;
        let state = shared.state.lock();
        Counts {
            waiting: state.queue.len(),
            running: state.held.len(),
            further: state.further,
            abandoned: shared.abandoned.load(Ordering::Relaxed),
            ended: shared.ended.load(Ordering::Relaxed),
            lost: shared.lost.load(Ordering::Relaxed),
        }
    }

    /// The counts in Prometheus' text format (version 0.0.4).
    pub fn render(&self) -> String {
        self.counts().render()
    }

    /// How many calls wait now.
    pub fn waiting(&self) -> usize {
        self.0.state.lock().queue.len()
    }

    /// How many calls were thrown away unstarted because their callers had gone.
    pub fn abandoned(&self) -> u64 {
        self.0.abandoned.load(Ordering::Relaxed)
    }
}

impl Drop for InferenceThreads {
    fn drop(&mut self) {
        self.close();
    }
}

impl PoolState {
    /// Whether a thread runs a call of this project.
    fn holds(&self, project: ProjectId) -> bool {
        self.held.values().any(|held| held.model.project() == project)
    }
}
