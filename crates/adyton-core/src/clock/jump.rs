//! Jumps of the time of day: it moved by more than a minute against the monotonic clock.
//!
//! A machine that slept shows as a jump ahead, because the monotonic clock stood still meanwhile. A clock that is slewed
//! (NTP: at most half a millisecond a second) does not.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Timestamp;

/// How far the two may move apart unnoticed.
const UNNOTICED: Duration = Duration::from_secs(60);
/// Slewing moves them apart by less than this part of the time that passes.
const SLEW: u32 = 1_000;

/// The time of day moved on its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Jump {
    /// What it says now.
    pub to: Timestamp,
    /// By how many microseconds; negative is back.
    pub micros: i64,
}

impl fmt::Display for Jump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.micros < 0 { "back" } else { "ahead" };
        write!(
            f,
            "{} s {way}, to {}",
            self.micros.unsigned_abs() / 1_000_000,
            self.to
        )
    }
}

/// What was seen of the two clocks so far.
pub(super) struct Watch(Mutex<Seen>);

struct Seen {
    /// Time of day minus monotonic time, in microseconds, as expected.
    apart: i64,
    /// Monotonic, at the last look.
    looked: Duration,
    /// Monotonic, since when the time of day has not jumped.
    settled: Duration,
    /// The last jump, until it is taken.
    news: Option<Jump>,
}

impl Watch {
    pub(super) fn new(day: Timestamp, monotonic: Duration) -> Self {
        Self(Mutex::new(Seen {
            apart: apart(day, monotonic),
            looked: monotonic,
            settled: monotonic,
            news: None,
        }))
    }

    /// Compares the two, and gives for how long they have kept pace.
    pub(super) fn look(&self, day: Timestamp, monotonic: Duration) -> Duration {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Two threads may read the clocks in one order and come here in the other.
        let slewed = micros(monotonic.saturating_sub(seen.looked) / SLEW);
        seen.looked = seen.looked.max(monotonic);
        let now = apart(day, monotonic);
        let moved = now.saturating_sub(seen.apart);
        if moved.unsigned_abs() > UNNOTICED.as_micros() as u64 {
            seen.apart = now;
            seen.settled = monotonic;
            seen.news = Some(Jump {
                to: day,
                micros: moved,
            });
        } else {
            seen.apart = seen.apart.saturating_add(moved.clamp(-slewed, slewed));
        }
        monotonic.saturating_sub(seen.settled)
    }

    pub(super) fn take(&self) -> Option<Jump> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).news.take()
    }
}

fn apart(day: Timestamp, monotonic: Duration) -> i64 {
    day.micros().saturating_sub(micros(monotonic))
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::Clock;
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_jump_in_either_direction_is_told_once_and_unsettles_the_clock() {
        let clock = Clock::manual(Timestamp::from_seconds(1_000_000));
        assert!(clock.settled_now(MINUTE).is_none(), "it has just begun");
        clock.advance(HOUR);
        assert_eq!(clock.settled_now(HOUR), Some(clock.now()));
        let other = clock.clone();
        for to in [
            clock.now().after(40 * 24 * HOUR),
            clock.now().before(10 * 24 * HOUR),
        ] {
            clock.set(to);
            assert!(
                other.settled_now(MINUTE).is_none(),
                "noticed by whoever asks first"
            );
            let jump = clock.take_jump().expect("told");
            assert_eq!(jump.to, to);
            assert_eq!(other.take_jump(), None, "told once");
            clock.advance(HOUR);
            assert_eq!(other.settled_now(HOUR), Some(clock.now()));
        }
        let back = Jump {
            to: Timestamp::from_seconds(5),
            micros: -61_000_000,
        };
        assert_eq!(back.to_string(), "61 s back, to 1970-01-01T00:00:05.000000Z");
    }

    #[test]
    fn a_clock_that_is_slewed_does_not_jump_and_one_that_creeps_does() {
        let clock = Clock::manual(Timestamp::from_seconds(1_000_000));
        for _ in 0..1_000 {
            clock.advance(MINUTE);
            clock.set(clock.now().after(Duration::from_millis(30)));
            assert_eq!(clock.take_jump(), None);
        }
        assert!(clock.settled_now(900 * MINUTE).is_some());
        // Small steps add up.
        let mut noticed = false;
        for _ in 0..3 {
            clock.advance(Duration::from_secs(1));
            clock.set(clock.now().after(Duration::from_secs(40)));
            noticed |= clock.take_jump().is_some();
        }
        assert!(noticed);
    }
}
