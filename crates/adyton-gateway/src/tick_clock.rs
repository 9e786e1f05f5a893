//! The time of one worker: exact where it is asked for, and as of the last tick where that is near enough and costs nothing.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use adyton_core::clock::{Clock, Timestamp};

/// A clock that remembers its last tick.
pub(crate) struct TickClock {
    clock: Clock,
    /// One moment at the last tick by both clocks, so that a request need read only one of them.
    ticked: Cell<(Timestamp, Duration)>,
}

impl TickClock {
    pub(crate) fn new(clock: Clock) -> Rc<Self> {
        let ticked = Cell::new((clock.now(), clock.monotonic()));
        Rc::new(Self { clock, ticked })
    }

    /// The worker looks at the time again.
    pub(crate) fn tick(&self) {
        self.ticked.set((self.clock.now(), self.clock.monotonic()));
    }

    /// The monotonic time at the last tick.
    pub(crate) fn ticked(&self) -> Duration {
        self.ticked.get().1
    }

    /// The monotonic time now.
    pub(crate) fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    /// The time of day now.
    pub(crate) fn of_day(&self) -> Timestamp {
        self.clock.now()
    }

    /// Now: the time of day, reckoned from the last tick, and the monotonic time.
    pub(crate) fn moment(&self) -> (Timestamp, Duration) {
        let now = self.clock.monotonic();
        let (day, then) = self.ticked.get();
        (day.after(now.saturating_sub(then)), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_tick_stays_until_the_next_and_moments_go_on_from_it() {
        let clock = Clock::manual(Timestamp::from_seconds(1_000));
        let time = TickClock::new(clock.clone());
        let began = time.ticked();
        clock.advance(Duration::from_millis(30));
        assert_eq!(time.ticked(), began, "no tick, no new time");
        assert_eq!(time.monotonic(), began + Duration::from_millis(30));
        let (day, now) = time.moment();
        assert_eq!(
            day,
            Timestamp::from_seconds(1_000).after(Duration::from_millis(30))
        );
        assert_eq!(now, time.monotonic());
        time.tick();
        assert_eq!(time.ticked(), now);
    }
}
