//! The Prediction tab: the same pipeline, its own limit, and an answer that cannot act as the console.

use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use adyton_core::catalogue::Reason;
use adyton_core::digest::Sha256;
use adyton_core::evidence::Evidence;
use adyton_core::id::ProjectId;
use adyton_core::journal::JournalReader as _;
use adyton_core::record::{Door, Record};
use adyton_core::secret::Secret;
use adyton_core::tenant::Scope;
use adyton_identity::prediction_tab::{PredictionTab as _, TabAnswer, TabBody, TabCall, Visitor};
use adyton_sign::{Outgoing, OutgoingBody, sign};
use bytes::Bytes;
use http::{HeaderName, Method, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt as _, Full};

use crate::model::{Act, Program, answer, wait_for};
use crate::world::{ACCESS, AUDITOR, DOMAIN, OTHER_PROJECT, PROJECT, SECRET, SERVICE, World};

fn body(bytes: impl Into<Bytes>) -> TabBody {
    Box::pin(Full::new(bytes.into()).map_err(|never| match never {}))
}

/// A call by whoever these headers show, to a service of a project.
fn call_to(project: ProjectId, service: &str, below: &str, headers: &[(&str, &str)]) -> TabCall {
    let mut request = Request::new(());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = format!("/adyton/v1/{project}/services/{service}/predict{below}")
        .parse()
        .unwrap();
    for (name, value) in headers {
        let name: HeaderName = name.parse().unwrap();
        request.headers_mut().append(name, value.parse().unwrap());
    }
    let host = request.headers_mut().entry("host");
    host.or_insert_with(|| "console.test".parse().unwrap());
    let (head, ()) = request.into_parts();
    TabCall {
        head,
        project: Some(project),
        service: service.into(),
        path_and_query: below.into(),
        visitor: Visitor::Credentials,
        peer: "192.0.2.7:5000".parse().unwrap(),
        body: body("{}"),
    }
}

/// A call to the service from a console session.
fn call(world: &World, path: &str, body: TabBody) -> TabCall {
    let token = world.token();
    let caller = world
        .identity
        .open_token(&world.cell.load(), token.as_bytes())
        .unwrap()
        .through_console();
    let headers = [
        ("cookie", "adyton_session=secret; other=1"),
        ("x-csrf-token", "secret"),
        ("host", "console.test"),
        ("content-type", "application/json"),
    ];
    TabCall {
        visitor: Visitor::Session(caller),
        body,
        ..call_to(PROJECT, &SERVICE.to_string(), path, &headers)
    }
}

/// A call to the service that is signed as one to the management address, with the body that is sent.
fn signed(world: &World, secret: &str, body: Vec<u8>) -> TabCall {
    let service = SERVICE.to_string();
    let path = format!("/adyton/v1/{PROJECT}/services/{service}/predict/any");
    let request = Outgoing {
        method: "POST",
        path: &path,
        query: "n=3",
        host: "console.test",
        headers: &[],
        body: OutgoingBody::Hashed(Sha256::of(&body)),
    };
    let signed = sign(
        &request,
        ACCESS,
        &Secret::new(secret.to_owned()),
        world.clock.now(),
    )
    .unwrap();
    let headers: Vec<(&str, &str)> = signed
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    TabCall {
        body: self::body(body),
        ..call_to(PROJECT, &service, "/any?n=3", &headers)
    }
}

/// The refusal of a call, which must be this one; its record.
#[track_caller]
fn refused(world: &World, call: TabCall, reason: Reason) -> Record {
    let (answer, text) = knock(world, call);
    let entry = reason.code().entry();
    assert_eq!(
        (
            answer.response.status().as_u16(),
            header(&answer, "x-adyton-reason")
        ),
        (entry.status, reason.sub_code()),
        "{text:?}"
    );
    let code = format!("{{\"error_code\":\"{}\"", entry.wire);
    assert!(text.starts_with(code.as_bytes()), "{text:?}");
    let found = || world.journal.find(answer.request).unwrap();
    wait_for("the record", || found().is_some());
    let record = found().unwrap();
    assert_eq!(
        (record.door, record.reason, record.step, record.status),
        (Door::PredictionTab, Some(reason), reason.step(), entry.status)
    );
    record
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn knock(world: &World, call: TabCall) -> (TabAnswer, Bytes) {
    runtime().block_on(async {
        let TabAnswer { request, response } = world.gateway.prediction_tab().call(call).await;
        let (head, body) = response.into_parts();
        let whole = body.collect().await.expect("a body").to_bytes();
        let response = Response::from_parts(head, self::body(Bytes::new()));
        (TabAnswer { request, response }, whole)
    })
}

fn header<'a>(answer: &'a TabAnswer, name: &str) -> &'a str {
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
        let door = world.gateway.prediction_tab();
        for (number, waiting) in [body("{}"), Box::pin(Endless) as TabBody].into_iter().enumerate() {
            let mut call = door.call(call(&world, "/", waiting));
            let start = Instant::now();
            while world.gateway.metrics().in_flight() == 0 {
                assert!(start.elapsed() < Duration::from_secs(30), "the call never began");
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

#[test]
fn a_caller_who_is_refused_has_a_record_that_explains_it() {
    let world = World::new();
    let service = SERVICE.to_string();
    let record = refused(
        &world,
        call_to(PROJECT, &service, "/", &[("x-auth-token", "nonsense")]),
        Reason::TokenMalformed,
    );
    assert_eq!((record.service, record.caller), (Some(SERVICE), None));
    assert!(
        matches!(record.evidence, Evidence::Token { length: 8, .. }),
        "{:?}",
        record.evidence
    );
    let record = refused(
        &world,
        call_to(PROJECT, &service, "/", &[]),
        Reason::CredentialsMissing,
    );
    assert!(
        matches!(record.evidence, Evidence::Credentials { .. }),
        "{:?}",
        record.evidence
    );
    let token = world.token_of(AUDITOR, Scope::Domain(DOMAIN));
    let reader = call_to(PROJECT, &service, "/", &[("x-auth-token", &token)]);
    let record = refused(&world, reader, Reason::IamNotPermitted);
    assert_eq!(record.caller.unwrap().id, AUDITOR.to_string());
    // An app calls APIs, not the console.
    let app = call_to(PROJECT, &service, "/", &[("x-apig-appcode", "code")]);
    refused(&world, app, Reason::CredentialsNotAccepted);
}

#[test]
fn only_services_of_the_project_of_the_path_are_found() {
    let world = World::new();
    let token = world.token();
    let headers = [("x-auth-token", token.as_str())];
    let service = SERVICE.to_string();
    let theirs = refused(
        &world,
        call_to(OTHER_PROJECT, &service, "/", &headers),
        Reason::RouteNoSuchService,
    );
    let unknown = "00000000-0000-4000-8000-000000000000";
    let nothing = refused(
        &world,
        call_to(OTHER_PROJECT, unknown, "/", &headers),
        Reason::RouteNoSuchService,
    );
    for record in [&theirs, &nothing] {
        assert_eq!((record.project, record.service, record.api), (None, None, None));
    }
    let nobodys = TabCall {
        project: None,
        ..call_to(PROJECT, &service, "/", &headers)
    };
    refused(&world, nobodys, Reason::RouteNoSuchService);
    let odd = call_to(PROJECT, "odd", "/", &headers);
    refused(&world, odd, Reason::RouteMalformedServiceId);
}

#[test]
fn a_signature_covers_what_was_sent_to_the_management_address() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let (answer, text) = knock(&world, signed(&world, SECRET, b"{}".to_vec()));
    assert_eq!(answer.response.status(), 200, "{text:?}");
    assert_eq!(program.seen()[0].line, "POST /any?n=3 HTTP/1.1");
    let wrong = refused(
        &world,
        signed(&world, "another", b"{}".to_vec()),
        Reason::AkskBadSignature,
    );
    let Evidence::Signature(seen) = wrong.evidence else {
        panic!("{:?}", wrong.evidence)
    };
    let canonical = seen.canonical_request.unwrap();
    assert!(canonical.starts_with("POST\n/adyton/v1/"), "{canonical}");
}

#[test]
fn a_body_over_the_limit_wins_over_its_signature_and_is_recorded_with_its_size() {
    let world = World::new();
    let limit = 8 * 1024 * 1024;
    let record = refused(
        &world,
        signed(&world, "another", vec![b'x'; limit + 1]),
        Reason::BodyTooLarge,
    );
    let Evidence::Size {
        limit: most,
        declared,
        ..
    } = record.evidence
    else {
        panic!("{:?}", record.evidence)
    };
    assert_eq!((most, declared), (limit as u64, Some(limit as u64 + 1)));
}

#[test]
fn the_order_of_the_steps_is_that_of_the_address() {
    let world = World::new();
    let service = SERVICE.to_string();
    let bad = [("x-auth-token", "nonsense"), ("expect", "a-miracle")];
    refused(
        &world,
        call_to(PROJECT, &service, "/nowhere", &bad),
        Reason::RouteUndeclaredPath,
    );
    refused(
        &world,
        call_to(PROJECT, &service, "/", &bad),
        Reason::RequestExpectation,
    );
    let large = TabCall {
        body: body(vec![b'x'; 9 * 1024 * 1024]),
        ..call_to(PROJECT, &service, "/", &bad[..1])
    };
    refused(&world, large, Reason::TokenMalformed);
}

#[test]
fn a_call_that_names_two_hosts_is_refused_here_too() {
    let world = World::new();
    let token = world.token();
    let headers = [("host", "a.test"), ("host", "b.test"), ("x-auth-token", &*token)];
    let call = call_to(PROJECT, &SERVICE.to_string(), "", &headers);
    refused(&world, call, Reason::RequestHost);
}

#[test]
fn a_coding_that_nobody_can_undo_is_refused_here_too() {
    let world = World::new();
    let token = world.token();
    let headers = [("transfer-encoding", "gzip, chunked"), ("x-auth-token", &*token)];
    let call = call_to(PROJECT, &SERVICE.to_string(), "", &headers);
    let record = refused(&world, call, Reason::RequestTransferCoding);
    let told = record.evidence.clauses().join("; ");
    assert!(
        told.starts_with("`Transfer-Encoding: gzip, chunked` was sent"),
        "{told}"
    );
}
