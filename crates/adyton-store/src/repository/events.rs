//! Events of services, kept a month. They are written by [`EventWriter`](crate::event_writer::EventWriter).

use adyton_core::clock::Timestamp;
use adyton_core::events::{Event, EventKind};
use adyton_core::id::ServiceId;

use super::{Listed, Page};
use crate::{Store, StoreError};

/// Which events.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct EventFilter {
    /// Only normal or abnormal ones.
    pub kind: Option<EventKind>,
    /// Only from this moment on.
    pub from: Option<Timestamp>,
    /// Only before this moment.
    pub until: Option<Timestamp>,
}

/// The events.
#[derive(Clone, Copy)]
pub struct ServiceEvents<'a>(pub(crate) &'a Store);

impl ServiceEvents<'_> {
    /// The events of a service, newest first.
    pub async fn list(
        &self,
        service: ServiceId,
        filter: &EventFilter,
        page: Page,
    ) -> Result<Listed<Event>, StoreError> {
        todo!()
    }
}
