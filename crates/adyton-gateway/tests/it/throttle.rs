//! The throttle: `Retry-After` is true, refused calls cost nothing, and what is left is said.

use std::time::Duration;

use adyton_core::evidence::Evidence;
use adyton_core::throttled::ThrottleSetting;

use crate::client::Ask;
use crate::model::Program;
use crate::world::World;

fn world(calls: u32) -> (World, Program) {
    let world = World::with(|settings| settings.default_per_second = calls);
    let program = Program::echo();
    world.runs_at(program.address);
    (world, program)
}

#[test]
fn who_waits_as_long_as_told_is_let_through() {
    let (world, _program) = world(3);
    for left in (0..3).rev() {
        let reply = world.ask(&world.call());
        let expected = format!("remain:{left},limit:3,time:1 second");
        assert_eq!(
            (reply.status, reply.header("x-apig-ratelimit-api-allenv")),
            (200, expected.as_str())
        );
    }
    let refused = world.ask(&world.call());
    assert_eq!((refused.status, refused.header("retry-after")), (429, "1"));
    assert_eq!(
        refused.header("x-apig-ratelimit-api-allenv"),
        "remain:0,limit:3,time:1 second"
    );
    assert!(
        refused
            .text()
            .contains("policy api over ratelimit,limit:3,time:1 second"),
        "{}",
        refused.text()
    );
    let Evidence::Throttle {
        retry_after_ms,
        setting,
        ..
    } = world.record(&refused).evidence
    else {
        panic!("no throttle in the evidence");
    };
    assert_eq!(
        (retry_after_ms, setting),
        (334, ThrottleSetting::DefaultPerSecond)
    );
    world.clock.advance(Duration::from_millis(retry_after_ms - 1));
    assert_eq!(world.ask(&world.call()).status, 429);
    world.clock.advance(Duration::from_millis(1));
    assert_eq!(world.ask(&world.call()).status, 200);
}

#[test]
fn calls_that_are_refused_later_give_their_reservation_back() {
    let (world, _program) = world(1);
    let too_large = Ask::new("POST", crate::world::path("")).header("X-Auth-Token", world.token());
    for _ in 0..5 {
        let reply = world.ask(&too_large.clone().header("Content-Length", "12582913"));
        assert_eq!(reply.reason(), "body.too_large");
    }
    assert_eq!(world.ask(&world.call()).status, 200);
    assert_eq!(world.ask(&world.call()).status, 429);
}

#[test]
fn a_service_sets_its_own_limit_or_none() {
    let (world, _program) = world(1);
    world.change_service(|service| service.calls_per_second = Some(2));
    let statuses = |times: usize| {
        (0..times)
            .map(|_| world.ask(&world.call()).status)
            .collect::<Vec<_>>()
    };
    assert_eq!(statuses(3), [200, 200, 429]);
    world.change_service(|service| service.calls_per_second = Some(0));
    assert_eq!(statuses(10), [200; 10]);
}

#[test]
fn workers_share_one_limit() {
    let world = World::with(|settings| {
        settings.default_per_second = 10;
        settings.threads = 3;
    });
    let program = Program::echo();
    world.runs_at(program.address);
    let passed = (0..40).filter(|_| world.ask(&world.call()).status == 200).count();
    assert_eq!(passed, 10);
}
