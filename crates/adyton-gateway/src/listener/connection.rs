//! One connection: hyper reads heads and bodies from it and writes the answers.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use adyton_listener::{Contact, Notice, Place};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokio::net::TcpStream;

use crate::listener::wire::{Wire, WireState};
use crate::outbox::Socket;
use crate::pipeline;
use crate::settings::HEAD_BUFFER;
use crate::worker::Worker;

/// How hyper reads: its limits of size lie above ours, so that ours speak.
///
/// That a client has left while its request is answered is seen here, not by hyper ([`WireState::has_left`]): hyper would read
/// for it, into a buffer that it has to make anew for each request.
///
/// The number of header lines stays hyper's own, 100: for that many it has room on the stack, for more it allocates and
/// clears a place for each of them on every request (1,000 places were 8 % of a request's CPU time). More lines get its bare
/// 431, which is counted and is the one refusal without an explanation.
pub(crate) fn parser() -> http1::Builder {
    let mut parser = http1::Builder::new();
    parser.half_close(true);
    parser.max_buf_size(usize::try_from(HEAD_BUFFER).unwrap_or(usize::MAX));
    parser
}

/// A connection that was accepted, for whoever judges connections. A trusted proxy speaks for many callers.
pub(crate) fn contact(worker: &Worker, peer: SocketAddr) -> Arc<Contact> {
    let settings = worker.settings();
    let is_proxy = settings
        .trusted_proxies
        .iter()
        .any(|range| range.contains(peer.ip()));
    Contact::new(peer.ip(), is_proxy, worker.now.get())
}

/// Serves a connection to its end.
pub(crate) async fn serve(
    worker: Rc<Worker>,
    stream: TcpStream,
    peer: SocketAddr,
    contact: Arc<Contact>,
    place: Place,
) {
    let socket = Socket::new(stream, &worker.outbox);
    let now = Rc::clone(&worker.now);
    let state = WireState::new(peer, contact, socket.presence(), &worker.looks, now);
    worker.meters.connections_opened.add(1);
    let wire = Wire::new(socket, Rc::clone(&state), &worker.waits);
    let service = service_fn(|request| pipeline::serve(Rc::clone(&worker), Rc::clone(&state), request));
    let mut connection = pin!(worker.parser.serve_connection(wire, service));
    let ended = poll_fn(|context| {
        match state.told(context) {
            Some(Notice::Close) => return Poll::Ready(Ok(())),
            Some(Notice::Finish) => connection.as_mut().graceful_shutdown(),
            None => {}
        }
        match connection.as_mut().poll(context) {
            Poll::Pending if state.has_left(context) => Poll::Ready(Ok(())),
            polled => polled,
        }
    })
    .await;
    // A head that is not HTTP has no request, so no id and no record: it is only counted.
    if ended.is_err_and(|problem| problem.is_parse()) {
        worker.meters.unreadable.add(1);
    }
    worker.meters.connections_closed.add(1);
    drop(place);
}
