//! The queue of sign-ins: how many may wait for their password to be tried, in all and from one source. A password costs
//! some 20 ms of a core on purpose, so whoever sends many must not keep everybody else waiting, nor anybody for long.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::digest::Sha256;
use adyton_core::source::Source;
use parking_lot::Mutex;
use tokio::sync::{MutexGuard, Semaphore, SemaphorePermit};

use crate::failure::{Failure, OperationResult};

/// A source may hold one of so many slots while the queue is short of them.
const SHARE: usize = 16;
/// Locks that accounts are spread over while their passwords are tried.
const ACCOUNT_LOCKS: usize = 64;
/// How long a sign-in waits for its turn; the queue is made so that it comes sooner.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// What a slot of the queue costs before anything was measured.
const GUESS: Duration = Duration::from_millis(20);

/// The sign-ins that are under way.
pub(crate) struct SignIns {
    clock: Clock,
    /// The most at once.
    most: usize,
    held: Mutex<Held>,
    /// Passwords of one account from one source are tried one after the other, so that tries at once do not slip past the
    /// lock.
    account_locks: Vec<tokio::sync::Mutex<()>>,
    /// Passwords that are hashed at once: one for each core.
    turns: Semaphore,
}

struct Held {
    all: usize,
    sources: HashMap<Source, usize>,
    /// How long one slot of the queue is held, in the mean of the last ones.
    pace: Duration,
}

impl SignIns {
    /// A queue of so many slots.
    pub(crate) fn new(most: usize, clock: Clock) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            clock,
            most: most.max(1),
            held: Mutex::new(Held {
                all: 0,
                sources: HashMap::new(),
                pace: GUESS,
            }),
            account_locks: (0..ACCOUNT_LOCKS).map(|_| tokio::sync::Mutex::new(())).collect(),
            turns: Semaphore::new(cores),
        }
    }

    /// Takes a slot, or says when to come back: all are taken, or those that one source may have while half of them are.
    pub(crate) fn enter(&self, from: IpAddr) -> OperationResult<QueueSlot<'_>> {
        let source = Source::of(from);
        let mut held = self.held.lock();
        let after = held
            .pace
            .saturating_mul(u32::try_from(held.all).unwrap_or(u32::MAX));
        if held.all >= self.most {
            return Err(Failure::SignInsFull { after });
        }
        let own = held.sources.get(&source).copied().unwrap_or(0);
        if held.all >= self.most.div_ceil(2) && own >= (self.most / SHARE).max(1) {
            return Err(Failure::TooManySignIns { after });
        }
        held.all += 1;
        *held.sources.entry(source).or_default() += 1;
        Ok(QueueSlot {
            queue: self,
            source,
            began: self.clock.monotonic(),
            before: held.all,
        })
    }

    fn leave(&self, source: Source, took: Duration, before: usize) {
        let mut held = self.held.lock();
        held.all = held.all.saturating_sub(1);
        if let Some(own) = held.sources.get_mut(&source) {
            *own -= 1;
            if *own == 0 {
                held.sources.remove(&source);
            }
        }
        let each = took / u32::try_from(before).unwrap_or(u32::MAX).max(1);
        held.pace = (held.pace * 7 + each) / 8;
    }
}

/// A slot of the queue. Goes back when dropped.
pub(crate) struct QueueSlot<'q> {
    queue: &'q SignIns,
    source: Source,
    began: Duration,
    /// How many were in the queue with it.
    before: usize,
}

impl<'q> QueueSlot<'q> {
    /// The turn of an account for this source: nobody else tries its password from here meanwhile.
    pub(crate) async fn account_lock(&self, account: &[&str]) -> OperationResult<MutexGuard<'q, ()>> {
        let digest = Sha256::of(&[account.concat().as_bytes(), self.source.as_bytes()].concat());
        let at = usize::from(digest.as_bytes()[0]) % self.queue.account_locks.len();
        self.within_limit(self.queue.account_locks[at].lock()).await
    }

    /// A core to hash on.
    pub(crate) async fn hashing_permit(&self) -> OperationResult<SemaphorePermit<'q>> {
        self.within_limit(self.queue.turns.acquire())
            .await?
            .map_err(Failure::defect)
    }

    async fn within_limit<T>(&self, turn: impl Future<Output = T>) -> OperationResult<T> {
        let late = |_| Failure::SignInsFull { after: LONGEST_WAIT };
        tokio::time::timeout(LONGEST_WAIT, turn).await.map_err(late)
    }
}

impl Drop for QueueSlot<'_> {
    fn drop(&mut self) {
        let took = self.queue.clock.monotonic().saturating_sub(self.began);
        self.queue.leave(self.source, took, self.before);
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::clock::Timestamp;

    use super::*;

    fn at(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn one_source_may_have_all_places_but_those_that_others_need() {
        let queue = SignIns::new(32, Clock::manual(Timestamp::from_seconds(1_000)));
        let mut slots: Vec<_> = (0..16).map(|_| queue.enter(at(1)).expect("a slot")).collect();
        assert!(matches!(queue.enter(at(1)), Err(Failure::TooManySignIns { .. })));
        for last in 2..10 {
            slots.push(queue.enter(at(last)).expect("a slot"));
            slots.push(queue.enter(at(last)).expect("another"));
        }
        assert!(matches!(queue.enter(at(99)), Err(Failure::SignInsFull { .. })));
        slots.clear();
        assert!(queue.enter(at(1)).is_ok());
        assert!(
            queue.held.lock().sources.is_empty(),
            "nothing is left of those who left"
        );
    }

    #[test]
    fn when_to_come_back_follows_from_how_long_sign_ins_take() {
        let clock = Clock::manual(Timestamp::from_seconds(1_000));
        let queue = SignIns::new(4, clock.clone());
        for _ in 0..50 {
            let _slot = queue.enter(at(1)).expect("a slot");
            clock.advance(Duration::from_secs(2));
        }
        let _places: Vec<_> = (1..=4)
            .map(|last| queue.enter(at(last)).expect("a slot"))
            .collect();
        let Err(Failure::SignInsFull { after }) = queue.enter(at(5)) else {
            panic!("the queue is full")
        };
        assert!(
            after > Duration::from_secs(7) && after <= Duration::from_secs(8),
            "{after:?}"
        );
    }
}
