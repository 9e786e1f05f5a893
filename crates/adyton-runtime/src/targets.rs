//! Who answers a service's calls: the table of ready instances that the gateway's workers read.
//!
//! The reconciler writes it, the workers read it without a lock: a worker keeps a [`Reader`], which looks at one revision
//! counter per call and takes the new table only when the counter has moved. What must hold:
//!
//! - An instance is in the table only after it has answered once, and leaves it before it is stopped.
//! - A call holds an [`InFlight`] from the choice to the last byte of the answer; an instance that retires is ended only
//!   when nobody holds one ([`Instance::retire`]), so a change of a service loses no request.
//! - Nothing here waits, except the reconciler in [`Instance::drained`].
//!
//! How a gateway worker uses it:
//!
//! ```text
//! let instance = reader.take(service, |version| declares(version), turn)?;         // InFlight, or Unavailable
//! match instance.target() {
//!     Target::InProcess(model) if model.is_inline(body.len()) => model.predict_measured(Call { path, body: &body }, instance.meter()).0,
//!     Target::InProcess(model) => model.submit(Call { path, body: &body }, instance.meter())?.await,  // dropped: never started
//!     Target::Address(address) => …proxy to {address}{path}…,
//! }
//! ```
//!
//! Next: `onnx/in_process.rs` for what is behind [`Target::InProcess`], `reconciler.rs` for who writes the table.

mod choice;
pub mod crowding;
mod instance;
mod table;
mod target;

pub use choice::{ServiceTargets, VersionTargets, by_weight};
pub use instance::{InFlight, Instance, Tally};
pub use table::{Reader, Table, Targets};
pub use target::{Target, Unavailable};

pub use crate::onnx::in_process::{Answer, Call, InProcess, ModelError, Pending};

#[cfg(test)]
mod tests;
