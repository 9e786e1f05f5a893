//! Tokens: signing in, asking about one, signing out.

pub(crate) mod inspect;
pub(crate) mod issue;
pub(crate) mod revoke;
