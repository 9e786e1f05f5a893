//! Who is in: the open connections of one listener (on the gateway, of one worker), and who has to go when there are too
//! many.
//!
//! As long as there are free places everybody gets one. When all are taken, a newcomer takes the place of a connection without a
//! request, the one that has been idle longest; first of a source (see `adyton_core::source::Source`) that holds more than its share.
//! Where nobody is idle, the request whose caller has owed a proof longest makes room. A newcomer whose own source is over
//! its share takes only places of that source, and is turned away when it has none to give, so that one source cannot push
//! out others. Proven requests are never cut off: if there is nothing else, the newcomer waits.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use adyton_core::source::Source;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::connection_state::{ConnectionState, Deadlines, Notice};

/// The part of the places that one source may hold while others want some: a fourth.
const SHARE: usize = 4;
/// So many connections are picked in one look at all, to make room for the next newcomers too.
const PICKED: usize = 64;

/// The places of one listener.
pub struct Places {
    most: usize,
    table: Mutex<Table>,
    freed: Notify,
}

#[derive(Default)]
struct Table {
    seats: Vec<Option<Seat>>,
    free: Vec<usize>,
    taken: usize,
    /// Who is in without a connection of this listener.
    visits: usize,
    tickets: u64,
    sources: HashMap<Source, usize>,
    /// Who goes next, by whose places may be taken: those of one source, or anybody's. Looked at again before they go.
    next: HashMap<Option<Source>, VecDeque<Pick>>,
}

struct Seat {
    ticket: u64,
    contact: Arc<ConnectionState>,
}

/// A connection that may have to go.
#[derive(Clone, Copy)]
struct Pick {
    seat: usize,
    ticket: u64,
    /// Since when it is idle, or unproven.
    since: Duration,
    is_idle: bool,
}

/// What a newcomer is told.
#[derive(Debug)]
pub enum Entry {
    /// It has a place.
    In(Place),
    /// Its source holds its share already, and all of it is in use.
    TurnedAway,
    /// All places are taken by proven requests.
    Full,
}

impl Places {
    /// Places for `most` connections.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most: most.max(1),
            table: Mutex::default(),
            freed: Notify::new(),
        })
    }

    /// A connection comes in; it leaves when the place is dropped. Waits while all places are taken by proven requests;
    /// `None` when it is turned away.
    pub async fn find(self: &Arc<Self>, contact: &Arc<ConnectionState>) -> Option<Place> {
        loop {
            let freed = self.freed.notified();
            match self.enter(contact) {
                Entry::In(place) => return Some(place),
                Entry::TurnedAway => return None,
                Entry::Full => freed.await,
            }
        }
    }

    /// The same without waiting.
    pub fn enter(self: &Arc<Self>, contact: &Arc<ConnectionState>) -> Entry {
        let (told, entry) = {
            let mut table = self.table.lock();
            let told = match table.make_room(self.most, contact) {
                Room::Free => None,
                Room::Of(told) => Some(told),
                Room::None { is_over_share: true } => return Entry::TurnedAway,
                Room::None { is_over_share: false } => return Entry::Full,
            };
            (told, table.seat(self, contact))
        };
        if let Some(told) = told {
            told.tell(Notice::Close);
        }
        Entry::In(entry)
    }

    /// A connection comes in whatever is free: it had been accepted before the listener closed.
    pub fn admit(self: &Arc<Self>, contact: &Arc<ConnectionState>) -> Place {
        self.table.lock().seat(self, contact)
    }

    /// Somebody comes in who has no connection of this listener.
    pub fn visit(self: &Arc<Self>) -> Place {
        self.table.lock().visits += 1;
        Place {
            places: Arc::clone(self),
            seat: None,
        }
    }

    /// Lets the connections that have been idle longest go, at most so many, because the process needs their descriptors.
    pub fn relieve(&self, number: usize) {
        let told: Vec<_> = {
            let mut table = self.table.lock();
            (0..number).map_while(|_| table.evict(None)).collect()
        };
        for contact in told {
            contact.tell(Notice::Close);
        }
    }

    /// Waits until nobody is in.
    pub async fn empty(&self) {
        loop {
            let freed = self.freed.notified();
            {
                let table = self.table.lock();
                if table.taken + table.visits == 0 {
                    return;
                }
            }
            freed.await;
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
        self.each(|contact| contact.judge(now, deadlines));
    }

    fn each(&self, judge: impl Fn(&ConnectionState) -> Option<Notice>) {
        for seat in self.table.lock().seats.iter().flatten() {
            if let Some(notice) = judge(&seat.contact) {
                seat.contact.tell(notice);
            }
        }
    }

    fn leave(&self, seat: Option<(usize, u64)>) {
        {
            let mut table = self.table.lock();
            match seat {
                Some((seat, ticket)) => drop(table.clear(seat, ticket)),
                None => table.visits = table.visits.saturating_sub(1),
            }
        }
        self.freed.notify_waiters();
    }
}

/// Whether there is room for a newcomer, and at whose cost.
enum Room {
    Free,
    Of(Arc<ConnectionState>),
    None { is_over_share: bool },
}

impl Table {
    fn seat(&mut self, places: &Arc<Places>, contact: &Arc<ConnectionState>) -> Place {
        self.tickets += 1;
        let ticket = self.tickets;
        let seat = match self.free.pop() {
            Some(seat) => seat,
            None => {
                self.seats.push(None);
                self.seats.len() - 1
            }
        };
        self.seats[seat] = Some(Seat {
            ticket,
            contact: Arc::clone(contact),
        });
        self.taken += 1;
        if !contact.is_exempt() {
            *self.sources.entry(contact.source()).or_default() += 1;
        }
        Place {
            places: Arc::clone(places),
            seat: Some((seat, ticket)),
        }
    }

    /// Takes a connection from its seat; nothing when it has lost it already.
    fn clear(&mut self, seat: usize, ticket: u64) -> Option<Arc<ConnectionState>> {
        let held = self.seats.get_mut(seat)?;
        let contact = held.take_if(|held| held.ticket == ticket)?.contact;
        self.free.push(seat);
        self.taken -= 1;
        if !contact.is_exempt()
            && let Some(count) = self.sources.get_mut(&contact.source())
        {
            *count -= 1;
            if *count == 0 {
                self.sources.remove(&contact.source());
            }
        }
        Some(contact)
    }

    fn make_room(&mut self, most: usize, newcomer: &ConnectionState) -> Room {
        if self.taken < most {
            return Room::Free;
        }
        let share = (most / SHARE).max(1);
        let held = |table: &Self, source: &Source| table.sources.get(source).copied().unwrap_or(0);
        let own = newcomer.source();
        let is_alone = held(self, &own) == self.taken;
        if !newcomer.is_exempt() && held(self, &own) >= share && !is_alone {
            return match self.evict(Some(own)) {
                Some(contact) => Room::Of(contact),
                None => Room::None { is_over_share: true },
            };
        }
        let heaviest = self.sources.iter().max_by_key(|(_, count)| **count);
        let heaviest = heaviest
            .filter(|(_, count)| **count > share)
            .map(|(source, _)| *source);
        let contact = match heaviest {
            Some(source) => self.evict(Some(source)).or_else(|| self.evict(None)),
            None => self.evict(None),
        };
        match contact {
            Some(contact) => Room::Of(contact),
            None => Room::None { is_over_share: false },
        }
    }

    /// Lets one connection of a source, or of anybody, lose its place.
    fn evict(&mut self, of: Option<Source>) -> Option<Arc<ConnectionState>> {
        for look in [false, true] {
            if look {
                let picks = self.pick(of);
                self.next.insert(of, picks);
            }
            while let Some(pick) = self.next.get_mut(&of).and_then(VecDeque::pop_front) {
                if self.holds(&pick) {
                    return self.clear(pick.seat, pick.ticket);
                }
            }
        }
        self.next.remove(&of);
        None
    }

    /// Whether nothing has happened on the connection since it was picked.
    fn holds(&self, pick: &Pick) -> bool {
        let seat = self.seats.get(pick.seat).and_then(Option::as_ref);
        seat.filter(|seat| seat.ticket == pick.ticket)
            .and_then(|seat| Pick::of(pick.seat, seat))
            .is_some_and(|now| now.since == pick.since && now.is_idle == pick.is_idle)
    }

    /// Those who go first: idle ones before unproven ones, and who has been so longest before the others.
    fn pick(&self, of: Option<Source>) -> VecDeque<Pick> {
        let mut picks: Vec<Pick> = (self.seats.iter().enumerate())
            .filter_map(|(at, seat)| Some((at, seat.as_ref()?)))
            .filter(|(_, seat)| of.is_none_or(|source| seat.contact.source() == source))
            .filter_map(|(at, seat)| Pick::of(at, seat))
            .collect();
        let order = |pick: &Pick| (!pick.is_idle, pick.since, pick.ticket);
        if picks.len() > PICKED {
            picks.select_nth_unstable_by_key(PICKED, order);
            picks.truncate(PICKED);
        }
        picks.sort_unstable_by_key(order);
        picks.into()
    }
}

impl Pick {
    /// A connection as one that may go; `None` when its request is proven.
    fn of(at: usize, seat: &Seat) -> Option<Self> {
        let (since, is_idle) = match seat.contact.idle_since() {
            Some(since) => (since, true),
            None => (seat.contact.unproven_since()?, false),
        };
        Some(Self {
            seat: at,
            ticket: seat.ticket,
            since,
            is_idle,
        })
    }
}

/// A connection's place, given back when dropped.
pub struct Place {
    places: Arc<Places>,
    seat: Option<(usize, u64)>,
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Place").field(&self.seat).finish()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.leave(self.seat);
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

    fn told(contact: &ConnectionState) -> Option<Notice> {
        contact.told(&mut None, &Context::from_waker(Waker::noop()))
    }

    fn enter(places: &Arc<Places>, contact: &Arc<ConnectionState>) -> Place {
        match places.enter(contact) {
            Entry::In(place) => place,
            refused => panic!("{refused:?}"),
        }
    }

    #[test]
    fn when_all_places_are_taken_the_connection_that_is_idle_longest_goes() {
        let places = Places::new(8);
        let in_ = [5, 3, 9, 4].map(|second| from(u8::try_from(second).expect("small"), second));
        let mut held: Vec<Place> = in_.iter().map(|contact| enter(&places, contact)).collect();
        in_[1].begin(SECOND * 10); // the oldest is busy, and not proven yet
        let others: Vec<_> = (20..24).map(|host| from(host, 20)).collect();
        held.extend(others.iter().map(|contact| enter(&places, contact)));
        assert!(
            in_.iter().all(|contact| told(contact).is_none()),
            "there was room for eight"
        );
        held.push(enter(&places, &from(30, 30)));
        assert_eq!(told(&in_[3]), Some(Notice::Close), "idle since the fourth second");
        in_[0].begin(SECOND * 31);
        in_[0].rest(SECOND * 32);
        held.push(enter(&places, &from(31, 33)));
        assert_eq!(
            told(&in_[2]),
            Some(Notice::Close),
            "the other one had a request in between"
        );
        assert_eq!(places.taken(), 8);
        held.clear();
        assert_eq!(
            places.taken(),
            0,
            "those who lost their places do not leave twice"
        );
    }

    #[test]
    fn a_source_over_its_share_pushes_out_only_itself() {
        let places = Places::new(8);
        let honest: Vec<_> = (1..=3).map(|host| from(host, 1)).collect();
        let mut held: Vec<Place> = honest.iter().map(|contact| enter(&places, contact)).collect();
        let flood: Vec<_> = (0..20).map(|second| from(66, 10 + second)).collect();
        held.extend(flood.iter().map(|contact| enter(&places, contact)));
        assert!(honest.iter().all(|contact| told(contact).is_none()));
        assert_eq!(told(&flood[0]), Some(Notice::Close));
        held.push(enter(&places, &from(4, 40)));
        assert!(
            honest.iter().all(|contact| told(contact).is_none()),
            "the newcomer's place was the flood's"
        );
    }

    #[test]
    fn a_source_whose_share_is_in_use_is_turned_away_and_a_proven_request_stays() {
        let places = Places::new(4);
        let first = from(1, 1);
        let mut held = vec![enter(&places, &first)];
        first.begin(SECOND);
        first.proven();
        for _ in 0..3 {
            let busy = from(66, 2);
            busy.begin(SECOND * 2);
            busy.proven();
            held.push(enter(&places, &busy));
        }
        assert!(matches!(places.enter(&from(66, 3)), Entry::TurnedAway));
        assert!(matches!(places.enter(&from(2, 3)), Entry::Full));
        assert_eq!(told(&first), None);
    }

    #[test]
    fn where_nobody_is_idle_the_oldest_unproven_request_goes() {
        let places = Places::new(2);
        let (young, old) = (from(1, 1), from(2, 1));
        let _held = [enter(&places, &young), enter(&places, &old)];
        young.begin(SECOND * 5);
        old.begin(SECOND * 2);
        let _place = enter(&places, &from(3, 6));
        assert_eq!((told(&old), told(&young)), (Some(Notice::Close), None));
    }

    #[test]
    fn a_trusted_proxy_has_no_share() {
        let places = Places::new(8);
        let proxy = |second| ConnectionState::new(IpAddr::from([10, 0, 0, 1]), true, SECOND * second);
        let stranger = from(1, 0);
        let mut held = vec![enter(&places, &stranger)];
        held.extend((1..8).map(|second| enter(&places, &proxy(second))));
        held.push(enter(&places, &proxy(9)));
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
        let places = Places::new(2);
        let busy = [1, 2].map(|host| from(host, 1));
        let mut held: Vec<Place> = busy.iter().map(|contact| enter(&places, contact)).collect();
        for contact in &busy {
            contact.begin(SECOND);
            contact.proven();
        }
        let newcomer = from(3, 5);
        let mut finding = std::pin::pin!(places.find(&newcomer));
        assert!(poll(finding.as_mut()).is_pending());
        drop(held.pop());
        let std::task::Poll::Ready(Some(place)) = poll(finding.as_mut()) else {
            panic!("a place is free");
        };
        assert_eq!(places.taken(), 2);
        drop(place);
        assert!(
            busy.iter().all(|contact| told(contact).is_none()),
            "nobody was cut off"
        );
    }

    #[test]
    fn a_process_that_is_out_of_descriptors_lets_those_go_that_were_idle_longest() {
        let places = Places::new(8);
        let idle = [7, 3, 5].map(|second| from(u8::try_from(second).expect("small"), second));
        let _held: Vec<Place> = idle.iter().map(|contact| enter(&places, contact)).collect();
        places.relieve(2);
        let gone = idle.each_ref().map(|contact| told(contact));
        assert_eq!(gone, [None, Some(Notice::Close), Some(Notice::Close)]);
        places.relieve(9);
        assert_eq!(places.taken(), 0, "no more than there are");
    }

    #[test]
    fn a_listener_is_empty_when_the_last_connection_and_the_last_visit_are_over() {
        let places = Places::new(8);
        let (place, visit) = (enter(&places, &from(1, 1)), places.visit());
        let mut empty = std::pin::pin!(places.empty());
        assert!(poll(empty.as_mut()).is_pending());
        drop(place);
        assert!(poll(empty.as_mut()).is_pending(), "the visit goes on");
        drop(visit);
        assert!(poll(empty.as_mut()).is_ready());
    }

    #[test]
    fn once_a_second_whoever_is_too_slow_is_told_and_nobody_else() {
        let places = Places::new(8);
        let (silent, busy) = (from(1, 0), from(2, 0));
        let _held = [enter(&places, &silent), enter(&places, &busy)];
        busy.begin(SECOND);
        busy.proven();
        places.watch(SECOND * 11, &Deadlines::DEFAULT);
        assert_eq!((told(&silent), told(&busy)), (Some(Notice::Close), None));
        places.tell_all(Notice::Finish);
        assert_eq!(told(&busy), Some(Notice::Finish), "the listener stops");
    }

    #[test]
    fn a_connection_that_was_accepted_before_the_end_comes_in_whatever_is_free() {
        let places = Places::new(1);
        let first = from(1, 1);
        first.begin(SECOND);
        first.proven();
        let held = [places.admit(&first), places.admit(&from(2, 2))];
        assert_eq!(places.taken(), 2);
        drop(held);
        assert_eq!(places.taken(), 0);
    }
}
