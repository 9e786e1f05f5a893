//! Moments as people read them.

use adyton_core::clock::Timestamp;

/// A time of an API for people: RFC 3339 becomes `2026-01-15 08:15:30`.
pub fn moment(said: &str) -> String {
    Timestamp::from_iso(said).map_or_else(|| said.to_owned(), readable)
}

/// A time for people, to the second.
pub fn readable(at: Timestamp) -> String {
    at.to_iso().replace('T', " ").chars().take(19).collect()
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
}
