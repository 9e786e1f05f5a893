//! The inference threads: a fixed number of threads and one bounded queue, so that no prediction runs on a gateway core
//! for long and no burst can pile up without limit.
//!
//! - A full queue refuses at once. One model may fill at most half of it, so that another still gets in.
//! - A job whose caller has gone is thrown away before it starts.
//! - A panic in a model ends that call only.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Condvar, Mutex};

/// A call that waits for a thread.
pub(crate) trait Job: Send {
    /// Whether the caller still waits.
    fn is_wanted(&self) -> bool;
    /// Does the work and answers the caller.
    fn run(self: Box<Self>);
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Box<dyn Job>>,
    closed: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    room: usize,
    abandoned: AtomicU64,
}

/// The threads. Dropping the last handle ends them after what they run now.
pub struct InferenceThreads(Arc<Shared>);

impl fmt::Debug for InferenceThreads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InferenceThreads(waiting: {})", self.waiting())
    }
}

/// The threads could not be started.
#[derive(Debug, thiserror::Error)]
#[error("inference threads cannot be started: {0}")]
pub struct ThreadsError(#[from] std::io::Error);

impl InferenceThreads {
    /// Starts `threads` threads (at least one) with room for `room` waiting calls (at least two).
    ///
    /// # Errors
    /// The system refused a thread.
    pub fn start(threads: usize, room: usize) -> Result<Arc<Self>, ThreadsError> {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            changed: Condvar::new(),
            room: room.max(2),
            abandoned: AtomicU64::new(0),
        });
        let pool = Arc::new(Self(Arc::clone(&shared)));
        for number in 0..threads.max(1) {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new()
                .name(format!("inference-{number}"))
                .spawn(move || shared.work())?;
        }
        Ok(pool)
    }

    /// How many calls of one model may wait.
    pub(crate) fn room_for_one(&self) -> usize {
        self.0.room / 2
    }

    /// Puts a job at the end of the queue; gives it back when the queue is full.
    pub(crate) fn submit(&self, job: Box<dyn Job>) -> Result<(), Box<dyn Job>> {
        let mut queue = self.0.queue.lock();
        if queue.jobs.len() >= self.0.room {
            // Places held for callers who have gone are free.
            queue.jobs.retain(|waiting| waiting.is_wanted());
            if queue.jobs.len() >= self.0.room {
                return Err(job);
            }
        }
        queue.jobs.push_back(job);
        drop(queue);
        self.0.changed.notify_one();
        Ok(())
    }

    /// How many calls wait now.
    pub fn waiting(&self) -> usize {
        self.0.queue.lock().jobs.len()
    }

    /// How many calls were thrown away unstarted because their callers had gone.
    pub fn abandoned(&self) -> u64 {
        self.0.abandoned.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn work(&self) {
        while let Some(job) = self.next() {
            if job.is_wanted() {
                job.run();
            } else {
                self.abandoned.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn next(&self) -> Option<Box<dyn Job>> {
        let mut queue = self.queue.lock();
        loop {
            if queue.closed {
                return None;
            }
            if let Some(job) = queue.jobs.pop_front() {
                return Some(job);
            }
            self.changed.wait(&mut queue);
        }
    }
}

impl Drop for InferenceThreads {
    fn drop(&mut self) {
        let waiting = {
            let mut queue = self.0.queue.lock();
            queue.closed = true;
            std::mem::take(&mut queue.jobs)
        };
        self.0.changed.notify_all();
        // Dropped outside the lock: a job's own drop may look at the queue.
        drop(waiting);
    }
}
