//! Tokens: the round trip, every fault, rotation of keys.

use std::net::IpAddr;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::id::TokenId;
use adyton_core::live::Change;
use adyton_core::tenant::{RevokedToken, Scope, User};
use adyton_identity::tokens::{LEEWAY, TOKEN_LIFE, TOKEN_MAX};
use adyton_identity::{Accepts, Methods, TokenFault, Way};
use proptest::prelude::*;

use crate::world::{
    ALICE, Call, DOMAIN, ENDINGS, Ending, HERE, World, alice, cost, message, start, token_key, told,
};

fn call(token: &str) -> Call {
    Call::new().header("X-Auth-Token", token)
}

#[track_caller]
fn refused(world: &World, token: &str, reason: Reason, says: &str) {
    let refusal = world.refusal(Accepts::IAM, &call(token));
    assert_eq!(refusal.reason, reason, "{}", told(&refusal));
    assert_eq!(message(&refusal), says);
    let Evidence::Token {
        server_time,
        length,
        facts,
        ..
    } = &*refusal.evidence
    else {
        panic!("{refusal:?}")
    };
    assert_eq!(*server_time, world.clock.now());
    assert_eq!(*length, token.len() as u64);
    assert_eq!(facts.len(), 1);
}

const FAILS: &str = "Incorrect IAM authentication information: decrypt token fail";

#[test]
fn a_token_opens_as_it_was_sealed() {
    let world = World::new();
    let (text, contents) = world.issue();
    assert!(text.len() <= TOKEN_MAX, "{}", text.len());
    let caller = world.identify(Accepts::IAM, &call(&text)).expect("known");
    assert_eq!(caller.way(), Way::Token);
    assert_eq!(caller.user().map(|user| user.id), Some(ALICE));
    assert_eq!(caller.scope(), Scope::Project(HERE));
    assert_eq!(caller.token(), Some(&contents));
    assert_eq!(contents.expires_at, start().after(TOKEN_LIFE));
    assert_eq!(contents.methods.names().collect::<Vec<_>>(), ["password"]);
    assert_eq!(caller.seen().way(), "token");
    let (other, _) = world.issue();
    assert_ne!(text, other, "every token is one of its own");
}

/// A token that was opened before, and the change after which it must not count any more.
#[test]
fn what_was_opened_before_counts_as_the_live_state_says_now() {
    let of_tokens: [Ending; 3] = [
        (|_| Change::ProjectGone(HERE), Reason::TokenSuperseded),
        (
            |contents| Change::TokenKeyGone(contents.key),
            Reason::TokenUnknownKey,
        ),
        (
            |contents| Change::TokenKey(token_key(contents.key + 100, start())),
            Reason::TokenExpired,
        ),
    ];
    for (change, reason) in ENDINGS.into_iter().chain(of_tokens) {
        let mut world = World::new();
        let (text, contents) = world.issue();
        let (of_another, _) = world.issue();
        for _ in 0..2 {
            let caller = world.identify(Accepts::IAM, &call(&text)).expect("known");
            assert_eq!(caller.token(), Some(&contents));
        }
        world.apply(change(&contents));
        if reason == Reason::TokenExpired {
            world.clock.advance(TOKEN_LIFE);
        }
        for _ in 0..2 {
            assert_eq!(world.reason(Accepts::IAM, &call(&text)), reason);
        }
        // The other token of the same user was never opened: it is revoked with the rest, or stands as before.
        let other = world.identify(Accepts::IAM, &call(&of_another));
        assert_eq!(other.is_ok(), reason == Reason::TokenRevoked, "{reason:?}");
    }
}

#[test]
fn what_is_not_a_token_is_malformed() {
    let world = World::new();
    let (text, _) = world.issue();
    let padded = format!("{text}=");
    let long = text.repeat(3);
    for wrong in [
        "",
        "abc",
        "not a token",
        "MIIEogYJKoZIhvcNAQcCoIIEkzCCBI8CAQEx",
        &padded,
        &long,
        "ÄÖÜ",
    ] {
        refused(&world, wrong, Reason::TokenMalformed, FAILS);
    }
}

#[test]
fn a_token_that_is_cut_or_longer_does_not_open() {
    let world = World::new();
    let (text, _) = world.issue();
    for length in 8..text.len() {
        refused(&world, &text[..length], Reason::TokenUndecryptable, FAILS);
    }
    refused(&world, &format!("{text}A"), Reason::TokenUndecryptable, FAILS);
}

#[test]
fn a_change_at_any_character_is_noticed() {
    let world = World::new();
    let (text, _) = world.issue();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let spoilt = String::from_utf8(bytes).expect("ASCII");
        let reason = world.reason(Accepts::IAM, &call(&spoilt));
        let expected = match at {
            0 | 1 => vec![Reason::TokenMalformed, Reason::TokenUnknownKey],
            2..7 => vec![Reason::TokenUnknownKey, Reason::TokenUndecryptable],
            _ => vec![Reason::TokenUndecryptable],
        };
        assert!(expected.contains(&reason), "character {at}: {reason}");
    }
}

#[test]
fn a_token_of_another_installation_names_an_unknown_key_or_does_not_open() {
    let mut other = World::new();
    let (same_id, _) = other.issue();
    other.apply(Change::TokenKey(token_key(9, start())));
    let (unknown_id, _) = other.issue();
    let mut world = World::new();
    refused(&world, &unknown_id, Reason::TokenUnknownKey, FAILS);
    world.apply(Change::TokenKey(adyton_core::tenant::TokenKey {
        id: 7,
        secret: adyton_core::secret::Secret::new([99; 32]),
        created_at: start(),
    }));
    refused(&world, &same_id, Reason::TokenUndecryptable, FAILS);
}

#[test]
fn time_is_kept_to_the_microsecond_and_said() {
    let world = World::new();
    let (text, contents) = world.issue();
    world.clock.advance(TOKEN_LIFE - Duration::from_micros(1));
    assert!(world.identify(Accepts::IAM, &call(&text)).is_ok());
    world.clock.advance(Duration::from_micros(1));
    let says = format!(
        "Incorrect IAM authentication information: token expires, expires_at: {}",
        contents.expires_at.to_iso()
    );
    refused(&world, &text, Reason::TokenExpired, &says);
    world.clock.advance(Duration::from_secs(600));
    let refusal = world.refusal(Accepts::IAM, &call(&text));
    assert!(
        told(&refusal).contains("it expired 10 min ago"),
        "{}",
        told(&refusal)
    );
}

#[test]
fn a_token_of_the_future_waits_but_for_the_leeway() {
    let (early, late) = (World::new(), World::new());
    late.clock.advance(LEEWAY);
    let (text, _) = late.issue();
    assert!(early.identify(Accepts::IAM, &call(&text)).is_ok());
    late.clock.advance(Duration::from_secs(1));
    let (text, _) = late.issue();
    refused(
        &early,
        &text,
        Reason::TokenNotYetValid,
        "Incorrect IAM authentication information",
    );
}

#[test]
fn revocation_alone_and_of_all_have_their_own_code() {
    let mut world = World::new();
    let (text, contents) = world.issue();
    let (other, _) = world.issue();
    world.apply(Change::TokenRevoked(RevokedToken {
        id: contents.id,
        revoked_at: start(),
        expires_at: contents.expires_at,
    }));
    refused(&world, &text, Reason::TokenRevoked, "The token must be updated");
    assert!(world.identify(Accepts::IAM, &call(&other)).is_ok());
    world.apply(Change::User(User {
        token_epoch: 4,
        ..alice()
    }));
    refused(
        &world,
        &other,
        Reason::TokenSuperseded,
        "The token must be updated",
    );
    assert_eq!(Reason::TokenRevoked.code().entry().wire, "APIG.0307");
}

#[test]
fn the_state_of_user_and_scope_counts_at_once() {
    let mut world = World::new();
    let (text, _) = world.issue();
    world.apply(Change::User(User {
        enabled: false,
        ..alice()
    }));
    refused(
        &world,
        &text,
        Reason::TokenUserDisabled,
        "Incorrect IAM authentication information",
    );
    world.apply(Change::UserGone(ALICE));
    refused(
        &world,
        &text,
        Reason::TokenUserDeleted,
        "Incorrect IAM authentication information",
    );
    world.apply(Change::User(alice()));
    world.apply(Change::ProjectGone(HERE));
    let fault = world
        .identity
        .inspect_token(&world.live, text.as_bytes())
        .expect_err("gone");
    assert!(matches!(fault, TokenFault::ScopeDeleted(_)));
}

#[test]
fn keys_rotate() {
    let mut world = World::new();
    let (old, contents) = world.issue();
    assert_eq!(contents.key, 7);
    // Known before it seals, so that no node meets a token that it cannot open.
    world.apply(Change::TokenKey(token_key(
        8,
        start().after(Duration::from_secs(60)),
    )));
    assert_eq!(world.issue().1.key, 7);
    world.clock.advance(Duration::from_secs(60));
    let (new, contents) = world.issue();
    assert_eq!(contents.key, 8);
    assert!(world.identify(Accepts::IAM, &call(&old)).is_ok());
    world.apply(Change::TokenKeyGone(7));
    refused(&world, &old, Reason::TokenUnknownKey, FAILS);
    assert!(world.identify(Accepts::IAM, &call(&new)).is_ok());
    world.apply(Change::TokenKeyGone(8));
    let none = world.identity.issue_token(
        &world.live,
        &alice(),
        Scope::Domain(DOMAIN),
        Methods::PASSWORD,
        None,
    );
    assert!(none.is_err());
}

#[test]
fn a_clock_that_goes_back_behind_all_keys_keeps_nobody_from_signing_in() {
    let mut world = World::new();
    world.apply(Change::TokenKey(token_key(8, start())));
    let day = Duration::from_secs(24 * 3_600);
    for to in [start().before(10 * day), start().before(Duration::from_secs(30))] {
        world.clock.set(to);
        let (text, _) = world.issue();
        assert!(world.identify(Accepts::IAM, &call(&text)).is_ok(), "at {to}");
    }
    // Also when the only key is a moment ahead.
    world.apply(Change::TokenKeyGone(7));
    let (text, contents) = world.issue();
    assert_eq!(contents.key, 8);
    assert!(world.identify(Accepts::IAM, &call(&text)).is_ok());
}

#[test]
fn a_token_from_a_token_keeps_the_first_expiry() {
    let world = World::new();
    let (_, first) = world.issue();
    world.clock.advance(Duration::from_secs(3_600));
    let (text, second) = world
        .identity
        .issue_token(
            &world.live,
            &alice(),
            Scope::Domain(DOMAIN),
            Methods::TOKEN,
            Some(&first),
        )
        .expect("a token");
    assert_eq!(second.expires_at, first.expires_at);
    assert_eq!(second.methods.names().collect::<Vec<_>>(), ["password", "token"]);
    assert_eq!(
        world.identity.inspect_token(&world.live, text.as_bytes()),
        Ok(second)
    );
}

#[test]
fn two_token_headers_are_none() {
    let world = World::new();
    let (text, _) = world.issue();
    assert_eq!(
        world.reason(Accepts::IAM, &call(&text).header("X-Auth-Token", &text)),
        Reason::TokenRepeated
    );
}

#[test]
fn passwords_lock_after_five_failures_for_fifteen_minutes() {
    let world = World::new();
    let account = ["acme", "alice"];
    let here = IpAddr::from([192, 0, 2, 1]);
    for _ in 0..4 {
        assert!(!world.identity.password_failed(&account, here));
        assert_eq!(world.identity.password_allowed(&account, here), Ok(()));
    }
    assert!(world.identity.password_failed(&account, here));
    assert_eq!(
        world.identity.password_allowed(&account, here),
        Err(Duration::from_secs(900))
    );
    assert_eq!(world.identity.password_allowed(&["acme", "bob"], here), Ok(()));
    world.clock.advance(Duration::from_secs(900));
    assert_eq!(world.identity.password_allowed(&account, here), Ok(()));
}

proptest! {
    #[test]
    fn any_text_is_refused_and_none_panics(text in "\\PC{0,320}") {
        let world = World::new();
        prop_assert!(world.identity.inspect_token(&world.live, text.as_bytes()).is_err());
    }

    #[test]
    fn any_bytes_after_a_known_head_are_refused(rest in "[A-Za-z0-9_-]{140,160}") {
        let world = World::new();
        let (text, contents) = world.issue();
        let spoilt = format!("{}{rest}", &text[..8]);
        let fault = world.identity.inspect_token(&world.live, spoilt.as_bytes());
        prop_assert_eq!(fault, Err(TokenFault::Undecryptable { key: 7 }));
        prop_assert_ne!(contents.id, TokenId::from_bits(0));
    }
}

/// Prints what opening costs; see the head of `adyton-sign`'s `costs.rs`.
#[test]
fn costs_of_a_token() {
    let world = World::new();
    let (text, _) = world.issue();
    let call = call(&text);
    let request = call.request();
    cost("identify by token", || {
        assert!(
            world
                .identity
                .identify(&world.live, &Accepts::IAM, &request)
                .is_ok()
        )
    });
}
