//! A program that is being restarted: when to come back is said as long as it is known.

use std::time::Duration;

use adyton_core::evidence::Evidence;
use adyton_core::service::ServiceStatus;
use adyton_runtime::targets::Unavailable;

use crate::client::Reply;
use crate::model::Program;
use crate::world::{INSTANCE, SERVICE, World};

fn refused(world: &World) -> Reply {
    let reply = world.ask(&world.call());
    assert_eq!((reply.status, reply.reason()), (503, "instance.restarting"));
    assert!(
        reply.text().starts_with(
            "{\"error_code\":\"ModelArts.4503\",\"error_msg\":\"Backend service respond timeout, please confirm your \
             service is able to process the request without timeout. \""
        ),
        "{}",
        reply.text()
    );
    reply
}

#[test]
fn retry_after_is_until_the_next_start_and_as_long_as_the_last_one_took() {
    let world = World::new();
    let now = world.clock.now();
    let next_start = now.after(Duration::from_millis(1500));
    world.restarts(next_start, next_start.after(Duration::from_millis(700)));
    let reply = refused(&world);
    assert_eq!(reply.header("retry-after"), "3", "2.2 s, rounded up");
    assert_eq!(
        world.record(&reply).evidence,
        Evidence::Restarting {
            service: SERVICE,
            instance: INSTANCE,
            since: now.before(Duration::from_secs(60)),
            restarts: 3,
            last_end: "it ended with signal 9".into(),
            next_start,
            server_time: now,
        }
    );
    // Whoever waits so long is let through, if the program comes back as fast as before.
    world.clock.advance(Duration::from_secs(3));
    let program = Program::echo();
    world.runs_at(program.address);
    assert_eq!(world.ask(&world.call()).status, 200);
}

#[test]
fn a_start_that_takes_longer_than_the_last_one_promises_nothing() {
    let world = World::new();
    let now = world.clock.now();
    let past = now.before(Duration::from_secs(5));
    world.restarts(past, past.after(Duration::from_secs(1)));
    assert_eq!(refused(&world).header("retry-after"), "");
}

#[test]
fn what_is_over_when_it_is_looked_at_is_told_by_the_state_alone() {
    let world = World::new();
    world.says(ServiceStatus::Concerning);
    world.publish(Vec::new(), Unavailable::Restarting);
    let reply = refused(&world);
    assert_eq!(reply.header("retry-after"), "");
    let evidence = world.record(&reply).evidence;
    assert_eq!(
        evidence.clauses(),
        ["the instances of the service are being restarted"]
    );
    let Evidence::Service { status, .. } = evidence else {
        panic!("no instance is seen");
    };
    assert_eq!(status, "concerning");
}

#[test]
fn a_refusal_for_want_of_instances_names_the_cause_that_the_service_shows() {
    let world = World::new();
    world.is_concerning("model m 0.0.1: nothing listens on 127.0.0.1:40337");
    world.publish(Vec::new(), Unavailable::NoInstance);
    let reply = world.ask(&world.call());
    assert_eq!(reply.reason(), "instance.none");
    let told = world.record(&reply).evidence.clauses();
    let cause = "model m 0.0.1: nothing listens on 127.0.0.1:40337";
    assert_eq!(told, ["no instance of the service accepts calls now", cause]);
}
