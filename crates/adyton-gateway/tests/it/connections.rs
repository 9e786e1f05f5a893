//! Who may stay when places or memory run short, and how long a stranger may take.

use std::io::Read as _;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::client::{Ask, Client};
use crate::model::{Program, wait_for};
use crate::world::{ACCESS, World, path};

const KIB: usize = 1024;

/// A connection from another address of this machine.
fn from(world: &World, host: u8) -> Client {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let own = SocketAddr::from((IpAddr::from([127, 0, 9, host]), 0));
    socket.bind(&own.into()).unwrap();
    socket.connect(&world.address().into()).unwrap();
    Client::over(TcpStream::from(socket))
}

/// Whether the gateway has closed a connection on which nothing was answered.
fn is_closed(client: &Client) -> bool {
    let mut stream = &client.stream;
    stream.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    match stream.read(&mut [0u8; 1]) {
        Ok(read) => read == 0,
        Err(problem) => problem.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

#[test]
fn silent_connections_make_room_for_calls() {
    let world = World::with(|settings| settings.max_connections = 20);
    let program = Program::echo();
    world.runs_at(program.address);
    let mut kept = from(&world, 1);
    kept.send(world.call().bytes());
    assert_eq!(kept.read().status, 200);
    let silent: Vec<Client> = (0..60).map(|_| world.client()).collect();
    for _ in 0..30 {
        assert_eq!(world.ask(&world.call()).status, 200);
    }
    // Those of the source that took most went; another's idle connection did not.
    kept.send(world.call().bytes());
    assert_eq!(kept.read().status, 200);
    wait_for("the oldest to be closed", || is_closed(&silent[0]));
}

#[test]
fn a_silent_connection_is_closed_after_ten_seconds() {
    let world = World::new();
    let silent = world.client();
    assert_eq!(world.ask(&world.call()).header("x-request-id").len(), 32);
    world.clock.advance(Duration::from_secs(11));
    wait_for("the silent connection to be closed", || is_closed(&silent));
}

fn signed_wrongly(world: &World, length: usize) -> Vec<u8> {
    let ask = Ask::new("POST", path("")).body("y".repeat(length));
    let mut bytes = world.signed(ask, ACCESS, "not the secret").bytes();
    bytes.truncate(bytes.len() - 1);
    bytes
}

fn signed(world: &World, length: usize) -> Ask {
    let ask = Ask::new("POST", path("")).body("y".repeat(length));
    world.signed(ask, ACCESS, crate::world::SECRET)
}

#[test]
fn bodies_of_the_unproven_take_memory_as_they_arrive_and_the_oldest_make_room() {
    let world = World::with(|settings| settings.unproven_memory = 2 * 1024 * KIB as u64);
    let program = Program::echo();
    world.runs_at(program.address);
    // Declared in full, but only begun: they take next to nothing.
    let begun: Vec<Client> = (0..40)
        .map(|_| {
            let mut client = world.client();
            let whole = signed_wrongly(&world, 10_000 * KIB);
            client.send(&whole[..2 * KIB]);
            client
        })
        .collect();
    assert_eq!(world.ask(&signed(&world, 500 * KIB)).status, 200);
    // Sent but for the last byte, more than there is memory for.
    let mut held: Vec<Client> = (0..8)
        .map(|_| {
            let mut client = world.client();
            client.try_send(signed_wrongly(&world, 400 * KIB));
            client
        })
        .collect();
    for _ in 0..3 {
        assert_eq!(world.ask(&signed(&world, 500 * KIB)).status, 200);
        assert_eq!(world.ask(&world.call().body("z".repeat(500 * KIB))).status, 200);
    }
    // The rest of its body is waited for no longer than a moment.
    world.clock.advance(Duration::from_secs(1));
    let reply = held[0].read();
    assert_eq!((reply.status, reply.reason()), (429, "service.queue_full"));
    drop(begun);
}
