//! What is wrong behind the gateway: the service's state, its instances, its model; and the gateway itself.

use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::service::{ServiceStatus, Wanted};
use adyton_runtime::targets::Unavailable;

use super::Case;
use crate::apis;
use crate::client::Reply;
use crate::in_process::echo;
use crate::model::{Act, Program, wait_for};
use crate::world::World;

pub(super) const CASES: &[Case] = &[
    (Reason::ServiceStopped, || {
        not_running(|world| {
            world.change_service(|service| service.wanted = Wanted::Stopped);
        })
    }),
    (Reason::ServiceDeploying, || {
        not_running(|world| world.says(ServiceStatus::Deploying))
    }),
    (Reason::ServiceFailed, || {
        not_running(|world| world.says(ServiceStatus::Failed))
    }),
    (Reason::InstanceNone, || {
        not_running(|world| {
            world.publish(Vec::new(), Unavailable::NoInstance);
        })
    }),
    (Reason::InstanceRestarting, || {
        not_running(|world| {
            let next = world.clock.now().after(Duration::from_millis(1500));
            world.restarts(next, next.after(Duration::from_millis(700)));
        })
    }),
    (Reason::InstanceRefused, || {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        not_running(|world| {
            world.runs_at(closed);
        })
    }),
    (Reason::InstanceClosed, || {
        program(|| Act::SayAndClose(Vec::new()))
    }),
    (Reason::InstanceBadAnswer, || {
        program(|| Act::SayAndClose(b"this is not HTTP\r\n\r\n".to_vec()))
    }),
    (Reason::PredictionTimeout, too_late),
    (Reason::PredictionStalled, stalled),
    (Reason::BackendUnreachable, apis::unreachable),
    (Reason::BackendAddressDenied, apis::denied),
    (Reason::BackendClosed, || {
        apis::fails(|| Act::SayAndClose(Vec::new()))
    }),
    (Reason::BackendBadAnswer, || {
        apis::fails(|| Act::SayAndClose(b"this is not HTTP\r\n\r\n".to_vec()))
    }),
    (Reason::BackendTimeout, apis::too_late),
    (Reason::BackendStalled, apis::stalled),
    (Reason::BackendNoMember, apis::no_member),
    (Reason::GatewayStopping, stopped_while_waiting),
    (Reason::ServiceQueueFull, queue_full),
    (Reason::RequestEmpty, || in_process("")),
    (Reason::ModelBadInput, || {
        in_process(r#"{"inputs":{"x":["seven"]}}"#)
    }),
    (Reason::ModelFailed, || in_process(r#"{"inputs":{"x":[-1]}}"#)),
    (Reason::Internal, || {
        // A defect: what says why a service does not run panics.
        not_running(|world| world.breaks())
    }),
];

fn not_running(change: impl FnOnce(&World)) -> (World, Reply) {
    let world = World::new();
    change(&world);
    let reply = world.ask(&world.call());
    (world, reply)
}

fn program(act: fn() -> Act) -> (World, Reply) {
    let program = Program::start(move |_| act());
    not_running(|world| {
        world.runs_at(program.address);
    })
}

fn in_process(body: &str) -> (World, Reply) {
    let world = World::new();
    world.runs(echo(8).0);
    let reply = world.ask(&world.call().body(body));
    (world, reply)
}

fn too_late() -> (World, Reply) {
    let world = World::new();
    let (program, mut client) = world.hanging_call();
    world.clock.advance(Duration::from_secs(41));
    let reply = client.read();
    program.wait_until_left(1);
    (world, reply)
}

fn stalled() -> (World, Reply) {
    // The limit for the first byte does not pass before that for the next one.
    let world = World::with(|settings| settings.time_limits.prediction = Duration::from_secs(1_000_000));
    let program =
        Program::start(|_| Act::Say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec()));
    world.runs_at(program.address);
    let mut client = world.client();
    client.send(world.call().bytes());
    program.wait_until_asked(1);
    wait_for("the refusal", || {
        world.clock.advance(Duration::from_secs(301));
        !world.records().is_empty()
    });
    let reply = client.read();
    program.wait_until_left(1);
    (world, reply)
}

fn stopped_while_waiting() -> (World, Reply) {
    let world = World::new();
    let (_program, mut client) = world.hanging_call();
    let gateway = Arc::clone(&world.gateway);
    let drained = thread::spawn(move || gateway.drain(Duration::from_millis(20)));
    let reply = client.read();
    drained.join().unwrap();
    (world, reply)
}

/// One call runs, one waits, and the model may have no more waiting: of the others, all are refused.
fn queue_full() -> (World, Reply) {
    let world = World::new();
    let (target, gate) = echo(2);
    world.runs(target);
    let large = world
        .call()
        .body(format!(r#"{{"inputs":{{"x":[1]}}{}}}"#, " ".repeat(70_000)));
    gate.close(true);
    let before = *gate.inside.lock().unwrap();
    let mut clients: Vec<_> = (0..3).map(|_| world.client()).collect();
    clients[0].send(large.bytes());
    wait_for("the model to begin", || *gate.inside.lock().unwrap() > before);
    clients[1].send(large.bytes());
    clients[2].send(large.bytes());
    wait_for("one to be refused", || world.records().len() == 1);
    gate.close(false);
    let mut replies: Vec<_> = clients.iter_mut().map(|client| client.read()).collect();
    let refused = replies
        .iter()
        .position(|reply| reply.status == 429)
        .expect("one of three is refused");
    let reply = replies.swap_remove(refused);
    assert!(replies.iter().all(|reply| reply.status == 200));
    (world, reply)
}
