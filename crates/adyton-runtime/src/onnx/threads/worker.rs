//! One inference thread: takes the next call that it may run, runs it, and gives its place back.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use parking_lot::MutexGuard;

use super::model::ServedModel;
use super::watchdog::MEMORY_LOOK;
use super::{Held, InferenceTask, PoolState, Shared};
use crate::onnx::ending::Ending;

/// How long a further thread waits for another call before it ends.
const LINGER: Duration = Duration::from_secs(1);

impl Shared {
    /// Starts one more thread; a `further` one is counted here.
    pub(super) fn spawn(self: &Arc<Self>, further: bool) -> std::io::Result<()> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let shared = Arc::clone(self);
        std::thread::Builder::new()
            .name(format!("inference-{number}"))
            .stack_size(self.settings.stack)
            .spawn(move || shared.work(number, further))
            .map(drop)
    }

    fn work(&self, number: u64, further: bool) {
        // A further thread is counted as waiting from its start on.
        let mut starting = further;
        while let Some(task) = self.next(number, further, std::mem::take(&mut starting)) {
            let InferenceTask { model, ending, work } = task;
            work();
            // The model may end with these, which takes time: not while the lock is held.
            drop((model, ending));
            if !self.give_back(number) {
                return;
            }
        }
    }

    /// Waits for the next call; `None` when this thread is to end. `waits` says whether it is counted as waiting.
    fn next(&self, number: u64, further: bool, mut waits: bool) -> Option<InferenceTask> {
        let mut state = self.state.lock();
        let mut has_waited = false;
        loop {
            if std::mem::take(&mut waits) {
                *state.idle_of(further) -= 1;
            }
            if state.closed {
                break;
            }
            let found = match further {
                false => state.queue.next(|_| true),
                true => {
                    let PoolState { queue, held, .. } = &mut *state;
                    queue.next(|project| held.values().all(|held| held.model.project() != project))
                }
            };
            match found {
                Some(task) if task.ending.is_over() => {
                    MutexGuard::unlocked(&mut state, || self.throw_away(vec![task]));
                    continue;
                }
                Some(task) => {
                    let held = Held {
                        model: Arc::clone(&task.model),
                        ending: Arc::clone(&task.ending),
                        since: Instant::now(),
                        before: None,
                        further,
                        lost: false,
                    };
                    state.held.insert(number, held);
                    if self.settings.memory.is_some() {
                        self.look_within(&mut state, MEMORY_LOOK);
                    }
                    if state.queue.len() > 0 && state.idle == 0 {
                        self.look_within(&mut state, self.settings.held);
                    }
                    return Some(task);
                }
                None if has_waited => break,
                None => {}
            }
            *state.idle_of(further) += 1;
            waits = true;
            if further {
                has_waited = self.changed_further.wait_for(&mut state, LINGER).timed_out();
            } else {
                self.changed.wait(&mut state);
            }
        }
        state.further -= usize::from(further);
        None
    }

    /// Says that a call is done; false when this thread's place was given to another one meanwhile.
    fn give_back(&self, number: u64) -> bool {
        let mut state = self.state.lock();
        let Some(Held { ending, lost, .. }) = state.held.remove(&number) else {
            return true;
        };
        if ending.grew() {
            self.give_memory_back(&mut state);
        }
        drop(state);
        if ending.is_over() {
            self.ended.fetch_add(1, Ordering::Relaxed);
        }
        !lost
    }

    /// Ends the runs of the models that `is` says, and throws away what waits for them.
    pub(super) fn end_all(&self, is: impl Fn(&Arc<ServedModel>) -> bool) {
        let (gone, endings) = {
            let mut state = self.state.lock();
            let gone = state.queue.remove(|task| is(&task.model));
            let running = state.held.values().filter(|held| is(&held.model));
            let endings: Vec<Arc<Ending>> = running.map(|held| Arc::clone(&held.ending)).collect();
            if !endings.is_empty() {
                self.look_within(&mut state, self.settings.longest_call + self.settings.grace);
            }
            (gone, endings)
        };
        endings.iter().for_each(|ending| ending.end());
        self.throw_away(gone);
    }

    /// Drops calls that nobody waits for; outside of the lock, since a model may end with its last call.
    pub(super) fn throw_away(&self, gone: Vec<InferenceTask>) {
        let count = u64::try_from(gone.len()).unwrap_or(u64::MAX);
        self.abandoned.fetch_add(count, Ordering::Relaxed);
    }

    /// Makes the watching thread look after `span` at the latest.
    pub(super) fn look_within(&self, state: &mut PoolState, span: Duration) {
        let at = Instant::now() + span;
        if state.look_at.is_none_or(|planned| planned > at) {
            state.look_at = Some(at);
            self.watched.notify_one();
        }
    }
}

impl PoolState {
    fn idle_of(&mut self, further: bool) -> &mut usize {
        match further {
            true => &mut self.further_idle,
            false => &mut self.idle,
        }
    }
}
