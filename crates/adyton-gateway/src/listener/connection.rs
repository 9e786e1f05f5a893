//! One connection: hyper reads heads and bodies from it and writes the answers.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use adyton_listener::{Contact, Notice, Place};
use hyper::body::Incoming;
use hyper::server::conn::http1::{self, Connection, Parts};
use hyper::service::{HttpService, service_fn};
use tokio::net::TcpStream;

use crate::listener::long;
use crate::listener::wire::{Wire, WireState};
use crate::outbox::Socket;
use crate::pipeline::{self, outcome::AnswerBody};
use crate::settings::HEAD_BUFFER;
use crate::worker::Worker;

/// Why a connection is not polled any more.
enum End {
    /// It was told to close, or its client has left.
    Closed,
    /// All was said.
    Over,
    /// A head has come that has more lines than its parser has room for.
    LongHead,
}

/// Serves on, until the connection is over, or has to go on in another way.
fn poll<S>(connection: &mut Connection<Wire, S>, state: &WireState, context: &mut Context<'_>) -> Poll<End>
where
    S: HttpService<Incoming, ResBody = AnswerBody, Error = Infallible>,
{
    match state.told(context) {
        Some(Notice::Close) => return Poll::Ready(End::Closed),
        Some(Notice::Finish) => Pin::new(&mut *connection).graceful_shutdown(),
        None => {}
    }
    match Pin::new(connection).poll(context) {
        Poll::Ready(_) => Poll::Ready(End::Over),
        Poll::Pending if state.has_left(context) => Poll::Ready(End::Closed),
        Poll::Pending if state.is_long() => Poll::Ready(End::LongHead),
        Poll::Pending => Poll::Pending,
    }
}

/// How hyper reads: its limits of size lie above ours, so that ours speak.
///
/// That a client has left while its request is answered is seen here, not by hyper ([`WireState::has_left`]): hyper would read
/// for it, into a buffer that it has to make anew for each request.
///
/// The number of header lines stays hyper's own, 100: for that many it has room on the stack, for more it allocates and
/// clears a place for each of them on every request (1,000 places were 8 % of a request's CPU time). They are counted before
/// (`head.rs`), and a head with more goes another way (`long.rs`).
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
    let wire = Wire::new(socket, Rc::clone(&state), &worker);
    let service = service_fn(|request| {
        state.begin();
        pipeline::serve(Rc::clone(&worker), Rc::clone(&state), request)
    });
    let mut connection = worker.parser.serve_connection(wire, service);
    loop {
        let end = poll_fn(|context| poll(&mut connection, &state, context)).await;
        let Parts {
            mut io,
            read_buf,
            service,
            ..
        } = connection.into_parts();
        match end {
            End::Closed => break,
            End::Over => {
                drop(read_buf);
                io.linger().await;
                break;
            }
            End::LongHead => {}
        }
        let Some(lines) = long::gather(&worker, &mut io, read_buf).await else {
            io.linger().await;
            break;
        };
        let mut parser = worker.parser.clone();
        parser.max_headers(lines);
        connection = parser.serve_connection(io, service);
    }
    worker.meters.connections_closed.add(1);
    drop(place);
}
