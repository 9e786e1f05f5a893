//! Accepting: each worker from its own listener, no more connections than it has places for.

use std::net::SocketAddr;
use std::rc::Rc;

use adyton_listener::acceptor::{Accepted, Acceptor};
use tokio::net::TcpStream;
use tokio::task::spawn_local;

use crate::listener::connection;
use crate::worker::Worker;

/// So many idle connections are let go when the process is out of descriptors.
const RELIEF: usize = 16;

/// A connection that was accepted and waits for a place.
pub(crate) type Waiting = Option<(TcpStream, SocketAddr)>;

/// Accepts for as long as it is polled. Who waits for a place stays in `waiting` when it is polled no more.
pub(crate) async fn run(worker: &Rc<Worker>, acceptor: &mut Acceptor, waiting: &mut Waiting) {
    loop {
        match acceptor.accept().await {
            Accepted::Connection(stream, peer) => {
                let contact = connection::contact(worker, peer);
                *waiting = Some((stream, peer));
                let place = worker.places.find(&contact).await;
                let Some((stream, peer)) = waiting.take() else {
                    continue;
                };
                match place {
                    Some(place) => {
                        let worker = Rc::clone(worker);
                        spawn_local(connection::serve(worker, stream, peer, contact, place));
                    }
                    None => worker.meters.turned_away.add(1),
                }
            }
            Accepted::Short => {
                worker.meters.accept_failed.add(1);
                worker.places.relieve(RELIEF);
            }
            // A client that left before it was accepted.
            Accepted::Failed => worker.meters.accept_failed.add(1),
        }
    }
}
