//! Who calls, still, at the last byte. A body takes time, in which whoever sends it may have been revoked.
//!
//! The head decides whether a caller is in time (a token's expiry, a signature's date), so that a long upload is not refused
//! for having taken long. Everything else that a credential stands for (its key, its user or app, its secret, what it may
//! do) counts as it is in the newest live state once the body is whole. Both planes ask here, and nothing else turns a
//! [`Standing`] into the caller of a call.

use adyton_core::digest::Sha256;
use adyton_core::live::Live;
use adyton_core::refusal::Refusal;

use crate::accepts::Accepts;
use crate::caller::{Caller, Way, Who};
use crate::identity::Identity;
use crate::request::Request;
use crate::signed;
use crate::signed::Standing;
use crate::tokens::{self, TokenFault};

/// A request as its signature covers it: the head, and the whole body or its digest.
#[derive(Clone, Copy)]
pub struct SignedRequest<'a> {
    /// Its head, as [`Identity::identify`] saw it.
    pub request: &'a Request<'a>,
    /// What the address accepts now.
    pub accepts: &'a Accepts,
    /// The body's digest. `None`: it is made of `bytes`, if anybody needs it.
    pub digest: Option<Sha256>,
    /// The body; empty for one that was not kept, whose digest is known.
    pub bytes: &'a [u8],
}

impl SignedRequest<'_> {
    fn digest(&self) -> Sha256 {
        self.digest.unwrap_or_else(|| Sha256::of(self.bytes))
    }
}

impl Identity {
    /// The caller of a call whose body is whole: proven by the body's digest where the head left that open. `then` is the
    /// live state that the head was decided by, `now` the newest. If the world has moved in between, the caller is found
    /// anew, and `decide` says again whether they may; if it has not, this costs one comparison.
    ///
    /// # Errors
    /// The same refusal that a request begun now would get, or what `decide` says.
    pub fn still<E: From<Refusal>>(
        &self,
        standing: Standing,
        then: &Live,
        now: &Live,
        signed: &SignedRequest<'_>,
        decide: impl FnOnce(&Caller) -> Result<(), E>,
    ) -> Result<Caller, E> {
        if then.revision() == now.revision() {
            return Ok(self.proven(standing, now, signed)?);
        }
        let caller = self.anew(standing.claimed(), now, signed)?;
        decide(&caller)?;
        Ok(caller)
    }

    /// The same caller in a later live state, for an answer that goes on for long: nobody, once their token or session has ended
    /// or was revoked, or they are disabled or gone. A key is not asked for again, so such an answer has to end by itself.
    pub fn renewed(&self, live: &Live, caller: &Caller) -> Option<Caller> {
        let who = match (&caller.who, caller.token()) {
            (Who::User(_), Some(contents)) => {
                let user = tokens::stands(live, contents).ok()?;
                (contents.expires_at > self.clock.now()).then(|| Who::User(user.clone()))?
            }
            (Who::User(user), None) => {
                let user = live.user(user.id).filter(|user| user.enabled)?;
                Who::User(user.clone())
            }
            (Who::App(app), _) => Who::App(live.app(app.id)?.clone()),
        };
        Some(Caller {
            who,
            ..caller.clone()
        })
    }

    /// The caller of the head, with what the body still had to prove.
    fn proven(&self, standing: Standing, live: &Live, signed: &SignedRequest<'_>) -> Result<Caller, Refusal> {
        let verified = match standing {
            Standing::Verified(verified) => {
                if verified.body_digest().is_some() {
                    verified.check(signed.digest())?;
                }
                verified
            }
            Standing::Provisional(provisional) => {
                provisional.prove(self, live, signed.request, signed.digest(), signed.bytes)?
            }
        };
        Ok(verified.caller)
    }

    /// The same caller, found again by the way in which they came.
    fn anew(&self, caller: &Caller, live: &Live, signed: &SignedRequest<'_>) -> Result<Caller, Refusal> {
        match caller.way() {
            Way::Token | Way::Console => self.by_token_again(caller, live, signed.request),
            Way::AccessKey | Way::AppSignature => {
                let digest = signed.digest();
                signed::again(self, live, signed.accepts, signed.request, digest, signed.bytes)
                    .map(|verified| verified.caller)
            }
            Way::AppCode | Way::KeyPair | Way::AppBasic | Way::ApiKey => {
                // Whether there was a body was for the head to know; it has been read.
                let request = Request {
                    has_body: true,
                    ..*signed.request
                };
                let standing = self.identify(live, signed.accepts, &request)?;
                self.proven(standing, live, signed)
            }
        }
    }

    fn by_token_again(&self, caller: &Caller, live: &Live, request: &Request<'_>) -> Result<Caller, Refusal> {
        let refused = |fault: TokenFault| {
            let text = request.head.first("x-auth-token").unwrap_or_default();
            fault.refusal(self.clock.now(), &text)
        };
        // Both ways are tokens, and nothing makes such a caller without what the token says.
        let contents = caller.token().ok_or_else(|| refused(TokenFault::Malformed))?;
        let user = tokens::stands(live, contents).map_err(refused)?;
        Ok(Caller {
            who: Who::User(user.clone()),
            ..caller.clone()
        })
    }
}
