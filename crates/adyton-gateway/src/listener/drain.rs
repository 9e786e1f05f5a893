//! Letting go without losing a request. The order was found by measuring: closing idle connections at once loses the
//! next request of every busy client, and closing a listener loses what waits in it.
//!
//! 1. readiness fails, so that no new client is sent here;
//! 2. what waits is accepted, then the listener closes (one that was inherited is left as it is: others go on with it);
//! 3. answers carry `Connection: close` for a while, so that clients let go by themselves;
//! 4. connections that are idle still are closed, busy ones after their answer;
//! 5. when the grace is over, what still waits for a model is answered with `gateway.stopping`.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use adyton_listener::Notice;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::spawn_local;
use tokio::time::timeout;

use crate::listener::accept::Waiting;
use crate::listener::connection;
use crate::listener::connections::Connections;

/// How long the last answers may take to be written.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Ends one worker's connections.
pub(crate) async fn run(
    connections: &Rc<Connections>,
    listener: TcpListener,
    waiting: Waiting,
    grace: Duration,
) {
    connections.pipeline.draining.set(true);
    if let Some((stream, peer)) = waiting {
        serve(connections, stream, peer);
    }
    if connections.is_inherited {
        // What waits in its queue is the next server's.
        drop(listener);
    } else {
        accept_rest(connections, listener);
    }
    let linger = connections.pipeline.settings.current().drain_linger.min(grace);
    if timeout(linger, connections.slots.empty()).await.is_ok() {
        return;
    }
    connections.slots.tell_all(Notice::Finish);
    if timeout(grace.saturating_sub(linger), connections.slots.empty())
        .await
        .is_ok()
    {
        return;
    }
    connections.pipeline.waits.cut();
    if timeout(LAST_WORDS, connections.slots.empty()).await.is_err() {
        connections.slots.tell_all(Notice::Close);
    }
}

/// Accepts what the kernel has accepted for us, then closes the listener. A backlog of zero keeps new ones from queueing
/// in between: the kernel lets them knock again, and then says that nobody is there.
fn accept_rest(connections: &Rc<Connections>, listener: TcpListener) {
    let Ok(listener) = listener.into_std() else { return };
    if let Err(problem) = SockRef::from(&listener).listen(0) {
        tracing::debug!(%problem, "the backlog could not be closed first");
    }
    while let Ok((stream, peer)) = listener.accept() {
        let stream = stream
            .set_nonblocking(true)
            .and_then(|()| TcpStream::from_std(stream));
        match stream {
            Ok(stream) => serve(connections, stream, peer),
            Err(problem) => tracing::warn!(%problem, "a connection was lost while draining"),
        }
    }
}

/// Serves a connection that had been accepted, whatever slots there are.
fn serve(connections: &Rc<Connections>, stream: TcpStream, peer: SocketAddr) {
    let connection = connections.new_connection(peer);
    let slot = connections.slots.admit(&connection);
    spawn_local(connection::serve(
        Rc::clone(connections),
        stream,
        peer,
        connection,
        slot,
    ));
}
