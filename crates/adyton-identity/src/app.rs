//! The simpler ways in which an app shows itself: AppCode, key pair, Basic, AppKey alone. All but the last carry a secret
//! in the clear, so they count only where nobody can listen in.

use std::sync::Arc;

use adyton_core::catalogue::Reason;
use adyton_core::digest::Sha256;
use adyton_core::evidence::Evidence;
use adyton_core::live::Live;
use adyton_core::rejection::{PublicDetail, Rejection};
use adyton_core::tenant::App;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::accepts::Accepts;
use crate::caller::{Caller, Way};
use crate::identity::{Identity, app_caller, key_from};
use crate::request::Request;
use crate::seen;
use crate::signed::public_key;

fn refuse(reason: Reason, way: Way, note: impl Into<String>) -> Rejection {
    let evidence = Evidence::Credentials {
        sent: vec![way.sent_as().to_owned()],
        accepted: Vec::new(),
        note: note.into(),
    };
    Rejection::new(reason, evidence)
}

/// The caller that a proven app is, unless somebody has disabled it.
fn enabled(app: &Arc<App>, way: Way) -> Result<Caller, Rejection> {
    if app.enabled {
        return Ok(app_caller(app, way));
    }
    let note = format!("the app {} is disabled", app.name);
    Err(refuse(Reason::AppDisabled, way, note))
}

fn text(bytes: &[u8]) -> Option<&str> {
    str::from_utf8(bytes).ok()
}

/// Why a header does not have exactly one value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Odd {
    /// It was not sent, or without a value.
    Empty,
    /// It was sent more than once.
    Repeated,
}

/// The only value of a header.
fn only(request: &Request<'_>, name: &str) -> Result<Vec<u8>, Odd> {
    let (mut found, mut times) = (Vec::new(), 0);
    request.head.each(name, &mut |value| {
        times += 1;
        found = value.to_vec();
    });
    match times {
        0 | 1 if found.is_empty() => Err(Odd::Empty),
        0 | 1 => Ok(found),
        _ => Err(Odd::Repeated),
    }
}

const REPEATED: &str = "the header was sent more than once: send it once";

const INSECURE: &str = "it was sent in the clear over a network: use HTTPS, or sign the request instead";

/// By `X-Apig-AppCode`.
pub(crate) fn by_code(live: &Live, accepts: &Accepts, request: &Request<'_>) -> Result<Caller, Rejection> {
    let way = Way::AppCode;
    if !accepts.app_code {
        let note = "AppCodes are not enabled for this API: enable app_code_auth_type, or sign with AppKey and AppSecret";
        return Err(refuse(Reason::AppCodeDisabled, way, note));
    }
    if !request.private {
        return Err(refuse(Reason::AppCodeInsecure, way, INSECURE));
    }
    let code = only(request, "x-apig-appcode").map_err(|odd| match odd {
        Odd::Empty => refuse(Reason::AppCodeEmpty, way, "the header has no value"),
        Odd::Repeated => refuse(Reason::AppCodeRepeated, way, REPEATED),
    })?;
    // The table has digests, so that the look-up takes no longer for a code that is nearly right.
    let app = live.app_by_code(&Sha256::of(&code)).ok_or_else(|| {
        let note = format!(
            "no app has this AppCode ({}, {} characters)",
            seen::digest(&code),
            code.len()
        );
        refuse(Reason::AppCodeUnknown, way, note)
    })?;
    enabled(app, way)
}

/// By `X-HW-ID` and `X-HW-AppKey`.
pub(crate) fn by_pair(identity: &Identity, live: &Live, request: &Request<'_>) -> Result<Caller, Rejection> {
    let way = Way::KeyPair;
    let (key, secret) = match (only(request, "x-hw-id"), only(request, "x-hw-appkey")) {
        (Ok(key), Ok(secret)) => (key, secret),
        (Err(Odd::Repeated), _) | (_, Err(Odd::Repeated)) => {
            return Err(halves(request, Reason::AppKeyPairRepeated));
        }
        (Err(Odd::Empty), _) | (_, Err(Odd::Empty)) => {
            return Err(halves(request, Reason::AppKeyPairIncomplete));
        }
    };
    pair(identity, live, request, way, &key, &secret)
}

/// A pair whose halves did not come once each: says which came, and how often.
fn halves(request: &Request<'_>, reason: Reason) -> Rejection {
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
        note: "X-HW-ID must have the AppKey and X-HW-AppKey the AppSecret, each once".to_owned(),
    };
    Rejection::new(reason, evidence)
}

/// By `Authorization: Basic base64(AppKey:AppSecret)`.
pub(crate) fn by_basic(identity: &Identity, live: &Live, request: &Request<'_>) -> Result<Caller, Rejection> {
    let way = Way::AppBasic;
    let unreadable = || {
        refuse(
            Reason::AppMalformed,
            way,
            "Basic must be followed by base64 of `AppKey:AppSecret`",
        )
    };
    let value = only(request, "authorization").map_err(|odd| match odd {
        Odd::Empty => unreadable(),
        Odd::Repeated => refuse(Reason::AppRepeated, way, REPEATED),
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
) -> Result<Caller, Rejection> {
    if !request.private {
        return Err(refuse(Reason::AppKeyPairInsecure, way, INSECURE));
    }
    let Some(app) = text(key).and_then(|key| live.app_by_key(key)) else {
        let swapped = text(secret).is_some_and(|secret| live.app_by_key(secret).is_some());
        let hint = if swapped {
            "; what was sent as the AppSecret is an AppKey: the two are swapped"
        } else {
            ""
        };
        let note = format!("no app has the AppKey `{}`{hint}", seen::key(key, false));
        return Err(refuse(Reason::AppKeyPairUnknown, way, note));
    };
    let (name, source) = key_from(app.key.as_str(), request.source);
    let who: [&[u8]; 2] = [name.as_bytes(), source.as_bytes()];
    if identity.apps.locked(&who).is_some() {
        return Err(refuse(
            Reason::AppLocked,
            way,
            "too many failures of this AppKey from this source",
        ));
    }
    if !app.secret.matches(secret) {
        identity.apps.failed(&who);
        let spoilt = app.secret.matches(secret.trim_ascii_end()) || app.secret.matches(secret.trim_ascii());
        let hint = if spoilt {
            "; without the white space around it, it would be"
        } else {
            ""
        };
        let note = format!(
            "the AppKey is that of app {}; the AppSecret sent ({}, {} characters) is not its own{hint}",
            app.name,
            seen::digest(secret),
            secret.len()
        );
        return Err(refuse(Reason::AppKeyPairMismatch, way, note));
    }
    identity.apps.succeeded(&who);
    enabled(app, way)
}

/// By `apikey`: the AppKey alone, where the settings allow it.
pub(crate) fn by_key_alone(
    identity: &Identity,
    live: &Live,
    request: &Request<'_>,
) -> Result<Caller, Rejection> {
    let way = Way::ApiKey;
    let key = match only(request, "apikey") {
        Ok(key) => key,
        Err(Odd::Empty) => Vec::new(),
        Err(Odd::Repeated) => return Err(refuse(Reason::AppRepeated, way, REPEATED)),
    };
    let Some(app) = text(&key).and_then(|key| live.app_by_key(key)) else {
        let note = format!("no app has the AppKey `{}`", seen::key(&key, false));
        let key = public_key(identity, live, request, text(&key).unwrap_or("(not UTF-8)"));
        let detail = PublicDetail::UnknownAppKey { key };
        return Err(refuse(Reason::AppUnknownKey, way, note).with_detail(detail));
    };
    enabled(app, way)
}
