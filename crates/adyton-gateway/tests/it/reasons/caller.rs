//! What is wrong with signatures, of users and of apps.

use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::digest::Sha256;
use adyton_core::live::Change;
use adyton_core::tenant::{AccessKey, User};

use super::Case;
use crate::client::{Ask, Reply};
use crate::world::{ACCESS, ADMIN, APP_KEY, APP_SECRET, SECRET, World, path};

pub(super) const CASES: &[Case] = &[
    (Reason::AkskMalformed, || sent("SDK-HMAC-SHA256 nonsense")),
    (Reason::AkskRepeated, || signed(ACCESS, SECRET, twice)),
    (Reason::AkskUnsupportedAlgorithm, || {
        sent(&format!("SDK-HMAC-SM3 {}", fields(ACCESS)))
    }),
    (Reason::AkskUnknownKey, || {
        signed("BBBBBBBBBBBBBBBBBBBB", SECRET, |ask| ask)
    }),
    (Reason::AkskAppKey, || {
        let world = World::new();
        world.change_service(|service| service.app_auth = false);
        let reply = world.ask(&world.signed(bare(), APP_KEY, APP_SECRET));
        (world, reply)
    }),
    (Reason::AkskKeyDisabled, || {
        after(|world| {
            world.apply([Change::AccessKey(AccessKey {
                enabled: false,
                ..world.access_key()
            })]);
        })
    }),
    (Reason::AkskUserDisabled, || {
        after(|world| {
            let user = User {
                enabled: false,
                ..User::clone(world.cell.load().user(ADMIN).unwrap())
            };
            world.apply([Change::User(user)]);
        })
    }),
    (Reason::AkskSecurityToken, || {
        signed(ACCESS, SECRET, |ask| ask.header("X-Security-Token", "temporary"))
    }),
    (Reason::AkskDateMissing, || signed(ACCESS, SECRET, without_date)),
    (Reason::AkskDateMalformed, || {
        signed(ACCESS, SECRET, |ask| redated(ask, "yesterday"))
    }),
    (Reason::AkskDateNotSigned, || {
        signed(ACCESS, SECRET, |ask| signing(ask, "host"))
    }),
    (Reason::AkskClockSkew, || skewed(ACCESS, SECRET)),
    (Reason::AkskSignedHeaderMissing, || {
        signed(ACCESS, SECRET, |ask| signing(ask, "host;x-never-sent;x-sdk-date"))
    }),
    (Reason::AkskBadSignature, || {
        signed(ACCESS, "not the secret", |ask| ask)
    }),
    (Reason::AkskSigningMistake, || {
        signed(ACCESS, &format!("{SECRET}\n"), |ask| ask)
    }),
    (Reason::AkskBodyDigest, || another_body(ACCESS, SECRET)),
    (Reason::AkskLocked, || {
        let world = World::new();
        for _ in 0..6 {
            world.ask(&world.signed(bare(), ACCESS, "not the secret"));
        }
        let reply = world.ask(&world.signed(bare(), ACCESS, SECRET));
        (world, reply)
    }),
    (Reason::AppMalformed, || {
        sent(&format!("SDK-HMAC-SHA256 Access={APP_KEY}, nonsense"))
    }),
    (Reason::AppRepeated, || signed(APP_KEY, APP_SECRET, twice)),
    (Reason::AppUnsupportedAlgorithm, || {
        sent(&format!("SDK-HMAC-SM3 {}", fields(APP_KEY)))
    }),
    (Reason::AppUnknownKey, || {
        signed("00000000000000000000000000000000", APP_SECRET, |ask| ask)
    }),
    (Reason::AppDateMissing, || {
        signed(APP_KEY, APP_SECRET, without_date)
    }),
    (Reason::AppDateMalformed, || {
        signed(APP_KEY, APP_SECRET, |ask| redated(ask, "yesterday"))
    }),
    (Reason::AppDateNotSigned, || {
        signed(APP_KEY, APP_SECRET, |ask| signing(ask, "host"))
    }),
    (Reason::AppClockSkew, || skewed(APP_KEY, APP_SECRET)),
    (Reason::AppSignedHeaderMissing, || {
        signed(APP_KEY, APP_SECRET, |ask| {
            signing(ask, "host;x-never-sent;x-sdk-date")
        })
    }),
    (Reason::AppBadSignature, || {
        signed(APP_KEY, "not the secret", |ask| ask)
    }),
    (Reason::AppSecretMistake, || {
        signed(APP_KEY, &format!("{APP_SECRET}\n"), |ask| ask)
    }),
    (Reason::AppSigningMistake, || {
        // Signed without the query that it is sent with.
        signed(APP_KEY, APP_SECRET, |ask| Ask {
            target: format!("{}?a=1", ask.target),
            ..ask
        })
    }),
    (Reason::AppBodyDigest, || another_body(APP_KEY, APP_SECRET)),
];

fn bare() -> Ask {
    Ask::new("POST", path(""))
        .header("Content-Type", "application/json")
        .body("{}")
}

fn fields(key: &str) -> String {
    format!(
        "Access={key}, SignedHeaders=host;x-sdk-date, Signature={}",
        "0".repeat(64)
    )
}

fn sent(authorization: &str) -> (World, Reply) {
    let world = World::new();
    let reply = world.ask(
        &bare()
            .header("Authorization", authorization)
            .header("X-Sdk-Date", "20260922T000000Z"),
    );
    (world, reply)
}

/// Signed as it should be, then changed.
fn signed(key: &str, secret: &str, change: fn(Ask) -> Ask) -> (World, Reply) {
    let world = World::new();
    let reply = world.ask(&change(world.signed(bare(), key, secret)));
    (world, reply)
}

fn after(change: impl FnOnce(&World)) -> (World, Reply) {
    let world = World::new();
    change(&world);
    let reply = world.ask(&world.signed(bare(), ACCESS, SECRET));
    (world, reply)
}

fn skewed(key: &str, secret: &str) -> (World, Reply) {
    let world = World::new();
    let late = world.clock.now().before(Duration::from_secs(16 * 60));
    let reply = world.ask(&world.signed_at(bare(), key, secret, late));
    (world, reply)
}

/// The digest of one body is signed and declared, and another is sent.
fn another_body(key: &str, secret: &str) -> (World, Reply) {
    let world = World::new();
    let declared = bare().header("X-Sdk-Content-Sha256", Sha256::of(b"{}").to_string());
    let reply = world.ask(&world.signed(declared, key, secret).body("[]"));
    (world, reply)
}

fn without_date(mut ask: Ask) -> Ask {
    ask.headers.retain(|(name, _)| name != "X-Sdk-Date");
    ask
}

/// With the same header a second time.
fn twice(mut ask: Ask) -> Ask {
    let is_it = |(name, _): &&(String, String)| name == "Authorization";
    let again = ask.headers.iter().find(is_it).unwrap().clone();
    ask.headers.push(again);
    ask
}

fn redated(ask: Ask, date: &str) -> Ask {
    without_date(ask).header("X-Sdk-Date", date)
}

/// Names other headers as signed.
fn signing(mut ask: Ask, names: &str) -> Ask {
    for (name, value) in &mut ask.headers {
        if name == "Authorization" {
            let (start, rest) = value.split_once("SignedHeaders=").unwrap();
            let (_, end) = rest.split_once(',').unwrap();
            *value = format!("{start}SignedHeaders={names},{end}");
        }
    }
    ask
}
