//! One connection of the control plane: HTTP/1.1 or HTTP/2, as its client begins. How long it may take and when it has to go is
//! `adyton-listener`'s, which is told here when a head has come and when an answer has ended.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use adyton_core::clock::{Clock, Timestamp};
use adyton_core::source::{AddressRange, Source, forwarded};
use adyton_listener::connection_state::Busy;
use adyton_listener::{Budget, Claim, ConnectionState, Kind, Notice, Watched};
use axum::Router;
use axum::body::{Body, Bytes};
use http::{HeaderMap, HeaderValue, Request, Version, header};
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tower_service::Service as _;

use crate::remote::Peer;
use crate::unread::{HEAD_BYTES, HEAD_LINES, Recorder, Unread};

/// Bytes of one head that HTTP/2 reads: more than it may have, so that what is too large is refused in our words.
const HTTP2_HEAD_BYTES: usize = 2 * HEAD_BYTES;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 128;
/// Bytes of a body that one HTTP/2 stream may send before they are read.
const STREAM_WINDOW: u32 = 128 << 10;
/// The same for a whole connection.
const CONNECTION_WINDOW: u32 = 512 << 10;

const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// What a connection is served with.
pub(crate) struct Connection {
    pub(crate) peer: SocketAddr,
    pub(crate) state: Arc<ConnectionState>,
    pub(crate) router: Router,
    pub(crate) clock: Clock,
    /// The memory of all who are not proven.
    pub(crate) unproven: Arc<Budget>,
    /// For what no call comes of.
    pub(crate) unreadable: Recorder,
    /// Proxies that may say whom they speak for.
    pub(crate) trusted_proxies: Vec<AddressRange>,
}

/// Serves one connection to its end.
pub(crate) async fn serve(socket: TcpStream, with: Connection) {
    let Connection {
        peer,
        state,
        router,
        clock,
        unproven,
        unreadable,
        trusted_proxies,
    } = with;
    // Without it small answers wait for acknowledgements; a failure only costs time.
    let _ = socket.set_nodelay(true);
    let socket = Watched::new(TokioIo::new(socket), state.clone(), clock.clone());
    let socket = Unread::new(socket, peer, unreadable, clock.clone());
    let service = service_fn(|request: Request<Incoming>| {
        let is_http2 = request.version() == Version::HTTP_2;
        let busy = state.enter(is_http2, clock.monotonic());
        // A proxy's connections hold the requests of many.
        let told = forwarded(peer.ip(), request.headers(), &trusted_proxies);
        let source = told.map_or_else(|| state.source(), |told| Source::of(told.address));
        let unread = Arc::new(AtomicBool::new(false));
        let mut request = request.map(|body| {
            Body::new(Counted {
                body,
                unread: unread.clone(),
                has_ended: false,
                source,
                state: state.clone(),
                unproven: unproven.clone(),
                clock: clock.clone(),
                claim: None,
                arrived: 0,
            })
        });
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(state.clone());
        let (mut router, clock) = (router.clone(), clock.clone());
        async move {
            let mut answer = router.call(request).await?;
            date(answer.headers_mut(), clock.now());
            // A client that was answered before its body had come must not ask for more here: the rest of the body lies before it.
            if unread.load(Ordering::Relaxed) && !is_http2 {
                answer.headers_mut().insert(header::CONNECTION, CLOSE);
            }
            Ok::<_, std::convert::Infallible>(answer.map(|body| Answer::new(body, busy, clock)))
        }
    });
    let builder = builder();
    let mut connection = pin!(builder.serve_connection(socket, service));
    let mut seen = None;
    let ended = poll_fn(|context| {
        match state.told(&mut seen, context) {
            Some(Notice::Close) => return Poll::Ready(Ok(())),
            Some(Notice::Finish) => connection.as_mut().graceful_shutdown(),
            None => {}
        }
        connection.as_mut().poll(context)
    });
    if let Err(error) = ended.await {
        tracing::debug!(peer = %peer, "a management connection broke: {error}");
    }
}

/// Says when the answer was made. hyper's own `Date` stands still when the clock is set back, until the former time is reached again.
fn date(headers: &mut HeaderMap, now: Timestamp) {
    if let Ok(date) = HeaderValue::try_from(now.to_http_date()) {
        headers.entry(header::DATE).or_insert(date);
    }
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .auto_date_header(false)
        .timer(TokioTimer::new())
        // The connection's state has the deadline, for both protocols, and from accept on.
        .header_read_timeout(None)
        .max_headers(HEAD_LINES)
        .max_buf_size(HEAD_BYTES);
    builder
        .http2()
        .auto_date_header(false)
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(30))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(u32::try_from(HTTP2_HEAD_BYTES).unwrap_or(u32::MAX))
        .max_concurrent_streams(STREAMS);
    builder
}

/// The body of a request: as long as its caller is not proven, what has arrived of it counts among the memory of all who are
/// not. Whoever has to make room for others loses the connection.
struct Counted {
    body: Incoming,
    /// Whether it was let go of before its end.
    unread: Arc<AtomicBool>,
    has_ended: bool,
    /// Whom it counts for.
    source: Source,
    state: Arc<ConnectionState>,
    unproven: Arc<Budget>,
    clock: Clock,
    claim: Option<Claim>,
    arrived: u64,
}

impl Counted {
    fn count(&mut self, bytes: usize) {
        self.arrived += bytes as u64;
        if self.state.unproven_since().is_none() {
            self.claim = None;
            return;
        }
        // A body that is here at once is proven or refused at once.
        if self.body.is_end_stream() && self.claim.is_none() {
            return;
        }
        let now = self.clock.monotonic();
        let claim = self.claim.get_or_insert_with(|| {
            let owner = self.state.clone();
            self.unproven.claim(Kind::Body, self.source, None, owner, now)
        });
        // If this is the one that has to give up, its connection was told.
        let _ = claim.grow(self.arrived, now);
    }
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        self.has_ended |= frame.is_none();
        if let Some(Ok(frame)) = &frame
            && let Some(piece) = frame.data_ref()
        {
            let bytes = piece.len();
            self.count(bytes);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if !self.has_ended && !self.body.is_end_stream() {
            self.unread.store(true, Ordering::Relaxed);
        }
    }
}

/// The body of an answer: the request is going on until it has been handed over. A client of HTTP/2 that makes no room for it
/// counts as one that takes nothing.
struct Answer {
    body: Body,
    busy: Option<Busy>,
    clock: Clock,
}

impl Answer {
    fn new(body: Body, busy: Busy, clock: Clock) -> Self {
        Self {
            body,
            busy: Some(busy),
            clock,
        }
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if let Some(busy) = &self.busy {
            // Whoever asks for more has sent what came before.
            busy.connection().taken();
            if frame.is_ready() {
                busy.connection().answers(self.clock.monotonic());
            }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if let Some(busy) = self.busy.take() {
            busy.connection().taken();
            busy.end(self.clock.monotonic());
        }
    }
}
