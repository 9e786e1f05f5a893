//! Moments as people read them.

use adyton_core::clock::Timestamp;

use crate::failure::{Failure, Outcome};
use crate::said;
use crate::span;

/// A time of an API for people: RFC 3339 becomes `2026-01-15 08:15:30`.
pub fn moment(said: &str) -> String {
    Timestamp::from_iso(said).map_or_else(|| said.to_owned(), readable)
}

/// A time for people, to the second.
pub fn readable(at: Timestamp) -> String {
    at.to_iso().replace('T', " ").chars().take(19).collect()
}

/// A time that people write with `--since`: a moment, or an age.
pub fn moment_of(said: &str, now: Timestamp) -> Outcome<Timestamp> {
    if let Some(at) = Timestamp::from_iso(said) {
        return Ok(at);
    }
    span::read(said).map(|age| now.before(age)).map_err(|_| {
        Failure::wrong_use(said!(
            "--since {said}: neither a time nor an age",
            "--since {said}：既不是时间也不是时长"
        ))
        .hint(said!(
            "write 2026-01-15T08:15:30Z, or an age such as 90s, 15m, 2h, 3d",
            "请写成 2026-01-15T08:15:30Z，或 90s、15m、2h、3d 这样的时长"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_all_apis_read_alike() {
        let expected = "2026-01-15 08:15:30";
        assert_eq!(readable(Timestamp::from_millis(1_768_464_930_000)), expected);
        assert_eq!(readable(Timestamp::from_micros(1_768_464_930_123_456)), expected);
        assert_eq!(moment("2026-01-15T08:15:30.123456Z"), expected);
        assert_eq!(moment("soon"), "soon");
    }

    #[test]
    fn since_takes_a_time_or_an_age() {
        let now = Timestamp::from_millis(1_768_464_930_000);
        let since = |said| moment_of(said, now).map(|at| at.to_iso());
        assert!(since("15m").is_ok_and(|at| at.starts_with("2026-01-15T08:00:30")));
        assert!(since("2026-01-14T00:00:00Z").is_ok_and(|at| at.starts_with("2026-01-14T00:00:00")));
        assert!(since("yesterday").is_err());
    }
}
