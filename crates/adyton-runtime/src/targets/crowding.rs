//! Connections to programs that serve only a few at a time.
//!
//! A program with one thread serves one connection until that is closed, and some keep it open for the next request: then a kept
//! connection that nobody uses keeps all others out, those of other workers and the question whether the program answers. So all
//! who connect to a program tell each other here. Whoever waits on a new connection while others are kept unused asks for these
//! to be closed; if the answer comes as soon as they are, that was the reason, and for a while no connection to this
//! program is kept.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use adyton_core::endpoint::Endpoint;
use parking_lot::Mutex;

/// How long an answer on a new connection may take before kept ones are asked to give way.
pub const CROWDING_PROBE: Duration = Duration::from_millis(250);
/// An answer that comes so soon after kept connections were closed had waited for that.
const AT_ONCE: Duration = Duration::from_millis(100);
/// How long connections to a program that had to wait for them are not kept.
const WHILE: Duration = Duration::from_secs(10 * 60);

/// The connections to all programs.
#[derive(Debug)]
pub struct Crowding {
    began: Instant,
    programs: Mutex<HashMap<Endpoint, Weak<Connections>>>,
}

impl Default for Crowding {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            programs: Mutex::default(),
        }
    }
}

impl Crowding {
    /// Those to whatever is at an endpoint.
    pub fn at(&self, endpoint: &Endpoint) -> Arc<Connections> {
        let mut programs = self.programs.lock();
        if let Some(known) = programs.get(endpoint).and_then(Weak::upgrade) {
            return known;
        }
        programs.retain(|_, program| program.strong_count() > 0);
        let new = Arc::new(Connections {
            began: self.began,
            keepers: AtomicUsize::new(0),
            asked: AtomicU64::new(0),
            closed: AtomicU64::new(0),
            until: AtomicU64::new(0),
        });
        programs.insert(endpoint.clone(), Arc::downgrade(&new));
        new
    }
}

/// The connections to one program. Times are microseconds since the table was made; zero is never.
#[derive(Debug)]
pub struct Connections {
    began: Instant,
    /// Who keeps some without use.
    keepers: AtomicUsize,
    /// How often they were asked to be closed.
    asked: AtomicU64,
    /// When some were closed last, to give way.
    closed: AtomicU64,
    /// Until when none is kept.
    until: AtomicU64,
}

impl Connections {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros())
            .unwrap_or(u64::MAX)
            .max(1)
    }
    /// Somebody has waited for [`CROWDING_PROBE`] on a new connection. Gives whether kept ones were asked to give way.
    pub fn wait(&self) -> bool {
        let is_crowded = self.keepers.load(Ordering::Acquire) > 0;
        if is_crowded {
            self.asked.fetch_add(1, Ordering::Release);
        }
        is_crowded
    }
    /// Whoever had [waited](Self::wait), and asked, has an answer now.
    pub fn answered(&self) {
        self.answered_at(self.now());
    }
    fn answered_at(&self, now: u64) {
        let closed = self.closed.load(Ordering::Acquire);
        if closed > 0 && now.saturating_sub(closed) <= micros(AT_ONCE) {
            self.until.store(now + micros(WHILE), Ordering::Release);
        }
    }
    /// How often kept connections were asked to give way; whoever keeps some closes them when it changes.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Acquire)
    }
    /// Whether a connection may be kept.
    pub fn may_keep(&self) -> bool {
        match self.until.load(Ordering::Acquire) {
            0 => true,
            until => self.now() >= until,
        }
    }
    /// One of those who connect keeps unused connections from now on, or does not any more.
    pub fn keeps(&self, some: bool) {
        match some {
            true => self.keepers.fetch_add(1, Ordering::AcqRel),
            false => self.keepers.fetch_sub(1, Ordering::AcqRel),
        };
    }
    /// Connections were closed to give way.
    pub fn closed(&self) {
        self.closed_at(self.now());
    }
    fn closed_at(&self, now: u64) {
        self.closed.store(now, Ordering::Release);
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use adyton_core::endpoint::Host;

    use super::*;

    fn endpoint(port: u16) -> Endpoint {
        Endpoint::Tcp {
            host: Host::Ip(Ipv4Addr::LOCALHOST.into()),
            port,
            tls: false,
        }
    }

    #[test]
    fn all_who_connect_to_a_program_share_what_is_known_of_it() {
        let crowding = Crowding::default();
        let here = crowding.at(&endpoint(1));
        assert!(Arc::ptr_eq(&here, &crowding.at(&endpoint(1))));
        assert!(!Arc::ptr_eq(&here, &crowding.at(&endpoint(2))));
        drop(here);
        assert_eq!(crowding.at(&endpoint(3)).asked(), 0);
        assert_eq!(
            crowding.programs.lock().len(),
            1,
            "nobody connects to the others any more"
        );
    }

    #[test]
    fn whoever_waits_asks_only_where_somebody_keeps_some() {
        let program = Crowding::default().at(&endpoint(1));
        assert!(!program.wait());
        program.keeps(true);
        program.keeps(true);
        program.keeps(false);
        assert!(program.wait() && program.wait(), "one still keeps some");
        assert_eq!(program.asked(), 2);
        program.keeps(false);
        assert!(!program.wait());
        assert_eq!(program.asked(), 2);
    }

    #[test]
    fn an_answer_right_after_connections_gave_way_shows_that_none_should_be_kept() {
        let after = |closed: Option<u64>, answered: Duration| {
            let program = Crowding::default().at(&endpoint(1));
            if let Some(closed) = closed {
                program.closed_at(closed);
            }
            program.answered_at(1_000 + micros(answered));
            program.until.load(Ordering::Acquire)
        };
        assert_eq!(after(Some(1_000), AT_ONCE), 1_000 + micros(AT_ONCE + WHILE));
        assert_eq!(after(Some(1_000), AT_ONCE + Duration::from_micros(1)), 0);
        assert_eq!(after(None, AT_ONCE), 0, "none has given way");
        let program = Crowding::default().at(&endpoint(1));
        assert!(program.may_keep());
        program.until.store(u64::MAX, Ordering::Release);
        assert!(!program.may_keep());
        program.until.store(1, Ordering::Release);
        assert!(program.may_keep(), "it is over");
    }
}
