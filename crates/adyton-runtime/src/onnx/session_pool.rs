//! Several copies of what only one thread may use at a time (a session, a running state), so that threads do not wait
//! for each other.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};

/// One to a few copies of `T`.
pub(crate) struct SessionPool<T>(Vec<Mutex<T>>);

impl<T> SessionPool<T> {
    /// Makes `count` copies (at least one).
    pub(crate) fn make<E>(count: usize, mut make: impl FnMut() -> Result<T, E>) -> Result<Self, E> {
        (0..count.max(1))
            .map(|_| make().map(Mutex::new))
            .collect::<Result<_, E>>()
            .map(Self)
    }

    /// The first free copy, beginning with this thread's own; waits for that one when none is free.
    pub(crate) fn take(&self) -> MutexGuard<'_, T> {
        self.free().unwrap_or_else(|| self.0[self.own()].lock())
    }

    /// The same; gives up waiting when `is_over` is true.
    pub(crate) fn take_until(&self, is_over: impl Fn() -> bool) -> Option<MutexGuard<'_, T>> {
        /// How often it is asked.
        const ASK: Duration = Duration::from_millis(20);
        loop {
            if let Some(free) = self.free().or_else(|| self.0[self.own()].try_lock_for(ASK)) {
                return Some(free);
            }
            if is_over() {
                return None;
            }
        }
    }

    /// A copy that nobody uses now.
    fn free(&self) -> Option<MutexGuard<'_, T>> {
        let (before, after) = self.0.split_at(self.own());
        after.iter().chain(before).find_map(Mutex::try_lock)
    }

    /// Which copy is this thread's own.
    fn own(&self) -> usize {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        thread_local!(static OWN: usize = NEXT.fetch_add(1, Ordering::Relaxed));
        OWN.with(|own| *own) % self.0.len()
    }
}

impl<T> fmt::Debug for SessionPool<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionPool({})", self.0.len())
    }
}

/// How many copies of a model of `bytes` are worth their memory: one for each core for small models, one for large ones
/// (whose operators use several threads inside).
pub(crate) fn copies_for(bytes: u64) -> usize {
    const SMALL: u64 = 1 << 20;
    const MIDDLE: u64 = 16 << 20;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    match bytes {
        0..=SMALL => cores.min(16),
        bytes if bytes <= MIDDLE => cores.min(4),
        _ => 1,
    }
}
