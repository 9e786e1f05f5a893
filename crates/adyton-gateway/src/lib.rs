//! The data plane: listeners, the request pipeline, proxying, throttling, metrics, and the journal.
//!
//! ```text
//! socket → route → admit → authenticate → authorise → throttle → limit → dispatch → respond → record
//! ```
//!
//! The folder `pipeline/` is the pipeline: `pipeline.rs` lists the steps and says why they come in this order, each step
//! is the file of its name. What must hold here:
//!
//! - Thread-per-core: a worker (`worker.rs`) has its own runtime, listener, connections and upstream pool. A call
//!   that is like the one before it takes no lock, and futures stay on their core.
//! - A request that reaches a model has passed every step: `dispatch` takes a proof that only the steps before can make.
//! - Whatever comes in ends as exactly one answer, one record and one count; also a panic, and a client that left.
//! - Everything has a limit: sizes, times, connections, queues ([`settings`]).
//! - This crate knows no database and no management API. It reads the live state and the instance table, and writes to
//!   the journal.
//!
//! Arrows between its modules run one way: `gateway` → `worker` → `door` and `listener` → `pipeline` → what all share.
//!
//! Read `pipeline.rs` first, then `worker.rs`, then `listener/`.

// A variant that is added says itself what becomes of it.
#![cfg_attr(not(test), warn(clippy::wildcard_enum_match_arm))]

#[doc(hidden)]
pub mod fuzzing;
pub mod gateway;
pub mod journal;
pub mod metrics;
pub mod settings;

mod arrival;
mod count;
mod explanations;
mod gathered;
mod health;
mod items;
mod listener;
mod looks;
mod meters;
mod outbox;
mod pipeline;
mod prediction_tab;
mod prometheus;
mod remote;
mod service_meters;
mod snapshot;
mod stamp;
mod stream;
mod tick_clock;
mod trail;
mod upstream;
mod waits;
mod wire_state;
mod worker;
mod worker_meters;

pub use gateway::{BindError, Gateway, GatewayParts, probe};
pub use metrics::{DROPPED_HEADERS, Metrics};
pub use settings::GatewaySettings;
