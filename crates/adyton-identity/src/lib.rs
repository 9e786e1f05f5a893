//! Who the caller is, and what they may do: tokens, access keys, apps, lock-outs, policies. Used by both planes.
//!
//! What must hold here:
//!
//! - Only this crate makes a [`Caller`]; whoever holds one knows that somebody proved to be that user or app.
//! - Everything is decided against the live state that the caller of a function hands in: no I/O, no database, no clock
//!   but the [`Clock`](adyton_core::clock::Clock) that [`Identity`] was given. Tokens hold no roles: they are looked up
//!   at each call, so that a role taken away is gone at once.
//! - A signature over a body is [`Provisional`] until the body's last byte; only [`Provisional::prove`] makes it
//!   [`Verified`].
//! - Whoever sends a body is found and judged again when it is whole, if anything has changed since the head ([`still`]).
//! - Secrets are compared in constant time, and are in no evidence: values of credential headers are kept as digests.
//! - Every table is bounded; all are in memory and of this node.
//!
//! Read [`identity`] first (which credential counts, and in which order things are checked), then [`signed`] for
//! signatures, [`tokens`], and [`policy`].

// A variant that is added says itself what becomes of it.
#![cfg_attr(not(test), warn(clippy::wildcard_enum_match_arm))]

pub mod accepts;
pub mod allowance;
pub mod app;
pub mod caller;
mod failures;
mod holder;
mod identify;
pub mod identity;
pub mod lockout;
pub mod own_explanations;
mod passwords;
pub mod policy;
pub mod prediction_tab;
pub mod request;
pub mod seen;
mod sent;
pub mod session;
pub mod signed;
pub mod still;
pub mod tokens;

pub use accepts::Accepts;
pub use caller::{Caller, Seen, Way, Who};
pub use identity::{Identity, Settings};
pub use own_explanations::{ExplanationCall, OwnExplanations};
pub use policy::{Action, NotAllowed};
pub use prediction_tab::{PredictionTab, TabBody, TabCall, Visitor};
pub use request::{Purpose, Request};
pub use signed::{Provisional, Standing, Verified};
pub use still::SignedRequest;
pub use tokens::{Contents, Methods, TokenFault, TokenKind};
