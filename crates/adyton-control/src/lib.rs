//! The control plane: IAM, ModelArts and API Gateway as their clients know them, and Adyton's own addresses.
//!
//! What must hold here:
//!
//! - [`routes`] names every address on one page, with who may call it; both the router and the OpenAPI document come from it.
//! - A function that answers gets a [`Call`](call::Call), which exists only for a caller who is known, in a project that is
//!   theirs, with the action permitted and the signed body proven; or it says [`OpenCall`](call::OpenCall) in its type.
//! - `operations/` knows no HTTP; `dialect/` only translates; each dialect has one `errors.rs`.
//! - A change is answered after this node's live state holds it: who creates, can call.
//! - A request that names another host, or comes from a page of another origin, is refused before anything is looked up.
//! - Another project's ids look exactly like ids of nothing. Secrets are shown once and are in no log and no error.
//!
//! Read [`routes`], then [`call`], then any file of `dialect/` with the operation that it calls.

mod actor;
mod admission;
mod audit;
mod blocking;
mod body;
mod call;
mod connection;
mod console;
mod dialect;
mod document;
mod endpoint;
mod envelope;
mod failure;
mod heading;
mod ignored;
mod instance_usage;
mod job_slots;
mod language;
mod live_updates;
mod marks;
mod metrics_access;
mod middleware;
mod minutes;
mod nearest;
mod news;
mod objects;
mod operations;
mod origin;
mod own_explanations;
mod package_locks;
mod page;
mod payload;
mod perimeter;
mod read_call;
mod refused;
mod remote;
#[cfg(test)]
mod rig;
mod rollouts;
mod routes;
#[cfg(test)]
mod sample;
mod server;
mod settings;
mod shared;
mod sign_ins;
mod table;
mod tasks;
mod thing;
mod told;
mod unread;
mod unwritten_minutes;
mod upload_share;

pub use server::{BindError, Control, Reloading, probe};
pub use settings::{ControlParts, ControlSettings, Metrics, MetricsAccess, Ready};

/// The OpenAPI document as JSON, as `/openapi.json` serves it and `docs/reference/openapi.json` keeps it.
pub fn openapi_json() -> String {
    // A document of texts always serialises.
    document::document(&routes::table())
        .to_pretty_json()
        .unwrap_or_default()
}
