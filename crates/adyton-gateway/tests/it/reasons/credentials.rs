//! What is wrong with tokens, AppCodes and key pairs; and callers who may not.

use std::net::SocketAddr;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::clock::Clock;
use adyton_core::id::AppId;
use adyton_core::live::Change;
use adyton_core::tenant::{App, RevokedToken, Scope, User};
use adyton_identity::{Identity, Methods, Settings};

use super::Case;
use crate::client::{Ask, Reply};
use crate::world::{
    ADMIN, APP, APP_CODE, APP_KEY, APP_SECRET, AUDITOR, OTHER_PROJECT, PROJECT, STRANGER_KEY, World, app,
    path,
};

pub(super) const CASES: &[Case] = &[
    (Reason::CredentialsMissing, || ask(|_| bare())),
    (Reason::CredentialsNotAccepted, || {
        ask(|world| {
            world.change_service(|service| service.app_auth = false);
            bare().header("X-Apig-AppCode", APP_CODE)
        })
    }),
    (Reason::TokenMalformed, || {
        ask(|_| with_token("not-a-token".into()))
    }),
    (Reason::TokenRepeated, || {
        ask(|world| with_token(world.token()).header("X-Auth-Token", world.token()))
    }),
    (Reason::TokenUnknownKey, || {
        ask(|world| {
            let token = world.token();
            world.apply([Change::TokenKeyGone(1)]);
            with_token(token)
        })
    }),
    (Reason::TokenUndecryptable, || {
        ask(|world| {
            let token = world.token();
            let (start, end) = token.split_at(token.len() / 2);
            let other = if end.starts_with('A') { 'B' } else { 'A' };
            with_token(format!("{start}{other}{}", &end[1..]))
        })
    }),
    (Reason::TokenExpired, || {
        ask(|world| {
            let token = world.token();
            world.clock.advance(Duration::from_secs(25 * 3600));
            with_token(token)
        })
    }),
    (Reason::TokenNotYetValid, || {
        ask(|world| {
            let later = Clock::manual(world.clock.now().after(Duration::from_secs(3600)));
            let live = world.cell.load();
            let user = live.user(ADMIN).unwrap();
            let issued = Identity::new(later, Settings::default()).issue_token(
                &live,
                user,
                Scope::Project(PROJECT),
                Methods::PASSWORD,
                None,
            );
            with_token(issued.unwrap().0)
        })
    }),
    (Reason::TokenUserDisabled, || {
        ask(|world| outdated(world, |user| user.enabled = false))
    }),
    (Reason::TokenUserDeleted, || {
        ask(|world| {
            let token = world.token();
            world.apply([Change::UserGone(ADMIN)]);
            with_token(token)
        })
    }),
    (Reason::TokenSuperseded, || {
        ask(|world| outdated(world, |user| user.token_epoch += 1))
    }),
    (Reason::TokenRevoked, || {
        ask(|world| {
            let token = world.token();
            let contents = world
                .identity
                .inspect_token(&world.cell.load(), token.as_bytes())
                .unwrap();
            let revoked = RevokedToken {
                id: contents.id,
                revoked_at: world.clock.now(),
                expires_at: contents.expires_at,
            };
            world.apply([Change::TokenRevoked(revoked)]);
            with_token(token)
        })
    }),
    (Reason::AppCodeUnknown, || {
        ask(|_| bare().header("X-Apig-AppCode", "nobody's"))
    }),
    (Reason::AppCodeEmpty, || {
        ask(|_| bare().header("X-Apig-AppCode", ""))
    }),
    (Reason::AppCodeRepeated, || {
        ask(|_| {
            bare()
                .header("X-Apig-AppCode", APP_CODE)
                .header("X-Apig-AppCode", APP_CODE)
        })
    }),
    (Reason::AppCodeDisabled, || {
        ask(|world| {
            world.change_service(|service| service.app_code = false);
            bare().header("X-Apig-AppCode", APP_CODE)
        })
    }),
    (Reason::AppCodeInsecure, || {
        on_a_network(bare().header("X-Apig-AppCode", APP_CODE))
    }),
    (Reason::AppKeyPairIncomplete, || {
        ask(|_| bare().header("X-HW-ID", APP_KEY))
    }),
    (Reason::AppKeyPairRepeated, || {
        ask(|_| pair(APP_KEY, APP_SECRET).header("X-HW-AppKey", APP_SECRET))
    }),
    (Reason::AppKeyPairInsecure, || {
        on_a_network(pair(APP_KEY, APP_SECRET))
    }),
    (Reason::AppKeyPairUnknown, || {
        ask(|_| pair("00000000000000000000000000000000", APP_SECRET))
    }),
    (Reason::AppKeyPairMismatch, || {
        ask(|_| pair(APP_KEY, "another secret"))
    }),
    (Reason::AppDisabled, || {
        ask(|world| {
            world.apply([Change::App(App {
                enabled: false,
                ..app(APP, APP_KEY)
            })]);
            pair(APP_KEY, APP_SECRET)
        })
    }),
    (Reason::AppLocked, || {
        ask(|world| {
            for _ in 0..100 {
                world.ask(&pair(APP_KEY, "another secret"));
            }
            pair(APP_KEY, APP_SECRET)
        })
    }),
    (Reason::IamOtherProject, || {
        ask(|world| with_token(world.token_of(ADMIN, Scope::Project(OTHER_PROJECT))))
    }),
    (Reason::IamNotPermitted, || {
        ask(|world| with_token(world.token_of(AUDITOR, Scope::Project(PROJECT))))
    }),
    (Reason::AppNotAuthorised, || {
        ask(|_| pair(STRANGER_KEY, APP_SECRET))
    }),
];

fn bare() -> Ask {
    Ask::new("POST", path("")).body("{}")
}

fn with_token(token: String) -> Ask {
    bare().header("X-Auth-Token", token)
}

fn pair(key: &str, secret: &str) -> Ask {
    bare().header("X-HW-ID", key).header("X-HW-AppKey", secret)
}

fn ask(make: impl FnOnce(&World) -> Ask) -> (World, Reply) {
    let world = World::new();
    let reply = world.ask(&make(&world));
    (world, reply)
}

/// A token that was issued before the user changed.
fn outdated(world: &World, change: impl FnOnce(&mut User)) -> Ask {
    let token = world.token();
    let mut user = User::clone(world.cell.load().user(ADMIN).unwrap());
    change(&mut user);
    world.apply([Change::User(user)]);
    with_token(token)
}

/// On a listener that others can reach, where what is sent in the clear can be read.
fn on_a_network(ask: Ask) -> (World, Reply) {
    let world = World::with(|settings| settings.listen = SocketAddr::from(([0, 0, 0, 0], 0)));
    let mut client =
        crate::client::Client::connect(SocketAddr::from(([127, 0, 0, 1], world.address().port())));
    client.send(ask.bytes());
    let reply = client.read();
    assert_ne!(APP, AppId::from_bits(0));
    (world, reply)
}
