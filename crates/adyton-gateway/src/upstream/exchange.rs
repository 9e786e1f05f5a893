//! One request to an instance, and the head of its answer.
//!
//! A kept connection may be closed by the other side at the very moment at which it is used again. Then the request is sent
//! once more on a new connection, if its method may be repeated (RFC 9110, 9.2.2). A request that an instance may have begun
//! to work on is never sent twice.

use std::pin::pin;
use std::time::Duration;

use adyton_runtime::targets::crowding::PATIENCE;
use tokio::net::TcpStream;

use crate::outbox::Socket;
use crate::upstream::answer::Head;
use crate::upstream::line::{Broken, Line};
use crate::upstream::request::Onward;
use crate::upstream::{Origin, Pool};
use crate::waits::{Impatience, within};

/// The head of an answer, and the connection that its body comes from.
pub(crate) struct Answered {
    pub(crate) head: Head,
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

/// Sends a request to an instance; a new connection may take as long as `connecting`.
pub(crate) async fn send(
    pool: &Pool,
    origin: &Origin,
    request: &Onward,
    connecting: Duration,
) -> Result<Answered, Failure> {
    let Some(mut line) = origin.take(pool.parts.time.ticked()) else {
        return send_anew(pool, origin, request, connecting, 1).await;
    };
    let broken = match line.ask(request).await {
        Ok(head) => {
            pool.parts.meters.upstream_reused.add(1);
            return Ok(Answered { head, line });
        }
        Err(broken) => broken,
    };
    match broken {
        Broken::Closed(_) if request.method().is_idempotent() => {
            pool.parts.meters.upstream_retried.add(1);
            send_anew(pool, origin, request, connecting, 2).await
        }
        Broken::Closed(_) | Broken::Nonsense(_) => Err(Failure::of(broken, 1)),
    }
}

async fn send_anew(
    pool: &Pool,
    origin: &Origin,
    request: &Onward,
    connecting: Duration,
    attempts: u32,
) -> Result<Answered, Failure> {
    let mut line = connect(pool, origin, connecting).await.map_err(|error| Failure {
        kind: FailureKind::Refused,
        error,
        attempts,
    })?;
    match crowded(pool, origin, line.ask(request)).await {
        Ok(head) => Ok(Answered { head, line }),
        Err(broken) => Err(Failure::of(broken, attempts)),
    }
}

/// Waits for an answer on a new connection. A program that serves only a few at a time may not even have looked at it because of
/// others that are kept: those are closed meanwhile.
async fn crowded<T>(
    pool: &Pool,
    origin: &Origin,
    asking: impl Future<Output = Result<T, Broken>>,
) -> Result<T, Broken> {
    let mut asking = pin!(asking);
    let mut asked = false;
    loop {
        match within(&pool.parts.waits, PATIENCE, asking.as_mut()).await {
            Ok(answer) => {
                if asked && answer.is_ok() {
                    origin.connections().answered();
                }
                return answer;
            }
            Err(Impatience::Over) => asked |= origin.connections().wait(),
            // The gateway stops; whoever waits for this notices by themselves.
            Err(Impatience::Cut) => return asking.await,
        }
    }
}

async fn connect(pool: &Pool, origin: &Origin, limit: Duration) -> Result<Line, String> {
    let stream = match within(&pool.parts.waits, limit, TcpStream::connect(origin.address())).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(problem)) => return Err(problem.to_string()),
        Err(Impatience::Over) => return Err(format!("no connection within {limit:?}")),
        Err(Impatience::Cut) => return Err("the gateway is stopping".to_owned()),
    };
    // An optimisation; a socket that refuses it works all the same.
    let _ = stream.set_nodelay(true);
    pool.parts.meters.upstream_opened.add(1);
    Ok(Line::new(Socket::new(stream, &pool.parts.outbox)))
}

impl Failure {
    /// What became of a request after so many attempts.
    pub(crate) fn of(broken: Broken, attempts: u32) -> Self {
        let (kind, error) = match broken {
            Broken::Closed(error) => (FailureKind::Closed, error),
            Broken::Nonsense(error) => (FailureKind::BadAnswer, error),
        };
        Self {
            kind,
            error,
            attempts,
        }
    }
}
