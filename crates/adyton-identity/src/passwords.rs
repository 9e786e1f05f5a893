//! Who may try a password. Failures count for an account *from a source* first: whoever guesses locks themselves out, and
//! nobody else. Many more failures, from wherever, lock an account for sources that nobody has signed in from before;
//! those that somebody has are let through. In memory, bounded, of this node.

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::digest::Sha256;
use adyton_core::source::Source;
use parking_lot::Mutex;

use crate::lockout::{ACCOUNT, Lockout, PASSWORD, digest};

/// Sources of accounts that one generation remembers.
const GENERATION: usize = 64 * 1024;

/// The counts of passwords. An account is named by texts that stand for it alone, whether or not there is one, so that a
/// lock does not tell.
pub(crate) struct Passwords {
    by_source: Lockout,
    by_account: Lockout,
    known: Mutex<Remembered>,
}

impl Passwords {
    /// Nobody has tried yet.
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            by_source: Lockout::new(PASSWORD, clock.clone()),
            by_account: Lockout::new(ACCOUNT, clock),
            known: Mutex::default(),
        }
    }

    /// How much longer the account is locked for whoever calls from here; `None` when it is not.
    pub(crate) fn locked(&self, account: &[&str], address: IpAddr) -> Option<Duration> {
        let source = Source::of(address);
        self.by_source.locked(&from(account, &source)).or_else(|| {
            self.by_account
                .locked(&named(account))
                .filter(|_| !self.known.lock().holds(&digest(&from(account, &source))))
        })
    }

    /// Notes a wrong password; says whether that locks the account for this source.
    pub(crate) fn failed(&self, account: &[&str], address: IpAddr) -> bool {
        let source = Source::of(address);
        let everywhere = self.by_account.failed(&named(account));
        self.by_source.failed(&from(account, &source)) || everywhere
    }

    /// Notes a right password: earlier failures of this source are forgotten, and it is known from now on.
    pub(crate) fn succeeded(&self, account: &[&str], address: IpAddr) {
        let source = Source::of(address);
        let what = from(account, &source);
        self.by_source.succeeded(&what);
        self.known.lock().note(digest(&what));
    }
}

fn named<'a>(account: &[&'a str]) -> Vec<&'a [u8]> {
    account.iter().map(|piece| piece.as_bytes()).collect()
}

fn from<'a>(account: &[&'a str], source: &'a Source) -> Vec<&'a [u8]> {
    let mut what = named(account);
    what.push(source.as_bytes());
    what
}

/// Two generations of a set: when the younger is full, the older is forgotten. What is noted again is young again.
#[derive(Default)]
struct Remembered {
    young: HashSet<Sha256>,
    old: HashSet<Sha256>,
}

impl Remembered {
    fn holds(&self, what: &Sha256) -> bool {
        self.young.contains(what) || self.old.contains(what)
    }
    fn note(&mut self, what: Sha256) {
        if self.young.len() >= GENERATION && !self.young.contains(&what) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(what);
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::clock::Timestamp;

    use super::*;

    const ALICE: [&str; 2] = ["domain", "alice"];

    fn at(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn passwords() -> (Passwords, Clock) {
        let clock = Clock::manual(Timestamp::from_seconds(1_000));
        (Passwords::new(clock.clone()), clock)
    }

    #[test]
    fn five_failures_lock_the_source_that_failed_and_no_other() {
        let (passwords, clock) = passwords();
        for _ in 0..4 {
            assert!(!passwords.failed(&ALICE, at(1)));
            assert_eq!(passwords.locked(&ALICE, at(1)), None);
        }
        assert!(passwords.failed(&ALICE, at(1)));
        assert_eq!(passwords.locked(&ALICE, at(1)), Some(PASSWORD.lock_for));
        assert_eq!(passwords.locked(&ALICE, at(2)), None);
        assert_eq!(passwords.locked(&["domain", "bob"], at(1)), None);
        clock.advance(PASSWORD.lock_for);
        assert_eq!(passwords.locked(&ALICE, at(1)), None);
    }

    #[test]
    fn one_subscriber_of_ipv6_is_one_source() {
        let (passwords, _) = passwords();
        let v6 = |host: u16| IpAddr::from([0x2001, 0xdb8, 1, 2, 0, 0, 0, host]);
        for host in 0..5 {
            passwords.failed(&ALICE, v6(host));
        }
        assert!(passwords.locked(&ALICE, v6(99)).is_some());
        let other = IpAddr::from([0x2001, 0xdb8, 1, 3, 0, 0, 0, 1]);
        assert_eq!(passwords.locked(&ALICE, other), None);
    }

    #[test]
    fn very_many_failures_lock_all_but_known_sources() {
        let (passwords, _) = passwords();
        passwords.succeeded(&ALICE, at(1));
        for number in 0..ACCOUNT.locking_failure {
            // Four from each, so that none is locked for itself.
            passwords.failed(
                &ALICE,
                IpAddr::from([198, 51, 100, u8::try_from(number / 4).expect("few")]),
            );
        }
        assert_eq!(
            passwords.locked(&ALICE, at(1)),
            None,
            "somebody has signed in from here"
        );
        assert_eq!(passwords.locked(&ALICE, at(2)), Some(ACCOUNT.lock_for));
        assert_eq!(passwords.locked(&["domain", "bob"], at(2)), None);
        // A known source is not let off its own failures.
        for _ in 0..PASSWORD.locking_failure {
            passwords.failed(&ALICE, at(1));
        }
        assert!(passwords.locked(&ALICE, at(1)).is_some());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut known = Remembered::default();
        for number in 0..3 * GENERATION {
            known.note(Sha256::of(&number.to_be_bytes()));
        }
        assert!(known.young.len() + known.old.len() <= 2 * GENERATION);
        assert!(known.holds(&Sha256::of(&(3 * GENERATION - 1).to_be_bytes())));
    }
}
