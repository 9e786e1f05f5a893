//! The evidence of a signed request that is refused.

use adyton_core::catalogue::Reason;
use adyton_core::clock::Timestamp;
use adyton_core::digest::Sha256;
use adyton_core::evidence::{Evidence, SignatureEvidence};
use adyton_core::fact::Fact;
use adyton_core::live::Live;
use adyton_core::refusal::Refusal;

use crate::caller::{Caller, Way};
use crate::identity::Identity;
use crate::request::Request;
use crate::seen;

/// What evidence is drawn from, kept until something is refused: the usual case draws nothing.
pub(super) struct EvidenceInput<'a> {
    pub(super) live: &'a Live,
    pub(super) request: &'a Request<'a>,
    /// The `Authorization` header.
    pub(super) header: &'a [u8],
    pub(super) now: Timestamp,
    pub(super) private_keys: &'a [String],
}

/// A field of the header as sent, as far as it can be told.
fn field<'h>(header: &'h str, name: &str) -> &'h str {
    let value = header.split_once(name);
    value
        .map(|(_, rest)| rest.split(',').next().unwrap_or_default().trim())
        .unwrap_or_default()
}

impl<'a> EvidenceInput<'a> {
    /// For a request whose `Authorization` is `header`, as of now.
    pub(super) fn new(
        identity: &'a Identity,
        live: &'a Live,
        request: &'a Request<'a>,
        header: &'a [u8],
    ) -> Self {
        Self {
            live,
            request,
            header,
            now: identity.clock.now(),
            private_keys: &identity.settings.private_query_keys,
        }
    }
    /// The evidence of the head.
    pub(super) fn evidence(&self, fact: Option<Fact>) -> EvidenceDraft {
        let header = String::from_utf8_lossy(self.header);
        let first = |name| self.request.head.first(name).map(|value| seen::cut(&value));
        let key = field(&header, "Access=");
        let known = self.live.access_key(key).is_some() || self.live.app_by_key(key).is_some();
        EvidenceDraft(Box::new(SignatureEvidence {
            key: seen::key(key.as_bytes(), known),
            algorithm: adyton_sign::scheme(self.header),
            signed_headers: seen::cut(field(&header, "SignedHeaders=").as_bytes()),
            date: first("x-sdk-date"),
            server_time: self.now,
            declared_digest: first(adyton_sign::X_SDK_CONTENT_SHA256),
            facts: fact.into_iter().collect(),
            ..SignatureEvidence::default()
        }))
    }

    /// A refusal for something that the head alone shows.
    pub(super) fn refuse(&self, reason: Reason, fact: Fact) -> Refusal {
        Refusal::new(reason, self.evidence(Some(fact)).into_evidence())
    }
}

/// Evidence that is being filled in.
pub(super) struct EvidenceDraft(Box<SignatureEvidence>);

impl EvidenceDraft {
    pub(super) fn into_evidence(self) -> Evidence {
        Evidence::Signature(self.0)
    }
}

impl std::ops::Deref for EvidenceDraft {
    type Target = SignatureEvidence;
    fn deref(&self) -> &SignatureEvidence {
        &self.0
    }
}

impl std::ops::DerefMut for EvidenceDraft {
    fn deref_mut(&mut self) -> &mut SignatureEvidence {
        &mut self.0
    }
}

/// The refusal of a body that does not hash to what its client declared.
pub(crate) fn wrong_digest(caller: &Caller, declared: Sha256, body: Sha256) -> Refusal {
    let reason = match caller.way {
        Way::AppSignature => Reason::AppBodyDigest,
        Way::AccessKey
        | Way::Token
        | Way::AppCode
        | Way::KeyPair
        | Way::AppBasic
        | Way::ApiKey
        | Way::Console => Reason::AkskBodyDigest,
    };
    let fact = if body == Sha256::EMPTY {
        Fact::DigestOfOtherBody
    } else {
        Fact::BodyChanged
    };
    let evidence = SignatureEvidence {
        algorithm: "SDK-HMAC-SHA256".to_owned(),
        declared_digest: Some(declared.to_string()),
        body_digest: Some(body),
        facts: vec![fact],
        ..SignatureEvidence::default()
    };
    Refusal::new(reason, Evidence::Signature(Box::new(evidence)))
}
