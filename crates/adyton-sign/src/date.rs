//! `X-Sdk-Date`: `YYYYMMDDTHHMMSSZ`, no further from our clock than [`WINDOW`].

use std::fmt;
use std::time::Duration;

use adyton_core::clock::Timestamp;
use adyton_core::fact::Fact;
use adyton_core::signing::WINDOW;

/// Why a date does not count. Its words are those of its [`fact`](DateError::fact).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DateError {
    /// There is no `X-Sdk-Date`.
    Missing,
    /// Not `YYYYMMDDTHHMMSSZ`, or no such day.
    Malformed,
    /// Longer ago than the window.
    Expired {
        /// What the client signed.
        signed: Timestamp,
        /// How far it is behind our clock.
        by: Duration,
    },
    /// Further ahead than the window.
    Ahead {
        /// What the client signed.
        signed: Timestamp,
        /// How far it is before our clock.
        by: Duration,
    },
}

/// How exact a local time is taken for one: clocks are a little off.
const ZONE_SLACK: Duration = Duration::from_secs(5 * 60);
/// The time zone that is furthest from UTC, in hours.
const ZONE_MOST: u64 = 14;

impl DateError {
    /// What is wrong, as a record keeps it.
    pub const fn fact(self) -> Fact {
        match self {
            Self::Missing => Fact::DateMissing,
            Self::Malformed => Fact::DateMalformed,
            Self::Expired { signed: _, by } => Fact::DatePast {
                seconds: by.as_secs(),
            },
            Self::Ahead { signed: _, by } => Fact::DateAhead {
                seconds: by.as_secs(),
            },
        }
    }
    /// By how many whole hours the date is off, where it is about that: local time in place of UTC.
    pub fn hours_off(self) -> Option<u64> {
        let (Self::Expired { by, .. } | Self::Ahead { by, .. }) = self else {
            return None;
        };
        let hours = (by + Duration::from_secs(30 * 60)).as_secs() / 3600;
        let exact = Duration::from_secs(hours * 3600);
        ((1..=ZONE_MOST).contains(&hours) && by.abs_diff(exact) <= ZONE_SLACK).then_some(hours)
    }
}

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fact().words())
    }
}

impl std::error::Error for DateError {}

/// Reads the date and compares it with `now`.
///
/// # Errors
/// Malformed, or outside of [`WINDOW`].
pub fn check(date: &[u8], now: Timestamp) -> Result<Timestamp, DateError> {
    let signed = str::from_utf8(date)
        .ok()
        .and_then(Timestamp::from_sdk_date)
        .ok_or(DateError::Malformed)?;
    let (behind, ahead) = (now.since(signed), signed.since(now));
    if behind > WINDOW {
        return Err(DateError::Expired { signed, by: behind });
    }
    if ahead > WINDOW {
        return Err(DateError::Ahead { signed, by: ahead });
    }
    Ok(signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_that_is_written_right_is_only_ever_too_early_or_too_late() {
        let now = Timestamp::from_seconds(1_768_464_930);
        assert!(matches!(
            check(b"99991231T235959Z", now),
            Err(DateError::Ahead { .. })
        ));
        assert!(matches!(
            check(b"00000101T000000Z", now),
            Err(DateError::Expired { .. })
        ));
        assert_eq!(check(b"20261315T081530Z", now), Err(DateError::Malformed));
    }

    #[test]
    fn the_window_is_fifteen_minutes_both_ways_and_closed() {
        let signed = Timestamp::from_sdk_date("20260115T081530Z").unwrap_or_default();
        let date = b"20260115T081530Z";
        let second = Duration::from_secs(1);
        assert_eq!(check(date, signed.after(WINDOW)), Ok(signed));
        assert_eq!(check(date, signed.before(WINDOW)), Ok(signed));
        let by = WINDOW + second;
        assert_eq!(
            check(date, signed.after(by)),
            Err(DateError::Expired { signed, by })
        );
        assert_eq!(
            check(date, signed.before(by)),
            Err(DateError::Ahead { signed, by })
        );
        assert_eq!(check(b"2026-01-15T08:15:30Z", signed), Err(DateError::Malformed));
        let late = DateError::Expired { signed, by };
        assert_eq!(
            late.to_string(),
            "the request was signed 901 s ago; at most 900 s are allowed"
        );
        let hours = |seconds| {
            let late = signed.after(Duration::from_secs(seconds));
            check(date, late).err().and_then(DateError::hours_off)
        };
        assert_eq!(hours(8 * 3600 + 40), Some(8));
        assert_eq!(hours(8 * 3600 - 40), Some(8));
        assert_eq!(
            (hours(8 * 3600 + 1200), hours(20 * 3600), hours(1000)),
            (None, None, None)
        );
        assert_eq!(check(b"\xff", signed), Err(DateError::Malformed));
    }
}
