//! What the last look at the database found: read without any I/O.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// What the last look found. Cheap to clone; reading it does no I/O.
#[derive(Clone, Default)]
pub struct Health(Arc<Found>);

#[derive(Default)]
struct Found {
    problem: Mutex<Option<String>>,
    suspicion: Notify,
    /// A call found no room, and no look has found any since.
    is_full: AtomicBool,
}

impl Health {
    /// Why writes fail; `None` while they work.
    pub fn problem(&self) -> Option<String> {
        self.lock().clone()
    }
    /// A call failed: check at once.
    pub(crate) fn suspect(&self) {
        self.0.suspicion.notify_one();
    }
    /// A call found no room on the disk: look at once, and for room too.
    pub(crate) fn suspect_full(&self) {
        self.0.is_full.store(true, Ordering::Relaxed);
        self.suspect();
    }
    /// Whether a call found no room, and no look has found any since.
    pub(crate) fn is_full(&self) -> bool {
        self.0.is_full.load(Ordering::Relaxed)
    }
    /// A look found room.
    pub(crate) fn has_room(&self) {
        self.0.is_full.store(false, Ordering::Relaxed);
    }
    /// Waits until a call has failed; one that did since the last wait counts.
    pub(crate) async fn suspected(&self) {
        self.0.suspicion.notified().await;
    }
    /// Notes what a look found; whether it is another state than before.
    pub(crate) fn note(&self, problem: Option<String>) -> bool {
        let mut now = self.lock();
        let turned = now.is_some() != problem.is_some();
        *now = problem;
        turned
    }
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.0.problem.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_that_found_no_room_is_remembered_until_a_look_finds_some() {
        let health = Health::default();
        health.suspect();
        assert!(!health.is_full(), "any other problem says nothing of room");
        health.suspect_full();
        health.suspected().await;
        assert!(
            health.is_full(),
            "the look that was waited for has still to ask for room"
        );
        health.has_room();
        assert!(!health.is_full());
    }

    #[test]
    fn a_state_turns_when_trouble_begins_and_when_it_ends() {
        let health = Health::default();
        let problem = |text: &str| Some(text.to_owned());
        assert!(health.note(problem("one")));
        assert!(!health.note(problem("another")));
        assert_eq!(health.problem().as_deref(), Some("another"));
        assert!(health.note(None));
        assert!(!health.note(None));
        assert_eq!(health.problem(), None);
    }
}
