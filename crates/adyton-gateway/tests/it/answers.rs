//! Answers of programs in every form that HTTP/1.1 allows, and in some that it does not.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::client::{Ask, Client};
use crate::model::{Act, Program, answer, ok, wait_for};
use crate::world::World;

/// What a client gets from a program that says these bytes, and closes or not.
fn passed(said: &[u8], closes: bool) -> (u16, String, String) {
    let world = World::new();
    let said = said.to_vec();
    let program = Program::start(move |_| match closes {
        true => Act::SayAndClose(said.clone()),
        false => Act::Say(said.clone()),
    });
    world.runs_at(program.address);
    let reply = world.ask(&world.call());
    (reply.status, reply.text().to_owned(), reply.reason().to_owned())
}

#[test]
fn every_form_of_body_arrives_whole() {
    for (said, closes) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole", false),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwhole",
            true,
        ),
        ("HTTP/1.1 200 OK\r\n\r\nwhole", true),
        ("HTTP/1.0 200 OK\r\n\r\nwhole", true),
        (
            "HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nwhole",
            false,
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nwh\r\n3\r\nole\r\n0\r\nX-Trailer: 1\r\n\r\n",
            false,
        ),
        ("HTTP/1.1 200 OK\nContent-Length: 5\n\nwhole", false),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole",
            false,
        ),
    ] {
        assert_eq!(
            passed(said.as_bytes(), closes),
            (200, "whole".to_owned(), String::new()),
            "{said:?}"
        );
    }
    let (status, body, _) = passed(b"HTTP/1.1 204 No Content\r\n\r\n", false);
    assert_eq!((status, body.as_str()), (204, ""));
}

#[test]
fn what_is_no_answer_is_refused() {
    for (said, reason) in [
        ("hello, gateway\r\n", "instance.bad_answer"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nwhole",
            "instance.bad_answer",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nwhole",
            "instance.bad_answer",
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
            "instance.bad_answer",
        ),
        ("HTTP/1.1 200 OK\r\nContent-Len", "instance.closed"),
        ("HTTP/1.1 100 Continue\r\n\r\n", "instance.closed"),
    ] {
        let (status, _, seen) = passed(said.as_bytes(), true);
        assert_eq!((status, seen.as_str()), (500, reason), "{said:?}");
    }
}

#[test]
fn a_chunk_that_is_none_is_refused_while_nothing_has_gone_out() {
    let said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n";
    let (status, _, reason) = passed(said, false);
    assert_eq!((status, reason.as_str()), (500, "instance.bad_answer"));
}

#[test]
fn a_chunk_that_is_none_breaks_the_answer_off() {
    let world = World::new();
    let program = Program::start(|_| {
        Act::Stream(vec![
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n".to_vec(),
            b"\r\n".to_vec(),
        ])
    });
    world.runs_at(program.address);
    let mut client = world.client();
    client.send(world.call().bytes());
    program.wait_until_asked(1);
    program.release();
    while client.line().expect("a line") != "half\r\n" {}
    program.release();
    assert!(client.is_at_end(), "half an answer looks whole");
    wait_for("the record", || world.records().len() == 1);
    assert_eq!(
        world.records()[0].reason.unwrap().sub_code(),
        "instance.bad_answer"
    );
}

#[test]
fn codings_that_cannot_be_undone_are_refused_and_a_length_is_passed_on_once() {
    let said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let (status, _, reason) = passed(said, false);
    assert_eq!((status, reason.as_str()), (500, "instance.bad_answer"));
    let world = World::new();
    let program =
        Program::start(|_| Act::Say(b"HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc".to_vec()));
    world.runs_at(program.address);
    let reply = world.ask(&world.call());
    assert_eq!((reply.text(), reply.header("content-length")), ("abc", "3"));
}

/// Bytes behind an answer must never become the answer to somebody else's request.
#[test]
fn what_an_instance_says_unasked_reaches_nobody() {
    let world = World::new();
    let program = Program::start(|seen| {
        let mut said = answer("200 OK", "", "first");
        said.extend(answer("200 OK", "", "somebody else's"));
        match seen.number {
            1 => Act::Say(said),
            _ => ok("never on this connection"),
        }
    });
    world.runs_at(program.address);
    for number in 1..=5 {
        let reply = world.ask(&world.call());
        assert_eq!((reply.status, reply.text()), (200, "first"));
        assert_eq!(program.connections(), number);
    }
}

#[test]
fn an_instance_that_spoke_unasked_once_is_asked_once_a_connection() {
    let world = World::new();
    let spoke = AtomicBool::new(false);
    let program = Program::start(move |_| {
        let mut said = answer("200 OK", "", "mine");
        if !spoke.swap(true, Ordering::SeqCst) {
            said.extend(answer("200 OK", "", "somebody else's"));
        }
        Act::Say(said)
    });
    world.runs_at(program.address);
    // One connection, so one worker: each learns for itself whom to trust.
    let mut client = world.client();
    for number in 1..=5 {
        client.send(world.call().bytes());
        assert_eq!(client.read().text(), "mine");
        assert_eq!(program.connections(), number);
    }
}

#[test]
fn an_answer_that_comes_before_the_body_was_read_passes() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let world = World::new();
    world.runs_at(listener.local_addr().unwrap());
    let (answered, has_answered) = mpsc::channel::<()>();
    let program = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = [0; 4096];
        assert!(stream.read(&mut head).unwrap() > 0);
        stream
            .write_all(&answer("413 Payload Too Large", "", "too long"))
            .unwrap();
        // Nothing more is read before the caller has the answer; then the rest, until the gateway leaves.
        has_answered.recv_timeout(Duration::from_secs(20)).unwrap();
        std::io::copy(&mut stream, &mut std::io::sink()).map_or(0, |rest| rest)
    });
    // More than the buffers between the two take.
    let long = 12 * 1024 * 1024;
    let reply = world.ask(&world.call().body(vec![b'x'; long]));
    assert_eq!((reply.status, reply.text()), (413, "too long"));
    answered.send(()).unwrap();
    assert!(
        program.join().unwrap() < long as u64,
        "nobody waited for the body to be sent"
    );
}

#[test]
fn an_answer_may_come_while_the_body_is_still_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let world = World::new();
    world.runs_at(listener.local_addr().unwrap());
    let long = 8 * 1024 * 1024;
    // Answers the head at once, and counts the body only then.
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut piece = vec![0; 64 * 1024];
        let mut seen = Vec::new();
        while !seen.windows(4).any(|window| window == b"\r\n\r\n") {
            let read = stream.read(&mut piece).unwrap();
            assert!(read > 0, "the gateway closed");
            seen.extend_from_slice(&piece[..read]);
        }
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n")
            .unwrap();
        let end = seen.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        let mut body = seen.len() - end;
        while body < long {
            let read = stream.read(&mut piece).unwrap();
            assert!(read > 0, "the gateway closed");
            body += read;
        }
        stream.write_all(b"6\r\n, done\r\n0\r\n\r\n").unwrap();
    });
    let mut client = Client::connect(world.address());
    client.send(world.call().body(vec![b'x'; long]).bytes());
    let reply = client.read();
    assert_eq!((reply.status, reply.text()), (200, "begun, done"));
}

#[test]
fn the_date_of_answers_follows_a_clock_that_is_set_back() {
    let world = World::new();
    let now = world.clock.now();
    let probe = Ask::new("GET", "/healthz/live");
    for day in [
        now.after(Duration::from_secs(3 * 86_400)),
        now.before(Duration::from_secs(5 * 86_400)),
    ] {
        world.clock.set(day);
        for ask in [&world.call(), &probe] {
            wait_for("the date", || world.ask(ask).header("date") == day.to_http_date());
        }
    }
}

#[test]
fn the_date_that_a_program_says_is_passed_on() {
    let world = World::new();
    let said = "Thu, 15 Jan 2026 08:15:30 GMT";
    let program = Program::start(move |_| Act::Say(answer("200 OK", &format!("Date: {said}\r\n"), "")));
    world.runs_at(program.address);
    assert_eq!(world.ask(&world.call()).header("date"), said);
}
