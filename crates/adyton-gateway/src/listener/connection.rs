//! One connection: hyper reads heads and bodies from it and writes the answers.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use adyton_listener::{ConnectionSlot, ConnectionState, Notice};
use http::header::DATE;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1::{Connection, Parts};
use hyper::service::{HttpService, service_fn};
use tokio::net::TcpStream;

use crate::arrival::Arrival;
use crate::explanations;
use crate::health::{self, Question, Readiness};
use crate::listener::arriving::Arriving;
use crate::listener::connections::Connections;
use crate::listener::long;
use crate::listener::unread;
use crate::listener::wire::Wire;
use crate::outbox::Socket;
use crate::pipeline::{self, Pipeline, answer::AnswerBody};
use crate::remote::Remote;
use crate::wire_state::WireState;

/// How a client of HTTP/2 begins that has not asked whether it may.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n";

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
fn poll<S>(
    connection: &mut Connection<Wire, S>,
    state: &WireState,
    arriving: &Arriving,
    context: &mut Context<'_>,
) -> Poll<End>
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
        Poll::Pending if arriving.is_long() && state.is_clean() => Poll::Ready(End::LongHead),
        Poll::Pending => Poll::Pending,
    }
}

/// Whether clients may be sent here.
fn readiness(pipeline: &Pipeline) -> Readiness {
    let has_state = pipeline.live.current().sealing_key().is_some();
    let age = pipeline.live.age(pipeline.time.monotonic());
    let feed_limit = pipeline.settings.current().feed_limit;
    Readiness::of(pipeline.draining.get(), has_state, age, feed_limit)
}

/// A request that hyper has read.
async fn answer(
    connections: Rc<Connections>,
    wire: Rc<WireState>,
    request: Request<Incoming>,
) -> Result<Response<AnswerBody>, Infallible> {
    let pipeline = &connections.pipeline;
    if let Some(question) = Question::of(request.method(), request.uri().path()) {
        pipeline.records.meters.health.add(1);
        wire.answered();
        return Ok(dated(health::answer(question, || readiness(pipeline)), pipeline));
    }
    if explanations::is_asked(request.method(), request.uri().path()) {
        let settings = pipeline.settings.current();
        let remote = Remote::of(
            &wire.peer,
            request.headers(),
            &settings.trusted_proxies,
            connections.loopback,
        );
        pipeline.records.meters.explanations.add(1);
        wire.answered();
        let answer = pin!(explanations::answer(&connections.explanations, request, &remote)).await;
        return Ok(dated(answer, pipeline));
    }
    let arrival = Arrival::from_wire(
        pipeline.stamps.next(),
        request,
        &wire,
        &pipeline.settings.current().trusted_proxies,
        connections.loopback,
    );
    let answer = pin!(pipeline::pass(pipeline, arrival, Some(wire))).await;
    Ok(dated(answer, pipeline))
}

/// With a `Date`, unless the model has said one.
fn dated(mut answer: Response<AnswerBody>, pipeline: &Pipeline) -> Response<AnswerBody> {
    let date = answer.headers_mut().entry(DATE);
    date.or_insert_with(|| pipeline.time.date());
    answer
}

/// Serves a connection to its end.
pub(crate) async fn serve(
    connections: Rc<Connections>,
    stream: TcpStream,
    peer: SocketAddr,
    connection: Arc<ConnectionState>,
    slot: ConnectionSlot,
) {
    let pipeline = &connections.pipeline;
    let socket = Socket::new(stream, &connections.outbox);
    let time = Rc::clone(&pipeline.time);
    let state = WireState::new(peer, connection, socket.presence(), &connections.looks, time);
    let arriving = Rc::new(Arriving::default());
    pipeline.records.meters.connections_opened.add(1);
    let wire = Wire::new(socket, Rc::clone(&state), Rc::clone(&arriving), &connections);
    let service = service_fn(|request| {
        arriving.end();
        state.begin();
        answer(Rc::clone(&connections), Rc::clone(&state), request)
    });
    let mut connection = connections.parser.serve_connection(wire, service);
    loop {
        let end = poll_fn(|context| poll(&mut connection, &state, &arriving, context)).await;
        let Parts {
            mut io,
            read_buf,
            service,
            ..
        } = connection.into_parts();
        match end {
            End::Closed => break,
            // Its parser has just found out, and given up.
            End::Over if arriving.is_long() => {}
            End::Over => {
                // Of HTTP/2 the parser says nothing at all.
                if read_buf.starts_with(PREFACE)
                    && state.is_clean()
                    && let Some(refusal) = unread::by_parser(pipeline, &state, b"HTTP/1.1 400", &read_buf)
                {
                    io.say(refusal).await;
                }
                drop(read_buf);
                io.linger().await;
                break;
            }
            End::LongHead => {}
        }
        let Some(lines) = long::gather(pipeline, &mut io, read_buf).await else {
            io.linger().await;
            break;
        };
        let mut parser = connections.parser.clone();
        parser.max_headers(lines);
        connection = parser.serve_connection(io, service);
    }
    pipeline.records.meters.connections_closed.add(1);
    drop(slot);
}
