//! A complaint that is made once a minute, however often its cause comes up: a log that a stranger can fill is no log.

use std::time::Duration;

use adyton_core::clock::Clock;
use parking_lot::Mutex;

/// Between two complaints.
const EVERY: Duration = Duration::from_secs(60);

/// When the last complaint was made, and how many were left out since.
pub struct LogThrottle {
    clock: Clock,
    state: Mutex<(Option<Duration>, u64)>,
}

impl LogThrottle {
    /// No complaint yet.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            state: Mutex::default(),
        }
    }

    /// Whether to complain now; gives how often the cause has come up since the last time, this one included.
    pub fn due(&self) -> Option<u64> {
        let now = self.clock.monotonic();
        let mut state = self.state.lock();
        state.1 += 1;
        if state.0.is_some_and(|last| now.saturating_sub(last) < EVERY) {
            return None;
        }
        state.0 = Some(now);
        Some(std::mem::take(&mut state.1))
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::clock::Timestamp;

    use super::*;

    #[test]
    fn once_a_minute_with_the_number_that_was_left_out() {
        let clock = Clock::manual(Timestamp::from_seconds(1));
        let seldom = LogThrottle::new(clock.clone());
        assert_eq!(seldom.due(), Some(1));
        assert_eq!((seldom.due(), seldom.due()), (None, None));
        clock.advance(EVERY);
        assert_eq!(seldom.due(), Some(3));
    }
}
