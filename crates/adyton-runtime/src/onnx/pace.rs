//! How fast a model answers, and therefore where it runs: on the gateway's own core (a hand-over to a thread costs more
//! than the answer) or on the inference threads (a slow answer would stop the core).

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use adyton_core::clock::Clock;

/// A model runs inline when 99 of 100 answers take no longer than this.
pub(crate) const INLINE: Duration = Duration::from_micros(50);
/// Running inline, a call that takes longer than this counts against the model; the gap to [`INLINE`] keeps a model that
/// sits on the border from going back and forth.
const SLOW: Duration = Duration::from_micros(100);
/// Running inline, calls that take this long move the model off without waiting for the end of the window.
const STUCK: Duration = Duration::from_millis(10);
/// So many stuck calls do: one or two may be a core that was busy with something else in the middle of a call.
const STUCK_MOST: u32 = 3;
/// After so many calls the share of slow ones is judged.
const WINDOW: u32 = 1_000;
/// So many of a window may be slow: one in a hundred.
const MAY_BE_SLOW: u32 = WINDOW / 100;

/// Where a model runs now, and the measure of its last calls.
#[derive(Debug)]
pub(crate) struct Pace {
    inline: AtomicBool,
    calls: AtomicU32,
    slow: AtomicU32,
    stuck: AtomicU32,
}

/// The beginning of a measured call.
pub(crate) enum Start {
    /// Inline: the wall clock, which costs nothing to read. What counts is how long the core was held.
    Wall(Duration),
    /// On an inference thread: the thread's own time, so that waiting for a core on a busy machine does not make a fast
    /// model look slow and keep it there.
    Thread(Duration),
}

impl Start {
    /// Begins to measure a call.
    pub(crate) fn of(pace: &Pace, clock: &Clock) -> Self {
        if pace.is_inline() {
            Self::Wall(clock.monotonic())
        } else {
            Self::Thread(thread_time())
        }
    }
    /// How long the call has taken.
    pub(crate) fn took(&self, clock: &Clock) -> Duration {
        match self {
            Self::Wall(start) => clock.monotonic().saturating_sub(*start),
            Self::Thread(start) => thread_time().saturating_sub(*start),
        }
    }
}

/// The CPU time of this thread.
pub(crate) fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

impl Pace {
    /// Begins inline when the p99 measured at deployment allows it.
    pub(crate) fn new(p99: Duration) -> Self {
        Self {
            inline: AtomicBool::new(p99 <= INLINE),
            calls: AtomicU32::new(0),
            slow: AtomicU32::new(0),
            stuck: AtomicU32::new(0),
        }
    }

    /// Whether the model runs on the caller's thread now.
    pub(crate) fn is_inline(&self) -> bool {
        self.inline.load(Ordering::Relaxed)
    }

    /// Notes how long one call took. Calls of several threads may be counted into neighbouring windows; that is harmless.
    pub(crate) fn record(&self, took: Duration) {
        let inline = self.is_inline();
        let slow = took > if inline { SLOW } else { INLINE };
        if slow {
            self.slow.fetch_add(1, Ordering::Relaxed);
        }
        if inline && took >= STUCK && self.stuck.fetch_add(1, Ordering::Relaxed) + 1 >= STUCK_MOST {
            self.begin(false);
        } else if self.calls.fetch_add(1, Ordering::Relaxed) + 1 >= WINDOW {
            self.begin(self.slow.load(Ordering::Relaxed) <= MAY_BE_SLOW);
        }
    }

    fn begin(&self, inline: bool) {
        self.calls.store(0, Ordering::Relaxed);
        self.slow.store(0, Ordering::Relaxed);
        self.stuck.store(0, Ordering::Relaxed);
        if self.inline.swap(inline, Ordering::Relaxed) != inline {
            let place = if inline {
                "the gateway's core"
            } else {
                "the inference threads"
            };
            tracing::info!(place, "a model moved, because its pace changed");
        }
    }
}

/// The 99th percentile of measured spans; zero without any.
pub(crate) fn p99(spans: &mut [Duration]) -> Duration {
    spans.sort_unstable();
    let at = (spans.len() * 99).div_ceil(100).saturating_sub(1);
    spans.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_gets_slower_is_moved_off_and_comes_back() {
        let pace = Pace::new(Duration::from_micros(20));
        assert!(pace.is_inline());
        for at in 0..WINDOW {
            pace.record(Duration::from_micros(if at % 20 == 0 { 150 } else { 10 }));
        }
        assert!(!pace.is_inline(), "one in twenty was slow");
        for _ in 0..WINDOW {
            pace.record(Duration::from_micros(10));
        }
        assert!(pace.is_inline());
    }

    #[test]
    fn three_stuck_calls_are_enough() {
        let pace = Pace::new(Duration::from_micros(20));
        pace.record(Duration::from_millis(12));
        pace.record(Duration::from_millis(12));
        assert!(
            pace.is_inline(),
            "the core may have been busy with something else"
        );
        pace.record(Duration::from_millis(12));
        assert!(!pace.is_inline());
        assert!(!Pace::new(Duration::from_micros(51)).is_inline());
    }

    #[test]
    fn the_percentile_is_the_one_asked_for() {
        let mut spans: Vec<Duration> = (1..=200).map(Duration::from_micros).collect();
        assert_eq!(p99(&mut spans), Duration::from_micros(198));
        assert_eq!(p99(&mut []), Duration::ZERO);
    }
}
