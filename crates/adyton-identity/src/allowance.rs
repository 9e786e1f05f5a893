//! How often an autopsy may be made: it costs up to a millisecond, so each key and each source gets so many a minute.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::digest::Sha256;
use parking_lot::Mutex;

/// Autopsies a minute for one key: at most 0.3 s of one core.
pub const PER_KEY: u32 = 300;
/// Autopsies a minute for one source: at most 0.6 s of one core.
pub const PER_SOURCE: u32 = 600;
/// Autopsies a minute for all: at most 3 s of one core, five of a hundred.
pub const FOR_ALL: u32 = 3_000;

const MINUTE: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Minute {
    began: Duration,
    all: u32,
    keys: HashMap<Sha256, u32>,
    sources: HashMap<IpAddr, u32>,
}

/// Counts autopsies. A minute's counts are forgotten with it, and there are at most [`FOR_ALL`] of them.
pub struct Allowance {
    clock: Clock,
    minute: Mutex<Minute>,
}

impl Allowance {
    /// Nothing spent.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            minute: Mutex::default(),
        }
    }

    /// Takes one autopsy for a key and a source; `false` when there is none left this minute.
    pub fn take(&self, key: &str, source: IpAddr) -> bool {
        let now = self.clock.monotonic();
        let mut minute = self.minute.lock();
        if now.saturating_sub(minute.began) >= MINUTE {
            *minute = Minute {
                began: now,
                ..Minute::default()
            };
        }
        if minute.all >= FOR_ALL {
            return false;
        }
        let name = Sha256::of(key.as_bytes());
        let spent = |count: Option<&u32>, most: u32| count.is_some_and(|count| *count >= most);
        if spent(minute.keys.get(&name), PER_KEY) || spent(minute.sources.get(&source), PER_SOURCE) {
            return false;
        }
        minute.all += 1;
        *minute.keys.entry(name).or_default() += 1;
        *minute.sources.entry(source).or_default() += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::clock::Timestamp;

    use super::*;

    #[test]
    fn each_key_and_source_gets_so_many_a_minute() {
        let clock = Clock::manual(Timestamp::from_seconds(1_000));
        let allowance = Allowance::new(clock.clone());
        let source = |last: u8| IpAddr::from([10, 0, 0, last]);
        let taken = |key: &str, last: u8| (0..5_000).filter(|_| allowance.take(key, source(last))).count();
        assert_eq!(taken("one", 1), PER_KEY as usize);
        assert_eq!(taken("two", 1), (PER_SOURCE - PER_KEY) as usize);
        assert_eq!(taken("three", 1), 0);
        assert_eq!(taken("three", 2), PER_KEY as usize);
        clock.advance(MINUTE);
        assert_eq!(taken("one", 1), PER_KEY as usize);
    }
}
