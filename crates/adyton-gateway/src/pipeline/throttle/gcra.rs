//! The generic cell rate algorithm on one atomic number.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Nanoseconds in the interval that limits are set for.
const SECOND: u64 = 1_000_000_000;

/// So many calls a second: as many may come at once, and after that one each `step`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rate {
    /// Nanoseconds between two calls that come evenly.
    step: u64,
    /// Nanoseconds that the calls may run ahead: `calls` steps.
    ahead: u64,
}

impl Rate {
    /// The rate of so many calls a second; `None` for no limit.
    pub(crate) fn per_second(calls: u32) -> Option<Self> {
        let step = SECOND.checked_div(u64::from(calls))?;
        Some(Self {
            step,
            ahead: step * u64::from(calls),
        })
    }
}

/// What a limit says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Decision {
    /// The call passes; so many more would pass now.
    Pass {
        /// Calls left.
        remain: u64,
    },
    /// It does not; after exactly this long one will.
    Wait(Duration),
}

/// The theoretical arrival time of the next call, in nanoseconds of the monotonic clock. Zero: nobody has called yet.
#[derive(Debug, Default)]
pub(crate) struct ArrivalTime(AtomicU64);

impl ArrivalTime {
    /// Takes a reservation if there is one.
    pub(crate) fn take(&self, rate: Rate, now: Duration) -> Decision {
        let now = nanos(now);
        let mut seen = self.0.load(Ordering::Relaxed);
        loop {
            let (next, verdict) = step(rate, seen, now);
            if let Decision::Wait(_) = verdict {
                return verdict;
            }
            match self
                .0
                .compare_exchange_weak(seen, next, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => return verdict,
                Err(current) => seen = current,
            }
        }
    }

    /// What [`take`](Self::take) would say, without taking.
    pub(crate) fn peek(&self, rate: Rate, now: Duration) -> Decision {
        step(rate, self.0.load(Ordering::Relaxed), nanos(now)).1
    }

    /// Gives a reservation back that was taken.
    pub(crate) fn give_back(&self, rate: Rate) {
        // A worker that takes at the same time sees the number before or after: both are true states.
        let back = |seen: u64| Some(seen.saturating_sub(rate.step));
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, back);
    }

    /// Whether nothing is reserved: forgetting the number then changes nothing.
    pub(crate) fn is_full(&self, now: Duration) -> bool {
        self.0.load(Ordering::Relaxed) <= nanos(now)
    }
}

/// The next theoretical arrival time after a call at `now`, and what is to be said of that call.
fn step(rate: Rate, seen: u64, now: u64) -> (u64, Decision) {
    let next = seen.max(now).saturating_add(rate.step);
    let allowed = now.saturating_add(rate.ahead);
    if next > allowed {
        return (next, Decision::Wait(Duration::from_nanos(next - allowed)));
    }
    (
        next,
        Decision::Pass {
            remain: (allowed - next) / rate.step.max(1),
        },
    )
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate(calls: u32) -> Rate {
        Rate::per_second(calls).expect("a limit")
    }

    #[test]
    fn as_many_as_the_limit_pass_at_once_and_then_one_each_step() {
        let arrival = ArrivalTime::default();
        let now = Duration::from_secs(100);
        for left in (0..5).rev() {
            assert_eq!(arrival.take(rate(5), now), Decision::Pass { remain: left });
        }
        assert_eq!(
            arrival.take(rate(5), now),
            Decision::Wait(Duration::from_millis(200))
        );
        let later = now + Duration::from_millis(200);
        assert_eq!(
            arrival.take(rate(5), later - Duration::from_nanos(1)),
            Decision::Wait(Duration::from_nanos(1))
        );
        assert_eq!(arrival.take(rate(5), later), Decision::Pass { remain: 0 });
    }

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let arrival = ArrivalTime::default();
        let now = Duration::from_secs(100);
        assert_eq!(arrival.take(rate(1), now), Decision::Pass { remain: 0 });
        arrival.give_back(rate(1));
        assert_eq!(arrival.peek(rate(1), now), Decision::Pass { remain: 0 });
        assert_eq!(arrival.take(rate(1), now), Decision::Pass { remain: 0 });
        assert!(matches!(arrival.take(rate(1), now), Decision::Wait(_)));
    }

    #[test]
    fn no_limit_and_huge_limits() {
        assert_eq!(Rate::per_second(0), None);
        let arrival = ArrivalTime::default();
        assert!(matches!(
            arrival.take(rate(u32::MAX), Duration::from_secs(1)),
            Decision::Pass { .. }
        ));
    }

    proptest! {
        /// Against a counter that refills by hand: calls pass exactly when a whole reservation is there.
        #[test]
        fn it_counts_as_a_naive_counter_does(
            calls in 1u32..50,
            gaps in prop::collection::vec(0u64..400_000_000, 1..200),
        ) {
            let step = SECOND / u64::from(calls);
            let full = u128::from(step) * u128::from(calls);
            let (arrival, mut now, mut level) = (ArrivalTime::default(), SECOND * 10, full);
            for gap in gaps {
                now += gap;
                level = (level + u128::from(gap)).min(full);
                let verdict = arrival.take(rate(calls), Duration::from_nanos(now));
                if level >= u128::from(step) {
                    level -= u128::from(step);
                    let remain = u64::try_from(level / u128::from(step)).expect("small");
                    prop_assert_eq!(verdict, Decision::Pass { remain });
                } else {
                    let missing = u64::try_from(u128::from(step) - level).expect("small");
                    prop_assert_eq!(verdict, Decision::Wait(Duration::from_nanos(missing)));
                }
            }
        }
    }
}
