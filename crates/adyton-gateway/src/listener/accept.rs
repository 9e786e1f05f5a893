//! Accepting: each worker from its own listener, no more connections than it has room for.

use std::rc::Rc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::spawn_local;

use crate::listener::connection;
use crate::worker::Worker;

/// How long to wait after the system refused a connection (out of files, out of memory).
const PAUSE: Duration = Duration::from_millis(50);

/// Accepts for as long as it is polled.
pub(crate) async fn run(worker: &Rc<Worker>, listener: &TcpListener) {
    loop {
        worker.guests.room().await;
        match listener.accept().await {
            Ok((stream, peer)) => {
                spawn_local(connection::serve(Rc::clone(worker), stream, peer));
            }
            // A client that left before it was accepted; or no more files: others may close some.
            Err(problem) => {
                worker.meters.accept_failed.add(1);
                tracing::warn!(%problem, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
