//! The thread that watches over the inference threads: starts further ones for projects that wait behind others, replaces
//! those that do not come back, ends runs when models take too much memory, and gives back what models left that have gone.
//!
//! It sleeps until a call runs, waits that no thread can take it, or was told to end; then until the moment at which something
//! could have to be done.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use adyton_core::graph_problem::GraphProblem;
use adyton_core::id::ProjectId;
use parking_lot::MutexGuard;

use super::model::GivenUp;
use super::{PoolState, Shared};
use crate::heap;
use crate::machine;
use crate::onnx::memory::GROWN;

/// How soon another try is made when the system refuses a thread.
const AGAIN: Duration = Duration::from_millis(100);
/// How soon memory is given back.
const GIVE_BACK: Duration = Duration::from_secs(1);
/// How often memory is looked at while something runs: a core fills some 100 MB in this time.
pub(super) const MEMORY_LOOK: Duration = Duration::from_millis(20);

impl Shared {
    pub(super) fn watch(self: Arc<Self>) {
        let mut state = self.state.lock();
        while !state.closed {
            match state.look_at {
                None => self.watched.wait(&mut state),
                Some(at) => {
                    self.watched.wait_until(&mut state, at);
                }
            }
            let now = Instant::now();
            if state.look_at.is_some_and(|at| at <= now) {
                state.look_at = None;
                let next = [
                    self.make_way(&mut state, now),
                    self.bound_memory(&mut state, now),
                    self.replace(&mut state, now),
                    give_back(&mut state, now),
                ];
                if let Some(at) = next.into_iter().flatten().min() {
                    // Never in the past, so that a refused thread is no busy loop.
                    state.look_at = Some(at.max(now + Duration::from_millis(1)));
                }
            }
        }
    }

    /// Starts further threads for projects that hold none while all usual threads have been held for long. Gives when to look
    /// again.
    fn make_way(self: &Arc<Self>, state: &mut MutexGuard<'_, PoolState>, now: Instant) -> Option<Instant> {
        let behind: Vec<ProjectId> = state
            .queue
            .projects()
            .filter(|project| !state.holds(*project))
            .collect();
        if behind.is_empty() || state.idle > 0 {
            // Who waits behind the own project's calls waits for these; whoever takes the last idle thread wakes us.
            return None;
        }
        let usual = state.held.values().filter(|held| !held.further && !held.lost);
        let youngest = usual.map(|held| held.since).max();
        let from = youngest.map_or(now, |since| since + self.settings.held);
        if from > now {
            return Some(from);
        }
        let room = self.settings.most_further().saturating_sub(state.further);
        let lacking = behind.len().saturating_sub(state.further_idle).min(room);
        for _ in 0..lacking {
            if let Err(error) = self.spawn(true) {
                tracing::warn!(%error, "a further inference thread cannot be started");
                return Some(now + AGAIN);
            }
            state.further += 1;
            state.further_idle += 1;
        }
        self.changed_further.notify_all();
        // While somebody waits behind, threads may become free for them or the room may grow.
        Some(now + self.settings.held.max(AGAIN))
    }

    /// Ends the run that has been growing longest when models take too much memory. Gives when to look again.
    fn bound_memory(&self, state: &mut MutexGuard<'_, PoolState>, now: Instant) -> Option<Instant> {
        let memory = self.settings.memory.filter(|_| !state.held.is_empty())?;
        let resident = MutexGuard::unlocked(state, machine::resident);
        for held in state.held.values_mut() {
            let before = *held.before.get_or_insert(resident);
            if resident > before.saturating_add(GROWN) {
                held.ending.note_growth();
            }
        }
        if memory.is_short(resident) {
            let growing = (state.held.values()).filter(|held| held.ending.grew() && !held.ending.is_over());
            if let Some(held) = growing.min_by_key(|held| held.since) {
                tracing::warn!(
                    resident,
                    most = memory.most,
                    "models take more memory than `onnx.memory` allows: the prediction during which it grew longest was ended"
                );
                held.ending.end_for_memory();
            }
        }
        Some(now + MEMORY_LOOK)
    }

    /// Has the memory given back, soon, that a model or a large run has left: when a service ends, more models may go.
    pub(super) fn give_memory_back(&self, state: &mut PoolState) {
        state.give_back_at.get_or_insert(Instant::now() + GIVE_BACK);
        self.look_within(state, GIVE_BACK);
    }

    /// Replaces threads whose run was told to end and did not. Gives when to look again.
    fn replace(self: &Arc<Self>, state: &mut MutexGuard<'_, PoolState>, now: Instant) -> Option<Instant> {
        // An honest run that takes as long as callers wait at most must not cost its model the service.
        let limit = self.settings.longest_call + self.settings.grace;
        let (mut next, mut lost) = (None::<Instant>, Vec::new());
        for held in state.held.values_mut() {
            if held.lost || !held.ending.is_over() {
                continue;
            }
            let until = held.since + limit;
            if until > now {
                next = Some(next.map_or(until, |next| next.min(until)));
                continue;
            }
            held.lost = true;
            lost.push((Arc::clone(&held.model), held.further));
        }
        for (model, further) in lost {
            self.lost.fetch_add(1, Ordering::Relaxed);
            if further {
                state.further = state.further.saturating_sub(1);
            } else if let Err(error) = self.spawn(false) {
                tracing::error!(%error, "an inference thread that does not come back cannot be replaced");
            }
            let limit = &limit.as_secs().to_string();
            model.give_up(GivenUp::Stuck(GraphProblem::Stuck { limit }.kept()));
        }
        next
    }
}

/// Gives back what models have left. Gives when to look again.
fn give_back(state: &mut MutexGuard<'_, PoolState>, now: Instant) -> Option<Instant> {
    let at = state.give_back_at?;
    if at > now {
        return Some(at);
    }
    state.give_back_at = None;
    MutexGuard::unlocked(state, heap::give_back);
    None
}
