//! What goes, and when: whole files, the oldest first, never the newest of a shelf.
//!
//! Three bounds: bytes, age, and room on the disk. Age is told by the time of day, which may be wrong, so it alone never
//! empties a shelf: see [`Shelf::over_age`].

use std::time::Duration;

use super::{Shelf, State};
use crate::journal::segment::Segment;

/// Age counts only once the time of day has not jumped for so long, and the server has run for so long: a clock that is set
/// right soon after the start, or was wrong for a while, costs nothing.
pub(in crate::journal) const SETTLED: Duration = Duration::from_secs(60 * 60);
/// One file at most goes for its age in this time: a clock that stays wrong costs a file an hour, not the journal.
pub(in crate::journal) const PACE: Duration = Duration::from_secs(60 * 60);

impl Shelf {
    /// Takes off the oldest files while all together are over the size.
    pub(in crate::journal) fn over_size(&self) -> Vec<Segment> {
        // Room for the file being written, and for one batch over its end.
        let most = self.keep_bytes - self.segment_bytes - self.batch_bytes() as u64;
        let mut state = self.state.lock();
        let total = total(&state);
        take_oldest(&mut state, total.saturating_sub(most))
    }

    /// Takes off the oldest file, if it is over its age at the time of day `now_ms`. A file that this process wrote must have
    /// lain as long by the clock that never jumps.
    pub(in crate::journal) fn over_age(&self, now_ms: i64, now: Duration) -> Option<Segment> {
        let (age, now_ms) = (self.keep_age, u64::try_from(now_ms).unwrap_or(0));
        let oldest_ms = now_ms.saturating_sub(u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
        let mut state = self.state.lock();
        let first = state.segments.front()?;
        let is_old = first.newest_ms(now_ms).is_some_and(|newest| newest < oldest_ms)
            && first
                .written
                .is_none_or(|written| now.saturating_sub(written) > age);
        if !is_old || state.segments.len() < 2 {
            return None;
        }
        state.segments.pop_front()
    }

    /// Takes off the oldest files until `bytes` are free, if there are so many.
    pub(in crate::journal) fn oldest(&self, bytes: u64) -> Vec<Segment> {
        take_oldest(&mut self.state.lock(), bytes)
    }
}

/// Deletes a file that was taken off its shelf. Whoever reads it still can go on.
pub(in crate::journal) fn delete(segment: &Segment) {
    if let Err(problem) = std::fs::remove_file(&segment.path)
        && problem.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(file = %segment.path.display(), %problem, "an old journal file cannot be deleted");
    }
}

pub(super) fn total(state: &State) -> u64 {
    state.segments.iter().map(|segment| segment.size).sum()
}

fn take_oldest(state: &mut State, bytes: u64) -> Vec<Segment> {
    let (mut taken, mut gone) = (0, Vec::new());
    while taken < bytes
        && state.segments.len() > 1
        && let Some(first) = state.segments.pop_front()
    {
        taken += first.size;
        gone.push(first);
    }
    gone
}
