//! Signed requests: AK/SK and apps, every refusal, lock-out, mistakes.

use std::net::IpAddr;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::digest::Sha256;
use adyton_core::evidence::Evidence;
use adyton_core::live::Change;
use adyton_core::record::Door;
use adyton_core::tenant::{AccessKey, App, Scope, User};
use adyton_identity::{Accepts, Settings, Standing, Way};
use adyton_sign::OutgoingBody;
use proptest::prelude::*;

use crate::world::{
    AK, ALL, APP, APP_KEY, APP_SECRET, Call, DOMAIN, SK, World, access_key, alice, app, cost, message,
    mistake, start, told,
};

const IAM_FAILS: &str = "Incorrect IAM authentication information: verify aksk signature fail";

/// One call for each of the two kinds of keys.
fn kinds() -> [(&'static str, &'static str, bool); 2] {
    [(AK, SK, false), (APP_KEY, APP_SECRET, true)]
}

fn pick(app: bool, access_key: Reason, of_app: Reason) -> Reason {
    if app { of_app } else { access_key }
}

#[test]
fn a_signature_proves_its_key() {
    let world = World::new();
    let caller = world.identify(ALL, &Call::new().signed(AK, SK)).expect("known");
    assert_eq!(
        (caller.way(), caller.scope()),
        (Way::AccessKey, Scope::Domain(DOMAIN))
    );
    assert_eq!(
        caller.user().map(|user| user.name.clone()).as_deref(),
        Some("alice")
    );
    let caller = world
        .identify(ALL, &Call::new().signed(APP_KEY, APP_SECRET))
        .expect("known");
    assert_eq!(
        (caller.way(), caller.app().map(|app| app.id)),
        (Way::AppSignature, Some(APP))
    );
}

#[test]
fn only_a_body_without_declared_hash_is_waited_for() {
    let world = World::new();
    let standing = |call: &Call| {
        world
            .identity
            .identify(&world.live, &ALL, &call.request())
            .expect("stands")
    };
    assert!(matches!(
        standing(&Call::new().signed(AK, SK)),
        Standing::Provisional(_)
    ));
    assert!(matches!(
        standing(&Call::new().body("").signed(AK, SK)),
        Standing::Verified(_)
    ));
    let unsigned = Call::new().signed_with(AK, SK, start(), OutgoingBody::Unsigned);
    let Standing::Verified(verified) = standing(&unsigned) else {
        panic!("all is known")
    };
    assert_eq!(verified.body_digest(), None);
    let hash = Sha256::of(b"{\"x\":1}");
    let declared = Call::new()
        .header("X-Sdk-Content-Sha256", &hash.to_string())
        .signed(AK, SK);
    let Standing::Verified(verified) = standing(&declared) else {
        panic!("all is known")
    };
    assert_eq!(verified.body_digest(), Some(hash));
    assert_eq!(
        verified.check(Sha256::EMPTY).expect_err("another body").reason,
        Reason::AkskBodyDigest
    );
}

#[test]
fn another_body_than_signed_is_refused() {
    let world = World::new();
    for (key, secret, app) in kinds() {
        let mut call = Call::new().signed(key, secret);
        call.body = b"{\"x\":2}".to_vec();
        assert_eq!(
            world.reason(ALL, &call),
            pick(app, Reason::AkskBadSignature, Reason::AppBadSignature)
        );
        let declared = Call::new().header("X-Sdk-Content-Sha256", &Sha256::of(b"{\"x\":1}").to_string());
        let mut call = declared.signed(key, secret);
        call.body = b"{\"x\":2}".to_vec();
        assert_eq!(
            world.reason(ALL, &call),
            pick(app, Reason::AkskBodyDigest, Reason::AppBodyDigest)
        );
        let call = Call::new()
            .header("X-Sdk-Content-Sha256", "ABCdef")
            .signed(key, secret);
        assert_eq!(
            world.reason(ALL, &call),
            pick(app, Reason::AkskBodyDigest, Reason::AppBodyDigest)
        );
    }
}

#[test]
fn the_empty_bodys_hash_counts_as_unsigned_only_when_that_is_signed() {
    let world = World::new();
    let empty = OutgoingBody::Hashed(Sha256::EMPTY);
    // As the Python SDK does: the declaration is signed, with the hash of the empty body.
    let sdk = Call::new()
        .header("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD")
        .signed_with(AK, SK, start(), empty);
    assert!(world.identify(ALL, &sdk).is_ok());
    // Somebody took the signature of an empty request and put a body and the header on it.
    let forged = Call::new()
        .signed_with(AK, SK, start(), empty)
        .header("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD");
    assert_eq!(
        mistake(&world.refusal(ALL, &forged)).as_deref(),
        Some("body.empty_hash")
    );
}

#[test]
fn headers_that_cannot_be_read_have_their_reasons() {
    let world = World::new();
    for (key, secret, app) in kinds() {
        let good = Call::new().signed(key, secret);
        let header = good
            .headers
            .iter()
            .find(|(name, _)| name == "Authorization")
            .expect("signed")
            .1
            .clone();
        let with = |value: String| {
            good.clone()
                .without("Authorization")
                .header("Authorization", &value)
        };
        let check = |call: Call, reason| assert_eq!(world.reason(ALL, &call), reason, "{:?}", call.headers);
        let malformed = pick(app, Reason::AkskMalformed, Reason::AppMalformed);
        check(with(header.replace(", Signature=", ", Sig=")), malformed);
        check(with(header[..header.len() - 1].to_owned()), malformed);
        let repeated = pick(app, Reason::AkskRepeated, Reason::AppRepeated);
        check(good.clone().header("Authorization", &header), repeated);
        let other = pick(
            app,
            Reason::AkskUnsupportedAlgorithm,
            Reason::AppUnsupportedAlgorithm,
        );
        check(with(header.replace("SDK-HMAC-SHA256", "SDK-HMAC-SM3")), other);
        check(
            with(header.replace("SDK-HMAC-SHA256 Access", "V11-HMAC-SHA256 Credential")),
            other,
        );
        let unsigned_date = pick(app, Reason::AkskDateNotSigned, Reason::AppDateNotSigned);
        check(with(header.replace(";x-sdk-date", "")), unsigned_date);
        check(
            good.clone().without("X-Sdk-Date"),
            pick(app, Reason::AkskDateMissing, Reason::AppDateMissing),
        );
        let neither = with(header.replace(";x-sdk-date", "")).without("X-Sdk-Date");
        check(
            neither,
            pick(app, Reason::AkskDateMissing, Reason::AppDateMissing),
        );
        let odd_date = pick(app, Reason::AkskDateMalformed, Reason::AppDateMalformed);
        check(
            good.clone()
                .without("X-Sdk-Date")
                .header("X-Sdk-Date", "2026-01-15T08:15:30Z"),
            odd_date,
        );
        check(good.clone().header("X-Sdk-Date", "20260115T081530Z"), odd_date);
        let missing = pick(
            app,
            Reason::AkskSignedHeaderMissing,
            Reason::AppSignedHeaderMissing,
        );
        check(good.clone().without("Host"), missing);
    }
}

#[test]
fn the_clock_must_be_within_fifteen_minutes() {
    let world = World::new();
    let window = Duration::from_secs(15 * 60);
    for (key, secret, app) in kinds() {
        let at = |at| Call::new().signed_at(key, secret, at);
        assert!(world.identify(ALL, &at(start().before(window))).is_ok());
        assert!(world.identify(ALL, &at(start().after(window))).is_ok());
        let refusal = world.refusal(ALL, &at(start().before(window + Duration::from_secs(1))));
        assert_eq!(
            refusal.reason,
            pick(app, Reason::AkskClockSkew, Reason::AppClockSkew)
        );
        let says = "signature expired, signature time:20260115T080029Z,server time:20260115T081530Z";
        assert!(message(&refusal).ends_with(says), "{}", message(&refusal));
        assert!(told(&refusal).contains("901 s ago"), "{}", told(&refusal));
        let ahead = at(start().after(window + Duration::from_secs(1)));
        assert_eq!(
            world.reason(ALL, &ahead),
            pick(app, Reason::AkskClockSkew, Reason::AppClockSkew)
        );
    }
}

#[test]
fn an_unknown_key_is_told_by_its_shape_and_by_what_is_accepted() {
    let world = World::new();
    let check = |key: &str, accepts, reason, says: &str| {
        let refusal = world.refusal(accepts, &Call::new().signed(key, "whatever"));
        assert_eq!(
            (refusal.reason, message(&refusal).as_str()),
            (reason, says),
            "{key}"
        );
    };
    let aksk = |key: &str| {
        format!("Incorrect IAM authentication information: Get secretKey failed,ak:{key},err:ak not exist")
    };
    let unknown = "ANOTHERACCESSKEY0001";
    check(unknown, ALL, Reason::AkskUnknownKey, &aksk(unknown));
    check("odd", Accepts::IAM, Reason::AkskUnknownKey, &aksk("odd"));
    let hex = "ffffffffffffffffffffffffffffffff";
    let app = format!("Incorrect app authentication information: app not found, appkey {hex}");
    check(hex, ALL, Reason::AppUnknownKey, &app);
    check(APP_KEY, Accepts::IAM, Reason::AkskAppKey, &aksk(APP_KEY));
    let refusal = world.refusal(Accepts::IAM, &Call::new().signed(APP_KEY, APP_SECRET));
    assert!(told(&refusal).contains("authorise the app"), "{}", told(&refusal));
}

#[test]
fn disabled_keys_users_and_apps_are_refused() {
    let mut world = World::new();
    let (ours, apps) = (
        Call::new().signed(AK, SK),
        Call::new().signed(APP_KEY, APP_SECRET),
    );
    world.apply(Change::App(App {
        enabled: false,
        ..app()
    }));
    assert_eq!(world.reason(ALL, &apps), Reason::AppDisabled);
    world.apply(Change::User(User {
        enabled: false,
        ..alice()
    }));
    assert_eq!(world.reason(ALL, &ours), Reason::AkskUserDisabled);
    world.apply(Change::UserGone(alice().id));
    assert_eq!(world.reason(ALL, &ours), Reason::AkskUserDisabled);
    world.apply(Change::AccessKey(AccessKey {
        enabled: false,
        ..access_key()
    }));
    assert_eq!(world.reason(ALL, &ours), Reason::AkskKeyDisabled);
    let world = World::new();
    let temporary = Call::new().header("X-Security-Token", "abc").signed(AK, SK);
    assert_eq!(world.reason(ALL, &temporary), Reason::AkskSecurityToken);
}

#[test]
fn a_key_taken_away_while_the_body_arrives_is_noticed() {
    let mut world = World::new();
    let call = Call::new().signed(AK, SK);
    let request = call.request();
    let Standing::Provisional(provisional) = world
        .identity
        .identify(&world.live, &ALL, &request)
        .expect("stands")
    else {
        panic!("it waits for the body")
    };
    world.apply(Change::User(User {
        enabled: false,
        ..alice()
    }));
    let digest = Sha256::of(&call.body);
    let refused = provisional.prove(&world.identity, &world.live, &request, digest, &call.body);
    assert_eq!(refused.expect_err("gone").reason, Reason::AkskUserDisabled);
}

#[test]
fn another_secret_is_0301_for_access_keys_and_1009_for_apps() {
    let world = World::new();
    let refusal = world.refusal(ALL, &Call::new().signed(AK, "another secret"));
    assert_eq!(
        (refusal.reason, message(&refusal).as_str()),
        (Reason::AkskBadSignature, IAM_FAILS)
    );
    let refusal = world.refusal(ALL, &Call::new().signed(APP_KEY, "another secret"));
    let entry = refusal.reason.code().entry();
    assert_eq!(
        (refusal.reason, entry.wire, entry.status),
        (Reason::AppBadSignature, "APIG.1009", 400)
    );
    assert_eq!(message(&refusal), "AppKey or AppSecret is invalid");
}

#[test]
fn a_mistake_is_named_with_what_was_compared() {
    let world = World::new();
    for (key, secret, app) in kinds() {
        let refusal = world.refusal(ALL, &Call::new().signed(key, &format!("{secret}\n")));
        let reason = pick(app, Reason::AkskSigningMistake, Reason::AppSecretMistake);
        assert_eq!(refusal.reason, reason);
        let wrong_secret = "AppKey or AppSecret is invalid";
        assert_eq!(message(&refusal), if app { wrong_secret } else { IAM_FAILS });
        let Evidence::Signature(evidence) = &*refusal.evidence else {
            panic!("{refusal:?}")
        };
        assert_eq!(evidence.mistake.as_deref(), Some("secret.trailing_newline"));
        assert!(
            evidence
                .advice()
                .is_some_and(|advice| advice.contains("line end"))
        );
        assert_eq!(
            (evidence.key.as_str(), evidence.algorithm.as_str()),
            (key, "SDK-HMAC-SHA256")
        );
        assert_eq!(evidence.signed_headers, "host;x-sdk-date");
        assert_eq!(evidence.date.as_deref(), Some("20260115T081530Z"));
        assert_eq!(evidence.body_digest, Some(Sha256::of(b"{\"x\":1}")));
        let canonical = evidence.canonical_request.as_ref().expect("it");
        assert!(
            canonical.starts_with("POST\n/v1/infers/")
                && canonical.ends_with(&Sha256::of(b"{\"x\":1}").to_string())
        );
        assert!(
            evidence
                .string_to_sign
                .as_ref()
                .is_some_and(|text| text.starts_with("SDK-HMAC-SHA256\n2026"))
        );
    }
}

#[test]
fn a_wrong_secret_of_an_app_has_its_code_however_it_is_wrong() {
    let world = World::new();
    let (_, rest) = APP_SECRET.split_at(1);
    for (secret, mistake_found) in [
        (format!(" {APP_SECRET}"), "secret.surrounding_space"),
        (format!("{APP_SECRET}\r\n"), "secret.trailing_newline"),
        (format!("\"{APP_SECRET}\""), "secret.quoted"),
        (rest.to_owned(), "secret.character_lost"),
        (APP_SECRET.to_uppercase(), "secret.letter_case"),
        (String::new(), "secret.empty"),
        (APP_KEY.to_owned(), "secret.is_access_key"),
    ] {
        let refusal = world.refusal(ALL, &Call::new().signed(APP_KEY, &secret));
        assert_eq!(
            (refusal.reason, mistake(&refusal).as_deref()),
            (Reason::AppSecretMistake, Some(mistake_found)),
            "{secret:?}"
        );
        assert_eq!(refusal.reason.code().entry().wire, "APIG.1009");
    }
}

#[test]
fn credentials_in_signed_headers_are_kept_as_digests() {
    let world = World::new();
    let call = Call::new()
        .header("Cookie", "session=very-private")
        .header("X-Long", &"é\"".repeat(8_000));
    let refusal = world.refusal(ALL, &call.signed(AK, "another secret"));
    assert!(told(&refusal).contains("cookie:sha256:") && !told(&refusal).contains("very-private"));
}

#[test]
fn the_two_halves_of_a_key_swapped_leave_no_secret_behind() {
    // `refusal` looks for secrets in all evidence.
    let world = World::new();
    assert_eq!(
        world.reason(ALL, &Call::new().signed(SK, AK)),
        Reason::AppUnknownKey
    );
    assert_eq!(
        world.reason(ALL, &Call::new().signed(APP_SECRET, APP_KEY)),
        Reason::AppUnknownKey
    );
    assert_eq!(
        world.reason(Accepts::IAM, &Call::new().signed(SK, AK)),
        Reason::AkskUnknownKey
    );
}

#[test]
fn the_sixth_failure_locks_the_key_for_that_source() {
    let world = World::new();
    let (wrong, right) = (
        Call::new().signed(AK, "another secret"),
        Call::new().signed(AK, SK),
    );
    for _ in 0..6 {
        assert_eq!(world.reason(ALL, &wrong), Reason::AkskBadSignature);
    }
    let refusal = world.refusal(ALL, &right);
    assert_eq!(refusal.reason, Reason::AkskLocked);
    let says = "Incorrect IAM authentication information: AK access failed to reach the limit,forbidden";
    assert_eq!(message(&refusal), says);
    let elsewhere = Call {
        source: IpAddr::from([10, 0, 0, 1]),
        ..right.clone()
    };
    assert!(world.identify(ALL, &elsewhere).is_ok());
    world.clock.advance(Duration::from_secs(5 * 60));
    assert!(world.identify(ALL, &right).is_ok());
}

#[test]
fn mistakes_of_those_who_hold_the_secret_do_not_lock() {
    let world = World::new();
    let mistaken = Call::new().signed(AK, &format!("{SK}\n"));
    for _ in 0..50 {
        assert_eq!(world.reason(ALL, &mistaken), Reason::AkskSigningMistake);
    }
    // What anybody can do counts.
    let empty = Call::new().signed(AK, AK);
    for _ in 0..6 {
        assert_eq!(
            mistake(&world.refusal(ALL, &empty)).as_deref(),
            Some("secret.is_access_key")
        );
    }
    assert_eq!(world.reason(ALL, &empty), Reason::AkskLocked);
}

#[test]
fn an_app_is_locked_only_after_a_hundred_failures() {
    let world = World::new();
    let wrong = Call::new().signed(APP_KEY, "another secret");
    for _ in 0..100 {
        assert_eq!(world.reason(ALL, &wrong), Reason::AppBadSignature);
    }
    assert_eq!(world.reason(ALL, &wrong), Reason::AppLocked);
}

/// Prints what a signature costs; see the head of `adyton-sign`'s `costs.rs`.
#[test]
fn costs_of_a_signature() {
    let world = World::new();
    let call = Call::new().body("").signed(AK, SK);
    let request = call.request();
    cost("identify by signature", || {
        assert!(world.identity.identify(&world.live, &ALL, &request).is_ok())
    });
}

#[test]
fn an_unknown_scheme_of_a_signature_is_named() {
    let world = World::new();
    for (key, secret, app) in kinds() {
        let good = Call::new().signed(key, secret);
        let header = good
            .headers
            .iter()
            .find(|(name, _)| name == "Authorization")
            .expect("signed")
            .1
            .clone();
        for (scheme, says) in [
            ("sdk-hmac-sha256", "in capitals"),
            ("HMAC-SHA256", "`HMAC-SHA256`"),
            ("SDK-HMAC-SHA-256", "`SDK-HMAC-SHA-256`"),
            ("AWS4-HMAC-SHA256", "another cloud"),
            ("SDK_HMAC_SHA256", "`SDK_HMAC_SHA256`"),
            ("SDK-HMAC-SHA512", "`SDK-HMAC-SHA512`"),
            ("SDK-HMAC-SHA256,", "followed by a space"),
            ("", "names no algorithm"),
        ] {
            let value = header.replacen("SDK-HMAC-SHA256", scheme, 1);
            let call = good
                .clone()
                .without("Authorization")
                .header("Authorization", value.trim());
            let refusal = world.refusal(ALL, &call);
            assert_eq!(
                refusal.reason,
                pick(app, Reason::AkskMalformed, Reason::AppMalformed),
                "{scheme}"
            );
            let told = told(&refusal);
            assert!(
                told.contains(says) && told.contains("must begin with `SDK-HMAC-SHA256`"),
                "{scheme}: {told}"
            );
        }
    }
    let bearer = Call::new().header("Authorization", "Bearer abc.def");
    let refusal = world.refusal(ALL, &bearer);
    assert_eq!(refusal.reason, Reason::CredentialsNotAccepted);
    assert!(
        told(&refusal).contains("unchanged in the header `X-Auth-Token`"),
        "{}",
        told(&refusal)
    );
}

#[test]
fn what_was_hashed_in_place_of_the_declared_is_known_with_the_body() {
    let world = World::new();
    let own = OutgoingBody::Hashed(Sha256::of(b"{\"x\":1}"));
    for (key, secret, app) in kinds() {
        for (declared, name) in [
            ("UNSIGNED-PAYLOAD".to_owned(), "body.unsigned_but_hashed"),
            (Sha256::of(b"another").to_string(), "body.declared_but_unequal"),
        ] {
            let call =
                Call::new()
                    .header("X-Sdk-Content-Sha256", &declared)
                    .signed_with(key, secret, start(), own);
            let refusal = world.refusal(ALL, &call);
            assert_eq!(
                (refusal.reason, mistake(&refusal).as_deref()),
                (
                    pick(app, Reason::AkskSigningMistake, Reason::AppSigningMistake),
                    Some(name)
                )
            );
        }
        let empty = Call::new()
            .body("")
            .header("X-Sdk-Content-Sha256", &Sha256::of(b"another").to_string())
            .signed_with(key, secret, start(), OutgoingBody::Hashed(Sha256::EMPTY));
        assert_eq!(
            mistake(&world.refusal(ALL, &empty)).as_deref(),
            Some("body.declared_but_unequal")
        );
    }
}

#[test]
fn a_secret_in_the_keys_place_is_not_repeated_and_the_swap_is_named() {
    let mut world = World::new();
    // The secret of an app looks like an AppKey.
    let hex = "00112233445566778899aabbccddeeff";
    world.apply(Change::App(App {
        secret: adyton_core::secret::Secret::new(hex.into()),
        ..app()
    }));
    for (secret, key) in [(SK, AK), (hex, APP_KEY)] {
        for accepts in [ALL, Accepts::IAM] {
            let refusal = world.refusal(accepts, &Call::new().signed(secret, key));
            assert!(
                !message(&refusal).contains(&secret[..6]) && message(&refusal).contains("****"),
                "{}",
                message(&refusal)
            );
            assert_eq!(mistake(&refusal).as_deref(), Some("access.is_secret"));
            assert!(told(&refusal).contains("swapped"), "{}", told(&refusal));
            assert!(!told(&refusal).contains(secret), "{}", told(&refusal));
        }
    }
    // Another installation's secret cannot be known, but it has no key's shape.
    let other = "another-installations-secret-0123456789";
    let refusal = world.refusal(ALL, &Call::new().signed(other, AK));
    assert!(!message(&refusal).contains("another"), "{}", message(&refusal));
    assert!(told(&refusal).contains("may be swapped"), "{}", told(&refusal));
    // A key with what other clouds put behind it is not swapped.
    for key in [AK, APP_KEY] {
        let scoped = format!("{key}/20260115/eu-central-1/apigateway/aws4_request");
        let refusal = world.refusal(ALL, &Call::new().signed(&scoped, SK));
        assert!(
            told(&refusal).contains("`Access=` takes only the key"),
            "{}",
            told(&refusal)
        );
    }
}

#[test]
fn the_prediction_tab_and_the_management_apis_say_that_they_take_no_apps() {
    let world = World::new();
    for (door, says) in [
        (
            Some(Door::PredictionTab),
            "the Prediction tab accepts only tokens",
        ),
        (None, "the management APIs accept only tokens"),
    ] {
        let at = || Call { door, ..Call::new() };
        for call in [
            at().signed(APP_KEY, APP_SECRET),
            at().header("X-Apig-AppCode", "code"),
            at().header("X-HW-ID", APP_KEY).header("X-HW-AppKey", APP_SECRET),
        ] {
            let refusal = world.refusal(Accepts::IAM, &call);
            assert!(told(&refusal).contains(says), "{}", told(&refusal));
        }
    }
}

#[test]
fn a_date_that_is_whole_hours_off_is_local_time() {
    let world = World::new();
    let late = start().before(Duration::from_secs(8 * 3600 + 3));
    let refusal = world.refusal(ALL, &Call::new().signed_at(AK, SK, late));
    assert_eq!(refusal.reason, Reason::AkskClockSkew);
    assert_eq!(mistake(&refusal).as_deref(), Some("date.local_time"));
    assert!(told(&refusal).contains("off by 8 h"), "{}", told(&refusal));
    let stale = start().before(Duration::from_secs(8 * 3600 + 1500));
    assert_eq!(
        mistake(&world.refusal(ALL, &Call::new().signed_at(AK, SK, stale))),
        None
    );
}

proptest! {
    #[test]
    fn no_headers_make_it_panic(
        authorization in "(SDK-HMAC-SHA256 |Basic |)[ -~é]{0,120}",
        date in "[0-9TZ]{0,17}",
        other in "\\PC{0,40}",
    ) {
        let settings = Settings { app_basic: true, api_key: true, ..Settings::default() };
        let world = World::with(settings);
        for name in ["X-Auth-Token", "X-Apig-AppCode", "X-HW-ID", "X-HW-AppKey", "apikey", "X-Sdk-Content-Sha256"] {
            let call = Call::new().header("Authorization", &authorization).header("X-Sdk-Date", &date);
            prop_assert!(world.identify(ALL, &call.header(name, &other)).is_err());
        }
    }
}
