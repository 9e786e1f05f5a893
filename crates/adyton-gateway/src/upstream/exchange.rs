//! One request to an instance, and the head of its answer.
//!
//! A kept connection may be closed by the other side at the very moment at which it is used again. Then the request is sent
//! once more on a new connection, if its method may be repeated (RFC 9110, 9.2.2). A request that an instance may have begun
//! to work on is never sent twice.
//!
//! What follows an answer of 101 is no HTTP any more: [`Answered::switched`] gives the stream back, with what has come on it.

use std::pin::pin;
use std::time::Duration;

use adyton_core::fact::Fact;
use adyton_runtime::targets::crowding::CROWDING_PROBE;
use http::StatusCode;

use crate::outbox::Socket;
use crate::upstream::answer::Head;
use crate::upstream::connect::ConnectError;
use crate::upstream::connection::{BrokenAnswer, Switched, UpstreamConnection};
use crate::upstream::request::OutgoingRequest;
use crate::upstream::{Origin, Pool};
use crate::waits::{WaitEnd, within};

/// The head of an answer, and the connection that its body comes from.
pub(crate) struct Answered {
    pub(crate) head: Head,
    pub(crate) connection: Box<UpstreamConnection>,
}

impl Answered {
    /// The stream, where the instance has changed the protocol on it; otherwise the answer, whose body is to come.
    #[expect(
        clippy::result_large_err,
        reason = "an answer is what usually comes, and boxing it would allocate for each call"
    )]
    pub(crate) fn switched(self) -> Result<Switched, Self> {
        match self.head.status {
            StatusCode::SWITCHING_PROTOCOLS => Ok(self.connection.into_switched()),
            _ => Err(self),
        }
    }
}

/// Why an instance gave no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    /// For operators.
    pub(crate) facts: Vec<Fact>,
    /// How often it was tried.
    pub(crate) attempts: u32,
}

/// How an instance failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FailureKind {
    /// No connection.
    Refused,
    /// Its address may not be called.
    AddressNotAllowed,
    /// The connection closed before an answer.
    Closed,
    /// What arrived is not HTTP.
    BadAnswer,
}

/// Sends a request to an instance; a new connection may take as long as `connecting`. Where the gateway stops meanwhile, this does
/// not end by itself: the caller's own wait does.
pub(crate) async fn send(
    pool: &Pool,
    origin: &Origin,
    request: &OutgoingRequest,
    connecting: Duration,
) -> Result<Answered, Failure> {
    let Some(mut connection) = origin.take(pool.parts.time.ticked()) else {
        return send_anew(pool, origin, request, connecting, 1).await;
    };
    let broken = match connection.ask(request).await {
        Ok(head) => {
            pool.parts.meters.upstream_reused.add(1);
            return Ok(Answered { head, connection });
        }
        Err(broken) => broken,
    };
    match broken {
        BrokenAnswer::Closed(_) if request.method().is_idempotent() => {
            pool.parts.meters.upstream_retried.add(1);
            send_anew(pool, origin, request, connecting, 2).await
        }
        BrokenAnswer::Closed(_) | BrokenAnswer::Nonsense(_) => Err(Failure::of(broken, 1)),
    }
}

async fn send_anew(
    pool: &Pool,
    origin: &Origin,
    request: &OutgoingRequest,
    connecting: Duration,
    attempts: u32,
) -> Result<Answered, Failure> {
    let mut connection = connect(pool, origin, connecting)
        .await
        .map_err(|(kind, fact)| Failure {
            kind,
            facts: vec![fact],
            attempts,
        })?;
    match crowded(pool, origin, connection.ask(request)).await {
        Ok(head) => Ok(Answered { head, connection }),
        Err(broken) => Err(Failure::of(broken, attempts)),
    }
}

/// Waits for an answer on a new connection. A program that serves only a few at a time may not even have looked at it because of
/// others that are kept: those are closed meanwhile.
async fn crowded<T>(
    pool: &Pool,
    origin: &Origin,
    asking: impl Future<Output = Result<T, BrokenAnswer>>,
) -> Result<T, BrokenAnswer> {
    let mut asking = pin!(asking);
    let mut asked = false;
    loop {
        match within(&pool.parts.waits, CROWDING_PROBE, asking.as_mut()).await {
            Ok(answer) => {
                if asked && answer.is_ok() {
                    origin.connections().answered();
                }
                return answer;
            }
            Err(WaitEnd::Over) => asked |= origin.connections().wait(),
            // The gateway stops; whoever waits for this notices by themselves.
            Err(WaitEnd::Cut) => return asking.await,
        }
    }
}

async fn connect(
    pool: &Pool,
    origin: &Origin,
    limit: Duration,
) -> Result<Box<UpstreamConnection>, (FailureKind, Fact)> {
    let refused = |fact| (FailureKind::Refused, fact);
    let now = pool.parts.time.ticked();
    let connecting = pin!(
        pool.connector
            .connect(origin.address(), origin.trust(), origin.outgoing(), now)
    );
    let stream = match within(&pool.parts.waits, limit, connecting).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(ConnectError::AddressNotAllowed(why))) => return Err((FailureKind::AddressNotAllowed, *why)),
        Ok(Err(ConnectError::Failed(problem))) => {
            let error = problem.to_string();
            return Err(refused(Fact::ConnectionFailed { error }));
        }
        Err(WaitEnd::Over) => {
            let limit = limit.into();
            return Err(refused(Fact::ConnectionOverdue { limit }));
        }
        // Nothing that the instance did: whoever waits for this notices by themselves.
        Err(WaitEnd::Cut) => std::future::pending().await,
    };
    pool.parts.meters.upstream_opened.add(1);
    Ok(UpstreamConnection::new(Socket::new(stream, &pool.parts.outbox)))
}

impl Failure {
    /// What became of a request after so many attempts.
    pub(crate) fn of(broken: BrokenAnswer, attempts: u32) -> Self {
        let (kind, facts) = match broken {
            BrokenAnswer::Closed(facts) => (FailureKind::Closed, facts),
            BrokenAnswer::Nonsense(fact) => (FailureKind::BadAnswer, vec![*fact]),
        };
        Self {
            kind,
            facts,
            attempts,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use std::rc::Rc;

    use bytes::BytesMut;
    use http::Method;
    use hyper::rt::Write as _;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::outbox::Outbox;

    /// The answer of an instance that says this to any request, and the instance's end of the connection.
    async fn answered(says: &str, outbox: &Rc<Outbox>) -> (Answered, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut connection = UpstreamConnection::new(Socket::new(stream, outbox));
        let (mut instance, _) = listener.accept().await.unwrap();
        instance.write_all(says.as_bytes()).await.unwrap();
        let head = connection
            .ask(&OutgoingRequest::plain(Method::GET, Vec::new()))
            .await
            .unwrap();
        (Answered { head, connection }, instance)
    }

    #[tokio::test]
    async fn a_changed_protocol_gives_the_stream_back_with_what_has_come_on_it() {
        let outbox = Rc::new(Outbox::default());
        let says = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nhello";
        let (answered, mut instance) = answered(says, &outbox).await;
        let Ok(mut switched) = answered.switched() else {
            panic!("the protocol has changed")
        };
        assert_eq!(switched.first, "hello");
        // From here on bytes go both ways, in no protocol of ours.
        instance.write_all(b"more").await.unwrap();
        let mut more = BytesMut::new();
        std::future::poll_fn(|context| {
            more.reserve(16);
            switched.socket.poll_read_more(context, &mut more)
        })
        .await
        .unwrap();
        assert_eq!(more, "more");
        let large = vec![b'x'; 10_000];
        let written = std::future::poll_fn(|context| {
            std::pin::Pin::new(&mut switched.socket).poll_write(context, &large)
        });
        assert!(written.await.unwrap() > 0);
        // What waits for the end of a turn holds the socket too.
        drop((switched, outbox));
        let mut heard = Vec::new();
        instance.read_to_end(&mut heard).await.unwrap();
        assert!(heard.ends_with(b"xxx"), "the request, then what was written");
    }

    #[tokio::test]
    async fn any_other_answer_is_one() {
        let outbox = Rc::new(Outbox::default());
        let (answered, _instance) = answered("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", &outbox).await;
        let Err(mut answered) = answered.switched() else {
            panic!("an answer")
        };
        assert_eq!(answered.connection.piece().await.unwrap().unwrap(), "ok");
    }
}
