//! Bodies in passing, from a back end at the other end of a pair of sockets.

use std::future::poll_fn;
use std::net::Ipv4Addr;
use std::pin::pin;
use std::sync::Arc;

use adyton_core::endpoint::{Endpoint, Host};
use adyton_core::record::{AnsweredBy, Record};
use http::Method;
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;

use super::*;
use crate::outbox::{Outbox, Socket};
use crate::pipeline::rig::{Rig, call, poll};
use crate::upstream::request::OutgoingRequest;
use crate::upstream::{Parts, Pool, Trust};

const PAUSE: Duration = Duration::from_secs(5);

/// An answer whose body is relayed, and the back end that gives it.
struct Passing {
    rig: Rig,
    pool: Pool,
    relay: Box<Relay>,
    back_end: UnixStream,
}

impl Passing {
    /// The back end has sent this: a head, perhaps with more behind it.
    async fn of(sent: &str) -> Self {
        let rig = Rig::new();
        let parts = Parts {
            outbox: Rc::new(Outbox::default()),
            waits: Rc::clone(&rig.waits),
            time: Rc::clone(&rig.time),
            meters: Arc::default(),
        };
        let (ours, mut back_end) = UnixStream::pair().unwrap();
        let mut connection = UpstreamConnection::new(Socket::new(ours, &parts.outbox));
        let pool = Pool::new(parts, 2, Arc::default());
        let endpoint = Endpoint::Tcp {
            host: Host::Ip(Ipv4Addr::LOCALHOST.into()),
            port: 1,
            tls: false,
        };
        let origin = pool.origin(&endpoint, Trust::Given, &Arc::default());
        back_end.write_all(sent.as_bytes()).await.unwrap();
        let request = OutgoingRequest::plain(Method::POST, Vec::new());
        connection.ask(&request).await.unwrap();
        let first = connection.piece_at_hand().unwrap();
        let borrowed = BorrowedConnection {
            connection,
            origin,
            time: Rc::clone(&rig.time),
        };
        let silence = Silence::new(&rig.waits, PAUSE);
        let mut relay = Relay::new(borrowed, first, Answerer::BackEnd, silence);
        let arrival = rig.arrival(call(), "");
        let mut recording = Recording::begin(&rig.records, &[], &arrival, None);
        recording.answered(200, AnsweredBy::Model);
        relay.keep(recording);
        Self {
            rig,
            pool,
            relay,
            back_end,
        }
    }
    async fn frame(&mut self) -> Option<Result<Frame<Bytes>, RelayError>> {
        poll_fn(|context| self.relay.poll_frame(context)).await
    }
    /// The next piece; nothing at the end.
    async fn piece(&mut self) -> Option<String> {
        let frame = self.frame().await?.expect("a frame");
        let data = frame.into_data().expect("data");
        Some(String::from_utf8(data.to_vec()).unwrap())
    }
    /// Whether nothing has come yet.
    fn waits(&mut self) -> bool {
        poll(pin!(self.frame())).is_pending()
    }
    /// Whether the body broke off.
    async fn breaks(&mut self) -> bool {
        matches!(self.frame().await, Some(Err(RelayError)))
    }
    fn record(&self) -> Option<Record> {
        self.rig.written.records().pop()
    }
    fn reason(&self) -> Option<Reason> {
        self.record().expect("a record").reason
    }
}

#[tokio::test]
async fn a_body_comes_piece_by_piece_and_its_connection_goes_back() {
    let mut passing = Passing::of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab").await;
    assert_eq!(passing.relay.size_hint().exact(), Some(5));
    assert_eq!(passing.piece().await.as_deref(), Some("ab"));
    assert_eq!(passing.relay.size_hint().exact(), Some(3));
    assert!(!passing.relay.is_end_stream() && !passing.pool.keeps_any());
    passing.back_end.write_all(b"cde").await.unwrap();
    assert_eq!(passing.piece().await.as_deref(), Some("cde"));
    assert!(passing.relay.is_end_stream());
    assert_eq!(passing.relay.size_hint().exact(), Some(0));
    assert!(passing.pool.keeps_any(), "another request may use it");
    assert_eq!(passing.piece().await, None);
    let record = passing.record().expect("a record");
    assert_eq!((record.response_bytes, record.reason), (5, None));
}

#[tokio::test]
async fn trailers_end_a_body_that_came_in_chunks() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut passing = Passing::of(&format!("{head}2\r\nab\r\n0\r\nx-sum: 7\r\n\r\n")).await;
    assert_eq!(passing.relay.size_hint().exact(), None);
    assert_eq!(passing.piece().await.as_deref(), Some("ab"));
    let trailers = passing.frame().await.expect("a frame").expect("trailers");
    assert_eq!(trailers.into_trailers().expect("trailers")["x-sum"], "7");
    assert!(passing.relay.is_end_stream() && passing.pool.keeps_any());
    assert_eq!(passing.record().expect("a record").response_bytes, 2);
}

#[tokio::test]
async fn a_body_that_ends_early_is_cut_off_and_its_connection_is_not_used_again() {
    let mut passing = Passing::of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab").await;
    assert_eq!(passing.piece().await.as_deref(), Some("ab"));
    passing.back_end.shutdown().await.unwrap();
    assert!(passing.breaks().await);
    assert!(passing.relay.is_end_stream() && !passing.pool.keeps_any());
    let record = passing.record().expect("a record");
    assert_eq!(
        (record.reason, record.response_bytes),
        (Some(Reason::BackendClosed), 2)
    );
    assert_eq!(passing.piece().await, None);
}

#[tokio::test]
async fn what_breaks_the_rules_is_no_body() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n";
    let mut passing = Passing::of(head).await;
    assert_eq!(passing.piece().await.as_deref(), Some("ab"));
    passing.back_end.write_all(b"no length\r\n").await.unwrap();
    assert!(passing.breaks().await);
    assert_eq!(passing.reason(), Some(Reason::BackendBadAnswer));
}

#[tokio::test]
async fn a_pause_has_an_end_and_each_piece_begins_another() {
    let mut passing = Passing::of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\na").await;
    assert_eq!(passing.piece().await.as_deref(), Some("a"));
    let almost = PAUSE - Duration::from_secs(1);
    for piece in ["b", "c"] {
        assert!(passing.waits());
        passing.rig.pass(almost);
        assert!(passing.waits());
        passing.back_end.write_all(piece.as_bytes()).await.unwrap();
        assert_eq!(passing.piece().await.as_deref(), Some(piece));
    }
    assert!(passing.waits());
    passing.rig.pass(PAUSE);
    assert!(passing.breaks().await);
    assert_eq!(passing.reason(), Some(Reason::BackendStalled));
}

#[tokio::test]
async fn a_gateway_that_stops_says_nothing_of_the_back_end() {
    let mut passing = Passing::of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\na").await;
    assert_eq!(passing.piece().await.as_deref(), Some("a"));
    assert!(passing.waits());
    passing.rig.waits.cut();
    assert!(passing.breaks().await);
    assert_eq!(passing.reason(), Some(Reason::GatewayStopping));
}

#[tokio::test]
async fn a_client_that_leaves_takes_the_connection_with_it() {
    let mut passing = Passing::of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\na").await;
    assert_eq!(passing.piece().await.as_deref(), Some("a"));
    let Passing { rig, pool, relay, .. } = passing;
    drop(relay);
    assert!(!pool.keeps_any());
    let record = rig.written.records().pop().expect("a record");
    assert_eq!(
        (record.reason, record.response_bytes),
        (Some(Reason::ClientClosed), 1)
    );
}
