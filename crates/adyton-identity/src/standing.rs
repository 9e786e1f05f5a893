//! What authentication gives: somebody verified, or somebody who still has to prove it with the body.

use adyton_core::digest::Sha256;
use adyton_core::rejection::Rejection;

use crate::caller::Caller;
use crate::signed::Claim;

/// A caller, as far as the head tells.
#[derive(Debug)]
pub enum Standing {
    /// Proven; perhaps the body owes its declared digest.
    Verified(Verified),
    /// The key is known, the clock in its window, the head canonicalised: the body's digest is missing.
    Provisional(Provisional),
}

impl Standing {
    /// Somebody whom another part of the server has verified: the user of a console session.
    pub const fn of_session(caller: Caller) -> Self {
        Self::Verified(Verified {
            caller,
            declared: None,
        })
    }

    /// Whether nothing is left to prove but a declared digest.
    pub const fn is_proven(&self) -> bool {
        matches!(self, Self::Verified(_))
    }

    /// Whether the body's digest is wanted: for a signature, or because the client declared one.
    pub const fn owes_digest(&self) -> bool {
        match self {
            Self::Provisional(_) => true,
            Self::Verified(verified) => verified.declared.is_some(),
        }
    }

    /// Who it is, or claims to be: enough to authorise and to peek at throttles, not enough to dispatch.
    pub fn claimed(&self) -> &Caller {
        match self {
            Standing::Verified(verified) => &verified.caller,
            Standing::Provisional(provisional) => &provisional.claim.caller,
        }
    }
}

/// A caller who is proven, but for a declared digest of the body.
#[derive(Clone, Debug)]
pub struct Verified {
    pub(crate) caller: Caller,
    /// What the body must hash to, and the key that declared it.
    pub(crate) declared: Option<Sha256>,
}

impl Verified {
    /// The caller.
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }
    /// What the body must hash to, when the client declared it: whoever reads the body hashes it and calls
    /// [`Verified::check`] before the model has seen the whole.
    pub const fn body_digest(&self) -> Option<Sha256> {
        self.declared
    }
    /// Compares the body's digest with the declared one.
    ///
    /// # Errors
    /// `aksk.body_digest` or `app.body_digest`.
    pub fn check(&self, body: Sha256) -> Result<(), Rejection> {
        match self.declared {
            Some(declared) if declared != body => {
                Err(crate::signed::wrong_digest(&self.caller, declared, body))
            }
            Some(_) | None => Ok(()),
        }
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
}

impl std::fmt::Debug for Provisional {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Provisional({:?})", self.claim.caller)
    }
}
