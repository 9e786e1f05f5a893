//! Sessions of the console, and the links that open one: where they count, and for how long.

use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::live::Change;
use adyton_core::tenant::{Scope, User};
use adyton_identity::session::COOKIE;
use adyton_identity::tokens::{LINK_LIFE, TOKEN_LIFE};
use adyton_identity::{Accepts, Contents, Methods, TokenFault, Way};

use crate::world::{AK, ALICE, Call, DOMAIN, ENDINGS, HERE, SK, World, alice, start};

const CONSOLE: Accepts = Accepts::MANAGEMENT;

fn session(world: &World) -> (String, Contents) {
    world
        .identity
        .issue_session(&world.live, &alice(), Methods::PASSWORD, None)
        .expect("a session")
}

fn link(world: &World, from: Option<&Contents>) -> String {
    world
        .identity
        .issue_link(&world.live, &alice(), from)
        .expect("a link")
        .0
}

fn with_cookie(value: &str) -> Call {
    Call::new().header("Cookie", &format!("a=1; {COOKIE}={value}"))
}

#[test]
fn a_session_is_its_user_in_the_whole_domain() {
    let world = World::new();
    let (text, contents) = session(&world);
    let caller = world.identify(CONSOLE, &with_cookie(&text)).expect("known");
    assert_eq!(
        (caller.way(), caller.scope()),
        (Way::Console, Scope::Domain(DOMAIN))
    );
    assert_eq!(caller.user().map(|user| user.id), Some(ALICE));
    assert_eq!(caller.token(), Some(&contents));
    assert_eq!(contents.expires_at, start().after(TOKEN_LIFE));
}

#[test]
fn a_session_counts_in_its_cookie_alone_and_only_where_cookies_do() {
    let world = World::new();
    let (text, _) = session(&world);
    let as_token = Call::new().header("X-Auth-Token", &text);
    assert_eq!(world.reason(CONSOLE, &as_token), Reason::TokenMalformed);
    for accepts in [Accepts::IAM, Accepts::ALL] {
        let refused = world.reason(accepts, &with_cookie(&text));
        assert_eq!(refused, Reason::CredentialsMissing, "{accepts:?}");
    }
    for other in [world.issue().0, link(&world, None)] {
        assert_eq!(
            world.reason(CONSOLE, &with_cookie(&other)),
            Reason::TokenMalformed
        );
    }
    let twice = with_cookie(&text).header("Cookie", &format!("{COOKIE}={text}"));
    assert_eq!(world.reason(CONSOLE, &twice), Reason::TokenRepeated);
}

#[test]
fn whoever_sends_another_credential_is_judged_by_that() {
    let world = World::new();
    let (text, _) = session(&world);
    let both = with_cookie(&text).header("X-Auth-Token", &world.issue().0);
    let caller = world.identify(CONSOLE, &both).expect("known");
    assert_eq!((caller.way(), caller.scope()), (Way::Token, Scope::Project(HERE)));
    let signed = with_cookie(&text).signed(AK, SK);
    assert_eq!(
        world.identify(CONSOLE, &signed).expect("known").way(),
        Way::AccessKey
    );
    let wrong = with_cookie(&text).header("X-Auth-Token", "x");
    assert_eq!(world.reason(CONSOLE, &wrong), Reason::TokenMalformed);
    let of_no_use = with_cookie(&text).header("Authorization", "Bearer x");
    assert_eq!(world.reason(CONSOLE, &of_no_use), Reason::CredentialsNotAccepted);
}

#[test]
fn a_session_ends_as_a_token_does() {
    for (change, reason) in ENDINGS {
        let mut world = World::new();
        let (text, contents) = session(&world);
        let caller = world.identify(CONSOLE, &with_cookie(&text)).expect("known");
        assert!(world.identity.renewed(&world.live, &caller).is_some());
        world.apply(change(&contents));
        assert!(world.identity.renewed(&world.live, &caller).is_none(), "{reason}");
        assert_eq!(world.reason(CONSOLE, &with_cookie(&text)), reason);
    }
    let world = World::new();
    let (text, _) = session(&world);
    let caller = world.identify(CONSOLE, &with_cookie(&text)).expect("known");
    world.clock.advance(TOKEN_LIFE);
    assert!(world.identity.renewed(&world.live, &caller).is_none());
    assert_eq!(world.reason(CONSOLE, &with_cookie(&text)), Reason::TokenExpired);
}

#[test]
fn whoever_is_renewed_has_the_roles_of_now() {
    let mut world = World::new();
    let signed = world
        .identify(CONSOLE, &Call::new().signed(AK, SK))
        .expect("known");
    let by_session = world
        .identify(CONSOLE, &with_cookie(&session(&world).0))
        .expect("known");
    let demoted = User {
        assignments: Vec::new(),
        ..alice()
    };
    world.apply(Change::User(demoted));
    for caller in [signed, by_session] {
        let renewed = world
            .identity
            .renewed(&world.live, &caller)
            .expect("still a user");
        assert!(renewed.user().expect("a user").assignments.is_empty());
        assert_eq!(renewed.way(), caller.way());
    }
}

#[test]
fn a_link_counts_for_five_minutes_and_as_nothing_else() {
    let world = World::new();
    let text = link(&world, None);
    let (contents, user) = world
        .identity
        .open_link(&world.live, text.as_bytes())
        .expect("a link");
    assert_eq!((user.id, contents.expires_at), (ALICE, start().after(TOKEN_LIFE)));
    for other in [session(&world).0, world.issue().0] {
        let refused = world.identity.open_link(&world.live, other.as_bytes());
        assert_eq!(refused.map(|_| ()), Err(TokenFault::Malformed));
    }
    let as_token = Call::new().header("X-Auth-Token", &text);
    assert_eq!(world.reason(CONSOLE, &as_token), Reason::TokenMalformed);
    world.clock.advance(LINK_LIFE - Duration::from_micros(1));
    assert!(world.identity.open_link(&world.live, text.as_bytes()).is_ok());
    world.clock.advance(Duration::from_micros(1));
    let late = world.identity.open_link(&world.live, text.as_bytes());
    assert!(matches!(late, Err(TokenFault::Expired(_))));
}

#[test]
fn a_session_from_a_link_ends_with_what_the_link_was_made_from() {
    let world = World::new();
    let (_, first) = session(&world);
    world.clock.advance(TOKEN_LIFE - Duration::from_secs(60));
    let text = link(&world, Some(&first));
    let (contents, user) = world
        .identity
        .open_link(&world.live, text.as_bytes())
        .expect("a link");
    let (_, second) = world
        .identity
        .issue_session(&world.live, &user, Methods::TOKEN, Some(&contents))
        .expect("a session");
    assert_eq!(second.expires_at, first.expires_at);
    assert_eq!(second.methods.names().collect::<Vec<_>>(), ["password", "token"]);
    world.clock.advance(Duration::from_secs(60));
    let late = world.identity.open_link(&world.live, text.as_bytes());
    assert!(
        matches!(late, Err(TokenFault::Expired(_))),
        "also before five minutes are over"
    );
}
