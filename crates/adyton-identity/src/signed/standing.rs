//! What authentication gives: somebody verified, or somebody who still has to prove it with the body.

use super::claim::Provisional;
use super::verified::Verified;
use crate::caller::Caller;

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
            Standing::Provisional(provisional) => provisional.claimed(),
        }
    }
}
