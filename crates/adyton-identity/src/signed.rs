//! Signed requests: whose key, whether it counts, and whether the signature matches. AK/SK and apps share the scheme and
//! differ in their reasons (`signed/kind.rs`).
//!
//! Which code (decision of the founding design): an unknown key is `APIG.0301` if it has an access key's shape or the
//! address takes no apps, else `APIG.0303`. A known AK that does not match: `APIG.0301`. A known AppKey that does not
//! match: `APIG.0303` when one of the known mistakes explains the signature, since its client has the secret; else
//! `APIG.1009`.

mod claim;
mod evidence;
mod key;
mod kind;
mod standing;
mod unknown;
mod verified;

use claim::Claim;
pub use claim::Provisional;
pub use standing::Standing;
pub(crate) use unknown::public as public_key;
pub use verified::Verified;

use adyton_core::digest::Sha256;
use adyton_core::fact::Fact;
use adyton_core::live::Live;
use adyton_core::mistake::SigningMistake;
use adyton_core::refusal::{PublicDetail, Refusal};
use adyton_core::tenant::Scope;
use adyton_sign::mistakes::SeenBody;
use adyton_sign::{Authorization, AuthorizationError, Canonical, CanonicalError, DateError, Declared, date};

use self::evidence::EvidenceInput;
use self::key::Key;
use self::kind::Kind;
use crate::accepts::Accepts;
use crate::caller::{Caller, Way, Who};
use crate::identity::{Identity, app_caller};
use crate::request::Request;

/// Who signed this request, as far as its head tells.
pub(crate) fn identify(
    identity: &Identity,
    live: &Live,
    accepts: &Accepts,
    request: &Request<'_>,
) -> Result<Standing, Refusal> {
    let (mut header, mut times) = (Vec::new(), 0);
    request.head.each("authorization", &mut |value| {
        times += 1;
        header = value.to_vec();
    });
    let sketch = EvidenceInput::new(identity, live, request, &header);
    let guess = || Kind::guess(live, accepts, &header);
    if times > 1 {
        return Err(sketch.refuse(guess().repeated(), Fact::AuthorizationRepeated));
    }
    let authorization = Authorization::parse(&header).map_err(|error| {
        let undated =
            error == AuthorizationError::DateNotSigned && request.head.first("x-sdk-date").is_none();
        if undated {
            sketch.refuse(guess().date(DateError::Missing), Fact::DateMissing)
        } else {
            sketch.refuse(guess().unreadable(&error), error.fact())
        }
    })?;
    let key = look_up(live, accepts, authorization.access)
        .ok_or_else(|| unknown::refuse(identity, live, accepts, authorization.access, &sketch))?;
    let caller = admitted(identity, live, &key, &sketch)?;
    let canonical = canonicalise(&key, &authorization, &sketch)?;
    in_time(&key, &canonical, &sketch)?;
    let declared = Declared::of(&request.head);
    if declared == Declared::Malformed {
        return Err(sketch.refuse(key.kind().body_digest(), Fact::DeclaredDigestMalformed));
    }
    let signature = authorization.signature;
    let claim = Claim {
        caller,
        key,
        canonical,
        signature,
        declared,
    };
    // The length may be known to be nothing; what is in a body that follows is not known yet. A signature that does not
    // match what was declared waits too: which mistake it is shows only in the body that was hashed instead.
    let body = match (request.has_body, declared) {
        (true, Declared::Nothing) => {
            return Ok(Standing::Provisional(Provisional {
                claim: Box::new(claim),
            }));
        }
        (true, _) if !claim.matches(None) => {
            return Ok(Standing::Provisional(Provisional {
                claim: Box::new(claim),
            }));
        }
        (true, _) => SeenBody {
            digest: None,
            bytes: None,
        },
        (false, _) => SeenBody {
            digest: Some(Sha256::EMPTY),
            bytes: Some(b""),
        },
    };
    claim
        .decide(identity, &sketch, &authorization, body)
        .map(Standing::Verified)
}

/// Who signed a request whose head was in order and whose body is whole, as keys, owners and secrets are in `live`.
pub(crate) fn again(
    identity: &Identity,
    live: &Live,
    accepts: &Accepts,
    request: &Request<'_>,
    digest: Sha256,
    bytes: &[u8],
) -> Result<Verified, Refusal> {
    let header = request.head.first("authorization").unwrap_or_default();
    let sketch = EvidenceInput::new(identity, live, request, &header);
    let authorization = Authorization::parse(&header).map_err(|error| {
        let kind = Kind::guess(live, accepts, &header);
        sketch.refuse(kind.unreadable(&error), error.fact())
    })?;
    let key = look_up(live, accepts, authorization.access)
        .ok_or_else(|| unknown::refuse(identity, live, accepts, authorization.access, &sketch))?;
    let claim = Claim {
        caller: admitted(identity, live, &key, &sketch)?,
        canonical: canonicalise(&key, &authorization, &sketch)?,
        key,
        signature: authorization.signature,
        declared: Declared::of(&request.head),
    };
    claim.decide(identity, &sketch, &authorization, claim::seen_body(digest, bytes))
}

fn look_up(live: &Live, accepts: &Accepts, access: &str) -> Option<Key> {
    let key = || {
        live.access_key(access)
            .filter(|_| accepts.iam)
            .cloned()
            .map(Key::Access)
    };
    let app = || {
        live.app_by_key(access)
            .filter(|_| accepts.app)
            .cloned()
            .map(Key::App)
    };
    key().or_else(app)
}

/// The caller that a key stands for, if key and owner count and the key is not locked for the source.
fn admitted(
    identity: &Identity,
    live: &Live,
    key: &Key,
    sketch: &EvidenceInput<'_>,
) -> Result<Caller, Refusal> {
    if let Some(left) = identity.locked(key, sketch.request) {
        let fact = Fact::KeyLockedFor {
            seconds: left.as_secs() + 1,
        };
        let refused = sketch.refuse(key.kind().locked(), fact);
        return Err(match key {
            Key::Access(_) => refused.with_detail(PublicDetail::Locked),
            Key::App(_) => refused,
        });
    }
    let access = match key {
        Key::App(app) if app.enabled => return Ok(app_caller(app, Way::AppSignature)),
        Key::App(app) => {
            let app = app.name.clone();
            return Err(sketch.refuse(key.kind().disabled(), Fact::AppDisabled { app }));
        }
        Key::Access(access) => access,
    };
    if !access.enabled {
        return Err(sketch.refuse(key.kind().disabled(), Fact::AccessKeyDisabled));
    }
    let user = live
        .user(access.user)
        .filter(|user| user.enabled)
        .ok_or_else(|| sketch.refuse(Kind::owner_disabled(), Fact::AccessKeyUserGone))?;
    if sketch
        .request
        .head
        .first("x-security-token")
        .is_some_and(|token| !token.is_empty())
    {
        return Err(sketch.refuse(Kind::security_token(), Fact::SecurityTokenSent));
    }
    Ok(Caller {
        who: Who::User(user.clone()),
        way: Way::AccessKey,
        scope: Scope::Domain(user.domain),
        token: None,
    })
}

/// The head as it was signed, whenever that was.
fn canonicalise(
    key: &Key,
    authorization: &Authorization<'_>,
    sketch: &EvidenceInput<'_>,
) -> Result<Canonical, Refusal> {
    let kind = key.kind();
    let head = &sketch.request.head;
    Canonical::of(head, &authorization.signed_headers, sketch.request.slash).map_err(|error| {
        let reason = match &error {
            CanonicalError::HeaderNotSent(name) if name == "x-sdk-date" => kind.date(DateError::Missing),
            CanonicalError::HeaderNotSent(_) => kind.header_missing(),
            CanonicalError::DateTwice => kind.date(DateError::Malformed),
        };
        sketch.refuse(reason, error.fact())
    })
}

/// Checks that a signature is of now.
fn in_time(key: &Key, canonical: &Canonical, sketch: &EvidenceInput<'_>) -> Result<(), Refusal> {
    let kind = key.kind();
    match date::check(canonical.date(), sketch.now) {
        Ok(_) => Ok(()),
        Err(error) => {
            let mut evidence = sketch.evidence(Some(error.fact()));
            if let Some(hours) = error.hours_off() {
                evidence.mistake = Some(SigningMistake::DateLocalTime.name().to_owned());
                evidence.facts.push(Fact::DateZoneOff { hours });
            }
            let refused = Refusal::new(kind.date(error), evidence.into_evidence());
            Err(match error {
                DateError::Expired { signed, .. } | DateError::Ahead { signed, .. } => {
                    refused.with_detail(PublicDetail::SignatureExpired {
                        signed_at: signed,
                        server_time: sketch.now,
                    })
                }
                DateError::Missing | DateError::Malformed => refused,
            })
        }
    }
}
