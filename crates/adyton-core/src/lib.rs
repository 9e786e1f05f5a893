//! The vocabulary of Adyton: ids, domain types, the error catalogue, the live routing state, the journal's record.
//!
//! Everything else in the workspace speaks in these types, so this crate uses none of ours. It is pure: it does no I/O,
//! starts no thread and knows no async runtime. What must be true here:
//!
//! - An id, a code, a sub-code or a state that is not in a type here cannot exist elsewhere.
//! - [`catalogue`] is closed: every refusal that the outside can see is one [`Reason`](catalogue::Reason).
//! - A public answer is made from a reason and a [`PublicDetail`](refusal::PublicDetail); [`evidence`] never is.
//!
//! Read [`catalogue`] for the errors, [`live`] for what the gateway knows, [`record`] for what the journal keeps.

// A variant that is added says itself what becomes of it.
#![cfg_attr(not(test), warn(clippy::wildcard_enum_match_arm))]

pub mod address;
pub mod advice;
pub mod api;
pub mod audit;
pub mod catalogue;
pub mod clock;
pub mod columns;
pub mod digest;
pub mod endpoint;
pub mod event_cause;
mod event_pattern;
pub mod event_text;
pub mod events;
pub mod evidence;
pub mod example_body;
pub mod explain;
pub mod fact;
mod fact_pieces;
pub mod graph_fault;
pub mod graph_problem;
pub mod header;
pub mod hidden_query;
pub mod holder;
pub mod id;
pub mod instances;
pub mod journal;
pub mod json_words;
pub mod language;
pub mod live;
pub mod measured;
pub mod mistake;
pub mod model;
pub mod not_ready;
pub mod package_note;
mod path_pattern;
pub mod port;
pub mod quota;
pub mod record;
pub mod refusal;
pub mod requested;
#[cfg(any(test, feature = "sample"))]
pub mod sample;
pub mod secret;
pub mod service;
pub mod shown;
pub mod signing;
pub mod source;
pub mod spelling;
pub mod step;
pub mod tag;
pub mod tally;
pub mod tenant;
pub mod throttled;
pub mod usage;
