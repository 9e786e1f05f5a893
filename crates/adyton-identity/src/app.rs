//! The simpler ways in which an app shows itself: AppCode, key pair, Basic, AppKey alone. All but the last carry a secret
//! in the clear, so they count only where nobody can listen in.

use std::sync::Arc;

use adyton_core::catalogue::Reason;
use adyton_core::digest::Sha256;
use adyton_core::evidence::Evidence;
use adyton_core::fact::Fact;
use adyton_core::live::Live;
use adyton_core::refusal::{PublicDetail, Refusal};
use adyton_core::tenant::App;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::accepts::Accepts;
use crate::caller::{Caller, Way};
use crate::identity::{Identity, app_caller, key_from};
use crate::request::Request;
use crate::seen;
use crate::signed::public_key;

fn refuse(reason: Reason, way: Way, fact: Fact) -> Refusal {
    refuse_all(reason, way, vec![fact])
}

fn refuse_all(reason: Reason, way: Way, facts: Vec<Fact>) -> Refusal {
    let evidence = Evidence::Credentials {
        sent: vec![way.sent_as().to_owned()],
        accepted: Vec::new(),
        facts,
        note: String::new(),
        holder: None,
    };
    Refusal::new(reason, evidence)
}

/// The caller that a proven app is, unless somebody has disabled it.
fn enabled(app: &Arc<App>, way: Way) -> Result<Caller, Refusal> {
    if app.enabled {
        return Ok(app_caller(app, way));
    }
    let app = app.name.clone();
    Err(refuse(Reason::AppDisabled, way, Fact::AppDisabled { app }))
}

fn text(bytes: &[u8]) -> Option<&str> {
    str::from_utf8(bytes).ok()
}

/// Why a header does not have exactly one value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NotOnce {
    /// It was not sent, or without a value.
    Empty,
    /// It was sent more than once.
    Repeated,
}

/// The only value of a header.
fn only(request: &Request<'_>, name: &str) -> Result<Vec<u8>, NotOnce> {
    let (mut found, mut times) = (Vec::new(), 0);
    request.head.each(name, &mut |value| {
        times += 1;
        found = value.to_vec();
    });
    match times {
        0 | 1 if found.is_empty() => Err(NotOnce::Empty),
        0 | 1 => Ok(found),
        _ => Err(NotOnce::Repeated),
    }
}

/// By `X-Apig-AppCode`.
pub(crate) fn by_code(live: &Live, accepts: &Accepts, request: &Request<'_>) -> Result<Caller, Refusal> {
    let way = Way::AppCode;
    if !accepts.app_code {
        return Err(refuse(Reason::AppCodeDisabled, way, Fact::AppCodesOff));
    }
    if !request.private {
        return Err(refuse(Reason::AppCodeInsecure, way, Fact::SentInTheClear));
    }
    let code = only(request, "x-apig-appcode").map_err(|odd| match odd {
        NotOnce::Empty => refuse(Reason::AppCodeEmpty, way, Fact::HeaderEmpty),
        NotOnce::Repeated => refuse(Reason::AppCodeRepeated, way, Fact::HeaderRepeated),
    })?;
    // The table has digests, so that the look-up takes no longer for a code that is nearly right.
    let app = live.app_by_code(&Sha256::of(&code)).ok_or_else(|| {
        let fact = match text(&code).and_then(|code| live.app_by_key(code)) {
            Some(_) => Fact::AppCodeIsAppKey,
            None => Fact::AppCodeUnknown {
                digest: seen::digest(&code),
                length: code.len() as u64,
            },
        };
        refuse(Reason::AppCodeUnknown, way, fact)
    })?;
    enabled(app, way)
}

/// By `X-HW-ID` and `X-HW-AppKey`.
pub(crate) fn by_pair(identity: &Identity, live: &Live, request: &Request<'_>) -> Result<Caller, Refusal> {
    let way = Way::KeyPair;
    let (key, secret) = match (only(request, "x-hw-id"), only(request, "x-hw-appkey")) {
        (Ok(key), Ok(secret)) => (key, secret),
        (Err(NotOnce::Repeated), _) | (_, Err(NotOnce::Repeated)) => {
            return Err(halves(request, Reason::AppKeyPairRepeated));
        }
        (Err(NotOnce::Empty), _) | (_, Err(NotOnce::Empty)) => {
            return Err(halves(request, Reason::AppKeyPairIncomplete));
        }
    };
    pair(identity, live, request, way, &key, &secret)
}

/// A pair whose halves did not come once each: says which came, and how often.
fn halves(request: &Request<'_>, reason: Reason) -> Refusal {
    let mut sent = Vec::new();
    for name in ["X-HW-ID", "X-HW-AppKey"] {
        let (mut times, mut empty) = (0, false);
        request.head.each(&name.to_ascii_lowercase(), &mut |value| {
            times += 1;
            empty |= value.is_empty();
        });
        match (times, empty) {
            (0, _) => {}
            (1, false) => sent.push(name.to_owned()),
            (1, true) => sent.push(format!("{name} (empty)")),
            (times, _) => sent.push(format!("{name} ({times} times)")),
        }
    }
    let evidence = Evidence::Credentials {
        sent,
        accepted: vec![Way::KeyPair.sent_as().to_owned()],
        facts: vec![Fact::PairIncomplete],
        note: String::new(),
        holder: None,
    };
    Refusal::new(reason, evidence)
}

/// By `Authorization: Basic base64(AppKey:AppSecret)`.
pub(crate) fn by_basic(identity: &Identity, live: &Live, request: &Request<'_>) -> Result<Caller, Refusal> {
    let way = Way::AppBasic;
    let unreadable = || refuse(Reason::AppMalformed, way, Fact::BasicUnreadable);
    let value = only(request, "authorization").map_err(|odd| match odd {
        NotOnce::Empty => unreadable(),
        NotOnce::Repeated => refuse(Reason::AppRepeated, way, Fact::HeaderRepeated),
    })?;
    let text = value.get(6..).unwrap_or_default().trim_ascii();
    let both = STANDARD.decode(text).map_err(|_| unreadable())?;
    let colon = both
        .iter()
        .position(|byte| *byte == b':')
        .ok_or_else(unreadable)?;
    pair(identity, live, request, way, &both[..colon], &both[colon + 1..])
}

fn pair(
    identity: &Identity,
    live: &Live,
    request: &Request<'_>,
    way: Way,
    key: &[u8],
    secret: &[u8],
) -> Result<Caller, Refusal> {
    if !request.private {
        return Err(refuse(Reason::AppKeyPairInsecure, way, Fact::SentInTheClear));
    }
    let Some(app) = text(key).and_then(|key| live.app_by_key(key)) else {
        let swapped = text(secret).is_some_and(|secret| live.app_by_key(secret).is_some());
        let unknown = Fact::AppKeyUnknown {
            key: seen::key(key, false),
        };
        let facts = std::iter::once(unknown).chain(swapped.then_some(Fact::PairSwapped));
        return Err(refuse_all(Reason::AppKeyPairUnknown, way, facts.collect()));
    };
    let (name, source) = key_from(app.key.as_str(), request.source);
    let who: [&[u8]; 2] = [name.as_bytes(), source.as_bytes()];
    let failures = identity.apps.of(request.purpose);
    if let Some(left) = failures.locked(&who) {
        let seconds = left.as_secs() + 1;
        return Err(refuse(Reason::AppLocked, way, Fact::KeyLockedFor { seconds }));
    }
    if !app.secret.matches(secret) {
        identity.apps.failed(request.purpose, &who);
        let spoilt = app.secret.matches(secret.trim_ascii_end()) || app.secret.matches(secret.trim_ascii());
        let wrong = Fact::AppSecretWrong {
            app: app.name.clone(),
            digest: seen::digest(secret),
            length: secret.len() as u64,
        };
        let facts = std::iter::once(wrong).chain(spoilt.then_some(Fact::AppSecretSpaced));
        return Err(refuse_all(Reason::AppKeyPairMismatch, way, facts.collect()));
    }
    failures.succeeded(&who);
    enabled(app, way)
}

/// By `apikey`: the AppKey alone, where the settings allow it.
pub(crate) fn by_key_alone(
    identity: &Identity,
    live: &Live,
    request: &Request<'_>,
) -> Result<Caller, Refusal> {
    let way = Way::ApiKey;
    let key = match only(request, "apikey") {
        Ok(key) => key,
        Err(NotOnce::Empty) => Vec::new(),
        Err(NotOnce::Repeated) => return Err(refuse(Reason::AppRepeated, way, Fact::HeaderRepeated)),
    };
    let Some(app) = text(&key).and_then(|key| live.app_by_key(key)) else {
        let fact = Fact::AppKeyUnknown {
            key: seen::key(&key, false),
        };
        let key = public_key(identity, live, request, text(&key).unwrap_or("(not UTF-8)"));
        let detail = PublicDetail::UnknownAppKey { key };
        return Err(refuse(Reason::AppUnknownKey, way, fact).with_detail(detail));
    };
    enabled(app, way)
}
