//! One connection as its listener sees it: since when it waits for what, and whether it has to end. All deadlines and idle
//! limits of connections, on both listeners and for every protocol, are in [`ConnectionState::judge`].
//!
//! Times are monotonic, and as exact as the listener's own tick. The states are plain stores: the gateway writes them on the
//! connection's own thread, and whoever judges may see them a moment later.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use adyton_core::source::Source;
use parking_lot::Mutex;

use crate::budget::GiveUp;

/// How long a connection may take, and for what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deadlines {
    /// From accept to the first byte.
    pub first_byte: Duration,
    /// From accept to the end of the first head, whatever the protocol; later, from the first byte of a head to its last.
    pub head: Duration,
    /// Without a request.
    pub idle: Duration,
    /// While the other end takes nothing of what is sent to it.
    pub write: Duration,
}

impl Deadlines {
    /// What holds unless it is set otherwise.
    pub const DEFAULT: Self = Self {
        first_byte: Duration::from_secs(10),
        head: Duration::from_secs(30),
        idle: Duration::from_secs(120),
        write: Duration::from_secs(60),
    };
}

/// What a listener wants of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Notice {
    /// End after the requests that are going on, or at once when there are none.
    Finish,
    /// End now.
    Close,
}

/// No moment: no time is this late.
const NEVER: u64 = u64::MAX;

/// A moment that may not be set.
#[derive(Debug)]
struct Since(AtomicU64);

impl Since {
    fn never() -> Self {
        Self(AtomicU64::new(NEVER))
    }
    fn set(&self, now: Duration) {
        self.0.store(millis(now), Ordering::Relaxed);
    }
    fn set_if_never(&self, now: Duration) {
        if self.0.load(Ordering::Relaxed) == NEVER {
            self.set(now);
        }
    }
    fn clear(&self) {
        self.0.store(NEVER, Ordering::Relaxed);
    }
    fn get(&self) -> Option<Duration> {
        match self.0.load(Ordering::Relaxed) {
            NEVER => None,
            since => Some(Duration::from_millis(since)),
        }
    }
    fn over(&self, now: Duration, limit: Duration) -> bool {
        self.get().is_some_and(|since| now.saturating_sub(since) > limit)
    }
}

fn millis(moment: Duration) -> u64 {
    u64::try_from(moment.as_millis()).unwrap_or(NEVER - 1)
}

/// What is known about a connection.
#[derive(Debug)]
pub struct ConnectionState {
    source: Source,
    is_exempt: bool,
    /// Requests that are going on; over HTTP/2 there may be several.
    requests: AtomicU32,
    /// Whether any head has come whole.
    was_heard: AtomicBool,
    /// Whether idle bytes mean nothing (HTTP/2: pings, settings, window updates).
    is_framed: AtomicBool,
    /// Whether the caller of the request that is going on is proven.
    is_proven: AtomicBool,
    /// Since when it is in the state in which it is: accepted, busy, or idle again.
    quiet: Since,
    /// The first byte of a head that has not come to its end.
    head: Since,
    /// Since when the other end takes nothing.
    stuck: Since,
    /// Since when an answer waits for the other end to make room for it (HTTP/2).
    waiting: Since,
    notice: AtomicU8,
    waker: Mutex<Option<Waker>>,
}

const NONE: u8 = 0;
const FINISH: u8 = 1;
const CLOSE: u8 = 2;

impl ConnectionState {
    /// A connection from `peer` that was just accepted. An exempt one (a trusted proxy) has no share: it speaks for many.
    pub fn new(peer: IpAddr, is_exempt: bool, now: Duration) -> Arc<Self> {
        let connection = Self {
            source: Source::of(peer),
            is_exempt,
            requests: AtomicU32::new(0),
            was_heard: AtomicBool::new(false),
            is_framed: AtomicBool::new(false),
            is_proven: AtomicBool::new(false),
            quiet: Since::never(),
            head: Since::never(),
            stuck: Since::never(),
            waiting: Since::never(),
            notice: AtomicU8::new(NONE),
            waker: Mutex::default(),
        };
        connection.quiet.set(now);
        Arc::new(connection)
    }

    /// Where it comes from.
    pub fn source(&self) -> Source {
        self.source
    }

    /// Whether it has no share.
    pub fn is_exempt(&self) -> bool {
        self.is_exempt
    }

    /// Bytes have come. Between two requests they begin a head.
    pub fn heard(&self, now: Duration) {
        if self.requests.load(Ordering::Relaxed) == 0 && !self.is_framed.load(Ordering::Relaxed) {
            self.head.set_if_never(now);
        }
    }

    /// A head has come whole, on a connection that has one request at a time.
    pub fn begin(&self, now: Duration) {
        self.requests.store(1, Ordering::Relaxed);
        self.begun(now);
    }

    /// The answer has ended, on such a connection.
    pub fn answered(&self, now: Duration) {
        self.requests.store(0, Ordering::Relaxed);
        self.quiet.set(now);
    }

    /// A head has come whole, on a connection that may have several requests at a time. Over HTTP/2 (`is_framed`), bytes
    /// that come while no request is going on begin no head.
    pub fn enter(self: &Arc<Self>, is_framed: bool, now: Duration) -> Busy {
        self.is_framed.store(is_framed, Ordering::Relaxed);
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.begun(now);
        Busy(Arc::clone(self))
    }

    fn begun(&self, now: Duration) {
        self.was_heard.store(true, Ordering::Relaxed);
        self.is_proven.store(false, Ordering::Relaxed);
        self.head.clear();
        self.quiet.set(now);
    }

    /// The caller of the request that is going on is proven: it keeps its place until it is answered.
    pub fn proven(&self) {
        self.is_proven.store(true, Ordering::Relaxed);
    }

    /// The other end does not take what is sent.
    pub fn is_stuck(&self, now: Duration) {
        self.stuck.set_if_never(now);
    }

    /// The other end has taken something.
    pub fn flows(&self) {
        self.stuck.clear();
    }

    /// An answer is ready to be taken. Over HTTP/2 the other end has to make room for its body.
    pub fn answers(&self, now: Duration) {
        self.waiting.set_if_never(now);
    }

    /// Some of an answer was taken.
    pub fn taken(&self) {
        self.waiting.clear();
    }

    /// Since when there has been no request; `None` while there is one.
    pub fn idle_since(&self) -> Option<Duration> {
        match self.requests.load(Ordering::Relaxed) {
            0 => self.quiet.get(),
            _ => None,
        }
    }

    /// Since when its caller has owed a proof; `None` when nothing is owed.
    pub fn unproven_since(&self) -> Option<Duration> {
        match self.is_proven.load(Ordering::Relaxed) {
            true => None,
            false => self.quiet.get(),
        }
    }

    /// What a look at the connection says now: every deadline and idle limit that connections have.
    pub fn judge(&self, now: Duration, deadlines: &Deadlines) -> Option<Notice> {
        if self.stuck.over(now, deadlines.write) || self.waiting.over(now, deadlines.write) {
            return Some(Notice::Close);
        }
        if self.requests.load(Ordering::Relaxed) > 0 {
            // Bodies and answers have limits of their own.
            return None;
        }
        if !self.was_heard.load(Ordering::Relaxed) {
            let silent = self.head.get().is_none() && self.quiet.over(now, deadlines.first_byte);
            return (silent || self.quiet.over(now, deadlines.head)).then_some(Notice::Close);
        }
        if self.head.over(now, deadlines.head) || self.quiet.over(now, deadlines.idle + deadlines.head) {
            return Some(Notice::Close);
        }
        self.quiet.over(now, deadlines.idle).then_some(Notice::Finish)
    }

    /// Tells whoever serves the connection.
    pub fn tell(&self, notice: Notice) {
        let notice = match notice {
            Notice::Finish => FINISH,
            Notice::Close => CLOSE,
        };
        // A connection that was told to end now is not told to take its time.
        self.notice.fetch_max(notice, Ordering::Release);
        if let Some(waker) = self.waker.lock().as_ref() {
            waker.wake_by_ref();
        }
    }

    /// For whoever serves the connection: what it was told, and to be woken by the next notice. `seen` is where the caller
    /// keeps the waker that was left here last, so that a poll that changes nothing takes no lock.
    pub fn told(&self, seen: &mut Option<Waker>, context: &Context<'_>) -> Option<Notice> {
        if !seen
            .as_ref()
            .is_some_and(|waker| waker.will_wake(context.waker()))
        {
            let waker = context.waker().clone();
            *self.waker.lock() = Some(waker.clone());
            *seen = Some(waker);
        }
        if self.notice.load(Ordering::Acquire) == NONE {
            return None;
        }
        match self.notice.swap(NONE, Ordering::Acquire) {
            CLOSE => Some(Notice::Close),
            FINISH => Some(Notice::Finish),
            _ => None,
        }
    }
}

impl GiveUp for ConnectionState {
    fn give_up(&self) {
        self.tell(Notice::Close);
    }
}

/// A request that is going on; it ends when this is dropped.
#[derive(Debug)]
pub struct Busy(Arc<ConnectionState>);

impl Busy {
    /// The request's connection.
    pub fn connection(&self) -> &Arc<ConnectionState> {
        &self.0
    }

    /// The answer has ended.
    pub fn end(self, now: Duration) {
        self.0.quiet.set(now);
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn connection() -> Arc<ConnectionState> {
        ConnectionState::new(IpAddr::from([192, 0, 2, 1]), false, Duration::ZERO)
    }

    fn judged(connection: &ConnectionState, seconds: u32) -> Option<Notice> {
        connection.judge(SECOND * seconds, &Deadlines::DEFAULT)
    }

    #[test]
    fn a_silent_connection_has_ten_seconds_and_a_slow_head_thirty_from_accept() {
        let silent = connection();
        assert_eq!(
            (judged(&silent, 10), judged(&silent, 11)),
            (None, Some(Notice::Close))
        );
        let slow = connection();
        slow.heard(SECOND * 9);
        assert_eq!(
            (judged(&slow, 30), judged(&slow, 31)),
            (None, Some(Notice::Close))
        );
    }

    #[test]
    fn a_connection_is_idle_between_requests_and_its_next_head_is_timed() {
        let kept = connection();
        kept.begin(SECOND);
        assert_eq!(judged(&kept, 10_000), None, "a request is going on");
        kept.answered(SECOND * 2);
        assert_eq!(
            (judged(&kept, 122), judged(&kept, 123)),
            (None, Some(Notice::Finish))
        );
        assert_eq!(
            judged(&kept, 153),
            Some(Notice::Close),
            "it did not go when it was told to"
        );
        kept.heard(SECOND * 50);
        assert_eq!(
            (judged(&kept, 80), judged(&kept, 81)),
            (None, Some(Notice::Close))
        );
    }

    #[test]
    fn pings_on_an_idle_http2_connection_do_not_keep_it() {
        let framed = connection();
        framed.enter(true, SECOND).end(SECOND * 2);
        for second in 3..=122 {
            framed.heard(SECOND * second);
            assert_eq!(judged(&framed, second), None);
        }
        assert_eq!(judged(&framed, 123), Some(Notice::Finish));
    }

    #[test]
    fn whoever_takes_nothing_of_an_answer_is_let_go() {
        let stuck = connection();
        stuck.begin(SECOND);
        stuck.is_stuck(SECOND * 2);
        stuck.is_stuck(SECOND * 40);
        assert_eq!(
            (judged(&stuck, 62), judged(&stuck, 63)),
            (None, Some(Notice::Close))
        );
        stuck.flows();
        assert_eq!(judged(&stuck, 63), None);
        stuck.answers(SECOND * 63);
        stuck.flows();
        assert_eq!(
            judged(&stuck, 124),
            Some(Notice::Close),
            "its head was taken, its body was not"
        );
    }
}
