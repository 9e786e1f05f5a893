//! A thousand changes of the configuration while calls and streams are under way: none of them is lost, and each call sees one
//! configuration.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use adyton_core::evidence::Evidence;
use adyton_core::id::InstanceId;
use adyton_gateway::settings::{GatewaySettings, Limits};
use adyton_runtime::targets::{Instance, Target, Unavailable};

use crate::client::{Client, Reply};
use crate::model::{Act, Program, ok};
use crate::world::{MODEL, World};

const CHANGES: u64 = 1_000;
const STREAMS: usize = 20;
const CALLERS: usize = 3;
/// The two limits that bodies have in turn, and a body between them.
const LIMITS: [u64; 2] = [1_000, 2_000];
const BETWEEN: usize = 1_500;

/// Streams to whoever asks for it, in two pieces that the test lets out; else answers at once.
fn program() -> Program {
    Program::start(|seen| {
        match seen.header("x-stream") {
        Some(_) => Act::Stream(vec![
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n".to_vec(),
            b"3\r\ntwo\r\n0\r\n\r\n".to_vec(),
        ]),
        None => ok("answered"),
    }
    })
}

/// The service runs as these programs.
fn runs(world: &World, programs: &[Program]) {
    let instances = (1..).zip(programs).map(|(id, program)| {
        let target = Target::from(program.address);
        Instance::new(InstanceId::from_bits(id), MODEL, target, world.tally.clone())
    });
    world.publish(instances.collect(), Unavailable::NoInstance);
}

fn limited(address_body: u64) -> GatewaySettings {
    GatewaySettings {
        default_per_second: 0,
        limits: Limits {
            address_body,
            ..Limits::DEFAULT
        },
        ..GatewaySettings::default()
    }
}

/// Reads the head and the first piece of a stream.
fn first_piece(client: &mut Client) -> Vec<u8> {
    while client.line().expect("a head") != "\r\n" {}
    assert_eq!(client.line().as_deref(), Some("3\r\n"));
    let piece = client.take(3).expect("a piece");
    client.line();
    piece
}

/// Calls until it is told to stop: a small body, and one that one of the two limits forbids. Gives the refusals.
fn calls(world: &World, is_over: &AtomicBool, answered: &AtomicU64) -> Vec<Reply> {
    let (small, between) = (world.call(), world.call().body(vec![b' '; BETWEEN]));
    let (mut client, mut refused) = (world.client(), Vec::new());
    while !is_over.load(Ordering::SeqCst) {
        for ask in [&small, &between] {
            client.send(ask.bytes());
            let reply = client.read_after("POST").expect("an answer to each call");
            answered.fetch_add(1, Ordering::SeqCst);
            match reply.status {
                200 => assert_eq!(reply.text(), "answered"),
                413 => {
                    assert!(ask.body.len() == BETWEEN, "small bodies are within both limits");
                    // What was refused unread ends its connection.
                    client = world.client();
                    refused.push(reply);
                }
                other => panic!("{other} {}", reply.text()),
            }
        }
    }
    refused
}

#[test]
fn a_thousand_changes_lose_no_call_and_no_stream() {
    let world = World::with(|settings| settings.limits.address_body = LIMITS[0]);
    let (old, new) = ((0..STREAMS).map(|_| program()).collect::<Vec<_>>(), [program()]);
    runs(&world, &old);
    let mut streams: Vec<Client> = Vec::new();
    for begun in 1..=STREAMS {
        let mut client = world.client();
        client.send(world.call().header("X-Stream", "1").bytes());
        crate::model::wait_for("a program to be asked", || {
            old.iter().map(|program| program.seen().len()).sum::<usize>() == begun
        });
        streams.push(client);
    }
    // Each call goes where nothing is under way.
    assert!(old.iter().all(|program| program.seen().len() == 1));
    old.iter().for_each(Program::release);
    for stream in &mut streams {
        assert_eq!(first_piece(stream), b"one");
    }

    let (is_over, answered) = (AtomicBool::new(false), AtomicU64::new(0));
    let refused: Vec<Reply> = thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| scope.spawn(|| calls(&world, &is_over, &answered)))
            .collect();
        for change in 1..=CHANGES {
            let is_even = change % 2 == 0;
            runs(&world, if is_even { &old } else { &new });
            world.change_service(|service| service.generation += 1);
            world.gateway.reload(&limited(LIMITS[usize::from(!is_even)]));
            let before = answered.load(Ordering::SeqCst);
            crate::model::wait_for("a call after the change", || {
                answered.load(Ordering::SeqCst) > before || callers.iter().any(|caller| caller.is_finished())
            });
        }
        is_over.store(true, Ordering::SeqCst);
        callers
            .into_iter()
            .flat_map(|caller| caller.join().expect("no call is lost"))
            .collect()
    });
    assert!(answered.load(Ordering::SeqCst) >= CHANGES);
    // What a call was compared with is what it is told: never one limit in the step and another in the words.
    for reply in refused.iter().take(50) {
        let record = world.record(reply);
        assert!(
            matches!(record.evidence, Evidence::Size { limit, .. } if limit == LIMITS[0]),
            "{record:?}"
        );
    }

    old.iter().for_each(Program::release);
    for stream in &mut streams {
        assert_eq!(stream.line().as_deref(), Some("3\r\n"));
        assert_eq!(stream.take(3).as_deref(), Some(&b"two"[..]));
        assert_eq!(stream.line().as_deref(), Some("\r\n"));
        assert_eq!(stream.line().as_deref(), Some("0\r\n"));
    }
}
