//! Heads that two servers might read differently, HEAD, health, pipelining, keep-alive.

use crate::client::{Ask, Client};
use crate::model::{Act, Program, answer};
use crate::world::{World, path};

fn raw(world: &World, bytes: &str) -> Option<u16> {
    let mut client = Client::connect(world.address());
    client.send(bytes);
    client.read_after("POST").map(|reply| reply.status)
}

#[test]
fn nobody_is_smuggled_in() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let (token, target) = (world.token(), path(""));
    let head = format!("POST {target} HTTP/1.1\r\nHost: gateway.test\r\nX-Auth-Token: {token}\r\n");
    // Two lengths that differ, a length that is none, a coding that is not the last: not HTTP.
    for bad in [
        "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
        "Content-Length: +2\r\n\r\n{}",
        "Content-Length: 2, 2\r\n\r\n{}",
        "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    ] {
        assert_ne!(raw(&world, &format!("{head}{bad}")), Some(200), "{bad}");
    }
    assert!(program.seen().is_empty());
    // Both: the coding counts, the model gets one length and no coding, and nothing of the rest is a request.
    let both = "Content-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    if raw(&world, &format!("{head}{both}")) == Some(200) {
        let seen = &program.seen()[0];
        assert_eq!(
            (seen.header("content-length"), seen.header("transfer-encoding")),
            (Some("2"), None)
        );
        assert_eq!(seen.body, b"{}");
    }
}

#[test]
fn chunks_alone_are_undone() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let call = |codings: &[&str]| {
        let ask = world.call().body("2\r\n{}\r\n0\r\n\r\n");
        let add = |ask: Ask, coding: &&str| ask.header("Transfer-Encoding", *coding);
        let reply = world.ask(&codings.iter().fold(ask, add));
        (reply.status, reply.reason().to_owned())
    };
    for fine in [&["chunked"][..], &["Chunked"], &[" chunked "], &[", chunked"]] {
        assert_eq!(call(fine).0, 200, "{fine:?}");
    }
    let asked = program.seen().len();
    let refused = (400, "request.transfer_coding".to_owned());
    for bad in [
        &["gzip, chunked"][..],
        &["gzip", "chunked"],
        &["chunked, chunked"],
        &["chunked", "chunked"],
        &["identity, chunked"],
    ] {
        assert_eq!(call(bad), refused, "{bad:?}");
    }
    assert_eq!(program.seen().len(), asked, "the model saw nothing of it");
}

#[test]
fn nothing_is_expected_but_to_continue() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let call = |lines: &[&str]| {
        let add = |ask: Ask, line: &&str| ask.header("Expect", *line);
        let reply = world.ask(&lines.iter().fold(world.call().body("{}"), add));
        (reply.status, reply.reason().to_owned())
    };
    for fine in [
        &["100-continue"][..],
        &["100-Continue"],
        &["100-continue", "100-continue"],
    ] {
        assert_eq!(call(fine).0, 100, "told to go on: {fine:?}");
    }
    let refused = call(&["200-maybe"]);
    assert_eq!(refused.1, "request.expectation");
    for bad in [
        &["100-continue", "200-maybe"][..],
        &["200-maybe", "100-continue"],
        &["100-continue, 200-maybe"],
    ] {
        assert_eq!(call(bad), refused, "{bad:?}");
    }
}

#[test]
fn hosts_must_agree() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let call = |target: String, hosts: &[&str]| {
        let ask = Ask {
            target,
            ..world.call()
        }
        .bare()
        .header("Content-Length", "2");
        let ask = hosts.iter().fold(ask, |ask, host| ask.header("Host", *host));
        let reply = world.ask(&ask);
        (reply.status, reply.reason().to_owned())
    };
    let refused = (400, "request.host".to_owned());
    assert_eq!(call(path(""), &["a.test", "b.test"]), refused);
    assert_eq!(call(path(""), &["a.test", "a.test"]), refused);
    assert_eq!(call(path(""), &[]), refused);
    assert_eq!(call(path(""), &["a test"]), refused);
    assert_eq!(call(format!("http://b.test{}", path("")), &["a.test"]), refused);
    assert_eq!(call(format!("http://a.test{}", path("")), &["a.test"]).0, 200);
    assert_eq!(call(format!("http://a.test{}", path("")), &[]), refused);
    // A wrong host beats a wrong path.
    assert_eq!(call("/nowhere".into(), &[]), refused);
}

#[test]
fn head_has_no_body_and_the_length_of_one() {
    let world = World::new();
    let program = Program::start(|seen| {
        let body = if seen.line.starts_with("HEAD") {
            ""
        } else {
            "a body"
        };
        let mut bytes = answer("200 OK", "X-Length: 6\r\n", body);
        if body.is_empty() {
            bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n".to_vec();
        }
        Act::Say(bytes)
    });
    world.runs_at(program.address);
    let mut client = world.client();
    let head = |target: String| Ask::new("HEAD", target).header("X-Auth-Token", world.token());
    for _ in 0..2 {
        client.send(head(path("/any")).bytes());
        let reply = client.read_after("HEAD").unwrap();
        assert_eq!((reply.status, reply.header("content-length")), (200, "6"));
        // Refused: the length is that of the envelope, and the connection goes on.
        client.send(head(path("/nowhere")).bytes());
        let reply = client.read_after("HEAD").unwrap();
        assert_eq!((reply.status, reply.reason()), (404, "route.undeclared_path"));
        assert!(reply.header("content-length").parse::<u32>().unwrap() > 100);
    }
    assert_eq!(program.connections(), 1);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let mut bytes = Vec::new();
    for number in 0..20 {
        bytes.extend(world.call().body("x".repeat(number + 1)).bytes());
        bytes.extend(Ask::new("POST", path("/nowhere")).bytes());
    }
    let mut client = world.client();
    client.send(bytes);
    for number in 0..20 {
        assert_eq!(client.read().text(), format!("POST / HTTP/1.1 {}", number + 1));
        assert_eq!(client.read().status, 404);
    }
}

#[test]
fn an_old_client_is_served_and_let_go() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let token = world.token();
    let mut client = world.client();
    client.send(format!(
        "POST {} HTTP/1.0\r\nHost: gateway.test\r\nX-Auth-Token: {token}\r\nContent-Length: 2\r\n\r\n{{}}",
        path("")
    ));
    assert_eq!(client.read().status, 200);
    assert!(client.is_at_end());
}

#[test]
fn health_is_told_to_anybody_and_not_recorded() {
    let world = World::new();
    for (question, text) in [
        ("live", r#"{"status":"live"}"#),
        ("ready", r#"{"status":"ready"}"#),
    ] {
        let reply = world.ask(&Ask::new("GET", format!("/healthz/{question}")));
        assert_eq!((reply.status, reply.text()), (200, text));
    }
    world.apply([adyton_core::live::Change::TokenKeyGone(1)]);
    let reply = world.ask(&Ask::new("GET", "/healthz/ready"));
    assert_eq!(reply.status, 503);
    assert!(reply.text().contains("the live state"), "{}", reply.text());
    assert!(world.records().is_empty());
    assert_eq!(
        world.ask(&Ask::new("POST", "/healthz/live")).reason(),
        "route.not_an_api_address"
    );
}

#[test]
fn ids_are_unique_and_say_when() {
    let world = World::new();
    let mut client = world.client();
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..50 {
        client.send(Ask::new("GET", "/").bytes());
        let reply = client.read();
        let id: adyton_core::id::RequestId = reply.header("x-request-id").parse().unwrap();
        assert_eq!(id.at_ms(), u64::try_from(world.clock.now().millis()).unwrap());
        ids.insert(id.bits());
    }
    assert_eq!(ids.len(), 50);
}

#[test]
fn targets_that_are_no_paths_are_no_addresses() {
    let world = World::new();
    for line in [
        "OPTIONS * HTTP/1.1",
        "CONNECT gateway.test:443 HTTP/1.1",
        "GET http://gateway.test HTTP/1.1",
    ] {
        let mut client = world.client();
        client.send(format!(
            "{line}\r\nHost: gateway.test{}\r\n\r\n",
            if line.starts_with('C') { ":443" } else { "" }
        ));
        let reply = client.read();
        assert_eq!(
            (reply.status, reply.reason()),
            (404, "route.not_an_api_address"),
            "{line}"
        );
    }
}
