//! One request to an instance, and the head of its answer.
//!
//! A kept connection may be closed by the other side at the very moment at which it is used again. Then the request is sent
//! once more on a new connection, if that is safe: when nothing of it was sent, or when its method may be repeated (RFC
//! 9110, 9.2.2). A request that an instance may have begun to work on is never sent twice.

use std::error::Error as _;
use std::rc::Rc;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::net::TcpStream;

use crate::outbox::Socket;
use crate::upstream::Origin;
use crate::upstream::line::Line;
use crate::waits::{Impatience, within};
use crate::worker::Worker;

/// A request without its body, which is the same however often it is sent.
pub(crate) type Sent = Request<Full<Bytes>>;

/// The head of an answer, and the connection that its body comes from.
pub(crate) struct Answered {
    pub(crate) response: Response<Incoming>,
    pub(crate) line: Line,
}

/// Why an instance gave no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    /// In words, for operators.
    pub(crate) error: String,
    /// How often it was tried.
    pub(crate) attempts: u32,
}

/// How an instance failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FailureKind {
    /// No connection.
    Refused,
    /// The connection closed before an answer.
    Closed,
    /// What came is not HTTP.
    BadAnswer,
}

/// Sends a request to an instance.
pub(crate) async fn send(
    worker: &Rc<Worker>,
    origin: &Origin,
    mut request: Sent,
) -> Result<Answered, Failure> {
    loop {
        let Some(mut line) = idle(origin).await else {
            return send_anew(worker, origin, request, 1).await;
        };
        let spare = is_repeatable(request.method()).then(|| request.clone());
        let mut failed = match line.send(request).await {
            Ok(response) => {
                worker.meters.upstream_reused.add(1);
                return Ok(Answered { response, line });
            }
            Err(failed) => failed,
        };
        // The other side had closed it while it was idle: that was no attempt. Each turn takes one idle connection away.
        if let Some(unsent) = failed.take_message() {
            request = unsent;
            continue;
        }
        let failure = Failure::of(failed.error(), 1);
        let Some(spare) = spare.filter(|_| failure.kind == FailureKind::Closed) else {
            return Err(failure);
        };
        worker.meters.upstream_retried.add(1);
        return send_anew(worker, origin, spare, 2).await;
    }
}

/// A kept connection that takes a request now.
async fn idle(origin: &Origin) -> Option<Line> {
    loop {
        let mut line = origin.take()?;
        if line.is_usable().await {
            return Some(line);
        }
    }
}

/// Whether sending it twice means no more than sending it once.
fn is_repeatable(method: &Method) -> bool {
    method.is_idempotent()
}

async fn send_anew(
    worker: &Rc<Worker>,
    origin: &Origin,
    request: Sent,
    attempts: u32,
) -> Result<Answered, Failure> {
    let mut line = connect(worker, origin).await.map_err(|error| Failure {
        kind: FailureKind::Refused,
        error,
        attempts,
    })?;
    match line.send(request).await {
        Ok(response) => Ok(Answered { response, line }),
        Err(failed) => Err(Failure::of(failed.error(), attempts)),
    }
}

async fn connect(worker: &Rc<Worker>, origin: &Origin) -> Result<Line, String> {
    let limit = worker.settings().patience.connect;
    let stream = match within(&worker.waits, limit, TcpStream::connect(origin.address())).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(problem)) => return Err(problem.to_string()),
        Err(Impatience::Over) => return Err(format!("no connection within {limit:?}")),
        Err(Impatience::Cut) => return Err("the gateway is stopping".to_owned()),
    };
    // An optimisation; a socket that refuses it works all the same.
    let _ = stream.set_nodelay(true);
    let socket = Socket::new(stream, &worker.outbox);
    let line = Line::open(socket).await.map_err(|problem| problem.to_string())?;
    worker.meters.upstream_opened.add(1);
    Ok(line)
}

impl Failure {
    fn of(problem: &hyper::Error, attempts: u32) -> Self {
        let kind = if problem.is_parse() {
            FailureKind::BadAnswer
        } else {
            FailureKind::Closed
        };
        let error = match problem.source() {
            Some(source) => format!("{problem}: {source}"),
            None => problem.to_string(),
        };
        Self {
            kind,
            error,
            attempts,
        }
    }
}
