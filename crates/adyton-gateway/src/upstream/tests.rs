//! Which connections are kept, and which are used again: an instance at the other end of a pair of sockets.

use std::net::Ipv4Addr;

use adyton_core::clock::{Clock, Timestamp};
use adyton_core::endpoint::Host;
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;

use super::*;
use crate::outbox::Socket;

const SECOND: Duration = Duration::from_secs(1);
const NOW: Duration = Duration::from_secs(100);

/// A pool that keeps two connections to each instance.
struct Rig {
    pool: Pool,
    crowding: Arc<Crowding>,
    outgoing: Arc<Outgoing>,
}

fn endpoint(port: u16) -> Endpoint {
    Endpoint::Tcp {
        host: Host::Ip(Ipv4Addr::LOCALHOST.into()),
        port,
        tls: false,
    }
}

impl Rig {
    fn new() -> Self {
        let time = TickClock::new(Clock::manual(Timestamp::from_seconds(1_790_000_000)));
        let parts = Parts {
            outbox: Rc::default(),
            waits: Waits::new(Rc::clone(&time)),
            time,
            meters: Arc::default(),
        };
        let crowding = Arc::<Crowding>::default();
        Self {
            pool: Pool::new(parts, 2, Arc::clone(&crowding)),
            crowding,
            outgoing: Arc::default(),
        }
    }
    fn origin(&self) -> Rc<Origin> {
        self.pool.origin(&endpoint(1), Trust::Own, &self.outgoing)
    }
    /// A connection between two requests, and the instance's end of it.
    fn connection(&self) -> (Box<UpstreamConnection>, UnixStream) {
        let (ours, instances) = UnixStream::pair().unwrap();
        let socket = Socket::new(ours, &self.pool.parts.outbox);
        (UpstreamConnection::new(socket), instances)
    }
    /// One that is kept from this moment on.
    fn kept(&self, origin: &Origin, since: Duration) -> UnixStream {
        let (connection, instance) = self.connection();
        origin.park(connection, since);
        instance
    }
}

fn idle(origin: &Origin) -> usize {
    origin.idle.borrow().len()
}

/// Waits until the kernel has told of all that the instances have done.
async fn told() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn so_many_are_kept_and_the_newest_is_used_first() {
    let rig = Rig::new();
    let origin = rig.origin();
    let instances = [1, 2, 3].map(|at| rig.kept(&origin, at * SECOND));
    assert_eq!(idle(&origin), 2, "the third was one too many");
    drop(instances);
    told().await;
    assert!(origin.take(NOW).is_none(), "the instances have closed them");
    assert_eq!(idle(&origin), 0);

    let older = rig.kept(&origin, SECOND);
    let newer = rig.kept(&origin, 2 * SECOND);
    drop(older);
    told().await;
    assert!(origin.take(NOW).is_some(), "the older one was not looked at");
    assert_eq!(idle(&origin), 1);
    drop(newer);
}

#[tokio::test]
async fn an_instance_that_speaks_unasked_has_each_connection_used_once_for_a_while() {
    let rig = Rig::new();
    let origin = rig.origin();
    let quiet = rig.kept(&origin, NOW);
    let mut speaking = rig.kept(&origin, NOW);
    speaking.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    told().await;
    assert!(origin.take(NOW).is_none(), "neither that one nor any other");
    let almost = NOW + DISTRUST - SECOND;
    let once = rig.kept(&origin, almost);
    assert_eq!(idle(&origin), 0);
    // It is remembered as long as it matters, though nothing is kept and nobody holds it.
    drop(origin);
    rig.pool.forget(almost);
    let origin = rig.origin();
    let again = rig.kept(&origin, NOW + DISTRUST);
    assert_eq!(idle(&origin), 1);
    drop((quiet, speaking, once, again));
}

#[tokio::test]
async fn what_was_not_used_for_long_is_closed_and_its_instance_forgotten() {
    let rig = Rig::new();
    let origin = rig.origin();
    let _instances = [rig.kept(&origin, NOW), rig.kept(&origin, NOW + SECOND)];
    let known = || rig.pool.own.borrow().len();
    rig.pool.forget(NOW + KEEP - SECOND / 2);
    assert_eq!((idle(&origin), rig.pool.keeps_any()), (2, true));
    rig.pool.forget(NOW + KEEP);
    assert_eq!(idle(&origin), 1);
    rig.pool.forget(NOW + KEEP + SECOND);
    assert_eq!((idle(&origin), rig.pool.keeps_any(), known()), (0, false, 1));
    // Nobody calls it any more.
    drop(origin);
    rig.pool.forget(NOW + KEEP + SECOND);
    assert_eq!(known(), 0);
}

#[test]
fn other_settings_and_other_trust_use_no_connection_of_before() {
    let rig = Rig::new();
    let same = |one: &Rc<Origin>, other: &Rc<Origin>| Rc::ptr_eq(one, other);
    let own = rig.origin();
    assert!(same(&own, &rig.origin()));
    let given = rig.pool.origin(&endpoint(1), Trust::Given, &rig.outgoing);
    assert!(!same(&own, &given));
    assert_eq!((own.trust(), given.trust()), (Trust::Own, Trust::Given));
    assert!(!same(
        &own,
        &rig.pool.origin(&endpoint(2), Trust::Own, &rig.outgoing)
    ));
    let reloaded = rig.pool.origin(&endpoint(1), Trust::Own, &Arc::default());
    assert!(!same(&own, &reloaded));
}

#[tokio::test]
async fn kept_connections_give_way_to_whoever_waits_for_one() {
    let rig = Rig::new();
    let origin = rig.origin();
    let elsewhere = rig.crowding.at(&endpoint(1));
    assert!(!elsewhere.wait(), "nobody keeps any");
    let _instance = rig.kept(&origin, NOW);
    rig.pool.give_way();
    assert_eq!(idle(&origin), 1, "nobody has asked since");
    assert!(elsewhere.wait(), "now it is known that some are kept");
    rig.pool.give_way();
    assert_eq!(idle(&origin), 0);
    assert!(!elsewhere.wait(), "none is left");
}
