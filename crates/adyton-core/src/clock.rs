//! The one clock. Code takes a [`Clock`], never the system's time, so that tests move time by hand.
//!
//! Every clock has two hands: the time of day, which people and other machines set and which may jump, and the
//! monotonic one. What is deleted for its age asks for [`Clock::settled_now`], which is silent for a while after a
//! [`jump`].

pub mod jump;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Where times start.
const EPOCH: jiff::civil::DateTime = jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// A moment: microseconds since 1970, UTC. Serialised as that number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }
    /// From milliseconds since 1970.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }
    /// From seconds since 1970.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }
    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }
    /// Milliseconds since 1970, as ModelArts prints times.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }
    /// Whole seconds since 1970.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
    /// This moment plus `span`.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)),
        )
    }
    /// This moment minus `span`.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)),
        )
    }
    /// How far `self` is after `earlier`; zero when it is not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
    /// `2026-01-15T08:15:30.123456Z`, as IAM prints times.
    pub fn to_iso(self) -> String {
        self.civil("%Y-%m-%dT%H:%M:%S%.6fZ")
    }
    /// `20260115T081530Z`, as `X-Sdk-Date` is written (API Request Signing Guide).
    pub fn to_sdk_date(self) -> String {
        self.civil("%Y%m%dT%H%M%SZ")
    }
    /// `Thu, 15 Jan 2026 08:15:30 GMT`, as HTTP writes dates (RFC 9110, 5.6.7).
    pub fn to_http_date(self) -> String {
        self.civil("%a, %d %b %Y %H:%M:%S GMT")
    }
    /// Parses `YYYYMMDDTHHMMSSZ` and nothing else. On the hot path of signed requests, so digit by digit.
    pub fn from_sdk_date(text: &str) -> Option<Self> {
        let bytes: &[u8; 16] = text.as_bytes().try_into().ok()?;
        if bytes[8] != b'T' || bytes[15] != b'Z' {
            return None;
        }
        let number = |from: usize, to: usize| {
            bytes[from..to].iter().try_fold(0i16, |number, byte| {
                byte.is_ascii_digit()
                    .then(|| number * 10 + i16::from(byte - b'0'))
            })
        };
        let two = |from: usize| number(from, from + 2).and_then(|number| i8::try_from(number).ok());
        let (year, month, day) = (number(0, 4)?, two(4)?, two(6)?);
        let civil = jiff::civil::DateTime::new(year, month, day, two(9)?, two(11)?, two(13)?, 0).ok()?;
        // The last hours of the year 9999 are a date, but later than jiff's last time.
        let seconds = match jiff::tz::Offset::UTC.to_timestamp(civil) {
            Ok(at) => at.as_second(),
            Err(_) => civil.duration_since(EPOCH).as_secs(),
        };
        Some(Self::from_seconds(seconds))
    }
    /// Parses an RFC 3339 time.
    pub fn from_iso(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>()
            .ok()
            .map(|at| Self(at.as_microsecond()))
    }
    fn civil(self, format: &str) -> String {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(at) => at.strftime(format).to_string(),
            Err(_) => match EPOCH.checked_add(jiff::SignedDuration::from_micros(self.0)) {
                Ok(at) => at.strftime(format).to_string(),
                Err(_) => format!("{} µs since 1970", self.0),
            },
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_iso())
    }
}

/// Tells the time; cheap to clone. [`Clock::system`] in the program, [`Clock::manual`] in tests.
#[derive(Clone)]
pub struct Clock {
    source: TimeSource,
    watch: Arc<jump::Watch>,
}

#[derive(Clone)]
enum TimeSource {
    System(Instant),
    Manual(Arc<Hands>),
}

/// A clock that is moved by hand.
struct Hands {
    /// Microseconds since 1970.
    day: AtomicI64,
    /// Microseconds since some moment.
    monotonic: AtomicU64,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::of(TimeSource::System(Instant::now()))
    }
    /// A clock that stands still at `start` until it is [advanced](Clock::advance). Clones move together.
    pub fn manual(start: Timestamp) -> Self {
        Self::of(TimeSource::Manual(Arc::new(Hands {
            day: AtomicI64::new(start.micros()),
            monotonic: AtomicU64::new(start.micros().unsigned_abs()),
        })))
    }
    fn of(source: TimeSource) -> Self {
        let watch = Arc::new(jump::Watch::new(source.day(), source.monotonic()));
        Self { source, watch }
    }
    /// The time of day.
    pub fn now(&self) -> Timestamp {
        self.source.day()
    }
    /// Time that never goes back, for measuring spans and for throttles; it starts anywhere.
    pub fn monotonic(&self) -> Duration {
        self.source.monotonic()
    }
    /// The time of day, if it has kept pace with the monotonic clock for at least `span` of this process's life. `None`
    /// is no error: what wants to delete by the time of day waits.
    pub fn settled_now(&self, span: Duration) -> Option<Timestamp> {
        let (day, monotonic) = (self.source.day(), self.source.monotonic());
        (self.watch.look(day, monotonic) >= span).then_some(day)
    }
    /// Looks at both hands, and gives a jump that nobody has been told of yet. All clones share what is seen.
    pub fn take_jump(&self) -> Option<jump::Jump> {
        self.watch.look(self.source.day(), self.source.monotonic());
        self.watch.take()
    }
    /// Moves a manual clock on; does nothing to the system's.
    pub fn advance(&self, by: Duration) {
        if let TimeSource::Manual(hands) = &self.source {
            let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
            hands.day.fetch_add(micros, Ordering::Relaxed);
            hands
                .monotonic
                .fetch_add(micros.unsigned_abs(), Ordering::Relaxed);
        }
    }
    /// Sets the time of day of a manual clock, as an operator or NTP would; the monotonic hand stays. Does nothing to
    /// the system's.
    pub fn set(&self, day: Timestamp) {
        if let TimeSource::Manual(hands) = &self.source {
            hands.day.store(day.micros(), Ordering::Relaxed);
        }
    }
}

impl TimeSource {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system for the time"
    )]
    fn day(&self) -> Timestamp {
        match self {
            TimeSource::System(_) => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
            }
            TimeSource::Manual(hands) => Timestamp(hands.day.load(Ordering::Relaxed)),
        }
    }
    fn monotonic(&self) -> Duration {
        match self {
            TimeSource::System(start) => start.elapsed(),
            TimeSource::Manual(hands) => Duration::from_micros(hands.monotonic.load(Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_they_are_written() {
        let at = Timestamp::from_sdk_date("20260115T081530Z").expect("a date");
        assert_eq!(at.to_sdk_date(), "20260115T081530Z");
        assert_eq!(at.to_iso(), "2026-01-15T08:15:30.000000Z");
        assert_eq!(at.to_http_date(), "Thu, 15 Jan 2026 08:15:30 GMT");
        assert_eq!(Timestamp::from_iso(&at.to_iso()), Some(at));
        for far in ["99991231T235959Z", "00000101T000000Z"] {
            let at = Timestamp::from_sdk_date(far).expect("a date");
            assert_eq!(at.to_sdk_date(), far);
        }
        let last = Timestamp::from_sdk_date("99991231T235959Z").expect("a date");
        assert_eq!(last.to_iso(), "9999-12-31T23:59:59.000000Z");
        for wrong in [
            "20260115T081530",
            "2026-01-15T08:15:30Z",
            "20261315T081530Z",
            "20260115T081530z",
            "",
        ] {
            assert_eq!(Timestamp::from_sdk_date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_manual_clock_moves_only_by_hand() {
        let clock = Clock::manual(Timestamp::from_seconds(10));
        let other = clock.clone();
        clock.advance(Duration::from_secs(5));
        assert_eq!(other.now().seconds(), 15);
        assert_eq!(
            other.now().since(Timestamp::from_seconds(10)),
            Duration::from_secs(5)
        );
    }
}
