//! What is wrong with the request itself: its address, its head, its body, its frequency.

use std::time::Duration;

use adyton_core::catalogue::Reason;

use super::Case;
use crate::client::{Ask, Reply};
use crate::in_process::echo;
use crate::model::{Program, wait_for};
use crate::world::{World, path};

pub(super) const CASES: &[Case] = &[
    (Reason::RouteNotAnApiAddress, || post("/")),
    (Reason::RouteMalformedServiceId, || post("/v1/infers/my-service")),
    (Reason::RouteNoSuchService, || {
        post("/v1/infers/00000000-0000-4000-8000-000000000000")
    }),
    (Reason::RouteUndeclaredPath, || post(&path("/predict"))),
    (Reason::RouteWrongMethod, || ask(|_| Ask::new("GET", path("")))),
    (Reason::RouteNotInStage, || {
        ask(|world| world.call().header("X-Stage", "BETA"))
    }),
    (Reason::RouteDotSegment, || post(&path("/%2e%2E/x"))),
    (Reason::RouteBadEncoding, || post(&path("/%zz"))),
    (Reason::RequestHost, || ask(|_| Ask::new("POST", path("")).bare())),
    (Reason::RequestUnreadable, || {
        let world = World::new();
        let mut client = world.client();
        client.send("nonsense\r\n\r\n");
        let reply = client.read();
        (world, reply)
    }),
    (Reason::UriTooLarge, || {
        post(&format!("{}?{}", path(""), "q".repeat(32 * 1024)))
    }),
    (Reason::HeaderTooLarge, || {
        ask(|world| world.call().header("X-Long", "v".repeat(32 * 1024)))
    }),
    (Reason::HeadersTooLarge, || {
        ask(|world| {
            (0..13).fold(world.call(), |ask, at| {
                ask.header(&format!("X-Pad-{at}"), "p".repeat(10_240))
            })
        })
    }),
    (Reason::RequestExpectation, || {
        ask(|world| world.call().header("Expect", "a-miracle"))
    }),
    (Reason::RequestTransferCoding, || {
        ask(|world| {
            world
                .call()
                .header("Transfer-Encoding", "gzip, chunked")
                .body("2\r\n{}\r\n0\r\n\r\n")
        })
    }),
    (Reason::RequestContentCoding, || {
        let world = World::new();
        let (target, _) = echo(8);
        world.runs(target);
        let reply = world.ask(&world.call().header("Content-Encoding", "br"));
        (world, reply)
    }),
    (Reason::ThrottleApi, throttled),
    (Reason::BodyTooLarge, || {
        ask(|world| {
            Ask::new("POST", path(""))
                .header("X-Auth-Token", world.token())
                .header("Content-Length", "12582913")
        })
    }),
    (Reason::BodyTooSlow, too_slow),
    (Reason::BodyBroken, || {
        let chunked = |world: &World| {
            world
                .call()
                .header("Transfer-Encoding", "chunked")
                .body("2\r\n{}\r\nnonsense\r\n")
        };
        ask(chunked)
    }),
];

fn ask(make: impl FnOnce(&World) -> Ask) -> (World, Reply) {
    let world = World::new();
    let reply = world.ask(&make(&world));
    (world, reply)
}

fn post(target: &str) -> (World, Reply) {
    ask(|world| Ask {
        target: target.to_owned(),
        ..world.call()
    })
}

fn throttled() -> (World, Reply) {
    let world = World::with(|settings| settings.default_per_second = 1);
    let program = Program::echo();
    world.runs_at(program.address);
    assert_eq!(world.ask(&world.call()).status, 200);
    let reply = world.ask(&world.call());
    (world, reply)
}

fn too_slow() -> (World, Reply) {
    let world = World::new();
    let mut client = world.client();
    client.send(world.call().header("Content-Length", "10").bytes());
    wait_for("the request to be in the pipeline", || {
        world.gateway.metrics().in_flight() == 1
    });
    // The gateway's clock stands still: the wait begins some time after the request does, so it is moved until it ends.
    wait_for("the refusal", || {
        world.clock.advance(Duration::from_secs(1));
        !world.records().is_empty()
    });
    let reply = client.read();
    (world, reply)
}
