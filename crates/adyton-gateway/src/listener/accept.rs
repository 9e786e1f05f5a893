//! Accepting: each worker from its own listener, no more connections than it has slots for.

use std::net::SocketAddr;
use std::rc::Rc;

use adyton_listener::acceptor::{Accepted, Acceptor};
use tokio::net::TcpStream;
use tokio::task::spawn_local;

use crate::listener::connection;
use crate::listener::connections::Connections;

/// So many idle connections are let go when the process is out of descriptors.
const RELIEF: usize = 16;

/// A connection that was accepted and waits for a slot.
pub(crate) type Waiting = Option<(TcpStream, SocketAddr)>;

/// Accepts for as long as it is polled. Who waits for a slot stays in `waiting` when it is polled no more.
pub(crate) async fn run(connections: &Rc<Connections>, acceptor: &mut Acceptor, waiting: &mut Waiting) {
    let meters = &connections.pipeline.records.meters;
    loop {
        match acceptor.accept(|| connections.slots.relieve(RELIEF)).await {
            Accepted::Connection(stream, peer) => {
                let connection = connections.new_connection(peer);
                *waiting = Some((stream, peer));
                let slot = connections.slots.find(&connection).await;
                let Some((stream, peer)) = waiting.take() else {
                    continue;
                };
                match slot {
                    Some(slot) => {
                        let connections = Rc::clone(connections);
                        spawn_local(connection::serve(connections, stream, peer, connection, slot));
                    }
                    None => meters.turned_away.add(1),
                }
            }
            Accepted::Failed => meters.accept_failed.add(1),
        }
    }
}
