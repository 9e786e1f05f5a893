//! Lock-outs: whoever fails too often is not listened to for a while. In memory, bounded, of this node.
//!
//! Two generations of a table: when the younger is full, the older is forgotten and the younger takes its place. So a
//! flood of new entries costs constant time, and what is in use moves to the younger one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::digest::Sha256;
use parking_lot::Mutex;

/// When to lock, and for how long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rule {
    /// The failure with this number, counted from 1, locks.
    pub locking_failure: u32,
    /// Failures count together when they are within this span of the first.
    pub within: Duration,
    /// How long the lock holds.
    pub lock_for: Duration,
}

/// More than five failures lock a key for a source for five minutes (API Gateway User Guide, error `APIG.0301`).
pub const ACCESS_KEY: Rule = Rule {
    locking_failure: 6,
    within: Duration::from_secs(5 * 60),
    lock_for: Duration::from_secs(5 * 60),
};

/// Apps: far more, since `APIG.1009` is what a wrong AppSecret is answered with; it ends guessing by machines.
pub const APP: Rule = Rule {
    locking_failure: 100,
    within: Duration::from_secs(5 * 60),
    lock_for: Duration::from_secs(5 * 60),
};

/// Five wrong passwords in 15 minutes lock the account for 15 minutes (IAM API Reference, `IAM.0061`): for the source that
/// they came from.
pub const PASSWORD: Rule = Rule {
    locking_failure: 5,
    within: Duration::from_secs(15 * 60),
    lock_for: Duration::from_secs(15 * 60),
};

/// So many from any number of sources lock it for all that are not known: whoever commands many addresses does not get five
/// guesses with each.
pub const ACCOUNT: Rule = Rule {
    locking_failure: 100,
    ..PASSWORD
};

/// A hundred explanations that were refused or not found, in five minutes: ids are too many to be tried by then, and whoever
/// mistypes one does not get there.
pub const READER: Rule = Rule {
    locking_failure: 100,
    within: Duration::from_secs(5 * 60),
    lock_for: Duration::from_secs(5 * 60),
};

/// Entries of one generation.
const GENERATION: usize = 16 * 1024;

#[derive(Clone, Copy)]
struct Entry {
    failures: u32,
    first: Duration,
    locked_at: Option<Duration>,
}

#[derive(Default)]
struct Generations {
    young: HashMap<Sha256, Entry>,
    old: HashMap<Sha256, Entry>,
}

/// A table of failures under one rule.
pub struct Lockout {
    rule: Rule,
    clock: Clock,
    /// Whether anything is in the table: the usual case costs one load.
    in_use: AtomicBool,
    table: Mutex<Generations>,
}

impl Lockout {
    /// An empty table.
    pub fn new(rule: Rule, clock: Clock) -> Self {
        Self {
            rule,
            clock,
            in_use: AtomicBool::new(false),
            table: Mutex::default(),
        }
    }

    /// Whether nothing has failed lately: then nothing is locked, and there is nothing to forget.
    pub(crate) fn is_idle(&self) -> bool {
        !self.in_use.load(Ordering::Acquire)
    }

    /// How much longer `what` is locked; `None` when it is not. `what` is any text that names it, for example key and
    /// source; the table keeps only its digest.
    pub fn locked(&self, what: &[&[u8]]) -> Option<Duration> {
        if self.is_idle() {
            return None;
        }
        let (name, now) = (digest(what), self.clock.monotonic());
        let mut table = self.table.lock();
        let entry = table.get(&name)?;
        let until = entry.locked_at? + self.rule.lock_for;
        match until.checked_sub(now).filter(|left| !left.is_zero()) {
            Some(left) => Some(left),
            None => {
                table.forget(&name);
                None
            }
        }
    }

    /// Notes a failure; says whether it locks.
    pub fn failed(&self, what: &[&[u8]]) -> bool {
        let (name, now) = (digest(what), self.clock.monotonic());
        self.in_use.store(true, Ordering::Release);
        let mut table = self.table.lock();
        let fresh = Entry {
            failures: 0,
            first: now,
            locked_at: None,
        };
        let mut entry = table
            .get(&name)
            .filter(|entry| now - entry.first.min(now) <= self.rule.within)
            .unwrap_or(fresh);
        entry.failures += 1;
        if entry.failures >= self.rule.locking_failure && entry.locked_at.is_none() {
            entry.locked_at = Some(now);
        }
        table.put(name, entry);
        entry.locked_at.is_some()
    }

    /// Notes a success: earlier failures are forgotten.
    pub fn succeeded(&self, what: &[&[u8]]) {
        if !self.is_idle() {
            let mut table = self.table.lock();
            table.forget(&digest(what));
            if table.young.is_empty() && table.old.is_empty() {
                self.in_use.store(false, Ordering::Release);
            }
        }
    }
}

/// Each piece with its length before it, so that no two lists of pieces are the same text.
pub(crate) fn digest(what: &[&[u8]]) -> Sha256 {
    let mut text = Vec::with_capacity(64);
    for piece in what {
        text.extend_from_slice(&piece.len().to_be_bytes());
        text.extend_from_slice(piece);
    }
    Sha256::of(&text)
}

impl Generations {
    fn get(&self, name: &Sha256) -> Option<Entry> {
        self.young.get(name).or_else(|| self.old.get(name)).copied()
    }
    fn put(&mut self, name: Sha256, entry: Entry) {
        if self.young.len() >= GENERATION && !self.young.contains_key(&name) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(name, entry);
    }
    fn forget(&mut self, name: &Sha256) {
        self.young.remove(name);
        self.old.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::clock::Timestamp;

    use super::*;

    fn table(rule: Rule) -> (Lockout, Clock) {
        let clock = Clock::manual(Timestamp::from_seconds(1_000));
        (Lockout::new(rule, clock.clone()), clock)
    }

    #[test]
    fn the_sixth_failure_locks_a_key_for_five_minutes_and_only_for_that_source() {
        let (table, clock) = table(ACCESS_KEY);
        let (here, there): ([&[u8]; 2], [&[u8]; 2]) = ([b"AK", b"1.1.1.1"], [b"AK", b"2.2.2.2"]);
        for _ in 0..5 {
            assert!(!table.failed(&here));
            assert_eq!(table.locked(&here), None);
        }
        assert!(table.failed(&here));
        assert_eq!(table.locked(&here), Some(Duration::from_secs(300)));
        assert_eq!(table.locked(&there), None);
        clock.advance(Duration::from_secs(299));
        assert_eq!(table.locked(&here), Some(Duration::from_secs(1)));
        clock.advance(Duration::from_secs(1));
        assert_eq!(table.locked(&here), None);
        assert!(!table.failed(&here), "it counts anew");
    }

    #[test]
    fn a_success_and_the_passing_of_time_forget_failures() {
        let (table, clock) = table(PASSWORD);
        for _ in 0..4 {
            table.failed(&[b"alice"]);
        }
        table.succeeded(&[b"alice"]);
        for _ in 0..4 {
            assert!(!table.failed(&[b"alice"]));
        }
        clock.advance(Duration::from_secs(15 * 60 + 1));
        assert!(!table.failed(&[b"alice"]));
    }

    #[test]
    fn the_table_is_bounded() {
        let (table, _) = table(ACCESS_KEY);
        for at in 0..3 * GENERATION {
            table.failed(&[&at.to_be_bytes()]);
        }
        let held = table.table.lock();
        assert!(held.young.len() + held.old.len() <= 2 * GENERATION);
    }
}
