//! What every request has from its first moment: its id, and when it arrived.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use adyton_core::clock::Timestamp;
use adyton_core::id::RequestId;

use crate::tick_clock::TickClock;

/// The id of one request, and when its head had arrived.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stamp {
    /// The id that is in its answer and in its record.
    pub(crate) id: RequestId,
    /// The time of day.
    pub(crate) at: Timestamp,
    /// The monotonic time.
    pub(crate) monotonic: Duration,
}

/// Makes the stamps of one worker. No two are alike on one node.
pub(crate) struct Stamps {
    time: Rc<TickClock>,
    node: u16,
    worker: u8,
    sequence: Cell<u64>,
}

impl Stamps {
    /// The stamps of a worker of a node.
    pub(crate) fn new(time: Rc<TickClock>, node: u16, worker: u8) -> Self {
        Self {
            time,
            node,
            worker,
            sequence: Cell::new(0),
        }
    }

    /// The stamp of a request whose head has just arrived.
    pub(crate) fn next(&self) -> Stamp {
        let (at, monotonic) = self.time.moment();
        let sequence = self.sequence.get();
        self.sequence.set(sequence.wrapping_add(1));
        let millis = u64::try_from(at.millis()).unwrap_or(0);
        Stamp {
            id: RequestId::compose(millis, self.node, self.worker, sequence),
            at,
            monotonic,
        }
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::clock::Clock;

    use super::*;

    #[test]
    fn an_id_names_node_and_moment_and_is_never_given_twice() {
        let clock = Clock::manual(Timestamp::from_seconds(7));
        let stamps = Stamps::new(TickClock::new(clock.clone()), 3, 1);
        let first = stamps.next();
        assert_eq!((first.id.node(), first.id.at_ms()), (3, 7_000));
        assert_ne!(first.id, stamps.next().id, "in the same millisecond");
        clock.advance(Duration::from_millis(5));
        let later = stamps.next();
        assert_eq!(later.id.at_ms(), 7_005);
        assert_eq!(later.monotonic - first.monotonic, Duration::from_millis(5));
    }
}
