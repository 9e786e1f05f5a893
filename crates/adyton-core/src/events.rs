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

impl EventKind {
    /// As the management API shows it, and the store keeps it.
    pub const fn name(self) -> &'static str {
        match self {
            EventKind::Normal => "normal",
            EventKind::Abnormal => "abnormal",
        }
    }
    /// The kind with this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Normal, Self::Abnormal]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
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
    /// What happened, in one or a few lines, in English: [`text_in`](crate::event_text::text_in) has other languages.
    pub text: String,
}

/// Where events go. The store implements it; the reconciler and the control plane write to it.
pub trait Events: Send + Sync {
    /// Takes the event; must not block. What cannot be kept is logged.
    fn record(&self, event: Event);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_kept_by_its_name() {
        for (kind, name) in [(EventKind::Normal, "normal"), (EventKind::Abnormal, "abnormal")] {
            assert_eq!((kind.name(), EventKind::parse(name)), (name, Some(kind)));
        }
        assert_eq!(EventKind::parse("Normal"), None);
    }
}
