//! What became of a service's requests in a span of time, counted: how many there were, how many failed and by which code, and how
//! long they took. Counts of several spans, and of several nodes, add up to those of the whole.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::str::FromStr;

use crate::clock::Timestamp;
use crate::id::{InstanceId, ServiceId};
use crate::usage::{Used, add_all};

/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;
/// Each doubling of a time has so many buckets: a percentile is off by a sixteenth of itself at most.
const PARTS: u64 = 8;
/// Buckets: up to some 19 hours.
const BUCKETS: usize = 280;

/// What became of requests.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// All of them.
    pub calls: u64,
    /// Those that failed, by wire code (`APIG.0301`); those that the model itself answered with an error, by status (`500`).
    pub failures: BTreeMap<String, u64>,
    /// How long they took.
    pub took: Latencies,
    /// The most instances that were ready.
    pub instances: u32,
    /// What each instance took of the machine, where that was measured.
    pub used: BTreeMap<InstanceId, Used>,
}

impl Tally {
    /// Counts a request that took so many microseconds; `failure` is the code or the status that it failed with.
    pub fn count(&mut self, took_us: u64, failure: Option<String>) {
        self.calls += 1;
        self.took.count(took_us);
        if let Some(code) = failure {
            *self.failures.entry(code).or_default() += 1;
        }
    }
    /// Adds what was counted elsewhere, or at another time.
    pub fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        for (code, count) in &other.failures {
            *self.failures.entry(code.clone()).or_default() += count;
        }
        self.took.add(&other.took);
        self.instances = self.instances.max(other.instances);
        add_all(&mut self.used, &other.used);
    }
    /// How many failed.
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }
}

/// What became of one service's requests in one minute.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceTally {
    /// The service.
    pub service: ServiceId,
    /// When the minute began.
    pub minute: Timestamp,
    /// What was counted.
    pub tally: Tally,
}

/// The beginning of the minute that a moment is in.
pub fn minute_of(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.micros() - at.micros().rem_euclid(MINUTE))
}

/// Times, in buckets that grow with them. As a text: `BUCKET:COUNT` for each that has any, with blanks between them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Latencies(BTreeMap<u16, u64>);

impl Latencies {
    fn count(&mut self, micros: u64) {
        *self.0.entry(bucket(micros)).or_default() += 1;
    }
    fn add(&mut self, other: &Self) {
        for (bucket, count) in &other.0 {
            *self.0.entry(*bucket).or_default() += count;
        }
    }
    /// The time in microseconds that this share of them (0 to 1) did not exceed; nothing where there are none.
    pub fn percentile(&self, share: f64) -> Option<u64> {
        let all: u64 = self.0.values().sum();
        // As many as there are, at most: a count of calls is far from where a float gets coarse.
        let rank = ((all as f64 * share).ceil() as u64).clamp(1, all.max(1));
        let mut before = 0;
        self.0.iter().find_map(|(bucket, count)| {
            before += count;
            (before >= rank).then(|| middle(*bucket))
        })
    }
}

/// The bucket of a time.
fn bucket(micros: u64) -> u16 {
    let number = match micros {
        0..PARTS => micros,
        _ => {
            let doublings = u64::from(63 - micros.leading_zeros()) - 3;
            doublings * PARTS + (micros >> doublings)
        }
    };
    u16::try_from(number.min(BUCKETS as u64 - 1)).unwrap_or(u16::MAX)
}

/// The middle of a bucket, in microseconds.
fn middle(bucket: u16) -> u64 {
    let number = u64::from(bucket);
    match number {
        0..PARTS => number,
        _ => {
            let doublings = number / PARTS - 1;
            let lowest = (number - doublings * PARTS) << doublings;
            lowest + (1 << doublings) / 2
        }
    }
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (bucket, count)) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_char(' ')?;
            }
            write!(f, "{bucket}:{count}")?;
        }
        Ok(())
    }
}

/// A text that holds no counts of times.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not counts of times")]
pub struct LatenciesError;

impl FromStr for Latencies {
    type Err = LatenciesError;
    fn from_str(text: &str) -> Result<Self, LatenciesError> {
        let pair = |pair: &str| {
            let (bucket, count) = pair.split_once(':')?;
            let bucket: u16 = bucket.parse().ok()?;
            (usize::from(bucket) < BUCKETS).then_some((bucket, count.parse().ok()?))
        };
        let pairs = text.split_ascii_whitespace().map(pair);
        pairs.collect::<Option<_>>().map(Self).ok_or(LatenciesError)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counted(times: impl IntoIterator<Item = u64>) -> Tally {
        let mut tally = Tally::default();
        times.into_iter().for_each(|time| tally.count(time, None));
        tally
    }

    #[test]
    fn a_percentile_is_what_so_many_did_not_exceed() {
        let tally = counted((1..=100).map(|number| number * 1_000));
        let near = |share: f64, wanted: f64| {
            let found = tally.took.percentile(share).expect("there are some") as f64;
            assert!((found / wanted - 1.0).abs() < 0.07, "{share}: {found}");
        };
        near(0.5, 50_000.0);
        near(0.95, 95_000.0);
        near(0.99, 99_000.0);
        assert_eq!(counted([5]).took.percentile(0.99), Some(5));
        assert_eq!(Tally::default().took.percentile(0.5), None);
    }

    #[test]
    fn a_minute_begins_before_all_that_is_in_it() {
        let at = |text| Timestamp::from_iso(text).expect("a time");
        assert_eq!(
            minute_of(at("2026-05-04T03:02:59.999999Z")),
            at("2026-05-04T03:02:00Z")
        );
        assert_eq!(minute_of(at("1969-12-31T23:59:30Z")), at("1969-12-31T23:59:00Z"));
    }

    #[test]
    fn texts_of_another_kind_are_refused() {
        assert_eq!("".parse(), Ok(Latencies::default()));
        for wrong in ["1", "1:", ":1", "x:1", "1:x", "280:1", "-1:1", "1:2,3:4"] {
            assert_eq!(wrong.parse::<Latencies>(), Err(LatenciesError), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_bucket_holds_its_times(micros in 0_u64..1 << 36) {
            let middle = middle(bucket(micros)) as f64;
            prop_assert!((middle - micros as f64).abs() <= micros as f64 / 14.0 + 0.5, "{} {}", micros, middle);
        }

        #[test]
        fn counts_of_parts_add_up_to_those_of_the_whole(
            one in proptest::collection::vec(any::<u64>(), 0..50),
            other in proptest::collection::vec(any::<u64>(), 0..50),
        ) {
            let mut sum = counted(one.iter().copied());
            sum.count(1, Some("APIG.0301".into()));
            let mut more = counted(other.iter().copied());
            more.count(2, Some("APIG.0301".into()));
            sum.add(&more);
            prop_assert_eq!(sum.calls, 2 + (one.len() + other.len()) as u64);
            prop_assert_eq!(sum.failed(), 2);
            let whole = counted(one.into_iter().chain(other).chain([1, 2]));
            prop_assert_eq!(&sum.took, &whole.took);
            prop_assert_eq!(sum.took.to_string().parse(), Ok(sum.took));
        }
    }
}
