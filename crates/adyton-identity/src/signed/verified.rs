//! Who is proven, but for a digest of the body that they declared.

use adyton_core::digest::Sha256;
use adyton_core::refusal::Refusal;

use super::evidence::wrong_digest;
use crate::caller::Caller;

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
    pub fn check(&self, body: Sha256) -> Result<(), Refusal> {
        match self.declared {
            Some(declared) if declared != body => Err(wrong_digest(&self.caller, declared, body)),
            Some(_) | None => Ok(()),
        }
    }
}
