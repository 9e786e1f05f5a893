//! Signed requests: whose key, whether it counts, and whether the signature matches. AK/SK and apps share the scheme and
//! differ in their reasons ([`Kind`]).
//!
//! Which code (decision of the founding design): an unknown key is `APIG.0301` if it has an access key's shape or the
//! address takes no apps, else `APIG.0303`. A known AK that does not match: `APIG.0301`. A known AppKey that does not
//! match: `APIG.0303` when one of the known mistakes explains the signature, since its client has the secret; else
//! `APIG.1009`.

mod evidence;
mod kind;

pub(crate) use evidence::wrong_digest;

use std::sync::Arc;

use adyton_core::clock::Timestamp;
use adyton_core::digest::Sha256;
use adyton_core::id::AccessKeyId;
use adyton_core::live::Live;
use adyton_core::rejection::{PublicDetail, Rejection};
use adyton_core::secret::Secret;
use adyton_core::tenant::{AccessKey, App, Scope};
use adyton_sign::mistakes::{Scene, SeenBody, autopsy};
use adyton_sign::{Authorization, BodyHash, Canonical, CanonicalError, DateError, Declared, Signature, date};

use self::evidence::Sketch;
use self::kind::Kind;
use crate::accepts::Accepts;
use crate::caller::{Caller, Way, Who};
use crate::identity::{Identity, add, app_caller, key_from};
use crate::request::Request;
use crate::standing::{Provisional, Standing, Verified};

/// A key that is known.
enum Key {
    Access(Arc<AccessKey>),
    App(Arc<App>),
}

impl Key {
    const fn kind(&self) -> Kind {
        match self {
            Key::Access(_) => Kind::AccessKey,
            Key::App(_) => Kind::App,
        }
    }
    fn secret(&self) -> &Secret<String> {
        match self {
            Key::Access(key) => &key.secret,
            Key::App(app) => &app.secret,
        }
    }
}

/// A signature of a known key, with its head canonicalised.
pub(crate) struct Claim {
    pub(crate) caller: Caller,
    key: Key,
    canonical: Canonical,
    signature: Signature,
    declared: Declared,
}

/// Who signed this request, as far as its head tells.
pub(crate) fn identify(
    identity: &Identity,
    live: &Live,
    accepts: &Accepts,
    request: &Request<'_>,
) -> Result<Standing, Rejection> {
    let now = identity.clock.now();
    let (mut header, mut times) = (Vec::new(), 0);
    request.head.each("authorization", &mut |value| {
        times += 1;
        header = value.to_vec();
    });
    let sketch = Sketch {
        request,
        header: &header,
        now,
        private_keys: &identity.settings.private_query_keys,
    };
    let guess = Kind::guess(live, accepts, &header);
    if times > 1 {
        return Err(sketch.refuse(guess.malformed(), "there is more than one Authorization header"));
    }
    let authorization = Authorization::parse(&header)
        .map_err(|error| sketch.refuse(guess.unreadable(&error), &error.to_string()))?;
    let key = look_up(live, accepts, authorization.access)
        .ok_or_else(|| unknown(live, accepts, authorization.access, &sketch))?;
    let caller = admitted(identity, live, &key, &sketch)?;
    let canonical = canonicalise(&key, &authorization, &sketch)?;
    let declared = Declared::of(&request.head);
    if declared == Declared::Malformed {
        let note = "X-Sdk-Content-Sha256 is neither 64 hex digits of one case nor UNSIGNED-PAYLOAD, or was sent twice";
        return Err(sketch.refuse(key.kind().body_digest(), note));
    }
    let signature = authorization.signature;
    let claim = Claim {
        caller,
        key,
        canonical,
        signature,
        declared,
    };
    match (request.has_body, declared) {
        (true, Declared::Nothing) => Ok(Standing::Provisional(Provisional { claim })),
        (true, _) => claim.settle(
            identity,
            &sketch,
            &authorization,
            SeenBody {
                digest: None,
                bytes: None,
            },
        ),
        (false, _) => claim.settle(
            identity,
            &sketch,
            &authorization,
            SeenBody {
                digest: Some(Sha256::EMPTY),
                bytes: Some(b""),
            },
        ),
    }
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

fn unknown(live: &Live, accepts: &Accepts, access: &str, sketch: &Sketch<'_>) -> Rejection {
    let note = if live.app_by_key(access).is_some() {
        "this is an AppKey, and no app can call this address: authorise the app for the API first"
    } else if live.access_key(access).is_some() {
        "this is an access key, and this address takes apps only"
    } else {
        "no key has this id: it was deleted, mistyped, or is another installation's"
    };
    let key = crate::seen::cut(access.as_bytes());
    if AccessKeyId::has_shape(access) || !accepts.app {
        sketch
            .refuse(Kind::AccessKey.unknown(), note)
            .with_detail(PublicDetail::UnknownAccessKey { key })
    } else {
        sketch
            .refuse(Kind::App.unknown(), note)
            .with_detail(PublicDetail::UnknownAppKey { key })
    }
}

/// The caller that a key stands for, if key and owner count and the key is not locked for the source.
fn admitted(identity: &Identity, live: &Live, key: &Key, sketch: &Sketch<'_>) -> Result<Caller, Rejection> {
    if let Some(left) = identity.locked(key, sketch.request) {
        let note = format!(
            "too many failures of this key from this source; locked for {} s more",
            left.as_secs() + 1
        );
        let refused = sketch.refuse(key.kind().locked(), &note);
        return Err(match key {
            Key::Access(_) => refused.with_detail(PublicDetail::Locked),
            Key::App(_) => refused,
        });
    }
    let access = match key {
        Key::App(app) if app.enabled => return Ok(app_caller(app, Way::AppSignature)),
        Key::App(_) => return Err(sketch.refuse(key.kind().disabled(), "the app is disabled")),
        Key::Access(access) => access,
    };
    if !access.enabled {
        return Err(sketch.refuse(key.kind().disabled(), "the access key is disabled"));
    }
    let user = live
        .user(access.user)
        .filter(|user| user.enabled)
        .ok_or_else(|| {
            sketch.refuse(
                Kind::owner_disabled(),
                "the user of the access key is disabled or deleted",
            )
        })?;
    if sketch
        .request
        .head
        .first("x-security-token")
        .is_some_and(|token| !token.is_empty())
    {
        let note = "X-Security-Token belongs to temporary access keys; this one is permanent: do not send it";
        return Err(sketch.refuse(Kind::security_token(), note));
    }
    Ok(Caller {
        who: Who::User(user.clone()),
        way: Way::AccessKey,
        scope: Scope::Domain(user.domain),
        token: None,
    })
}

/// Checks the date, and canonicalises the head.
fn canonicalise(
    key: &Key,
    authorization: &Authorization<'_>,
    sketch: &Sketch<'_>,
) -> Result<Canonical, Rejection> {
    let kind = key.kind();
    let head = &sketch.request.head;
    let canonical =
        Canonical::of(head, &authorization.signed_headers, sketch.request.slash).map_err(|error| {
            let reason = match &error {
                CanonicalError::HeaderNotSent(name) if name == "x-sdk-date" => kind.date(DateError::Missing),
                CanonicalError::HeaderNotSent(_) => kind.header_missing(),
                CanonicalError::DateTwice => kind.date(DateError::Malformed),
            };
            sketch.refuse(reason, &error.to_string())
        })?;
    match date::check(canonical.date(), sketch.now) {
        Ok(_) => Ok(canonical),
        Err(error) => {
            let refused = sketch.refuse(kind.date(error), &error.to_string());
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

impl Claim {
    /// The hashes that may stand in the last line of the canonical request, given the body's digest where it is known.
    ///
    /// The Python SDK signs the empty body's hash even while it declares the body unsigned. That counts when the
    /// declaration itself is signed, or when there is no body: otherwise whoever sees the signature of an empty request
    /// could add the header and any body.
    fn hashes(&self, digest: Option<Sha256>) -> [Option<BodyHash>; 2] {
        match self.declared {
            Declared::Digest { digest, upper: false } => [Some(BodyHash::Of(digest)), None],
            Declared::Digest { digest, upper: true } => [Some(BodyHash::Upper(digest)), None],
            Declared::Unsigned => {
                let empty = self.canonical.declares_signed() || digest == Some(Sha256::EMPTY);
                [
                    Some(BodyHash::Unsigned),
                    empty.then_some(BodyHash::Of(Sha256::EMPTY)),
                ]
            }
            Declared::Nothing | Declared::Malformed => [digest.map(BodyHash::Of), None],
        }
    }

    fn matches(&self, digest: Option<Sha256>) -> bool {
        let secret = self.key.secret();
        self.hashes(digest)
            .into_iter()
            .flatten()
            .any(|hash| self.canonical.verify(secret, &self.signature, hash).is_some())
    }

    /// Decides, with all that will ever be known.
    fn settle(
        self,
        identity: &Identity,
        sketch: &Sketch<'_>,
        authorization: &Authorization<'_>,
        body: SeenBody<'_>,
    ) -> Result<Standing, Rejection> {
        self.decide(identity, sketch, authorization, body)
            .map(Standing::Verified)
    }

    fn decide(
        self,
        identity: &Identity,
        sketch: &Sketch<'_>,
        authorization: &Authorization<'_>,
        body: SeenBody<'_>,
    ) -> Result<Verified, Rejection> {
        if !self.matches(body.digest) {
            return Err(self.mismatch(identity, sketch, authorization, body));
        }
        identity.forgive(&self.key, sketch.request);
        let declared = match self.declared {
            Declared::Digest { digest, .. } => Some(digest),
            _ => None,
        };
        let verified = Verified {
            caller: self.caller,
            declared,
        };
        match body.digest {
            Some(digest) => verified.check(digest).map(|()| verified),
            None => Ok(verified),
        }
    }

    /// The signature does not match: looks for the client's mistake, and counts the failure unless the mistake shows that
    /// the client holds the secret.
    fn mismatch(
        &self,
        identity: &Identity,
        sketch: &Sketch<'_>,
        authorization: &Authorization<'_>,
        body: SeenBody<'_>,
    ) -> Rejection {
        let kind = self.key.kind();
        let [hash, _] = self.hashes(body.digest);
        let mut evidence = sketch.evidence(String::new());
        evidence.body_digest = body.digest;
        if let Some(hash) = hash {
            let text = self.canonical.text(hash);
            evidence.canonical_request = Some(crate::seen::canonical(&text, sketch.private_keys));
            evidence.string_to_sign = Some(self.canonical.string_to_sign(hash));
        }
        let scene = Scene {
            head: &sketch.request.head,
            authorization,
            body,
            slash: sketch.request.slash,
        };
        let allowed = identity
            .autopsies
            .take(authorization.access, sketch.request.source);
        let found = allowed.then(|| autopsy(&scene, self.key.secret()));
        let finding = found.as_ref().and_then(|autopsy| autopsy.finding.as_ref());
        match (&found, finding) {
            (_, Some(finding)) => {
                evidence.mistake = Some(finding.name());
                evidence.advice = Some(finding.sentence());
            }
            (Some(autopsy), None) if autopsy.cut_short => {
                add(
                    &mut evidence.note,
                    "the search for mistakes was cut short: the request is large",
                );
            }
            (Some(autopsy), None) => {
                let note = format!(
                    "none of {} ways to sign wrongly gives this signature",
                    autopsy.tries
                );
                add(&mut evidence.note, &note);
                add(&mut evidence.note, "most likely another secret was used");
            }
            (None, None) => {
                add(
                    &mut evidence.note,
                    "no search for mistakes: too many for this key or source this minute",
                );
            }
        }
        if finding.is_none_or(|finding| !finding.mistakes.iter().all(|mistake| mistake.proves_secret())) {
            identity.count_failure(&self.key, sketch.request);
        }
        let (reason, detail) = kind.mismatch(finding.is_some());
        Rejection::new(reason, evidence.into_evidence()).with_detail(detail)
    }

    /// Proves the claim with the whole body.
    pub(crate) fn prove(
        self,
        identity: &Identity,
        live: &Live,
        request: &Request<'_>,
        digest: Sha256,
        bytes: &[u8],
    ) -> Result<Verified, Rejection> {
        let now: Timestamp = identity.clock.now();
        let header = request.head.first("authorization").unwrap_or_default();
        let sketch = Sketch {
            request,
            header: &header,
            now,
            private_keys: &identity.settings.private_query_keys,
        };
        // Reading a body takes time, in which its key may have been taken away.
        admitted(identity, live, &self.key, &sketch)?;
        let authorization = Authorization::parse(&header)
            .map_err(|error| sketch.refuse(self.key.kind().unreadable(&error), &error.to_string()))?;
        self.decide(
            identity,
            &sketch,
            &authorization,
            SeenBody {
                digest: Some(digest),
                bytes: Some(bytes),
            },
        )
    }
}

impl Identity {
    fn locked(&self, key: &Key, request: &Request<'_>) -> Option<std::time::Duration> {
        self.with(key, request, |table, who| table.locked(who))
    }
    fn forgive(&self, key: &Key, request: &Request<'_>) {
        self.with(key, request, |table, who| table.succeeded(who));
    }
    fn count_failure(&self, key: &Key, request: &Request<'_>) {
        self.with(key, request, |table, who| table.failed(who));
    }
    fn with<T>(
        &self,
        key: &Key,
        request: &Request<'_>,
        act: impl FnOnce(&crate::lockout::Lockout, &[&[u8]]) -> T,
    ) -> T {
        let (table, name) = match key {
            Key::Access(key) => (&self.access_keys, key.id.as_str()),
            Key::App(app) => (&self.apps, app.key.as_str()),
        };
        let (name, source) = key_from(name, request.source);
        act(table, &[name.as_bytes(), &source])
    }
}
