//! Limits, exact at the byte; `Expect`; and what becomes of a connection whose body was refused.

use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use adyton_core::evidence::Evidence;
use adyton_core::measured::Measured;

use crate::client::{Ask, Client};
use crate::model::{Act, Program, answer, ok};
use crate::world::{World, path};

const MIB: usize = 1024 * 1024;

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for piece in body.chunks(64 * 1024) {
        bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

#[test]
fn a_body_at_the_limit_declared_and_chunked() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    for (length, status) in [(12 * MIB - 1, 200), (12 * MIB, 200), (12 * MIB + 1, 413)] {
        let declared = world.call().body(vec![b'x'; length]);
        let reply = world.ask(&declared);
        assert_eq!(reply.status, status, "{length} declared: {}", reply.text());
        let stream = world
            .call()
            .header("Transfer-Encoding", "chunked")
            .body(chunked(&vec![b'x'; length]));
        let reply = world.ask(&stream);
        assert_eq!(reply.status, status, "{length} chunked: {}", reply.text());
        if status == 200 {
            assert_eq!(reply.text(), format!("POST / HTTP/1.1 {length}"));
        }
    }
}

#[test]
fn a_far_too_large_body_gets_its_answer_and_no_reset() {
    let world = World::new();
    for mode in ["declared", "chunked"] {
        // The client writes everything before it reads, as simple clients do.
        let body = vec![b'x'; 13 * MIB];
        let ask = match mode {
            "declared" => world.call().body(body),
            _ => world
                .call()
                .header("Transfer-Encoding", "chunked")
                .body(chunked(&body)),
        };
        let mut client = world.client();
        client.send(ask.bytes());
        let reply = client.read();
        assert_eq!(
            (reply.status, reply.reason(), reply.closes()),
            (413, "body.too_large", true),
            "{mode}"
        );
        assert!(client.is_at_end());
    }
}

#[test]
fn settings_move_the_limits() {
    let world = World::with(|settings| {
        settings.limits.address_body = 10;
        settings.limits.uri = 100;
    });
    let program = Program::echo();
    world.runs_at(program.address);
    assert_eq!(world.ask(&world.call().body("0123456789")).status, 200);
    let reply = world.ask(&world.call().body("0123456789a"));
    assert_eq!(reply.status, 413);
    let Evidence::Size {
        what,
        limit,
        declared,
        measured,
        setting,
    } = world.record(&reply).evidence
    else {
        panic!("no size in the evidence");
    };
    assert_eq!(
        (what, limit, declared, measured),
        (Measured::Body, 10, Some(11), None)
    );
    assert_eq!(setting, "limits.address_body");
}

#[test]
fn heads_at_their_limits() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    for (over, reason) in [(-1i64, ""), (0, ""), (1, "uri.too_large")] {
        let start = path("?pad=");
        let length = usize::try_from(32 * 1024 + over).unwrap() - start.len();
        let reply = world.ask(&Ask {
            target: format!("{start}{}", "p".repeat(length)),
            ..world.call()
        });
        assert_eq!(reply.reason(), reason, "a URI {over} over");
    }
    for (over, reason) in [(-1i64, ""), (0, ""), (1, "header.too_large")] {
        let length = usize::try_from(32 * 1024 + over).unwrap() - "x-long".len() - 4;
        let reply = world.ask(&world.call().header("X-Long", "v".repeat(length)));
        assert_eq!(reply.reason(), reason, "a header {over} over");
    }
    for (over, reason) in [(-1i64, ""), (0, ""), (1, "headers.too_large")] {
        let mut ask = (0..12).fold(world.call(), |ask, at| {
            ask.header(&format!("X-Pad-{at:02}"), "p".repeat(10_000))
        });
        ask = ask
            .header("Host", "gateway.test")
            .header("Content-Length", "2")
            .bare();
        let sum: usize = ask
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len() + 4)
            .sum();
        let rest = usize::try_from(128 * 1024 + over).unwrap() - sum - "x-rest".len() - 4;
        let reply = world.ask(&ask.header("X-Rest", "r".repeat(rest)));
        assert_eq!(reply.reason(), reason, "headers {over} over");
    }
}

#[test]
fn heads_beyond_our_limits_are_still_ours_to_refuse() {
    let world = World::new();
    let reply = world.ask(&Ask {
        target: path(&format!("?{}", "q".repeat(60_000))),
        ..world.call()
    });
    assert_eq!(reply.reason(), "uri.too_large");
    let many = (0..90).fold(world.call(), |ask, at| {
        ask.header(&format!("X-{at}"), "v".repeat(1600))
    });
    assert_eq!(world.ask(&many).reason(), "headers.too_large");
}

#[test]
fn what_the_parser_refuses_has_an_id_and_a_record() {
    let world = World::new();
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "p".repeat(70_000));
    for (sent, status, reason, method) in [
        ("nonsense\r\n\r\n", 400, "request.unreadable", "nonsense"),
        (
            "GET /x?token=secret HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
            400,
            "request.unreadable",
            "GET",
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
            400,
            "request.unreadable",
            "POST",
        ),
        (&long, 414, "uri.too_large", "GET"),
    ] {
        // At once, and in two pieces.
        for pieces in [vec![sent], vec![&sent[..4], &sent[4..]]] {
            let mut client = world.client();
            for piece in pieces {
                client.send_apart(piece);
            }
            let reply = client.read();
            assert_eq!(
                (reply.status, reply.reason(), reply.closes()),
                (status, reason, true),
                "{}",
                &sent[..9]
            );
            assert!(
                reply.text().contains("\"error_code\":\"APIG.0201\""),
                "{}",
                reply.text()
            );
            assert!(client.is_at_end());
            let record = world.record(&reply);
            assert_eq!((record.status, record.method.as_str()), (status, method));
            assert!(!record.query.contains("secret"), "{}", record.query);
        }
    }
    assert!(
        world
            .gateway
            .metrics()
            .render()
            .contains("\nadyton_gateway_unreadable_heads_total 8\n")
    );
}

#[test]
fn a_refusal_of_the_parser_after_an_answer_has_an_id_too() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let mut client = world.client();
    for _ in 0..2 {
        client.send(world.call().bytes());
        assert_eq!(client.read().status, 200);
    }
    client.send("nonsense\r\n\r\n");
    let reply = client.read();
    assert_eq!((reply.status, reply.reason()), (400, "request.unreadable"));
    assert_eq!(world.record(&reply).status, 400);
}

/// The parser closes such a connection without a word.
#[test]
fn who_speaks_http2_is_told_that_it_is_not_spoken() {
    let world = World::new();
    let mut client = world.client();
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
    let reply = client.read();
    assert_eq!((reply.status, reply.reason()), (400, "request.unreadable"));
    assert!(client.is_at_end());
    assert_eq!(world.record(&reply).status, 400);
}

#[test]
fn many_header_lines_are_forwarded_up_to_the_limits_in_bytes() {
    let world = World::new();
    let program = Program::start(|seen| {
        ok(&format!(
            "{}",
            seen.headers
                .iter()
                .filter(|line| line.starts_with("x-many-"))
                .count()
        ))
    });
    world.runs_at(program.address);
    let with = |lines: usize| {
        (0..lines)
            .fold(world.call(), |ask, at| ask.header(&format!("X-Many-{at}"), "v"))
            .body("{\n\n\n}\n".repeat(200))
    };
    let mut client = world.client();
    for lines in [90, 99, 100, 101, 150, 3, 2_000, 5_000, 0] {
        client.send(with(lines).bytes());
        let reply = client.read();
        assert_eq!(
            (reply.status, reply.text()),
            (200, lines.to_string().as_str()),
            "{lines} lines"
        );
    }
    // In pieces, as a slow line delivers it.
    let bytes = with(300).bytes();
    for piece in bytes.chunks(bytes.len() / 7) {
        client.send_apart(piece);
    }
    assert_eq!(client.read().text(), "300");
    // Sent ahead, behind others that the parser reads in one go.
    let ahead: Vec<u8> = [0, 150, 3, 101, 100].map(|lines| with(lines).bytes()).concat();
    client.send(ahead);
    for lines in ["0", "150", "3", "101", "100"] {
        assert_eq!(client.read().text(), lines);
    }
    // Over the limit in bytes, or in lines.
    for lines in [12_000, 20_000] {
        let mut client = world.client();
        let mut ask = world.call();
        ask.headers
            .extend((0..lines).map(|_| ("X-Many-1".to_owned(), "v".to_owned())));
        client.try_send(ask.bytes());
        let reply = client.read();
        assert_eq!(
            (reply.status, reply.reason()),
            (494, "headers.too_large"),
            "{lines} lines"
        );
        assert_eq!(world.record(&reply).status, 494);
    }
}

#[test]
fn an_answer_with_many_headers_is_passed_on() {
    let world = World::new();
    let headers: String = (0..500).map(|at| format!("X-Many-{at}: v\r\n")).collect();
    let program = Program::start(move |_| Act::Say(answer("200 OK", &headers, "{}")));
    world.runs_at(program.address);
    let reply = world.ask(&world.call());
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(
        reply
            .headers
            .keys()
            .filter(|name| name.starts_with("x-many-"))
            .count(),
        500
    );
}

#[test]
fn a_body_is_asked_for_when_it_is_wanted_and_not_before() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let expecting = |ask: Ask, length: &str| {
        ask.header("Expect", "100-continue")
            .header("Content-Length", length)
            .body("")
    };
    let mut client = world.client();
    client.send(expecting(world.call(), "2").bytes());
    assert_eq!(client.read().status, 100);
    client.send("{}");
    assert_eq!(client.read().status, 200);
    // Too large, and a stranger: the final answer comes at once, and the connection ends, since nobody knows whether the
    // body follows.
    for (ask, status) in [(world.call(), 413), (Ask::new("POST", path("")), 401)] {
        let mut client = world.client();
        client.send(expecting(ask, "12582913").bytes());
        let reply = client.read();
        assert_eq!((reply.status, reply.closes()), (status, true));
        assert!(client.is_at_end());
    }
}

#[test]
fn a_refused_small_body_leaves_the_connection_usable() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let mut client = world.client();
    for _ in 0..3 {
        client.send(Ask::new("POST", path("")).body("x".repeat(10_000)).bytes());
        let reply = client.read();
        assert_eq!((reply.status, reply.closes()), (401, false));
        client.send(world.call().bytes());
        assert_eq!(client.read().status, 200);
    }
    let chunks = world
        .call()
        .header("X-Stage", "BETA")
        .header("Transfer-Encoding", "chunked")
        .body(chunked(b"abc"));
    client.send(chunks.bytes());
    assert_eq!((client.read().status, 1), (404, 1));
    client.send(world.call().bytes());
    assert_eq!(client.read().status, 200);
}

#[test]
fn a_large_body_of_a_stranger_is_not_read() {
    let world = World::new();
    let mut client = world.client();
    client.send(
        Ask::new("POST", path(""))
            .header("Content-Length", "10000000")
            .bytes(),
    );
    let reply = client.read();
    assert_eq!((reply.status, reply.closes()), (401, true));
    assert_eq!(world.record(&reply).request_bytes, 0);
}

#[test]
fn a_slow_reader_of_a_refusal_stops_nobody_else() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    // A client that goes on sending after its refusal is drained in the background.
    let mut rude = world.client();
    rude.send(world.call().header("Content-Length", "20000000").bytes());
    assert_eq!(rude.read().status, 413);
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let sender = thread::spawn(
        move || {
            while !stopped.load(Ordering::SeqCst) && rude.try_send([0u8; 1024]) {}
        },
    );
    for _ in 0..20 {
        assert_eq!(world.ask(&world.call()).status, 200);
    }
    stop.store(true, Ordering::SeqCst);
    sender.join().unwrap();
}

/// How many steps of `seconds` pass on the gateway's clock until it closes the connection. A step takes longer than the
/// gateway needs to look at its connections, once a second.
fn steps_until_closed(world: &World, client: &mut Client, seconds: u64) -> u32 {
    client
        .stream
        .set_read_timeout(Some(Duration::from_millis(1_500)))
        .unwrap();
    for step in 1..10 {
        world.clock.advance(Duration::from_secs(seconds));
        if client.stream.read(&mut [0u8; 1]).is_ok_and(|read| read == 0) {
            return step;
        }
    }
    panic!("the connection stays open");
}

#[test]
fn idle_and_dawdling_connections_are_closed() {
    let world = World::new();
    let mut idle = world.client();
    idle.send(Ask::new("GET", "/healthz/live").bytes());
    assert_eq!(idle.read().status, 200);
    assert_eq!(steps_until_closed(&world, &mut idle, 121), 1);
    let mut dawdling = world.client();
    dawdling.send("POST / HTTP/1.1\r\nHost: a");
    let steps = steps_until_closed(&world, &mut dawdling, 31);
    assert!(
        steps <= 2,
        "a head that is begun has 30 s, a connection 120: {steps} steps of 31 s"
    );
}

#[test]
fn bodies_below_a_large_limit_take_memory_only_as_they_arrive() {
    let world = World::with(|settings| settings.limits.address_body = 300 * MIB as u64);
    let program = Program::echo();
    world.runs_at(program.address);
    // Each may become 300 MiB, four times that is more than all bodies may take together; what counts is what has come.
    let bytes = world
        .call()
        .header("Transfer-Encoding", "chunked")
        .body(chunked(&vec![b'x'; MIB]))
        .bytes();
    thread::scope(|scope| {
        for _ in 0..4 {
            let (mut client, bytes) = (world.client(), &bytes);
            scope.spawn(move || {
                client.send(bytes);
                assert_eq!(client.read().status, 200);
            });
        }
    });
}
