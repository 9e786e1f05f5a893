//! Clients that leave: the work is cancelled, the record says so.

use std::net::Shutdown;
use std::time::Duration;

use crate::in_process::echo;
use crate::model::{Act, Program, wait_for};
use crate::world::World;

/// The only record so far is of a client that left.
fn left(world: &World) {
    wait_for("the record", || world.records().len() == 1);
    let record = &world.records()[0];
    assert_eq!(
        (record.status, record.reason.unwrap().sub_code()),
        (499, "client.closed")
    );
}

#[test]
fn a_program_is_left_alone_when_its_caller_is_gone() {
    let world = World::new();
    let (program, client) = world.hanging_call();
    world.clock.advance(Duration::from_secs(3));
    drop(client);
    program.wait_until_left(1);
    left(&world);
    let record = &world.records()[0];
    assert_eq!(
        (record.took_us, record.model_us),
        (3_000_000, 3_000_000),
        "whose the time was, they want to know"
    );
}

#[test]
fn a_client_that_closes_its_sending_side_has_left() {
    let world = World::new();
    let (program, client) = world.hanging_call();
    client.stream.shutdown(Shutdown::Write).unwrap();
    program.wait_until_left(1);
    left(&world);
}

#[test]
fn a_client_that_sends_ahead_and_leaves_is_seen_to_leave() {
    let world = World::new();
    let (program, mut client) = world.hanging_call();
    client.send(b"\r\n");
    drop(client);
    program.wait_until_left(1);
    left(&world);
}

#[test]
fn a_client_that_leaves_inside_its_body_is_recorded() {
    let world = World::new();
    let mut client = world.client();
    client.send(world.call().header("Content-Length", "100").bytes());
    wait_for("the request", || world.gateway.metrics().in_flight() == 1);
    drop(client);
    wait_for("the record", || world.records().len() == 1);
    let reason = world.records()[0].reason.unwrap().sub_code();
    assert!(["client.closed", "body.broken"].contains(&reason), "{reason}");
}

#[test]
fn a_client_that_leaves_inside_an_answer_is_recorded() {
    let world = World::new();
    let program = Program::start(|_| {
        Act::Stream(vec![
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n".to_vec(),
            b"0\r\n\r\n".to_vec(),
        ])
    });
    world.runs_at(program.address);
    let mut client = world.client();
    client.send(world.call().bytes());
    program.wait_until_asked(1);
    program.release();
    while client.line().expect("a line") != "half\r\n" {}
    drop(client);
    left(&world);
    assert_eq!(world.records()[0].response_bytes, 4);
    program.release();
    program.wait_until_left(1);
}

#[test]
fn a_prediction_that_nobody_waits_for_never_starts() {
    let world = World::new();
    let (target, gate) = echo(8);
    world.runs(target);
    let large = world
        .call()
        .body(format!(r#"{{"inputs":{{"x":[1]}}{}}}"#, " ".repeat(70_000)));
    gate.close(true);
    let before = *gate.inside.lock().unwrap();
    let mut first = world.client();
    first.send(large.bytes());
    wait_for("the model to begin", || {
        *gate.inside.lock().unwrap() == before + 1
    });
    let mut second = world.client();
    second.send(large.bytes());
    wait_for("the second to wait", || world.gateway.metrics().in_flight() == 2);
    drop(second);
    left(&world);
    gate.close(false);
    assert_eq!(first.read().status, 200);
    assert_eq!(*gate.inside.lock().unwrap(), before + 1, "only the first ran");
}
