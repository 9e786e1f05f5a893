//! The error catalogue: one closed table of everything that Adyton refuses with.
//!
//! Two levels. A [`Code`] is what the compatible APIs show: a wire code such as `APIG.0201` with one status and one
//! message; the same wire code may stand for several (413, 414, 494 …), so a `Code` is keyed by [`Plane`], wire code and
//! status. A [`Reason`] is one cause, with a sub-code that no other cause shares (`X-Adyton-Reason`).
//! Each code has a page (causes and fixes) in `pages/`, compiled in: a code without a page does not build.
//!
//! Sources of wire codes and messages: API Gateway User Guide, "Error Codes"; ModelArts API Reference, "Error Codes" and
//! Troubleshooting, "Service Prediction"; Identity and Access Management API Reference, "Status Codes".
//!
//! To add a cause: a line in `reason.rs`, a sentence in its page, a test that provokes it over a socket.

mod code;
mod entry;
mod reason;
mod section;

pub use code::Code;
pub use entry::{Entry, Fault, Plane, Retry};
pub use reason::Reason;
pub use section::Section;

#[cfg(test)]
mod tests;
