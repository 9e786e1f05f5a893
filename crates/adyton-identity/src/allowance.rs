//! How often an autopsy may be made: it costs up to a millisecond, so each key, each source and each owner of keys gets so
//! many a minute. Nobody's use takes another owner's share away, and what is tried on unknown keys takes none of the known.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::digest::Sha256;
use adyton_core::id::{ProjectId, UserId};
use adyton_core::source::Source;
use parking_lot::Mutex;

/// Autopsies a minute for one source: at most 0.6 s of one core.
pub const PER_SOURCE: u32 = 600;
/// Autopsies a minute for one key: at most 0.3 s of one core.
pub const PER_KEY: u32 = 300;
/// Of one key from one source so many are made even when others have used the key's up: a client that has just begun to
/// sign learns what it does wrong, and its honest mistakes do not lock it out.
pub const PER_KEY_AND_SOURCE: u32 = 6;
/// Autopsies a minute for one owner.
pub const PER_OWNER: u32 = 900;
/// So many of an owner's are made whatever the others do.
pub const RESERVED: u32 = 60;
/// Autopsies a minute for all owners, beyond what is reserved: at most 3 s of one core, five of a hundred.
pub const FOR_ALL: u32 = 3_000;
/// Looks at unknown keys (are they somebody's secret?) a minute: at most 1 s of one core.
pub const UNKNOWN: u32 = 1_000;

const MINUTE: Duration = Duration::from_secs(60);

/// Whose a key is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Owner {
    /// A user's, as access keys are.
    User(UserId),
    /// A project's, as apps are.
    Project(ProjectId),
}

#[derive(Default)]
struct Minute {
    began: Duration,
    all: u32,
    unknown: u32,
    owners: HashMap<Owner, u32>,
    keys: HashMap<Sha256, u32>,
    pairs: HashMap<(Sha256, Source), u32>,
    sources: HashMap<Source, u32>,
}

/// Counts autopsies. A minute's counts are forgotten with it; there are no more of them than autopsies were made.
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

    /// Takes one autopsy for a known key of `owner` and the source of an address; `false` when there is none left this
    /// minute.
    pub fn take(&self, key: &str, owner: Owner, address: IpAddr) -> bool {
        let (name, source) = (Sha256::of(key.as_bytes()), Source::of(address));
        let mut minute = self.minute();
        let of_owner = spent(&minute.owners, &owner);
        let of_pair = spent(&minute.pairs, &(name, source));
        let left_for_key = of_pair < PER_KEY_AND_SOURCE || spent(&minute.keys, &name) < PER_KEY;
        let left_for_owner = of_owner < RESERVED || (of_owner < PER_OWNER && minute.all < FOR_ALL);
        if !(left_for_key && left_for_owner && spent(&minute.sources, &source) < PER_SOURCE) {
            return false;
        }
        if of_owner >= RESERVED {
            minute.all += 1;
        }
        *minute.owners.entry(owner).or_default() += 1;
        *minute.keys.entry(name).or_default() += 1;
        *minute.pairs.entry((name, source)).or_default() += 1;
        *minute.sources.entry(source).or_default() += 1;
        true
    }

    /// Takes one look at an unknown key from the source of an address.
    pub fn take_unknown(&self, address: IpAddr) -> bool {
        let source = Source::of(address);
        let mut minute = self.minute();
        if minute.unknown >= UNKNOWN || spent(&minute.sources, &source) >= PER_SOURCE {
            return false;
        }
        minute.unknown += 1;
        *minute.sources.entry(source).or_default() += 1;
        true
    }

    fn minute(&self) -> parking_lot::MutexGuard<'_, Minute> {
        let now = self.clock.monotonic();
        let mut minute = self.minute.lock();
        if now.saturating_sub(minute.began) >= MINUTE {
            *minute = Minute {
                began: now,
                ..Minute::default()
            };
        }
        minute
    }
}

fn spent<K: std::hash::Hash + Eq>(counts: &HashMap<K, u32>, what: &K) -> u32 {
    counts.get(what).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use adyton_core::clock::Timestamp;

    use super::*;

    fn allowance() -> (Allowance, Clock) {
        let clock = Clock::manual(Timestamp::from_seconds(1_000));
        (Allowance::new(clock.clone()), clock)
    }

    fn project(number: u128) -> Owner {
        Owner::Project(ProjectId::from_bits(number))
    }

    fn source(number: u16) -> IpAddr {
        let [high, low] = number.to_be_bytes();
        IpAddr::from([10, 0, high, low])
    }

    #[test]
    fn each_key_and_source_gets_so_many_a_minute() {
        let (allowance, clock) = allowance();
        let taken = |key: &str, last: u16| {
            let all = 0..5_000;
            all.filter(|_| allowance.take(key, project(1), source(last)))
                .count()
        };
        assert_eq!(taken("one", 1), PER_KEY as usize);
        assert_eq!(taken("two", 1), (PER_SOURCE - PER_KEY) as usize);
        assert_eq!(taken("three", 1), 0);
        assert_eq!(
            taken("one", 2),
            PER_KEY_AND_SOURCE as usize,
            "the key's are used up, this source's are not"
        );
        clock.advance(MINUTE);
        assert_eq!(taken("one", 1), PER_KEY as usize);
    }

    #[test]
    fn a_flood_on_one_projects_keys_leaves_the_others_theirs() {
        let (allowance, _) = allowance();
        for number in 0..2_000 {
            allowance.take("known to all", project(1), source(number % 500));
            allowance.take(&format!("key {number}"), project(2), source(number % 500));
        }
        assert!(allowance.take("another", project(3), source(9_000)));
        assert!(
            !allowance.take("known to all", project(1), source(9_001)),
            "project 1 has had its own"
        );
    }

    #[test]
    fn a_flood_on_all_projects_leaves_each_what_is_reserved() {
        let (allowance, _) = allowance();
        for number in 0..10_000u16 {
            allowance.take(
                &format!("key {number}"),
                project(u128::from(number % 20)),
                source(number),
            );
        }
        let reserved = (0..200)
            .filter(|_| allowance.take("late", project(99), source(20_000)))
            .count();
        assert_eq!(reserved, RESERVED as usize);
    }

    #[test]
    fn unknown_keys_take_nothing_from_known_ones() {
        let (allowance, _) = allowance();
        let looks = (0..5_000u16)
            .filter(|number| allowance.take_unknown(source(*number)))
            .count();
        assert_eq!(looks, UNKNOWN as usize);
        assert!(allowance.take("known", project(1), source(9_000)));
        let of_one = (0..5_000)
            .filter(|_| allowance.take("k", project(1), source(9_001)))
            .count();
        assert_eq!(of_one, (PER_KEY) as usize);
    }
}
