//! Who is in: the open connections of one listener (on the gateway, of one worker), and who has to go when there are too
//! many.
//!
//! As long as there are free slots everybody gets one. When all are taken, a newcomer takes the slot of a connection without a
//! request, the one that has been idle longest; first of a source (see `adyton_core::source::Source`) that holds more than its share.
//! Where nobody is idle, the request whose caller has owed a proof longest makes room. A newcomer whose own source is over
//! its share takes only slots of that source, and is turned away when it has none to give, so that one source cannot push
//! out others. Proven requests are never cut off: if there is nothing else, the newcomer waits.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use adyton_core::source::Source;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::connection_state::{ConnectionState, Deadlines, Notice};

/// The part of the slots that one source may hold while others want some: a fourth.
const SHARE: usize = 4;
/// How many connections are chosen at once, to make room for the next newcomers too.
const CANDIDATES: usize = 64;

/// The slots of one listener.
pub struct ConnectionSlots {
    most: usize,
    table: Mutex<Table>,
    freed: Notify,
    /// Somebody has come in where nobody was.
    entered: Notify,
}

#[derive(Default)]
struct Table {
    slots: Vec<Option<Slot>>,
    free: Vec<usize>,
    taken: usize,
    /// Who is in without a connection of this listener.
    unconnected: usize,
    serials: u64,
    sources: HashMap<Source, usize>,
    /// Who goes next, by whose slots may be taken: those of one source, or anybody's. Looked at again before they go.
    next: HashMap<Option<Source>, VecDeque<Candidate>>,
}

struct Slot {
    serial: u64,
    connection: Arc<ConnectionState>,
}

/// A connection that may have to go.
#[derive(Clone, Copy)]
struct Candidate {
    slot: usize,
    serial: u64,
    /// Since when it is idle, or unproven.
    since: Duration,
    is_idle: bool,
}

/// What a newcomer is told.
#[derive(Debug)]
pub enum Admission {
    /// It has a slot.
    Admitted(ConnectionSlot),
    /// Its source holds its share already, and all of it is in use.
    OverShare,
    /// All slots are taken by proven requests.
    Full,
}

impl ConnectionSlots {
    /// Slots for `most` connections.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most: most.max(1),
            table: Mutex::default(),
            freed: Notify::new(),
            entered: Notify::new(),
        })
    }

    /// A connection comes in; it leaves when the slot is dropped. Waits while all slots are taken by proven requests;
    /// `None` when it is turned away.
    pub async fn find(self: &Arc<Self>, connection: &Arc<ConnectionState>) -> Option<ConnectionSlot> {
        loop {
            let freed = self.freed.notified();
            let (admission, another_goes) = self.place(connection);
            match admission {
                Admission::Admitted(slot) => {
                    if another_goes {
                        // It gives its descriptor back before the next connection is accepted: a burst would take more of
                        // them than there are slots.
                        tokio::task::yield_now().await;
                    }
                    return Some(slot);
                }
                Admission::OverShare => return None,
                Admission::Full => freed.await,
            }
        }
    }

    /// The same without waiting.
    pub fn enter(self: &Arc<Self>, connection: &Arc<ConnectionState>) -> Admission {
        self.place(connection).0
    }

    /// What the newcomer is told, and whether another connection goes for it.
    fn place(self: &Arc<Self>, connection: &Arc<ConnectionState>) -> (Admission, bool) {
        let (told, entry) = {
            let mut table = self.table.lock();
            let told = match table.make_room(self.most, connection) {
                Vacancy::Free => None,
                Vacancy::Evicted(told) => Some(told),
                Vacancy::None { is_over_share: true } => return (Admission::OverShare, false),
                Vacancy::None { is_over_share: false } => return (Admission::Full, false),
            };
            (told, table.occupy(self, connection))
        };
        if let Some(told) = &told {
            told.tell(Notice::Close);
        }
        (Admission::Admitted(entry), told.is_some())
    }

    /// A connection comes in whatever is free: it had been accepted before the listener closed.
    pub fn admit(self: &Arc<Self>, connection: &Arc<ConnectionState>) -> ConnectionSlot {
        self.table.lock().occupy(self, connection)
    }

    /// Somebody comes in who has no connection of this listener.
    pub fn without_connection(self: &Arc<Self>) -> ConnectionSlot {
        self.table.lock().unconnected += 1;
        ConnectionSlot {
            slots: Arc::clone(self),
            slot: None,
        }
    }

    /// Lets the connections that have been idle longest go, at most so many, because the process needs their descriptors. Says
    /// how many went.
    pub fn relieve(&self, number: usize) -> usize {
        let told: Vec<_> = {
            let mut table = self.table.lock();
            (0..number).map_while(|_| table.evict(None)).collect()
        };
        for connection in &told {
            connection.tell(Notice::Close);
        }
        told.len()
    }

    /// Waits until nobody is in.
    pub async fn empty(&self) {
        loop {
            let freed = self.freed.notified();
            {
                let table = self.table.lock();
                if table.taken + table.unconnected == 0 {
                    return;
                }
            }
            freed.await;
        }
    }

    /// Waits until a connection is in. For one at a time.
    pub async fn occupied(&self) {
        while self.taken() == 0 {
            self.entered.notified().await;
        }
    }

    /// How many connections are in.
    pub fn taken(&self) -> usize {
        self.table.lock().taken
    }

    /// Tells every connection.
    pub fn tell_all(&self, notice: Notice) {
        self.each(|_| Some(notice));
    }

    /// Ends connections that are stuck, too slow or idle for too long. To be called once a second.
    pub fn watch(&self, now: Duration, deadlines: &Deadlines) {
        self.each(|connection| connection.judge(now, deadlines));
    }

    fn each(&self, judge: impl Fn(&ConnectionState) -> Option<Notice>) {
        for slot in self.table.lock().slots.iter().flatten() {
            if let Some(notice) = judge(&slot.connection) {
                slot.connection.tell(notice);
            }
        }
    }

    fn leave(&self, slot: Option<(usize, u64)>) {
        {
            let mut table = self.table.lock();
            match slot {
                Some((slot, serial)) => drop(table.clear(slot, serial)),
                None => table.unconnected = table.unconnected.saturating_sub(1),
            }
        }
        self.freed.notify_waiters();
    }
}

/// Whether there is room for a newcomer, and at whose cost.
enum Vacancy {
    Free,
    Evicted(Arc<ConnectionState>),
    None { is_over_share: bool },
}

impl Table {
    fn occupy(&mut self, slots: &Arc<ConnectionSlots>, connection: &Arc<ConnectionState>) -> ConnectionSlot {
        self.serials += 1;
        let serial = self.serials;
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                self.slots.push(None);
                self.slots.len() - 1
            }
        };
        self.slots[slot] = Some(Slot {
            serial,
            connection: Arc::clone(connection),
        });
        self.taken += 1;
        if self.taken == 1 {
            slots.entered.notify_one();
        }
        if !connection.is_exempt() {
            *self.sources.entry(connection.source()).or_default() += 1;
        }
        ConnectionSlot {
            slots: Arc::clone(slots),
            slot: Some((slot, serial)),
        }
    }

    /// Takes a connection from its slot; nothing when it has lost it already.
    fn clear(&mut self, slot: usize, serial: u64) -> Option<Arc<ConnectionState>> {
        let held = self.slots.get_mut(slot)?;
        let connection = held.take_if(|held| held.serial == serial)?.connection;
        self.free.push(slot);
        self.taken -= 1;
        if !connection.is_exempt()
            && let Some(count) = self.sources.get_mut(&connection.source())
        {
            *count -= 1;
            if *count == 0 {
                self.sources.remove(&connection.source());
            }
        }
        Some(connection)
    }

    fn make_room(&mut self, most: usize, newcomer: &ConnectionState) -> Vacancy {
        if self.taken < most {
            return Vacancy::Free;
        }
        let share = (most / SHARE).max(1);
        let held = |table: &Self, source: &Source| table.sources.get(source).copied().unwrap_or(0);
        let own = newcomer.source();
        let is_alone = held(self, &own) == self.taken;
        if !newcomer.is_exempt() && held(self, &own) >= share && !is_alone {
            return match self.evict(Some(own)) {
                Some(connection) => Vacancy::Evicted(connection),
                None => Vacancy::None { is_over_share: true },
            };
        }
        let heaviest = self.sources.iter().max_by_key(|(_, count)| **count);
        let heaviest = heaviest
            .filter(|(_, count)| **count > share)
            .map(|(source, _)| *source);
        let connection = match heaviest {
            Some(source) => self.evict(Some(source)).or_else(|| self.evict(None)),
            None => self.evict(None),
        };
        match connection {
            Some(connection) => Vacancy::Evicted(connection),
            None => Vacancy::None { is_over_share: false },
        }
    }

    /// Lets one connection of a source, or of anybody, lose its slot.
    fn evict(&mut self, of: Option<Source>) -> Option<Arc<ConnectionState>> {
        for look in [false, true] {
            if look {
                let candidates = self.candidates(of);
                self.next.insert(of, candidates);
            }
            while let Some(candidate) = self.next.get_mut(&of).and_then(VecDeque::pop_front) {
                if self.holds(&candidate) {
                    return self.clear(candidate.slot, candidate.serial);
                }
            }
        }
        self.next.remove(&of);
        None
    }

    /// Whether nothing has happened on the connection since it was picked.
    fn holds(&self, candidate: &Candidate) -> bool {
        let slot = self.slots.get(candidate.slot).and_then(Option::as_ref);
        slot.filter(|slot| slot.serial == candidate.serial)
            .and_then(|slot| Candidate::of(candidate.slot, slot))
            .is_some_and(|now| now.since == candidate.since && now.is_idle == candidate.is_idle)
    }

    /// Those who go first: idle ones before unproven ones, and who has been so longest before the others.
    fn candidates(&self, of: Option<Source>) -> VecDeque<Candidate> {
        let mut candidates: Vec<Candidate> = (self.slots.iter().enumerate())
            .filter_map(|(at, slot)| Some((at, slot.as_ref()?)))
            .filter(|(_, slot)| of.is_none_or(|source| slot.connection.source() == source))
            .filter_map(|(at, slot)| Candidate::of(at, slot))
            .collect();
        let order = |candidate: &Candidate| (!candidate.is_idle, candidate.since, candidate.serial);
        if candidates.len() > CANDIDATES {
            candidates.select_nth_unstable_by_key(CANDIDATES, order);
            candidates.truncate(CANDIDATES);
        }
        candidates.sort_unstable_by_key(order);
        candidates.into()
    }
}

impl Candidate {
    /// A connection as one that may go; `None` when its request is proven.
    fn of(at: usize, slot: &Slot) -> Option<Self> {
        let (since, is_idle) = match slot.connection.idle_since() {
            Some(since) => (since, true),
            None => (slot.connection.unproven_since()?, false),
        };
        Some(Self {
            slot: at,
            serial: slot.serial,
            since,
            is_idle,
        })
    }
}

/// A connection's slot, given back when dropped.
pub struct ConnectionSlot {
    slots: Arc<ConnectionSlots>,
    slot: Option<(usize, u64)>,
}

impl std::fmt::Debug for ConnectionSlot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ConnectionSlot").field(&self.slot).finish()
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.slots.leave(self.slot);
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::task::{Context, Waker};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn from(host: u8, second: u32) -> Arc<ConnectionState> {
        ConnectionState::new(IpAddr::from([192, 0, 2, host]), false, SECOND * second)
    }

    fn told(connection: &ConnectionState) -> Option<Notice> {
        connection.told(&mut None, &Context::from_waker(Waker::noop()))
    }

    fn enter(slots: &Arc<ConnectionSlots>, connection: &Arc<ConnectionState>) -> ConnectionSlot {
        match slots.enter(connection) {
            Admission::Admitted(slot) => slot,
            refused => panic!("{refused:?}"),
        }
    }

    #[test]
    fn when_all_places_are_taken_the_connection_that_is_idle_longest_goes() {
        let slots = ConnectionSlots::new(8);
        let in_ = [5, 3, 9, 4].map(|second| from(u8::try_from(second).expect("small"), second));
        let mut held: Vec<ConnectionSlot> = in_.iter().map(|connection| enter(&slots, connection)).collect();
        in_[1].begin(SECOND * 10); // the oldest is busy, and not proven yet
        let others: Vec<_> = (20..24).map(|host| from(host, 20)).collect();
        held.extend(others.iter().map(|connection| enter(&slots, connection)));
        assert!(
            in_.iter().all(|connection| told(connection).is_none()),
            "there was room for eight"
        );
        held.push(enter(&slots, &from(30, 30)));
        assert_eq!(told(&in_[3]), Some(Notice::Close), "idle since the fourth second");
        in_[0].begin(SECOND * 31);
        in_[0].answered(SECOND * 32);
        held.push(enter(&slots, &from(31, 33)));
        assert_eq!(
            told(&in_[2]),
            Some(Notice::Close),
            "the other one had a request in between"
        );
        assert_eq!(slots.taken(), 8);
        held.clear();
        assert_eq!(slots.taken(), 0, "those who lost their slots do not leave twice");
    }

    #[test]
    fn a_source_over_its_share_pushes_out_only_itself() {
        let slots = ConnectionSlots::new(8);
        let honest: Vec<_> = (1..=3).map(|host| from(host, 1)).collect();
        let mut held: Vec<ConnectionSlot> = honest
            .iter()
            .map(|connection| enter(&slots, connection))
            .collect();
        let flood: Vec<_> = (0..20).map(|second| from(66, 10 + second)).collect();
        held.extend(flood.iter().map(|connection| enter(&slots, connection)));
        assert!(honest.iter().all(|connection| told(connection).is_none()));
        assert_eq!(told(&flood[0]), Some(Notice::Close));
        held.push(enter(&slots, &from(4, 40)));
        assert!(
            honest.iter().all(|connection| told(connection).is_none()),
            "the newcomer's slot was the flood's"
        );
    }

    #[test]
    fn a_source_whose_share_is_in_use_is_turned_away_and_a_proven_request_stays() {
        let slots = ConnectionSlots::new(4);
        let first = from(1, 1);
        let mut held = vec![enter(&slots, &first)];
        first.begin(SECOND);
        first.proven();
        for _ in 0..3 {
            let busy = from(66, 2);
            busy.begin(SECOND * 2);
            busy.proven();
            held.push(enter(&slots, &busy));
        }
        assert!(matches!(slots.enter(&from(66, 3)), Admission::OverShare));
        assert!(matches!(slots.enter(&from(2, 3)), Admission::Full));
        assert_eq!(told(&first), None);
    }

    #[test]
    fn where_nobody_is_idle_the_oldest_unproven_request_goes() {
        let slots = ConnectionSlots::new(2);
        let (young, old) = (from(1, 1), from(2, 1));
        let _held = [enter(&slots, &young), enter(&slots, &old)];
        young.begin(SECOND * 5);
        old.begin(SECOND * 2);
        let _place = enter(&slots, &from(3, 6));
        assert_eq!((told(&old), told(&young)), (Some(Notice::Close), None));
    }

    #[test]
    fn a_trusted_proxy_has_no_share() {
        let slots = ConnectionSlots::new(8);
        let proxy = |second| ConnectionState::new(IpAddr::from([10, 0, 0, 1]), true, SECOND * second);
        let stranger = from(1, 0);
        let mut held = vec![enter(&slots, &stranger)];
        held.extend((1..8).map(|second| enter(&slots, &proxy(second))));
        held.push(enter(&slots, &proxy(9)));
        assert_eq!(
            told(&stranger),
            Some(Notice::Close),
            "it was idle longest; the proxy is not limited"
        );
    }

    fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> std::task::Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_newcomer_waits_while_all_are_proven_and_comes_in_when_one_leaves() {
        let slots = ConnectionSlots::new(2);
        let busy = [1, 2].map(|host| from(host, 1));
        let mut held: Vec<ConnectionSlot> = busy.iter().map(|connection| enter(&slots, connection)).collect();
        for connection in &busy {
            connection.begin(SECOND);
            connection.proven();
        }
        let newcomer = from(3, 5);
        let mut finding = std::pin::pin!(slots.find(&newcomer));
        assert!(poll(finding.as_mut()).is_pending());
        drop(held.pop());
        let std::task::Poll::Ready(Some(slot)) = poll(finding.as_mut()) else {
            panic!("a slot is free");
        };
        assert_eq!(slots.taken(), 2);
        drop(slot);
        assert!(
            busy.iter().all(|connection| told(connection).is_none()),
            "nobody was cut off"
        );
    }

    #[test]
    fn a_process_that_is_out_of_descriptors_lets_those_go_that_were_idle_longest() {
        let slots = ConnectionSlots::new(8);
        let idle = [7, 3, 5].map(|second| from(u8::try_from(second).expect("small"), second));
        let _held: Vec<ConnectionSlot> = idle.iter().map(|connection| enter(&slots, connection)).collect();
        assert_eq!(slots.relieve(2), 2);
        let gone = idle.each_ref().map(|connection| told(connection));
        assert_eq!(gone, [None, Some(Notice::Close), Some(Notice::Close)]);
        assert_eq!(slots.relieve(9), 1, "no more than there are");
        assert_eq!(slots.taken(), 0);
    }

    #[test]
    fn a_listener_is_empty_when_the_last_connection_and_the_last_visit_are_over() {
        let slots = ConnectionSlots::new(8);
        let (slot, visit) = (enter(&slots, &from(1, 1)), slots.without_connection());
        let mut empty = std::pin::pin!(slots.empty());
        assert!(poll(empty.as_mut()).is_pending());
        drop(slot);
        assert!(poll(empty.as_mut()).is_pending(), "the visit goes on");
        drop(visit);
        assert!(poll(empty.as_mut()).is_ready());
    }

    #[test]
    fn a_listener_is_occupied_as_long_as_a_connection_is_in() {
        let slots = ConnectionSlots::new(8);
        let mut occupied = std::pin::pin!(slots.occupied());
        assert!(poll(occupied.as_mut()).is_pending(), "nobody is in");
        let visit = slots.without_connection();
        assert!(poll(occupied.as_mut()).is_pending(), "a visit is no connection");
        let slot = enter(&slots, &from(1, 1));
        assert!(poll(occupied.as_mut()).is_ready());
        assert!(
            poll(std::pin::pin!(slots.occupied())).is_ready(),
            "whoever asks later"
        );
        drop((slot, visit));
        let mut again = std::pin::pin!(slots.occupied());
        assert!(poll(again.as_mut()).is_pending(), "an entry of before is none");
        let _slot = enter(&slots, &from(2, 2));
        assert!(poll(again.as_mut()).is_ready());
    }

    #[test]
    fn once_a_second_whoever_is_too_slow_is_told_and_nobody_else() {
        let slots = ConnectionSlots::new(8);
        let (silent, busy) = (from(1, 0), from(2, 0));
        let _held = [enter(&slots, &silent), enter(&slots, &busy)];
        busy.begin(SECOND);
        busy.proven();
        slots.watch(SECOND * 11, &Deadlines::DEFAULT);
        assert_eq!((told(&silent), told(&busy)), (Some(Notice::Close), None));
        slots.tell_all(Notice::Finish);
        assert_eq!(told(&busy), Some(Notice::Finish), "the listener stops");
    }

    #[test]
    fn a_connection_that_was_accepted_before_the_end_comes_in_whatever_is_free() {
        let slots = ConnectionSlots::new(1);
        let first = from(1, 1);
        first.begin(SECOND);
        first.proven();
        let held = [slots.admit(&first), slots.admit(&from(2, 2))];
        assert_eq!(slots.taken(), 2);
        drop(held);
        assert_eq!(slots.taken(), 0);
    }
}
