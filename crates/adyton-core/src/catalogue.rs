//! The error catalogue: one closed table of everything that Adyton refuses with.
//!
//! Two levels. A [`Code`] is what the compatible APIs show: a wire code such as `APIG.0201` with one status and one
//! message; the same wire code may stand for several (413, 414, 494 …), so a `Code` is keyed by [`Surface`], wire code and
//! status. A [`Reason`] is one cause. `rows.rs` is one table of causes × surfaces: a [`Surface`] shows a cause under a code of
//! its own, as a [`SubCode`] (`X-Adyton-Reason`).
//! Each code has a page (causes and fixes) in `pages/`, compiled in: a code without a page does not build.
//!
//! Sources of wire codes and messages: API Gateway User Guide, "Error Codes"; ModelArts API Reference, "Error Codes" and
//! Troubleshooting, "Service Prediction"; Identity and Access Management API Reference, "Status Codes".
//!
//! To add a cause: a row in `rows.rs`, a section in the page of one of its codes, a test that provokes it over a socket.

mod code;
mod entry;
mod reason;
mod rows;
mod section;
mod sub_code;
mod surface;
mod table;

pub use code::Code;
pub use entry::{Entry, Fault, Retry};
pub use reason::Reason;
pub use section::Section;
pub use sub_code::SubCode;
pub use surface::Surface;

#[cfg(test)]
mod tests;
