//! How fast a model answers, and therefore where it runs: on the gateway's own core (a hand-over to a thread costs more
//! than the answer) or on the inference threads (a slow answer would stop the core).
//!
//! What counts is how long the thread worked: on a busy machine a fast model loses its core in the middle of a call as often as
//! anything else does. But to read the thread's own time costs two system calls, to read the wall clock costs none. So a window
//! of calls is measured by the wall clock first, and only when it looks slow, the next one by the thread's own time.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use adyton_core::clock::Clock;

/// A model runs inline when 99 of 100 answers take no longer than this.
pub(crate) const INLINE: Duration = Duration::from_micros(50);
/// Running inline, a call that takes longer than this counts against the model; the gap to [`INLINE`] keeps a model that
/// sits on the border from going back and forth.
const SLOW: Duration = Duration::from_micros(100);
/// Running inline, a call that works for this long moves the model off without waiting for the end of the window.
const STUCK: Duration = Duration::from_millis(10);
/// After so many calls the share of slow ones is judged.
const WINDOW: u32 = 1_000;
/// So many of a window may be slow: one in a hundred.
const MAY_BE_SLOW: u32 = WINDOW / 100;
/// A model that was moved off for a call that stuck comes back when no window was slow, and no call stuck, for this long. Whoever
/// knows an input that is slow can hold a core once in this time, and no more often.
const QUIET: Duration = Duration::from_secs(300);
/// The same for a model that was moved off because too many calls were slow: a busy machine does that to a fast model, and what a
/// window of such calls can take of a core is little.
const QUIET_AFTER_SLOW: Duration = Duration::from_secs(10);
/// How old the last reading of a thread's own time may be when a call begins.
const FRESH: Duration = Duration::from_millis(5);

/// Where a model runs now, and the measure of its last calls.
#[derive(Debug)]
pub(crate) struct InlinePolicy {
    inline: AtomicBool,
    calls: AtomicU32,
    slow: AtomicU32,
    /// Whether this window is measured by the thread's own time, because the one before looked slow by the wall clock.
    is_exact: AtomicBool,
    /// When a model that was moved off may come back, in milliseconds of the clock.
    back_at: AtomicU64,
}

/// The beginning of a measured call.
pub(crate) enum InlineStart {
    /// By the wall clock: inline, while nothing looks slow.
    Wall(Duration),
    /// By the thread's own time: inline, to look closer, and always on an inference thread.
    Thread(Duration),
}

/// How long a call took.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Took {
    /// From its beginning to its end.
    pub(crate) held: Duration,
    /// How long its thread worked meanwhile, at most. By the wall clock this is read only when the call was long, and counts up
    /// to [`FRESH`] too much.
    pub(crate) worked: Duration,
}

thread_local! {
    /// The wall clock and this thread's own time, read together a moment ago: reading the thread's own time asks the kernel,
    /// which is too much for every call.
    static READ: Cell<(Duration, Duration)> = const { Cell::new((Duration::ZERO, Duration::ZERO)) };
}

impl InlineStart {
    /// Begins to measure a call.
    pub(crate) fn of(policy: &InlinePolicy, clock: &Clock) -> Self {
        if !policy.is_inline() || policy.is_exact.load(Ordering::Relaxed) {
            return Self::Thread(thread_time());
        }
        let now = clock.monotonic();
        READ.with(|read| {
            let (at, worked) = read.get();
            if worked.is_zero() || now.saturating_sub(at) > FRESH {
                read.set((now, thread_time()));
            }
        });
        Self::Wall(now)
    }
    /// How long the call has taken, and the time now.
    pub(crate) fn took(&self, clock: &Clock) -> (Took, Duration) {
        let now = clock.monotonic();
        let took = match self {
            Self::Wall(start) => {
                let held = now.saturating_sub(*start);
                let worked = if held < STUCK {
                    held
                } else {
                    let (_, before) = READ.with(Cell::get);
                    thread_time().saturating_sub(before).min(held)
                };
                Took { held, worked }
            }
            Self::Thread(start) => Took::alone(thread_time().saturating_sub(*start)),
        };
        (took, now)
    }
}

impl Took {
    /// A call in which the thread did nothing but work.
    fn alone(span: Duration) -> Self {
        Self {
            held: span,
            worked: span,
        }
    }
}

/// The CPU time of this thread.
pub(crate) fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

impl InlinePolicy {
    /// Begins inline when the p99 measured at deployment allows it.
    pub(crate) fn new(p99: Duration) -> Self {
        Self {
            inline: AtomicBool::new(p99 <= INLINE),
            calls: AtomicU32::new(0),
            slow: AtomicU32::new(0),
            is_exact: AtomicBool::new(false),
            back_at: AtomicU64::new(0),
        }
    }

    /// Whether the model runs on the caller's thread now.
    pub(crate) fn is_inline(&self) -> bool {
        self.inline.load(Ordering::Relaxed)
    }

    /// Notes at `now` how long one call took. Calls of several threads may be counted into neighbouring windows; that is
    /// harmless.
    pub(crate) fn record(&self, took: Took, now: Duration) {
        if took.held > if self.is_inline() { SLOW } else { INLINE } {
            self.slow.fetch_add(1, Ordering::Relaxed);
        }
        if took.worked >= STUCK {
            self.judge(Some(QUIET), now);
        } else if self.calls.fetch_add(1, Ordering::Relaxed) + 1 >= WINDOW {
            let good = self.slow.load(Ordering::Relaxed) <= MAY_BE_SLOW;
            match good || !self.is_inline() || self.is_exact.load(Ordering::Relaxed) {
                true => self.judge((!good).then_some(QUIET_AFTER_SLOW), now),
                false => self.begin_window(true),
            }
        }
    }

    /// Begins to count anew.
    fn begin_window(&self, is_exact: bool) {
        self.calls.store(0, Ordering::Relaxed);
        self.slow.store(0, Ordering::Relaxed);
        self.is_exact.store(is_exact, Ordering::Relaxed);
    }

    /// Ends a window; one that was not good keeps the model off for `off`.
    fn judge(&self, off: Option<Duration>, now: Duration) {
        self.begin_window(false);
        let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let inline = match off {
            None => self.is_inline() || millis(now) >= self.back_at.load(Ordering::Relaxed),
            Some(off) => {
                // The longer of two that it is kept off for counts.
                self.back_at.fetch_max(millis(now + off), Ordering::Relaxed);
                false
            }
        };
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

    const NOW: Duration = Duration::from_secs(1_000);

    fn micros(span: u64) -> Took {
        Took::alone(Duration::from_micros(span))
    }

    fn window(policy: &InlinePolicy, now: Duration) {
        (0..WINDOW).for_each(|_| policy.record(micros(10), now));
    }

    /// A window in which one call in twenty took longer.
    fn slow_window(policy: &InlinePolicy) {
        (0..WINDOW).for_each(|at| policy.record(micros(if at % 20 == 0 { 150 } else { 10 }), NOW));
    }

    #[test]
    fn a_model_that_gets_slower_is_moved_off_and_comes_back_after_a_quiet_time() {
        let policy = InlinePolicy::new(Duration::from_micros(20));
        assert!(policy.is_inline());
        slow_window(&policy);
        assert!(policy.is_inline(), "by the wall clock: it may be the machine");
        slow_window(&policy);
        assert!(!policy.is_inline(), "by the thread's own time");
        window(&policy, NOW);
        assert!(!policy.is_inline(), "one good window says nothing yet");
        window(&policy, NOW + QUIET_AFTER_SLOW);
        assert!(policy.is_inline());
    }

    #[test]
    fn a_slow_window_does_not_shorten_what_a_stuck_call_began() {
        let policy = InlinePolicy::new(Duration::from_micros(20));
        policy.record(micros(10_000), NOW);
        slow_window(&policy);
        window(&policy, NOW + QUIET_AFTER_SLOW);
        assert!(!policy.is_inline());
        window(&policy, NOW + QUIET);
        assert!(policy.is_inline());
    }

    #[test]
    fn a_fast_model_on_a_busy_machine_stays() {
        let policy = InlinePolicy::new(Duration::from_micros(20));
        let clock = Clock::system();
        let is_wall = || matches!(InlineStart::of(&policy, &clock), InlineStart::Wall(_));
        for _ in 0..10 {
            assert!(is_wall());
            slow_window(&policy);
            assert!(!is_wall(), "looked at closer");
            window(&policy, NOW);
            assert!(policy.is_inline(), "it had waited for the core, not worked");
        }
    }

    #[test]
    fn one_stuck_call_is_enough_and_another_begins_the_wait_anew() {
        let policy = InlinePolicy::new(Duration::from_micros(20));
        policy.record(micros(10_000), NOW);
        assert!(!policy.is_inline());
        policy.record(micros(10_000), NOW + QUIET / 2);
        window(&policy, NOW + QUIET);
        assert!(!policy.is_inline());
        window(&policy, NOW + QUIET * 2);
        assert!(policy.is_inline());
        assert!(!InlinePolicy::new(Duration::from_micros(51)).is_inline());
    }

    #[test]
    fn a_core_that_was_taken_away_is_no_stuck_call() {
        let policy = InlinePolicy::new(Duration::from_micros(20));
        let waited = Took {
            held: Duration::from_millis(30),
            worked: FRESH + Duration::from_micros(20),
        };
        (0..5).for_each(|_| policy.record(waited, NOW));
        assert!(policy.is_inline());
    }

    #[test]
    fn the_percentile_is_the_one_asked_for() {
        let mut spans: Vec<Duration> = (1..=200).map(Duration::from_micros).collect();
        assert_eq!(p99(&mut spans), Duration::from_micros(198));
        assert_eq!(p99(&mut []), Duration::ZERO);
    }
}
