//! The memory that callers may take together before they are proven: unfinished heads, and bodies whose signature is known
//! only with the last byte. Counted in bytes that have arrived, whatever was declared; one budget for the whole process.
//!
//! When it runs short, whoever has been at it longest gives up, first of the source or key that holds most. Callers that send
//! what they have are done in no time; who trickles, or stops, is the oldest soon. (Refusing the newcomer instead would let
//! whoever came first keep everybody else out until their deadline.)
//!
//! A request that arrives at once never comes here: a [`Claim`] is made only for one that has to be waited for.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use adyton_core::source::Source;
use parking_lot::Mutex;

/// The part of the budget that unfinished heads may take, so that bodies always find some: a fourth.
const HEADS: u64 = 4;
/// The part of the budget that one source or one key may hold before it is the one to give up, when it runs short: a fourth.
const SHARE: u64 = 4;
/// When it runs short, this part of it is freed at once, so that not every byte that follows looks for somebody again.
const FREED: u64 = 16;

/// What takes memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A head that has not come to its end.
    Head,
    /// A body, in memory.
    Body,
}

/// Whose claim it is: it is told when it has to give up. Called without any lock held.
pub trait GiveUp: Send + Sync {
    /// The memory is wanted by others: drop what has come, and refuse or close.
    fn give_up(&self);
}

/// The budget.
pub struct Budget {
    limit: u64,
    claims: Mutex<Claims>,
}

#[derive(Default)]
struct Claims {
    used: u64,
    heads: u64,
    slots: Vec<Option<Held>>,
    free: Vec<usize>,
    tickets: u64,
}

struct Held {
    ticket: u64,
    kind: Kind,
    source: Source,
    /// The key that was named, as a number that stands for it.
    key: Option<u64>,
    bytes: u64,
    since: Duration,
    owner: Arc<dyn GiveUp>,
}

impl Budget {
    /// A budget of so many bytes.
    pub fn new(limit: u64) -> Arc<Self> {
        Arc::new(Self {
            limit: limit.max(1),
            claims: Mutex::default(),
        })
    }

    /// The whole of it, in bytes.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// What is taken, in bytes.
    pub fn used(&self) -> u64 {
        self.claims.lock().used
    }

    /// A request that has to be waited for begins to take memory: nothing yet. `key` stands for the access key or app that it
    /// names.
    pub fn claim(
        self: &Arc<Self>,
        kind: Kind,
        source: Source,
        key: Option<u64>,
        owner: Arc<dyn GiveUp>,
        now: Duration,
    ) -> Claim {
        let mut claims = self.claims.lock();
        claims.tickets += 1;
        let ticket = claims.tickets;
        let held = Some(Held {
            ticket,
            kind,
            source,
            key,
            bytes: 0,
            since: now,
            owner,
        });
        let slot = match claims.free.pop() {
            Some(slot) => {
                claims.slots[slot] = held;
                slot
            }
            None => {
                claims.slots.push(held);
                claims.slots.len() - 1
            }
        };
        Claim {
            budget: Arc::clone(self),
            slot,
            ticket,
        }
    }
}

/// What one request holds of the budget; given back when dropped.
pub struct Claim {
    budget: Arc<Budget>,
    slot: usize,
    ticket: u64,
}

impl Claim {
    /// So many bytes have arrived altogether. `false` when this request is the one that has to give up, now or before; its
    /// owner was told then too.
    #[must_use]
    pub fn grow(&self, bytes: u64, now: Duration) -> bool {
        let told = {
            let mut claims = self.budget.claims.lock();
            if !claims.grow(self.slot, self.ticket, bytes) {
                return false;
            }
            claims.make_room(self.budget.limit, now)
        };
        let mut stays = true;
        for (ticket, owner) in told {
            stays &= ticket != self.ticket;
            owner.give_up();
        }
        stays
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Nothing when it had to give up before.
        drop(self.budget.claims.lock().release(self.slot, self.ticket));
    }
}

impl Claims {
    fn grow(&mut self, slot: usize, ticket: u64, bytes: u64) -> bool {
        let Some(held) = self.slots[slot].as_mut().filter(|held| held.ticket == ticket) else {
            return false;
        };
        let more = bytes.saturating_sub(held.bytes);
        held.bytes += more;
        self.used += more;
        if held.kind == Kind::Head {
            self.heads += more;
        }
        true
    }

    fn release(&mut self, slot: usize, ticket: u64) -> Option<Held> {
        let held = self.slots[slot].take_if(|held| held.ticket == ticket)?;
        self.free.push(slot);
        self.used -= held.bytes;
        if held.kind == Kind::Head {
            self.heads -= held.bytes;
        }
        Some(held)
    }

    /// Takes from the claims what is too much; gives those who have to be told.
    fn make_room(&mut self, limit: u64, now: Duration) -> Vec<(u64, Arc<dyn GiveUp>)> {
        let mut told = Vec::new();
        if self.heads > limit / HEADS {
            let goal = (limit / HEADS).saturating_sub(limit / HEADS / FREED);
            self.free_down(Some(Kind::Head), goal, now, &mut told);
        }
        if self.used > limit {
            self.free_down(None, limit - limit / FREED, now, &mut told);
        }
        told
    }

    fn free_down(
        &mut self,
        kind: Option<Kind>,
        goal: u64,
        now: Duration,
        told: &mut Vec<(u64, Arc<dyn GiveUp>)>,
    ) {
        let used = |claims: &Self| match kind {
            Some(Kind::Head) => claims.heads,
            Some(Kind::Body) | None => claims.used,
        };
        while used(self) > goal {
            let heavy = self.heaviest(kind, goal / SHARE);
            let mut candidates: Vec<(Duration, u64, usize)> = (self.slots.iter().enumerate())
                .filter_map(|(slot, held)| Some((slot, held.as_ref()?)))
                .filter(|(_, held)| held.bytes > 0 && kind.is_none_or(|kind| held.kind == kind))
                .filter(|(_, held)| heavy.is_none_or(|whose| whose.holds(held)))
                .map(|(slot, held)| (held.since.min(now), held.ticket, slot))
                .collect();
            candidates.sort_unstable();
            if candidates.is_empty() {
                return;
            }
            // Of a heavy holder only until it is one no more; then somebody else may be.
            let mut left = heavy.map(|whose| whose.bytes.saturating_sub(goal / SHARE));
            for (_, ticket, slot) in candidates {
                if used(self) <= goal || left == Some(0) {
                    break;
                }
                if let Some(held) = self.release(slot, ticket) {
                    left = left.map(|left| left.saturating_sub(held.bytes));
                    told.push((ticket, held.owner));
                }
            }
        }
    }

    /// The source or key that holds most, if that is more than a share.
    fn heaviest(&self, kind: Option<Kind>, share: u64) -> Option<Heavy> {
        let mut sums: HashMap<Whose, u64> = HashMap::new();
        let held = self.slots.iter().flatten();
        for held in held.filter(|held| kind.is_none_or(|kind| held.kind == kind)) {
            *sums.entry(Whose::Source(held.source)).or_default() += held.bytes;
            if let Some(key) = held.key {
                *sums.entry(Whose::Key(key)).or_default() += held.bytes;
            }
        }
        let (whose, bytes) = sums
            .into_iter()
            .max_by_key(|(whose, bytes)| (*bytes, whose.is_key()))?;
        (bytes > share).then_some(Heavy { whose, bytes })
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Whose {
    Source(Source),
    Key(u64),
}

impl Whose {
    /// Of a source and a key that hold the same, the key is the narrower one.
    fn is_key(self) -> bool {
        matches!(self, Self::Key(_))
    }
}

#[derive(Clone, Copy)]
struct Heavy {
    whose: Whose,
    bytes: u64,
}

impl Heavy {
    fn holds(self, held: &Held) -> bool {
        match self.whose {
            Whose::Source(source) => held.source == source,
            Whose::Key(key) => held.key == Some(key),
        }
    }
}

/// An owner that is asked, in place of one that acts: for whoever reads a body.
#[derive(Debug, Default)]
pub struct Given {
    up: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Given {
    /// Nobody has asked for anything yet.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Whether the memory has to be given up; wakes the task when it has to be later.
    pub fn is_up(&self, context: &Context<'_>) -> bool {
        if self.up.load(Ordering::Acquire) {
            return true;
        }
        *self.waker.lock() = Some(context.waker().clone());
        self.up.load(Ordering::Acquire)
    }
}

impl GiveUp for Given {
    fn give_up(&self) {
        self.up.store(true, Ordering::Release);
        if let Some(waker) = self.waker.lock().take() {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MIB: u64 = 1 << 20;

    fn source(host: u8) -> Source {
        Source::of(IpAddr::from([192, 0, 2, host]))
    }

    fn has_to_go(given: &Given) -> bool {
        given.is_up(&Context::from_waker(Waker::noop()))
    }

    struct Body(Claim, Arc<Given>);

    fn body(budget: &Arc<Budget>, host: u8, key: Option<u64>, bytes: u64, second: u32) -> Body {
        let given = Given::new();
        let claim = budget.claim(Kind::Body, source(host), key, given.clone(), SECOND * second);
        let _ = claim.grow(bytes, SECOND * second);
        Body(claim, given)
    }

    #[test]
    fn when_it_runs_short_the_oldest_gives_up_and_the_newcomer_goes_on() {
        let budget = Budget::new(64 * MIB);
        let slow: Vec<Body> = (0..6)
            .map(|second| body(&budget, 1, None, 10 * MIB, second))
            .collect();
        assert!(
            !slow.iter().any(|body| has_to_go(&body.1)),
            "there is room for six"
        );
        let honest = body(&budget, 1, None, 5 * MIB, 10);
        assert!(has_to_go(&slow[0].1) && !has_to_go(&honest.1) && !has_to_go(&slow[1].1));
        assert!(!slow[0].0.grow(11 * MIB, SECOND * 11), "it was told before");
        drop((slow, honest));
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn the_source_and_the_key_that_hold_most_give_up_first() {
        let budget = Budget::new(64 * MIB);
        let old = body(&budget, 1, Some(1), 8 * MIB, 0);
        let flood: Vec<Body> = (0..6)
            .map(|second| body(&budget, 66, Some(2), 8 * MIB, 1 + second))
            .collect();
        let other = body(&budget, 2, Some(1), 9 * MIB, 20);
        assert!(has_to_go(&flood[0].1) && !has_to_go(&old.1) && !has_to_go(&other.1));
        // From many sources, with one key.
        let budget = Budget::new(64 * MIB);
        let old = body(&budget, 1, Some(1), 8 * MIB, 0);
        let flood: Vec<Body> = (0..8)
            .map(|n| body(&budget, 100 + n, Some(2), 8 * MIB, 1))
            .collect();
        assert!(flood.iter().any(|body| has_to_go(&body.1)) && !has_to_go(&old.1));
    }

    #[test]
    fn heads_leave_room_for_bodies() {
        let budget = Budget::new(64 * MIB);
        let small = body(&budget, 1, None, 60 * 1024, 0);
        let heads: Vec<_> = (0..2_000u32)
            .map(|n| {
                let given = Given::new();
                let claim = budget.claim(
                    Kind::Head,
                    source(66),
                    None,
                    given.clone(),
                    SECOND + Duration::from_millis(n.into()),
                );
                let _ = claim.grow(390 * 1024, SECOND * 2);
                (claim, given)
            })
            .collect();
        assert!(budget.used() <= 16 * MIB + 60 * 1024, "{}", budget.used());
        assert!(!has_to_go(&small.1) && !heads.last().is_some_and(|(_, given)| has_to_go(given)));
    }
}
