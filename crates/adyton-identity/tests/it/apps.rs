//! The simpler ways of apps, and which credential counts.

use adyton_core::catalogue::Reason;
use adyton_core::live::Change;
use adyton_core::tenant::{App, Scope};
use adyton_identity::{Accepts, Methods, Settings, Way};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::world::{
    AK, ALL, APP_CODE, APP_KEY, APP_SECRET, Call, HERE, SK, World, alice, app, message, told,
};

fn code(code: &str) -> Call {
    Call::new().header("X-Apig-AppCode", code)
}

fn pair(key: &str, secret: &str) -> Call {
    Call::new().header("X-HW-ID", key).header("X-HW-AppKey", secret)
}

#[test]
fn an_app_code_counts_where_it_is_enabled_and_nobody_listens() {
    let mut world = World::new();
    let caller = world.identify(ALL, &code(APP_CODE)).expect("known");
    assert_eq!(
        (caller.way(), caller.scope()),
        (Way::AppCode, Scope::Project(HERE))
    );
    assert_eq!(world.reason(ALL, &code("another")), Reason::AppCodeUnknown);
    let key = world.refusal(ALL, &code(APP_KEY));
    assert!(told(&key).contains("is an AppKey"), "{}", told(&key));
    assert_eq!(world.reason(ALL, &code("")), Reason::AppCodeEmpty);
    assert_eq!(
        world.reason(ALL, &code(APP_CODE).header("X-Apig-AppCode", APP_CODE)),
        Reason::AppCodeRepeated
    );
    let without = Accepts {
        app_code: false,
        ..ALL
    };
    assert_eq!(world.reason(without, &code(APP_CODE)), Reason::AppCodeDisabled);
    assert_eq!(
        world.reason(Accepts::IAM, &code(APP_CODE)),
        Reason::CredentialsNotAccepted
    );
    let open = Call {
        private: false,
        ..code(APP_CODE)
    };
    assert_eq!(world.reason(ALL, &open), Reason::AppCodeInsecure);
    world.apply(Change::App(App {
        enabled: false,
        ..app()
    }));
    assert_eq!(world.reason(ALL, &code(APP_CODE)), Reason::AppDisabled);
}

#[test]
fn a_key_pair_that_does_not_match_is_1009() {
    let mut world = World::new();
    let caller = world.identify(ALL, &pair(APP_KEY, APP_SECRET)).expect("known");
    assert_eq!(caller.way(), Way::KeyPair);
    for (call, reason) in [
        (pair(APP_KEY, "another"), Reason::AppKeyPairMismatch),
        (
            pair("ffffffffffffffffffffffffffffffff", APP_SECRET),
            Reason::AppKeyPairUnknown,
        ),
        (pair(APP_SECRET, APP_KEY), Reason::AppKeyPairUnknown),
    ] {
        let refusal = world.refusal(ALL, &call);
        assert_eq!(refusal.reason, reason);
        assert_eq!(message(&refusal), "AppKey or AppSecret is invalid");
        assert_eq!(
            (
                refusal.reason.code().entry().wire,
                refusal.reason.code().entry().status
            ),
            ("APIG.1009", 400)
        );
    }
    let swapped = world.refusal(ALL, &pair(APP_SECRET, APP_KEY));
    assert!(told(&swapped).contains("swapped"), "{}", told(&swapped));
    assert_eq!(
        world.reason(ALL, &Call::new().header("X-HW-ID", APP_KEY)),
        Reason::AppKeyPairIncomplete
    );
    assert_eq!(
        world.reason(ALL, &Call::new().header("X-HW-AppKey", APP_SECRET)),
        Reason::AppKeyPairIncomplete
    );
    assert_eq!(
        world.reason(ALL, &pair(APP_KEY, APP_SECRET).header("X-HW-ID", APP_KEY)),
        Reason::AppKeyPairRepeated
    );
    let open = Call {
        private: false,
        ..pair(APP_KEY, APP_SECRET)
    };
    assert_eq!(world.reason(ALL, &open), Reason::AppKeyPairInsecure);
    world.apply(Change::App(App {
        enabled: false,
        ..app()
    }));
    assert_eq!(world.reason(ALL, &pair(APP_KEY, APP_SECRET)), Reason::AppDisabled);
}

#[test]
fn a_pair_is_looked_at_also_where_no_app_may_call() {
    let world = World::new();
    assert_eq!(
        world.reason(Accepts::IAM, &pair(APP_KEY, "another")),
        Reason::AppKeyPairMismatch
    );
    let refusal = world.refusal(Accepts::IAM, &pair(APP_KEY, APP_SECRET));
    assert_eq!(refusal.reason, Reason::CredentialsNotAccepted);
    assert!(told(&refusal).contains("authorise the app"), "{}", told(&refusal));
}

#[test]
fn settings_open_and_close_the_other_ways() {
    let basic = |text: &str| Call::new().header("Authorization", &format!("Basic {}", STANDARD.encode(text)));
    let both = format!("{APP_KEY}:{APP_SECRET}");
    let alone = |key: &str| Call::new().header("apikey", key);
    let world = World::new();
    assert_eq!(world.reason(ALL, &basic(&both)), Reason::CredentialsNotAccepted);
    assert_eq!(world.reason(ALL, &alone(APP_KEY)), Reason::CredentialsNotAccepted);
    let settings = Settings {
        app_secret: false,
        app_basic: true,
        api_key: true,
        ..Settings::default()
    };
    let world = World::with(settings);
    assert_eq!(
        world.reason(ALL, &pair(APP_KEY, APP_SECRET)),
        Reason::CredentialsNotAccepted
    );
    assert_eq!(
        world.identify(ALL, &basic(&both)).expect("known").way(),
        Way::AppBasic
    );
    assert_eq!(
        world.reason(ALL, &basic(&format!("{APP_KEY}:other"))),
        Reason::AppKeyPairMismatch
    );
    assert_eq!(world.reason(ALL, &basic("no colon")), Reason::AppMalformed);
    assert_eq!(
        world.identify(ALL, &alone(APP_KEY)).expect("known").way(),
        Way::ApiKey
    );
    assert_eq!(world.reason(ALL, &alone("other")), Reason::AppUnknownKey);
}

#[test]
fn no_credentials_at_all_say_so() {
    let world = World::new();
    let refusal = world.refusal(ALL, &Call::new());
    assert_eq!(refusal.reason, Reason::CredentialsMissing);
    assert_eq!(
        message(&refusal),
        "Incorrect IAM authentication information: x-auth-token not found"
    );
    assert!(told(&refusal).contains("X-Apig-AppCode"), "{}", told(&refusal));
    let bearer = Call::new().header("Authorization", "Bearer abc");
    assert_eq!(world.reason(ALL, &bearer), Reason::CredentialsNotAccepted);
}

#[test]
fn of_two_credentials_the_first_that_is_accepted_counts() {
    let world = World::new();
    let issued = world.identity.issue_token(
        &world.live,
        &alice(),
        Scope::Project(HERE),
        Methods::PASSWORD,
        None,
    );
    let token = issued.expect("a token").0;
    let both = code(APP_CODE).header("X-Auth-Token", &token);
    assert_eq!(world.identify(ALL, &both).expect("known").way(), Way::Token);
    let apps_only = Accepts { iam: false, ..ALL };
    assert_eq!(
        world.identify(apps_only, &both).expect("known").way(),
        Way::AppCode
    );
    let signed = code(APP_CODE).signed(AK, SK);
    assert_eq!(world.identify(ALL, &signed).expect("known").way(), Way::AccessKey);
    // The one that counts fails: the other does not help, and the evidence says so.
    let spoilt = code(APP_CODE).header("X-Auth-Token", "abc");
    let refusal = world.refusal(ALL, &spoilt);
    assert_eq!(refusal.reason, Reason::TokenMalformed);
    assert!(
        told(&refusal).contains("several credentials were sent"),
        "{}",
        told(&refusal)
    );
}

#[test]
fn half_a_pair_says_which_half_came() {
    let world = World::new();
    let refusal = world.refusal(ALL, &Call::new().header("X-HW-ID", APP_KEY));
    assert!(
        told(&refusal).contains("\"sent\":[\"X-HW-ID\"]"),
        "{}",
        told(&refusal)
    );
    let twice = Call::new().header("X-HW-ID", APP_KEY).header("X-HW-ID", APP_KEY);
    let refusal = world.refusal(ALL, &twice);
    assert!(told(&refusal).contains("X-HW-ID (2 times)"), "{}", told(&refusal));
}

#[test]
fn a_credential_in_the_url_is_noticed() {
    let world = World::new();
    let call = Call {
        query: "x=1&X-Auth-Token=abc".into(),
        ..Call::new()
    };
    let refusal = world.refusal(ALL, &call);
    assert_eq!(refusal.reason, Reason::CredentialsMissing);
    assert!(told(&refusal).contains("in the URL"), "{}", told(&refusal));
    let fine = Call {
        query: "tokens=5&token".into(),
        ..Call::new()
    };
    assert!(!told(&world.refusal(ALL, &fine)).contains("in the URL"));
}
