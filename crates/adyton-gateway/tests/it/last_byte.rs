//! Revocation holds at the last byte: whoever sends a body is found and judged again when it is whole.
//!
//! Each case begins a request and waits for `100 Continue`, which says that the head was accepted; then the world changes;
//! then the last byte is sent.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use adyton_core::catalogue::Reason;
use adyton_core::digest::Sha256;
use adyton_core::id::{AppId, AuthorisationId};
use adyton_core::live::Change;
use adyton_core::secret::Secret;
use adyton_core::tenant::{AccessKey, App, RevokedToken, Scope, User};
use adyton_identity::prediction_tab::{PredictionTab as _, TabCall, Visitor};
use bytes::Bytes;
use http::{Method, Request};
use http_body::Frame;
use tokio::sync::mpsc;

use crate::client::{Ask, Reply};
use crate::model::{Program, wait_for};
use crate::world::{
    ACCESS, ADMIN, APP, APP_CODE, APP_KEY, APP_SECRET, DOMAIN, PROJECT, SECRET, SERVICE, World, app, path,
};

const BODY: &str = r#"{"x": 1}"#;

/// Who begins the request.
type Begin = fn(&World) -> Ask;
/// What happens before its last byte.
type Happens = fn(&World);

/// Sends all but the last byte, lets `happens` happen, and sends the rest.
fn interrupted(world: &World, begin: Begin, happens: Happens) -> Reply {
    let ask = begin(world).header("Expect", "100-continue");
    let (most, last) = {
        let mut bytes = ask.bytes();
        let last = bytes.split_off(bytes.len() - 1);
        (bytes, last)
    };
    let mut client = world.client();
    client.send(&most);
    assert_eq!(client.read().status, 100, "the head is accepted");
    happens(world);
    client.send(&last);
    client.read()
}

fn bare() -> Ask {
    Ask::new("POST", path("")).body(BODY)
}

fn by_token(world: &World) -> Ask {
    bare().header("X-Auth-Token", world.token())
}
fn by_domain_token(world: &World) -> Ask {
    bare().header("X-Auth-Token", world.token_of(ADMIN, Scope::Domain(DOMAIN)))
}
fn by_key(world: &World) -> Ask {
    world.signed(bare(), ACCESS, SECRET)
}
/// The head alone proves this one: it declares the digest of its body.
fn by_key_declared(world: &World) -> Ask {
    let declared = bare().header("X-Sdk-Content-Sha256", Sha256::of(BODY.as_bytes()).to_string());
    world.signed(declared, ACCESS, SECRET)
}
fn by_app(world: &World) -> Ask {
    world.signed(bare(), APP_KEY, APP_SECRET)
}
fn by_code(_: &World) -> Ask {
    bare().header("X-Apig-AppCode", APP_CODE)
}
fn by_pair(_: &World) -> Ask {
    bare()
        .header("X-HW-ID", APP_KEY)
        .header("X-HW-AppKey", APP_SECRET)
}

fn change_user(world: &World, change: impl FnOnce(&mut User)) {
    let mut user = User::clone(world.cell.load().user(ADMIN).unwrap());
    change(&mut user);
    world.apply([Change::User(user)]);
}
fn disable_user(world: &World) {
    change_user(world, |user| user.enabled = false);
}
fn take_roles(world: &World) {
    change_user(world, |user| user.assignments.clear());
}
fn revoke_tokens(world: &World) {
    // All of the admin's live tokens, told by their contents: the test does not keep the text.
    change_user(world, |user| user.token_epoch += 1);
}
fn change_key(world: &World, change: impl FnOnce(&mut AccessKey)) {
    let mut key = world.access_key();
    change(&mut key);
    world.apply([Change::AccessKey(key)]);
}
fn change_app(world: &World, change: impl FnOnce(&mut App)) {
    let mut changed = app(APP, APP_KEY);
    change(&mut changed);
    world.apply([Change::App(changed)]);
}
fn disable_app(world: &World) {
    change_app(world, |app| app.enabled = false);
}
fn delete_app(world: &World) {
    world.apply([Change::AppGone(APP)]);
}
fn reset_app(world: &World) {
    change_app(world, |app| app.secret = Secret::new("another secret".into()));
}
fn unauthorise(world: &World) {
    world.apply([Change::AuthorisationGone(AuthorisationId::from_bits(1))]);
}

/// For each kind of credential, what can be taken away and what it is refused with then.
const TAKEN_AWAY: &[(Begin, Happens, Reason)] = &[
    (by_token, revoke_tokens, Reason::TokenSuperseded),
    (by_token, disable_user, Reason::TokenUserDisabled),
    (
        by_token,
        |world| world.apply([Change::UserGone(ADMIN)]),
        Reason::TokenUserDeleted,
    ),
    (by_token, take_roles, Reason::IamOtherProject),
    (
        by_token,
        |world| world.apply([Change::ProjectGone(PROJECT)]),
        Reason::TokenSuperseded,
    ),
    (by_domain_token, disable_user, Reason::TokenUserDisabled),
    (
        by_key,
        |world| world.apply([Change::AccessKeyGone(world.access_key().id)]),
        Reason::AkskUnknownKey,
    ),
    (
        by_key,
        |world| change_key(world, |key| key.enabled = false),
        Reason::AkskKeyDisabled,
    ),
    (by_key, disable_user, Reason::AkskUserDisabled),
    (by_key, take_roles, Reason::IamOtherProject),
    (
        by_key_declared,
        |world| world.apply([Change::AccessKeyGone(world.access_key().id)]),
        Reason::AkskUnknownKey,
    ),
    (
        by_key_declared,
        |world| change_key(world, |key| key.enabled = false),
        Reason::AkskKeyDisabled,
    ),
    (by_key_declared, take_roles, Reason::IamOtherProject),
    (by_app, disable_app, Reason::AppDisabled),
    (by_app, delete_app, Reason::AppUnknownKey),
    (by_app, reset_app, Reason::AppBadSignature),
    (by_app, unauthorise, Reason::AppNotAuthorised),
    (
        by_app,
        |world| world.change_service(|service| service.app_auth = false),
        Reason::AkskAppKey,
    ),
    (
        by_code,
        |world| change_app(world, |app| app.codes.clear()),
        Reason::AppCodeUnknown,
    ),
    (by_code, disable_app, Reason::AppDisabled),
    (by_code, unauthorise, Reason::AppNotAuthorised),
    (
        by_code,
        |world| world.change_service(|service| service.app_code = false),
        Reason::AppCodeDisabled,
    ),
    (by_pair, reset_app, Reason::AppKeyPairMismatch),
    (by_pair, disable_app, Reason::AppDisabled),
    (by_pair, delete_app, Reason::AppKeyPairUnknown),
    (by_pair, unauthorise, Reason::AppNotAuthorised),
];

#[test]
fn whatever_is_taken_away_before_the_last_byte_counts() {
    for (number, (begin, happens, reason)) in TAKEN_AWAY.iter().enumerate() {
        let world = World::new();
        let program = Program::echo();
        world.runs_at(program.address);
        let reply = interrupted(&world, *begin, *happens);
        assert_eq!(
            (reply.reason(), reply.status),
            (reason.sub_code(), reason.code().entry().status),
            "case {number}: {}",
            reply.text()
        );
        let record = world.record(&reply);
        assert_eq!(
            (record.reason, record.step),
            (Some(*reason), reason.step()),
            "case {number}"
        );
        assert!(program.seen().is_empty(), "case {number}: the model was called");
    }
}

#[test]
fn a_token_that_was_revoked_alone_is_refused_with_its_own_reason() {
    let world = World::new();
    world.runs_at(Program::echo().address);
    let token = world.token();
    let contents = world
        .identity
        .inspect_token(&world.cell.load(), token.as_bytes())
        .unwrap();
    let ask = bare()
        .header("X-Auth-Token", token)
        .header("Expect", "100-continue");
    let mut bytes = ask.bytes();
    let last = bytes.split_off(bytes.len() - 1);
    let mut client = world.client();
    client.send(&bytes);
    assert_eq!(client.read().status, 100);
    world.apply([Change::TokenRevoked(RevokedToken {
        id: contents.id,
        revoked_at: world.clock.now(),
        expires_at: contents.expires_at,
    })]);
    client.send(&last);
    let reply = client.read();
    assert_eq!((reply.reason(), reply.status), ("token.revoked", 401));
}

#[test]
fn what_does_not_concern_the_caller_changes_nothing() {
    for (number, begin) in [
        by_token,
        by_domain_token,
        by_key,
        by_key_declared,
        by_app,
        by_code,
        by_pair,
    ]
    .into_iter()
    .enumerate()
    {
        let world = World::new();
        world.runs_at(Program::echo().address);
        let reply = interrupted(&world, begin, |world| {
            world.apply([Change::App(app(
                AppId::from_bits(99),
                "99999999999999999999999999999999",
            ))]);
        });
        assert_eq!(reply.status, 200, "case {number}: {}", reply.text());
        let record = world.record(&reply);
        assert!(record.caller.is_some(), "case {number}: {record:?}");
    }
}

#[test]
fn a_signature_is_in_time_when_its_head_is() {
    for begin in [by_key, by_key_declared, by_app, by_token] {
        let world = World::new();
        world.runs_at(Program::echo().address);
        let reply = interrupted(&world, begin, |world| {
            world.clock.advance(std::time::Duration::from_secs(3600));
            world.apply([Change::App(app(
                AppId::from_bits(99),
                "99999999999999999999999999999999",
            ))]);
        });
        // The body took an hour by the wall clock; no other limit looks at that one.
        assert_ne!(reply.reason(), "aksk.clock_skew", "{}", reply.text());
        assert_ne!(reply.reason(), "app.clock_skew", "{}", reply.text());
    }
}

/// A body that comes as the test sends it, and that tells when it was first asked for: then the head has been accepted.
struct Sent(mpsc::UnboundedReceiver<Bytes>, Arc<AtomicBool>);

impl http_body::Body for Sent {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.1.store(true, Ordering::SeqCst);
        self.0
            .poll_recv(context)
            .map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

/// What a call at the Prediction tab is refused with when the world changes before its last byte.
fn at_the_tab(happens: Happens, session: bool) -> (u16, String) {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let token = world.token();
    let caller = world
        .identity
        .open_token(&world.cell.load(), token.as_bytes())
        .unwrap();
    let mut request = Request::new(());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = format!("/adyton/v1/{PROJECT}/services/{SERVICE}/predict")
        .parse()
        .unwrap();
    request
        .headers_mut()
        .insert("host", "console.test".parse().unwrap());
    if !session {
        request
            .headers_mut()
            .insert("x-auth-token", token.parse().unwrap());
    }
    #[expect(clippy::disallowed_methods, reason = "a test sends a few pieces")]
    let (send, pieces) = mpsc::unbounded_channel();
    let asked = Arc::new(AtomicBool::new(false));
    let call = TabCall {
        head: request.into_parts().0,
        project: Some(PROJECT),
        service: SERVICE.to_string(),
        path_and_query: "/".into(),
        visitor: match session {
            true => Visitor::Session(caller.through_console()),
            false => Visitor::Credentials,
        },
        peer: "192.0.2.7:5000".parse().unwrap(),
        body: Box::pin(Sent(pieces, Arc::clone(&asked))),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let door = world.gateway.prediction_tab();
    let answer = runtime.spawn(async move { door.call(call).await });
    send.send(Bytes::from_static(b"{")).unwrap();
    wait_for("the call", || asked.load(Ordering::SeqCst));
    happens(&world);
    send.send(Bytes::from_static(b"}")).unwrap();
    drop(send);
    let answer = runtime.block_on(answer).unwrap();
    let reason = answer.response.headers().get("x-adyton-reason");
    let reason = reason.map_or(String::new(), |reason| reason.to_str().unwrap().to_owned());
    (answer.response.status().as_u16(), reason)
}

#[test]
fn a_console_session_is_asked_again_too() {
    for session in [true, false] {
        for (happens, expected) in [
            (disable_user as Happens, (401, "token.user_disabled")),
            (revoke_tokens, (401, "token.superseded")),
            (take_roles, (403, "iam.other_project")),
            (|_: &World| {}, (200, "")),
        ] {
            let (status, reason) = at_the_tab(happens, session);
            assert_eq!((status, reason.as_str()), expected, "session: {session}");
        }
    }
}
