//! Events of services: what happened to them, for people.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::ServiceId;

/// Whether an event needs attention.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// As it should be.
    Normal,
    /// Something failed; the text says what to do.
    Abnormal,
}

/// One thing that happened to a service (ModelArts API Reference, "Querying Service Event Logs").
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// The service.
    pub service: ServiceId,
    /// When.
    pub at: Timestamp,
    /// Normal or abnormal.
    pub kind: EventKind,
    /// What happened, in one or a few lines.
    pub text: String,
}

/// Where events go. The store implements it; the reconciler and the control plane write to it.
pub trait Events: Send + Sync {
    /// Takes the event; must not block. What cannot be kept is logged.
    fn record(&self, event: Event);
}
