//! A key that nobody has. What was sent in its place may be a secret, the two halves swapped, so it is repeated in public
//! only where it is certain to be none of ours.

use adyton_core::catalogue::Reason;
use adyton_core::fact::Fact;
use adyton_core::id::{AccessKeyId, AppKey};
use adyton_core::live::Live;
use adyton_core::mistake::SigningMistake;
use adyton_core::record::Door;
use adyton_core::refusal::{PublicDetail, Refusal};

use super::evidence::EvidenceInput;
use super::kind::Kind;
use crate::accepts::Accepts;
use crate::identity::Identity;
use crate::request::Request;

/// Secrets of each kind that are compared with what was sent; where there are more, nothing is certain.
const SECRETS_MAX: usize = 4_096;
/// What is this short is no secret.
const SHORT: usize = 8;
/// What stands for a key that is not repeated.
const MASKED: &str = "****";

/// What a text is that was sent as a key and is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stray {
    /// The secret of some key.
    Secret,
    /// No secret of ours.
    NoSecret,
    /// There are too many secrets, or too many questions, to say.
    Unsure,
}

impl Stray {
    /// Compares with every secret, in constant time each, without an early end.
    fn of(identity: &Identity, live: &Live, request: &Request<'_>, text: &str) -> Self {
        if !identity.autopsies.take_unknown(request.source) {
            return Self::Unsure;
        }
        let of_users = live.access_keys().take(SECRETS_MAX + 1);
        let of_apps = live.apps().take(SECRETS_MAX + 1);
        let (mut users, mut apps, mut found) = (0, 0, false);
        for key in of_users {
            users += 1;
            found |= key.secret.matches(text.as_bytes());
        }
        for app in of_apps {
            apps += 1;
            found |= app.secret.matches(text.as_bytes());
        }
        match found {
            true => Self::Secret,
            false if users > SECRETS_MAX || apps > SECRETS_MAX => Self::Unsure,
            false => Self::NoSecret,
        }
    }
}

/// A text that was sent as a key, as a public answer may repeat it.
pub(crate) fn public(identity: &Identity, live: &Live, request: &Request<'_>, text: &str) -> String {
    let looks_right = has_shape(text) || text.len() < SHORT;
    shown(
        text,
        looks_right && Stray::of(identity, live, request, text) == Stray::NoSecret,
    )
}

/// Whether it is a key with the scope that other clouds' signers put behind it.
fn has_scope(text: &str) -> bool {
    text.split_once('/').is_some_and(|(key, scope)| {
        has_shape(key)
            && scope
                .split('/')
                .next()
                .is_some_and(|day| day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit()))
    })
}

fn has_shape(text: &str) -> bool {
    AccessKeyId::has_shape(text) || AppKey::has_shape(text)
}

fn shown(text: &str, is_safe: bool) -> String {
    if is_safe {
        crate::seen::cut(text.as_bytes())
    } else {
        MASKED.to_owned()
    }
}

/// The refusal of a key that is not known, or not here.
pub(super) fn refuse(
    identity: &Identity,
    live: &Live,
    accepts: &Accepts,
    access: &str,
    sketch: &EvidenceInput<'_>,
) -> Refusal {
    let (is_app, is_access_key) = (
        live.app_by_key(access).is_some(),
        live.access_key(access).is_some(),
    );
    let stray = match is_app || is_access_key {
        true => Stray::NoSecret,
        false => Stray::of(identity, live, sketch.request, access),
    };
    let looks_right = has_shape(access) || access.len() < SHORT;
    let fact = if is_app {
        match sketch.request.door {
            Some(Door::Address) => Fact::KeyIsAppKey,
            Some(Door::PredictionTab) => Fact::KeyIsAppKeyAtTab,
            None => Fact::KeyIsAppKeyForManagement,
        }
    } else if is_access_key {
        Fact::KeyIsAccessKey
    } else if stray == Stray::Secret {
        Fact::KeyIsSecret
    } else if has_scope(access) {
        Fact::KeyScoped
    } else if !looks_right {
        Fact::KeyShapeless
    } else {
        Fact::KeyUnknown
    };
    let mut evidence = sketch.evidence(Some(fact));
    if stray == Stray::Secret {
        evidence.mistake = Some(SigningMistake::AccessIsSecret.name().to_owned());
    }
    let key = shown(
        access,
        is_app || is_access_key || (looks_right && stray == Stray::NoSecret),
    );
    let (kind, detail) = if AccessKeyId::has_shape(access) || !accepts.app {
        (Kind::AccessKey, PublicDetail::UnknownAccessKey { key })
    } else {
        (Kind::App, PublicDetail::UnknownAppKey { key })
    };
    let reason = match kind {
        Kind::AccessKey if is_app => Reason::AkskAppKey,
        Kind::AccessKey | Kind::App => kind.unknown(),
    };
    Refusal::new(reason, evidence.into_evidence()).with_detail(detail)
}
