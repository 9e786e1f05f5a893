//! The listener of the control plane: bounds on what a connection may send, and a graceful end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::Request;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tower_service::Service as _;

use crate::call::Peer;
use crate::middleware::application;
use crate::operations::model::recover::recover;
use crate::operations::package::sweep;
use crate::operations::service::rollout;
use crate::plane::Plane;
use crate::routes;
use crate::settings::{ControlParts, ControlSettings};

/// Connections at once.
const CONNECTIONS: usize = 4096;
/// How long a head may take to arrive, and how long a connection may be idle.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// Headers of one request.
const HEADERS: usize = 200;
/// Bytes of one head.
const HEAD_BYTES: usize = 256 << 10;
/// How long to wait after a failure to accept: out of file descriptors does not pass at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Why the control plane could not begin.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address cannot be listened at.
    #[error(
        "the control plane cannot listen at {address}: {problem}; choose another with --control, or end who has it"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        problem: std::io::Error,
    },
    /// The store could not be asked.
    #[error("the control plane cannot begin: {0}")]
    Store(String),
}

/// Whether the address can be listened at.
///
/// # Errors
/// Somebody has it, or the system refuses it.
pub fn probe(address: SocketAddr) -> Result<(), BindError> {
    match std::net::TcpListener::bind(address) {
        Ok(_closed_at_once) => Ok(()),
        Err(problem) => Err(BindError::Listen { address, problem }),
    }
}

/// The control plane, listening.
pub struct Control {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
    plane: Arc<Plane>,
}

impl Control {
    /// Ends imports that a restart cut off, and begins to listen. Nothing is answered before [`Control::serve`].
    ///
    /// # Errors
    /// The address is taken, or the store does not answer.
    pub async fn bind(mut settings: ControlSettings, parts: ControlParts) -> Result<Self, BindError> {
        let asked = settings.address;
        let listen = |problem| BindError::Listen {
            address: asked,
            problem,
        };
        let listener = TcpListener::bind(asked).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        settings.address = address;
        let plane = Arc::new(Plane::new(settings, parts));
        recover(&plane)
            .await
            .map_err(|failure| BindError::Store(failure.to_string()))?;
        sweep::leftovers(&plane);
        rollout::recover(&plane)
            .await
            .map_err(|failure| BindError::Store(failure.to_string()))?;
        let router = application(&routes::table(), &plane);
        Ok(Self {
            listener,
            address,
            router,
            plane,
        })
    }
    /// Where it listens.
    pub const fn local_addr(&self) -> SocketAddr {
        self.address
    }
    /// Answers until `shutdown` is ready, then finishes what is in flight, at most `shutdown_grace` long.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send) {
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        let (stop, stopping) = watch::channel(false);
        let mut connections = JoinSet::new();
        let watching = tokio::spawn(rollout::watch(self.plane.clone()));
        let sweeping = tokio::spawn(sweep::regularly(self.plane.clone()));
        tokio::pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                () = &mut shutdown => break,
                accepted = accept(&self.listener, &room) => accepted,
                Some(_) = connections.join_next(), if !connections.is_empty() => continue,
            };
            let Some((socket, peer, turn)) = accepted else {
                continue;
            };
            let (router, stopping) = (self.router.clone(), stopping.clone());
            connections.spawn(async move {
                let _turn = turn;
                converse(socket, peer, router, stopping).await;
            });
        }
        drop(self.listener);
        // Nobody listening is no error: there are no connections then.
        let _ = stop.send(true);
        let finished = async {
            while connections.join_next().await.is_some() {}
            self.plane.tasks.ended().await;
        };
        if tokio::time::timeout(self.plane.settings.shutdown_grace, finished)
            .await
            .is_err()
        {
            tracing::warn!("management calls or imports were still going on when the server stopped");
        }
        watching.abort();
        sweeping.abort();
    }
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

/// The next connection, when there is room for one.
async fn accept(listener: &TcpListener, room: &Arc<Semaphore>) -> Option<Accepted> {
    let turn = room.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((socket, peer)) => Some((socket, peer, turn)),
        Err(error) => {
            tracing::warn!("a management connection could not be accepted: {error}");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

/// Serves one connection to its end.
async fn converse(socket: TcpStream, peer: SocketAddr, router: Router, mut stopping: watch::Receiver<bool>) {
    // Without it small answers wait for acknowledgements; a failure only costs time.
    let _ = socket.set_nodelay(true);
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_headers(HEADERS)
        .max_buf_size(HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(30))
        .max_header_list_size(u32::try_from(HEAD_BYTES).unwrap_or(u32::MAX))
        .max_concurrent_streams(128);
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        let mut router = router.clone();
        async move { router.call(request).await }
    });
    let connection = builder.serve_connection(TokioIo::new(socket), service);
    tokio::pin!(connection);
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(peer = %peer, "a management connection broke: {error}");
                }
                return;
            }
            changed = stopping.changed() => {
                connection.as_mut().graceful_shutdown();
                if changed.is_err() {
                    break;
                }
            }
        }
    }
    // The server is gone; what is in flight has its grace from whoever waits for this task.
    let _ = connection.await;
}
