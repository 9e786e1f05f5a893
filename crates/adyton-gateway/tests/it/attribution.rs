//! Whose call a record says it was: only who was proven, whatever key the request names.

use adyton_core::evidence::Evidence;

use crate::client::Ask;
use crate::model::Program;
use crate::world::{ACCESS, APP_KEY, APP_SECRET, SECRET, World, path};

/// The name in the record of a signed request, with what the evidence keeps of the key.
fn seen(world: &World, ask: Ask, key: &str, secret: &str) -> (u16, Option<String>, String) {
    let reply = world.ask(&world.signed(ask, key, secret));
    let record = world.record(&reply);
    let claimed = match record.evidence {
        Evidence::Signature(seen) => seen.key,
        _ => String::new(),
    };
    (reply.status, record.caller.map(|caller| caller.name), claimed)
}

#[test]
fn a_refused_signature_is_nobodys() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let with_body = || Ask::new("POST", path("")).body("{}");
    let too_large = || Ask::new("POST", path("")).header("Content-Length", "12582913");
    for (key, secret, name, status) in [(ACCESS, SECRET, "admin", 401), (APP_KEY, APP_SECRET, "app", 400)] {
        let proven = seen(&world, with_body(), key, secret);
        assert_eq!(proven.0, 200);
        assert!(proven.1.is_some(), "{name}");
        let refused = seen(&world, with_body(), key, "another secret");
        assert_eq!(refused, (status, None, key.to_owned()), "{name}");
        // Refused before the body could prove anything.
        assert_eq!(
            seen(&world, too_large(), key, secret),
            (413, None, String::new()),
            "{name}"
        );
    }
}

#[test]
fn a_refused_token_code_or_pair_is_nobodys() {
    let world = World::new();
    let ask = || Ask::new("POST", path("")).body("{}");
    for ask in [
        ask().header("X-Auth-Token", format!("{}x", world.token())),
        ask().header("X-Apig-AppCode", "no such code"),
        ask()
            .header("X-HW-ID", APP_KEY)
            .header("X-HW-AppKey", "another secret"),
    ] {
        let reply = world.ask(&ask);
        assert!(reply.status == 400 || reply.status == 401);
        assert_eq!(world.record(&reply).caller, None);
    }
}
