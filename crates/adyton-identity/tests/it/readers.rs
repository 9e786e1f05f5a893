//! Who may read what became of a request: whoever proves the credential that it named, also while that is locked for calls.

use std::net::IpAddr;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::holder::Holder;
use adyton_core::live::Change;
use adyton_core::tenant::{App, User};
use adyton_identity::Accepts;
use adyton_identity::lockout::{ACCESS_KEY, READER};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::world::{AK, ALICE, ALL, APP, APP_CODE, APP_KEY, APP_SECRET, Call, SK, World, alice, app};

const ALICES: Holder = Holder::User(ALICE);
const APPS: Holder = Holder::App(APP);

#[test]
fn a_locked_key_reads_and_calls_nothing() {
    let world = World::new();
    for (key, secret, locking, reason) in [
        (AK, SK, 6, Reason::AkskLocked),
        (APP_KEY, APP_SECRET, 100, Reason::AppLocked),
    ] {
        let (wrong, right) = (
            Call::new().signed(key, "another secret"),
            Call::new().signed(key, secret),
        );
        for _ in 0..locking {
            world.refusal(ALL, &wrong);
        }
        assert_eq!(world.reason(ALL, &right), reason);
        let reader = world.identify(ALL, &right.clone().reading()).expect("its owner");
        assert_eq!(
            world.reason(ALL, &right),
            reason,
            "{:?} unlocked it",
            reader.holder()
        );
    }
}

#[test]
fn secrets_are_not_tried_at_the_other_door() {
    let world = World::new();
    let wrong = Call::new().signed(AK, "another secret").reading();
    for _ in 0..ACCESS_KEY.locking_failure {
        assert_eq!(world.reason(ALL, &wrong), Reason::AkskBadSignature);
    }
    let right = Call::new().signed(AK, SK);
    assert_eq!(world.reason(ALL, &right.clone().reading()), Reason::AkskLocked);
    assert_eq!(
        world.reason(ALL, &right),
        Reason::AkskLocked,
        "what fails there counts here too"
    );
    let elsewhere = Call {
        source: IpAddr::from([10, 0, 0, 1]),
        ..right
    };
    assert!(world.identify(ALL, &elsewhere).is_ok());
    let pair = |secret: &str| {
        Call::new()
            .header("X-HW-ID", APP_KEY)
            .header("X-HW-AppKey", secret)
            .reading()
    };
    for _ in 0..100 {
        assert_eq!(world.reason(ALL, &pair("wrong")), Reason::AppKeyPairMismatch);
    }
    assert_eq!(world.reason(ALL, &pair(APP_SECRET)), Reason::AppLocked);
}

#[test]
fn asking_in_vain_is_bounded_by_source_and_by_who_asks() {
    let world = World::new();
    let (here, there) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
    for _ in 0..READER.locking_failure {
        assert_eq!(world.identity.may_read(None, here), Ok(()));
        world.identity.read_in_vain(None, here);
        world.identity.read_in_vain(Some(ALICES), there);
    }
    assert_eq!(world.identity.may_read(None, here), Err(READER.lock_for));
    assert_eq!(world.identity.may_read(None, there), Ok(()));
    assert_eq!(world.identity.may_read(Some(APPS), there), Ok(()));
    assert!(world.identity.may_read(Some(ALICES), there).is_err());
    world.clock.advance(Duration::from_secs(5 * 60));
    assert_eq!(world.identity.may_read(None, here), Ok(()));
}

#[test]
fn a_refused_request_names_whose_credential_it_carried() {
    let mut world = World::new();
    let basic = STANDARD.encode(format!("{APP_KEY}:wrong"));
    for (accepts, call, holder) in [
        (
            Accepts::IAM,
            Call::new().header("X-Apig-AppCode", APP_CODE),
            Some(APPS),
        ),
        (Accepts::IAM, Call::new().header("X-HW-ID", APP_KEY), Some(APPS)),
        (
            Accepts::IAM,
            Call::new().header("Authorization", &format!("Basic {basic}")),
            Some(APPS),
        ),
        (Accepts::IAM, Call::new().header("apikey", APP_KEY), Some(APPS)),
        (
            ALL,
            Call::new()
                .header("X-HW-ID", APP_KEY)
                .header("X-HW-AppKey", "wrong"),
            Some(APPS),
        ),
        (ALL, Call::new().header("X-Apig-AppCode", "another"), None),
        (ALL, Call::new(), None),
        (ALL, Call::new().header("X-Auth-Token", "nonsense"), None),
    ] {
        assert_eq!(
            world.refusal(accepts, &call).evidence.holder(),
            holder,
            "{:?}",
            call.headers
        );
    }
    let (token, _) = world.issue();
    world.apply(Change::User(User {
        token_epoch: 99,
        ..alice()
    }));
    let superseded = Call::new().header("X-Auth-Token", &token);
    assert_eq!(world.refusal(ALL, &superseded).evidence.holder(), Some(ALICES));
    let named = |call: &Call| world.identity.holder(&world.live, &call.request());
    assert_eq!(
        named(&superseded),
        Some(ALICES),
        "of a route that was not found, too"
    );
    assert_eq!(named(&Call::new().signed(AK, "wrong")), Some(ALICES));
    assert_eq!(named(&Call::new().signed(APP_KEY, "wrong")), Some(APPS));
}

#[test]
fn what_was_disabled_reads_nothing() {
    let mut world = World::new();
    world.apply(Change::App(App {
        enabled: false,
        ..app()
    }));
    let code = Call::new().header("X-Apig-AppCode", APP_CODE).reading();
    assert_eq!(world.reason(ALL, &code), Reason::AppDisabled);
    world.apply(Change::User(User {
        enabled: false,
        ..alice()
    }));
    assert_eq!(
        world.reason(ALL, &Call::new().signed(AK, SK).reading()),
        Reason::AkskUserDisabled
    );
}
