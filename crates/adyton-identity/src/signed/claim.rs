//! A signature's claim: decided at once where the head is enough, else with the body's last byte.

use adyton_core::digest::Sha256;
use adyton_core::fact::Fact;
use adyton_core::live::Live;
use adyton_core::refusal::Refusal;
use adyton_sign::mistakes::{AutopsyInput, SeenBody, autopsy};
use adyton_sign::{Authorization, BodyHash, Canonical, Declared, Signature};

use super::admitted;
use super::evidence::{EvidenceDraft, EvidenceInput};
use super::key::Key;
use super::verified::Verified;
use crate::caller::Caller;
use crate::identity::Identity;
use crate::request::Request;
use crate::seen;

/// A signature of a known key, with its head canonicalised.
pub(crate) struct Claim {
    pub(crate) caller: Caller,
    pub(super) key: Key,
    pub(super) canonical: Canonical,
    pub(super) signature: Signature,
    pub(super) declared: Declared,
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

    pub(super) fn matches(&self, digest: Option<Sha256>) -> bool {
        let secret = self.key.secret();
        self.hashes(digest)
            .into_iter()
            .flatten()
            .any(|hash| self.canonical.verify(secret, &self.signature, hash).is_some())
    }

    /// Decides, with all that will ever be known.
    pub(super) fn decide(
        self,
        identity: &Identity,
        sketch: &EvidenceInput<'_>,
        authorization: &Authorization<'_>,
        body: SeenBody<'_>,
    ) -> Result<Verified, Refusal> {
        if !self.matches(body.digest) {
            return Err(self.mismatch(identity, sketch, authorization, body));
        }
        self.accepted(identity, sketch.request, body.digest)
    }

    /// The caller of a signature that matches; a body that was declared must still be that one.
    fn accepted(
        self,
        identity: &Identity,
        request: &Request<'_>,
        digest: Option<Sha256>,
    ) -> Result<Verified, Refusal> {
        identity.forgive(&self.key, request);
        let declared = match self.declared {
            Declared::Digest { digest, .. } => Some(digest),
            Declared::Nothing | Declared::Unsigned | Declared::Malformed => None,
        };
        let verified = Verified {
            caller: self.caller,
            declared,
        };
        match digest {
            Some(digest) => verified.check(digest).map(|()| verified),
            None => Ok(verified),
        }
    }

    /// The signature does not match: looks for the client's mistake, and counts the failure unless the mistake shows that
    /// the client holds the secret.
    fn mismatch(
        &self,
        identity: &Identity,
        sketch: &EvidenceInput<'_>,
        authorization: &Authorization<'_>,
        body: SeenBody<'_>,
    ) -> Refusal {
        let mut evidence = self.compared(sketch, body);
        let scene = AutopsyInput {
            head: &sketch.request.head,
            authorization,
            body,
            slash: sketch.request.slash,
        };
        let allowed =
            identity
                .autopsies
                .take(authorization.access, self.caller.owner(), sketch.request.source);
        let found = allowed.then(|| autopsy(&scene, self.key.secret()));
        let finding = found.as_ref().and_then(|autopsy| autopsy.finding.as_ref());
        match (&found, finding) {
            (_, Some(finding)) => {
                evidence.mistake = Some(finding.name());
            }
            (Some(autopsy), None) if autopsy.cut_short => {
                evidence.facts.push(Fact::SearchCutShort);
            }
            (Some(autopsy), None) => evidence.facts.push(Fact::NoMistakeFits {
                tries: autopsy.tries as u64,
            }),
            (None, None) => evidence.facts.push(Fact::NotSearched),
        }
        let proven = finding.is_some_and(|finding| finding.mistakes.iter().all(|one| one.proves_secret()));
        if !proven {
            identity.count_failure(&self.key, sketch.request);
        }
        let (reason, detail) = self.key.kind().mismatch(finding);
        Refusal::new(reason, evidence.into_evidence()).with_detail(detail)
    }

    /// The evidence of what the signature was compared with.
    fn compared(&self, sketch: &EvidenceInput<'_>, body: SeenBody<'_>) -> EvidenceDraft {
        let mut evidence = sketch.evidence(None);
        evidence.body_digest = body.digest;
        if let [Some(hash), _] = self.hashes(body.digest) {
            let text = self.canonical.text(hash);
            evidence.canonical_request = Some(seen::canonical(&text, sketch.private_keys));
            evidence.string_to_sign = Some(self.canonical.string_to_sign(hash));
        }
        evidence
    }
}

/// A signature that waits for its body.
pub struct Provisional {
    /// Boxed: it is large, and every caller goes from hand to hand in the room that it needs.
    pub(crate) claim: Box<Claim>,
}

impl Provisional {
    /// Who it claims to be.
    pub const fn claimed(&self) -> &Caller {
        &self.claim.caller
    }

    /// Proves the signature with the body, which must be whole. `request` must be the one that [`Identity::identify`]
    /// saw. `bytes` are for the autopsy; it looks at small bodies only.
    ///
    /// # Errors
    /// The signature does not match: with evidence of what was compared, and the client's mistake where it is known.
    pub fn prove(
        self,
        identity: &Identity,
        live: &Live,
        request: &Request<'_>,
        digest: Sha256,
        bytes: &[u8],
    ) -> Result<Verified, Refusal> {
        let claim = *self.claim;
        let header = request.head.first("authorization").unwrap_or_default();
        let sketch = EvidenceInput::new(identity, live, request, &header);
        admitted(identity, live, &claim.key, &sketch)?;
        if claim.matches(Some(digest)) {
            return claim.accepted(identity, request, Some(digest));
        }
        // What the header says is in the claim; how it says that matters only to a refusal.
        let authorization = Authorization::parse(&header)
            .map_err(|error| sketch.refuse(claim.key.kind().unreadable(&error), error.fact()))?;
        Err(claim.mismatch(identity, &sketch, &authorization, seen_body(digest, bytes)))
    }
}

impl std::fmt::Debug for Provisional {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Provisional({:?})", self.claim.caller)
    }
}

/// A whole body. Of one that was not kept only the digest is known.
pub(super) fn seen_body(digest: Sha256, bytes: &[u8]) -> SeenBody<'_> {
    SeenBody {
        digest: Some(digest),
        bytes: Some(bytes).filter(|bytes| !bytes.is_empty() || digest == Sha256::EMPTY),
    }
}
