//! The time of one worker: exact where it is asked for, and as of the last tick where that is near enough and costs nothing.
//!
//! A worker ticks while somebody asks for the time or waits; with nothing to do it rests. What must hold: whoever asks first after
//! a rest gets the time of now, and the ticks go on.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use adyton_core::clock::{Clock, Timestamp};
use http::HeaderValue;
use tokio::sync::Notify;

/// Whether ticks are needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Need {
    /// Somebody has asked for the time since the last tick.
    Asked,
    /// Nobody has.
    Unasked,
    /// Nobody has, and the ticks rest until somebody does.
    Resting,
}

/// A clock that remembers its last tick.
pub(crate) struct TickClock {
    clock: Clock,
    /// One moment at the last tick by both clocks, so that a request need read only one of them.
    ticked: Cell<(Timestamp, Duration)>,
    need: Cell<Need>,
    woken: Notify,
    date: RefCell<Date>,
}

/// The value of an answer's `Date`, made once a second. hyper keeps one of its own, which stands still when the clock is set back,
/// until the former time is reached again.
struct Date {
    second: i64,
    text: HeaderValue,
}

impl Date {
    fn of(day: Timestamp) -> Self {
        Self {
            second: day.seconds(),
            text: HeaderValue::try_from(day.to_http_date())
                .unwrap_or(HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT")),
        }
    }
}

impl TickClock {
    pub(crate) fn new(clock: Clock) -> Rc<Self> {
        let (day, monotonic) = (clock.now(), clock.monotonic());
        Rc::new(Self {
            clock,
            ticked: Cell::new((day, monotonic)),
            date: RefCell::new(Date::of(day)),
            need: Cell::new(Need::Unasked),
            woken: Notify::new(),
        })
    }

    /// The worker looks at the time again; gives the monotonic time.
    pub(crate) fn tick(&self) -> Duration {
        let now = self.clock.monotonic();
        self.ticked.set((self.clock.now(), now));
        self.need.set(Need::Unasked);
        now
    }

    /// Whether nobody has asked for the time since the last tick.
    pub(crate) fn is_unasked(&self) -> bool {
        self.need.get() == Need::Unasked
    }

    /// Waits until somebody asks for the time, or has to wait. Given up when dropped.
    pub(crate) async fn until_asked(&self) {
        let _resting = Resting(self);
        self.need.set(Need::Resting);
        self.woken.notified().await;
    }

    /// Somebody needs ticks.
    pub(crate) fn ask(&self) {
        if self.need.replace(Need::Asked) == Need::Resting {
            self.wake();
        }
    }

    #[cold]
    fn wake(&self) {
        self.ticked.set((self.clock.now(), self.clock.monotonic()));
        self.woken.notify_one();
    }

    /// The time of day at the last tick, as `Date` says it.
    pub(crate) fn date(&self) -> HeaderValue {
        self.ask();
        let day = self.ticked.get().0;
        let mut date = self.date.borrow_mut();
        if date.second != day.seconds() {
            *date = Date::of(day);
        }
        date.text.clone()
    }

    /// The monotonic time at the last tick.
    pub(crate) fn ticked(&self) -> Duration {
        self.ask();
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
        self.ask();
        let now = self.clock.monotonic();
        let (day, then) = self.ticked.get();
        (day.after(now.saturating_sub(then)), now)
    }
}

struct Resting<'t>(&'t TickClock);

impl Drop for Resting<'_> {
    fn drop(&mut self) {
        if self.0.need.get() == Need::Resting {
            self.0.need.set(Need::Unasked);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

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
        assert_eq!(time.tick(), now);
        assert_eq!(time.ticked(), now);
    }

    #[test]
    fn whoever_asks_first_after_a_rest_gets_the_time_of_now_and_ends_the_rest() {
        let clock = Clock::manual(Timestamp::from_seconds(1_000));
        let time = TickClock::new(clock.clone());
        assert!(time.is_unasked());
        let asks: [&dyn Fn() -> Duration; 2] = [&|| time.ticked(), &|| time.moment().1];
        for ask in asks {
            time.tick();
            let mut rest = pin!(time.until_asked());
            let mut context = Context::from_waker(Waker::noop());
            assert!(rest.as_mut().poll(&mut context).is_pending());
            clock.advance(Duration::from_secs(3_600));
            assert_eq!(ask(), clock.monotonic(), "not that of an hour ago");
            assert!(rest.as_mut().poll(&mut context).is_ready());
            assert!(!time.is_unasked());
        }
    }

    #[test]
    fn a_rest_that_is_given_up_leaves_the_clock_as_it_was() {
        let time = TickClock::new(Clock::manual(Timestamp::from_seconds(1)));
        {
            let mut rest = pin!(time.until_asked());
            let mut context = Context::from_waker(Waker::noop());
            assert!(rest.as_mut().poll(&mut context).is_pending());
            assert!(!time.is_unasked(), "it rests");
        }
        assert!(time.is_unasked());
    }

    #[test]
    fn the_date_of_answers_follows_the_clock_in_both_directions() {
        let clock = Clock::manual(Timestamp::from_seconds(86_400));
        let time = TickClock::new(clock.clone());
        assert_eq!(time.date(), "Fri, 02 Jan 1970 00:00:00 GMT");
        for (second, date) in [
            (86_401, "Fri, 02 Jan 1970 00:00:01 GMT"),
            (864_000, "Sun, 11 Jan 1970 00:00:00 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ] {
            clock.set(Timestamp::from_seconds(second));
            time.tick();
            assert_eq!(time.date(), date);
        }
    }
}
