//! Request signing as API Gateway knows it (`SDK-HMAC-SHA256`): canonicalise, sign, verify, and *diff* two canonical requests.
//!
//! Pure: no clock, no I/O, no state; usable on its own. The way of a check:
//!
//! 1. [`Authorization::parse`] reads the header that carries the signature;
//! 2. [`Canonical::of`] makes the canonical request of a request head, leaving the hash of the body open, because the
//!    official signers do not declare it for JSON: the signature is proven with the body's last byte;
//! 3. [`Canonical::verify`] takes the hash ([`BodyHash`]) and compares, in constant time.
//!
//! When a signature does not match, [`mistakes::autopsy`] tries the known mistakes of clients with the true secret, and
//! [`diff::diff`] compares our canonical request with one that a person pastes.
//!
//! What must hold: nothing here panics on any input, no secret leaves in an error or a text, and what is signed is what
//! was sent: a decoded path is decoded once.
//!
//! Facts are from the public "API Request Signing Guide" and from what the official signers do.

// A variant that is added says itself what becomes of it.
#![cfg_attr(not(test), warn(clippy::wildcard_enum_match_arm))]

pub mod algorithm;
pub mod authorization;
pub mod body;
pub mod canonical;
pub mod date;
pub mod diff;
pub mod encoding;
pub mod head;
pub mod mistakes;
pub mod outgoing;
pub mod query;
pub mod signature;

pub use algorithm::Algorithm;
pub use authorization::{Authorization, AuthorizationError, SignedHeaders, looks_signed, scheme};
pub use body::{BodyHash, BodyHasher, Declared, X_SDK_CONTENT_SHA256};
pub use canonical::{Canonical, CanonicalError};
pub use date::DateError;
pub use encoding::EncodedSlash;
pub use head::{Head, Headers};
pub use outgoing::{Outgoing, OutgoingBody, SignError, Signed, sign};
pub use query::Order;
pub use signature::Signature;
