//! Events of services, kept a month. They are written by [`EventWriter`](crate::event_writer::EventWriter).

use adyton_core::clock::Timestamp;
use adyton_core::events::{Event, EventKind};
use adyton_core::id::ServiceId;

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::listing::page;
use super::{Listed, Page};
use crate::database::DEADLINE;
use crate::schema::service_events::{ActiveModel, Column, Entity};
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
        part: Page,
    ) -> Result<Listed<Event>, StoreError> {
        let mut query = Entity::find()
            .filter(Column::ServiceId.eq(service.to_string()))
            .order_by_desc(Column::At)
            .order_by_desc(Column::Id);
        if let Some(kind) = filter.kind {
            query = query.filter(Column::Kind.eq(kind.name()));
        }
        if let Some(from) = filter.from {
            query = query.filter(Column::At.gte(from.micros()));
        }
        if let Some(until) = filter.until {
            query = query.filter(Column::At.lt(until.micros()));
        }
        let (rows, total) = page(&self.0.read().await?, query, part).await?;
        Listed::read(rows, total, |row| row.event())
    }

    /// Writes events. They are not in the live state, so this takes no revision and wakes no feed.
    pub(crate) async fn insert(&self, events: &[Event]) -> Result<(), StoreError> {
        let session = self.0.database().begin(DEADLINE).await?;
        let rows = events.iter().map(|event| ActiveModel {
            service_id: Set(event.service.to_string()),
            at: Set(event.at.micros()),
            kind: Set(event.kind.name().into()),
            body: Set(event.text.clone()),
            ..ActiveModel::default()
        });
        Entity::insert_many(rows).exec_without_returning(&session).await?;
        session.commit().await
    }
}
