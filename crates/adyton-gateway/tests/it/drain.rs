//! Letting go under load: no request is lost.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use adyton_core::clock::Clock;

use crate::client::{Ask, Client};
use crate::model::{Act, Program, wait_for};
use crate::world::{World, path};

/// Calls on one connection after another until nobody listens; counts answers, and what was lost.
struct Caller<'a> {
    address: SocketAddr,
    bytes: Vec<u8>,
    answered: &'a AtomicUsize,
    lost: &'a AtomicUsize,
    stopped: &'a AtomicBool,
}

/// Stops the callers, also when the test fails meanwhile: it waits for them.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Caller<'_> {
    fn run(&self) {
        while !self.stopped.load(Ordering::SeqCst) {
            match TcpStream::connect(self.address) {
                Ok(stream) => self.talk(Client::over(stream)),
                // Also what the kernel had begun when the listener closed: nothing was asked yet.
                Err(problem)
                    if matches!(
                        problem.kind(),
                        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
                    ) =>
                {
                    return;
                }
                Err(problem) => panic!("{problem}"),
            }
        }
    }

    fn talk(&self, mut client: Client) {
        while !self.stopped.load(Ordering::SeqCst) {
            let sent = client.try_send(&self.bytes);
            match client.read_after("POST").filter(|_| sent) {
                Some(reply) if reply.status == 200 => {
                    self.answered.fetch_add(1, Ordering::SeqCst);
                    if reply.closes() {
                        return;
                    }
                }
                _ => {
                    self.lost.fetch_add(1, Ordering::SeqCst);
                    return;
                }
            }
        }
    }
}

#[test]
fn sixty_four_busy_connections_lose_nothing() {
    let world = World::on(Clock::system(), |settings| {
        settings.threads = 2;
        // Longer than a busy machine lets a caller wait for its turn between two calls.
        settings.drain_linger = Duration::from_secs(30);
    });
    let program = Program::echo();
    world.runs_at(program.address);
    let (answered, lost) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let stopped = AtomicBool::new(false);
    let bytes = world.call().bytes();
    let mut took = Duration::ZERO;
    thread::scope(|scope| {
        let _stop = Stop(&stopped);
        for _ in 0..64 {
            let caller = Caller {
                address: world.address(),
                bytes: bytes.clone(),
                answered: &answered,
                lost: &lost,
                stopped: &stopped,
            };
            scope.spawn(move || caller.run());
        }
        wait_for("the callers to be busy", || {
            answered.load(Ordering::SeqCst) > 2_000
        });
        let start = Instant::now();
        world.gateway.drain(Duration::from_secs(60));
        took = start.elapsed();
    });
    assert_eq!(
        lost.load(Ordering::SeqCst),
        0,
        "of {} requests",
        answered.load(Ordering::SeqCst)
    );
    assert!(
        took < Duration::from_secs(25),
        "all have gone, and the drain took {took:?}"
    );
    assert_eq!(world.gateway.metrics().in_flight(), 0);
    assert_eq!(world.gateway.metrics().connections(), 0);
}

#[test]
fn what_is_in_flight_is_finished_and_idle_connections_are_closed() {
    let world = World::with(|settings| settings.drain_linger = Duration::from_millis(100));
    let program = Program::start(|_| Act::Stream(vec![crate::model::answer("200 OK", "", "at last")]));
    world.runs_at(program.address);
    let (mut busy, mut idle) = (world.client(), world.client());
    busy.send(world.call().bytes());
    idle.send(Ask::new("GET", "/healthz/live").bytes());
    assert_eq!(idle.read().status, 200);
    program.wait_until_asked(1);
    let ended = Arc::new(AtomicBool::new(false));
    let (gateway, done) = (Arc::clone(&world.gateway), Arc::clone(&ended));
    let drained = thread::spawn(move || {
        gateway.drain(Duration::from_secs(20));
        done.store(true, Ordering::SeqCst);
    });
    wait_for("the listener to close", || {
        TcpStream::connect(world.address()).is_err()
    });
    assert!(idle.is_at_end(), "the idle one is let go");
    assert!(!ended.load(Ordering::SeqCst), "the busy one is waited for");
    program.release();
    let reply = busy.read();
    assert_eq!(
        (reply.status, reply.text(), reply.closes()),
        (200, "at last", true)
    );
    drained.join().unwrap();
}

#[test]
fn a_kept_connection_is_told_to_close_and_readiness_fails() {
    let world = World::with(|settings| settings.drain_linger = Duration::from_secs(5));
    let program = Program::echo();
    world.runs_at(program.address);
    let mut clients: Vec<Client> = (0..3).map(|_| world.client()).collect();
    for client in &mut clients {
        client.send(world.call().bytes());
        assert!(!client.read().closes());
    }
    let gateway = Arc::clone(&world.gateway);
    let start = Instant::now();
    let drained = thread::spawn(move || gateway.drain(Duration::from_secs(20)));
    wait_for("the listener to close", || {
        TcpStream::connect(world.address()).is_err()
    });
    clients[0].send(Ask::new("GET", "/healthz/ready").bytes());
    assert_eq!(clients[0].read().status, 503);
    for client in &mut clients {
        client.send(world.call().bytes());
        let reply = client.read();
        assert_eq!((reply.status, reply.closes()), (200, true));
        assert!(client.is_at_end());
    }
    drained.join().unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(4),
        "nobody is left to linger for"
    );
}

#[test]
fn a_drained_gateway_gives_its_port_back() {
    let world = World::new();
    let address = world.address();
    world.gateway.drain(Duration::ZERO);
    assert!(std::net::TcpListener::bind(address).is_ok());
    assert_eq!(path(""), path(""));
}
