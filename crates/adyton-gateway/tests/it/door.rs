//! The second door: the same pipeline, its own limit, and an answer that cannot act as the console.

use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use adyton_core::record::Door;
use adyton_identity::door::{ConsoleAnswer, ConsoleBody, ConsoleCall, ConsoleDoor as _};
use bytes::Bytes;
use http::{HeaderMap, Method, Response};
use http_body::Frame;
use http_body_util::{BodyExt as _, Full};

use crate::model::{Act, Program, answer, wait_for};
use crate::world::{SERVICE, World};

fn body(bytes: impl Into<Bytes>) -> ConsoleBody {
    Box::pin(Full::new(bytes.into()).map_err(|never| match never {}))
}

fn call(world: &World, path: &str, body: ConsoleBody) -> ConsoleCall {
    let token = world.token();
    let caller = world
        .identity
        .open_token(&world.cell.load(), token.as_bytes())
        .unwrap()
        .through_console();
    let mut headers = HeaderMap::new();
    headers.insert("cookie", "adyton_session=secret; other=1".parse().unwrap());
    headers.insert("x-csrf-token", "secret".parse().unwrap());
    headers.insert("host", "console.test".parse().unwrap());
    headers.insert("content-type", "application/json".parse().unwrap());
    ConsoleCall {
        service: SERVICE,
        method: Method::POST,
        path_and_query: path.into(),
        headers,
        caller,
        peer: "192.0.2.7:5000".parse().unwrap(),
        body,
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn knock(world: &World, call: ConsoleCall) -> (ConsoleAnswer, Bytes) {
    runtime().block_on(async {
        let ConsoleAnswer { request, response } = world.gateway.door().call(call).await;
        let (head, body) = response.into_parts();
        let whole = body.collect().await.expect("a body").to_bytes();
        let response = Response::from_parts(head, self::body(Bytes::new()));
        (ConsoleAnswer { request, response }, whole)
    })
}

fn header<'a>(answer: &'a ConsoleAnswer, name: &str) -> &'a str {
    answer
        .response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[test]
fn a_call_reaches_the_model_without_what_is_the_consoles() {
    let world = World::new();
    let program = Program::start(|_| {
        let headers = "Set-Cookie: adyton_session=stolen\r\nClear-Site-Data: \"*\"\r\nAccess-Control-Allow-Origin: *\r\n\
                       Content-Type: text/html\r\n";
        Act::Say(answer("200 OK", headers, "<script>"))
    });
    world.runs_at(program.address);
    let (answer, text) = knock(&world, call(&world, "/any?n=3", body("{}")));
    assert_eq!(
        (answer.response.status().as_u16(), &text[..]),
        (200, &b"<script>"[..])
    );
    let seen = &program.seen()[0];
    assert_eq!(seen.line, "POST /any?n=3 HTTP/1.1");
    assert_eq!((seen.header("cookie"), seen.header("x-csrf-token")), (None, None));
    assert_eq!(seen.header("x-forwarded-for"), Some("192.0.2.7"));
    for gone in ["set-cookie", "clear-site-data", "access-control-allow-origin"] {
        assert_eq!(header(&answer, gone), "", "{gone}");
    }
    assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
    assert_eq!(header(&answer, "content-security-policy"), "sandbox");
    assert_eq!(header(&answer, "x-request-id"), answer.request.to_string());
    wait_for("the record", || world.records().len() == 1);
    let record = &world.records()[0];
    assert_eq!((record.door, record.id), (Door::PredictionTab, answer.request));
    assert_eq!(record.caller.as_ref().unwrap().way, "console");
}

#[test]
fn the_limit_of_the_door_is_its_own() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let limit = 8 * 1024 * 1024;
    for (length, status) in [(limit - 1, 200), (limit, 200), (limit + 1, 413)] {
        let (answer, text) = knock(&world, call(&world, "/", body(vec![b'x'; length])));
        assert_eq!(answer.response.status().as_u16(), status, "{length}: {text:?}");
    }
    let (answer, text) = knock(&world, call(&world, "/nowhere", body("{}")));
    assert_eq!(
        (
            answer.response.status().as_u16(),
            header(&answer, "x-adyton-reason")
        ),
        (404, "route.undeclared_path")
    );
    assert!(text.starts_with(b"{\"error_code\":\"APIG.0101\""));
}

/// A body that is never finished.
struct Endless;

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;
    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Pending
    }
}

#[test]
fn a_browser_that_leaves_ends_the_work() {
    let world = World::new();
    let program = Program::start(|_| Act::Hang);
    world.runs_at(program.address);
    runtime().block_on(async {
        let door = world.gateway.door();
        for (number, waiting) in [body("{}"), Box::pin(Endless) as ConsoleBody]
            .into_iter()
            .enumerate()
        {
            let mut call = door.call(call(&world, "/", waiting));
            while world.gateway.metrics().in_flight() == 0 {
                assert!(poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_pending())).await);
                tokio::task::yield_now().await;
            }
            drop(call);
            wait_for("the record", || world.records().len() == number + 1);
        }
    });
    assert!(world.records().iter().all(|record| record.status == 499));
}

#[test]
fn a_stream_passes_through_the_door() {
    let world = World::new();
    let program = Program::start(|_| {
        Act::Say(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
                .to_vec(),
        )
    });
    world.runs_at(program.address);
    let (answer, text) = knock(&world, call(&world, "/", body("{}")));
    assert_eq!(
        (answer.response.status().as_u16(), &text[..]),
        (200, &b"onetwo"[..])
    );
}

#[test]
fn a_gateway_that_has_ended_says_so() {
    let world = World::new();
    world.gateway.drain(std::time::Duration::ZERO);
    let (answer, text) = knock(&world, call(&world, "/", body("{}")));
    assert_eq!(header(&answer, "x-adyton-reason"), "gateway.stopping");
    assert!(text.starts_with(b"{\"error_code\":\"ModelArts.4700\""));
}
