//! Calls over HTTP, against an instance that says what the test wants and then closes, or says no more: which refusal, and
//! whether the call counts as a failed one of the instance.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use adyton_core::sample;
use adyton_runtime::targets::{Instance, Tally, Target};
use bytes::Bytes;
use http_body_util::BodyExt as _;

use super::tests::{publish, sending};
use super::*;
use crate::pipeline::chain::reason;
use crate::pipeline::rig::{Rig, poll};

/// What an instance does behind what it says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Closes,
    SaysNoMore,
}

/// An instance that says this to whoever connects. It ends with the connection.
fn instance(says: &str, then: Then) -> SocketAddr {
    let says = says.to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        stream.write_all(says.as_bytes()).expect("it is said");
        if then == Then::Closes {
            stream.shutdown(Shutdown::Write).expect("it closes");
        }
        // What was sent is read, or the connection would be reset.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    address
}

/// One second passes after the other until the future is ready.
async fn while_time_passes<F: Future>(rig: &Rig, future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..1_000_000 {
        if let Poll::Ready(output) = poll(future.as_mut()) {
            return output;
        }
        rig.pass(Duration::from_secs(1));
        // The sockets have their turn.
        tokio::task::yield_now().await;
    }
    panic!("nothing came")
}

/// What becomes of a call of an instance at this address, and how often one of its calls failed.
async fn call(rig: &Rig, address: SocketAddr) -> (Result<Answer, Box<Refused>>, Arc<Tally>) {
    let tally = Arc::<Tally>::default();
    let target = Target::from(address);
    let one = Instance::new(sample::INSTANCE, sample::MODEL, target, Arc::clone(&tally));
    publish(rig, vec![one], Unavailable::NoInstance);
    let answered = while_time_passes(rig, sending(rig, None, "{}")).await;
    (answered, tally)
}

/// With these limits; a `LONG` one never ends before a `SHORT` one.
fn rig(prediction: Duration, stream: Duration) -> Rig {
    let mut rig = Rig::new();
    rig.settings.time_limits.prediction = prediction;
    rig.settings.time_limits.stream = stream;
    rig
}

const SHORT: Duration = Duration::from_secs(60);
const LONG: Duration = Duration::from_secs(1 << 30);

#[tokio::test]
async fn an_instance_that_does_not_answer_rightly_is_refused_by_what_it_did() {
    use Then::{Closes, SaysNoMore};
    for (says, then, expected) in [
        ("", Closes, Reason::InstanceClosed),
        (
            "220 mail.example ESMTP\r\n\r\n",
            Closes,
            Reason::InstanceBadAnswer,
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
            SaysNoMore,
            Reason::InstanceBadAnswer,
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
            Closes,
            Reason::InstanceClosed,
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
            SaysNoMore,
            Reason::PredictionStalled,
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n",
            SaysNoMore,
            Reason::InstanceBadAnswer,
        ),
    ] {
        let (refused, tally) = call(&rig(LONG, SHORT), instance(says, then)).await;
        assert_eq!(reason(refused), expected, "{says:?}");
        assert_eq!(tally.calls().failed, 1, "{says:?}");
    }
    let (refused, tally) = call(&rig(SHORT, LONG), instance("", SaysNoMore)).await;
    assert_eq!(reason(refused), Reason::PredictionTimeout);
    assert_eq!(tally.calls().failed, 1);
}

#[tokio::test]
async fn a_gateway_that_stops_is_no_failure_of_an_instance() {
    let rig = rig(LONG, LONG);
    rig.waits.cut();
    let (refused, tally) = call(&rig, instance("", Then::SaysNoMore)).await;
    assert_eq!(reason(refused), Reason::GatewayStopping);
    assert_eq!((tally.calls().all, tally.calls().failed), (1, 0));
}

#[tokio::test]
async fn a_body_in_passing_ends_whole_or_is_broken_off() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n";
    let end = |rest: &str| format!("{HEAD}{rest}");
    for (says, then, cuts, is_whole, failed) in [
        (end("0\r\n\r\n"), Then::SaysNoMore, false, true, 0),
        (end(""), Then::Closes, false, false, 1),
        (end("no number\r\n"), Then::SaysNoMore, false, false, 1),
        (end(""), Then::SaysNoMore, false, false, 1),
        (end(""), Then::SaysNoMore, true, false, 0),
    ] {
        let rig = rig(LONG, SHORT);
        let (answered, tally) = call(&rig, instance(&says, then)).await;
        let mut body = answered
            .map_err(|_| ())
            .expect("the head came")
            .response
            .into_body();
        assert!(
            matches!(body, AnswerBody::Relay(_)),
            "it goes through as it comes"
        );
        if cuts {
            rig.waits.cut();
        }
        let mut seen = Vec::new();
        let whole = loop {
            match while_time_passes(&rig, body.frame()).await {
                Some(Ok(frame)) => seen.push(frame.into_data().unwrap_or_default()),
                Some(Err(_)) => break false,
                None => break true,
            }
        };
        assert!(seen.len() <= 1 && seen.iter().all(|piece| *piece == Bytes::from_static(b"begun")));
        assert_eq!((whole, tally.calls().failed), (is_whole, failed), "{says:?}");
    }
}
