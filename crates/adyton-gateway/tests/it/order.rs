//! Which refusal wins when several things are wrong: every pair, in the order of the pipeline.

use std::sync::Arc;

use adyton_core::service::Wanted;

use crate::client::Ask;
use crate::model::Program;
use crate::world::{APP_KEY, APP_SECRET, STRANGER_KEY, World, path};

/// What can be wrong, in the order in which it is noticed, and the sub-code that says so.
const FAULTS: [(&str, &str); 11] = [
    ("host", "request.host"),
    ("path", "route.undeclared_path"),
    ("uri", "uri.too_large"),
    ("header", "header.too_large"),
    ("expectation", "request.expectation"),
    ("coding", "request.transfer_coding"),
    ("authenticate", "app.key_pair_mismatch"),
    ("authorise", "app.not_authorised"),
    ("throttle", "throttle.api"),
    ("limit", "body.too_large"),
    ("dispatch", "service.stopped"),
];

fn request(faults: &[&str]) -> Ask {
    let has = |fault: &str| faults.contains(&fault);
    let mut target = path(if has("path") { "/undeclared" } else { "" });
    if has("host") {
        target.insert_str(0, "http://elsewhere.test");
    }
    if has("uri") {
        target.push_str(&format!("?{}", "q".repeat(33_000)));
    }
    let mut ask = Ask::new("POST", target)
        .header("X-HW-ID", if has("authorise") { STRANGER_KEY } else { APP_KEY })
        .header(
            "X-HW-AppKey",
            if has("authenticate") { "wrong" } else { APP_SECRET },
        );
    if has("header") {
        ask = ask.header("X-Long", "v".repeat(33_000));
    }
    if has("expectation") {
        ask = ask.header("Expect", "a-miracle");
    }
    if has("coding") {
        // In place of a length: a request with both is no request at all.
        ask.header("Transfer-Encoding", "gzip, chunked")
            .body("2\r\n{}\r\n0\r\n\r\n")
    } else if has("limit") {
        ask.header("Content-Length", "12582913")
    } else {
        ask.body("{}")
    }
}

#[test]
fn the_earlier_one_wins() {
    let program = Program::echo();
    let world = World::with(|settings| settings.default_per_second = 1);
    world.runs_at(program.address);
    // The clock stands still, so the one call a second is used up for good.
    assert_eq!(world.ask(&request(&[])).status, 200);
    for (at, (first, reason)) in FAULTS.iter().enumerate() {
        for (second, _) in &FAULTS[at..] {
            let faults = [*first, *second];
            let throttled = faults.contains(&"throttle");
            world.change_service(|service| {
                service.wanted = if faults.contains(&"dispatch") {
                    Wanted::Stopped
                } else {
                    Wanted::Running
                };
                service.calls_per_second = if throttled { None } else { Some(0) };
            });
            let reply = world.ask(&request(&faults));
            assert_eq!(reply.reason(), *reason, "{first} and {second}: {}", reply.text());
        }
    }
}

#[test]
fn a_body_over_the_limit_wins_over_a_wrong_signature() {
    let world = World::with(|settings| settings.limits.address_body = 10);
    let body = || Ask::new("POST", path("")).body("more than ten");
    let signed = world.signed(body(), APP_KEY, "not the secret");
    assert_eq!(world.ask(&signed).reason(), "body.too_large");
    let small = world.signed(Ask::new("POST", path("")).body("{}"), APP_KEY, "not the secret");
    assert_eq!(world.ask(&small).reason(), "app.bad_signature");
}

#[test]
fn a_wrong_signature_costs_nobody_a_reservation() {
    let program = Program::echo();
    let world = World::with(|settings| settings.default_per_second = 1);
    world.runs_at(program.address);
    for _ in 0..5 {
        let forged = world.signed(Ask::new("POST", path("")).body("{}"), APP_KEY, "not the secret");
        assert_eq!(world.ask(&forged).reason(), "app.bad_signature");
    }
    let signed = world.signed(Ask::new("POST", path("")).body("{}"), APP_KEY, APP_SECRET);
    assert_eq!(world.ask(&signed).status, 200);
    assert_eq!(world.ask(&signed).reason(), "throttle.api");
    assert!(Arc::strong_count(&world.identity) > 1);
}
