//! Events of services.

use sea_orm::entity::prelude::*;

use adyton_core::clock::Timestamp;
use adyton_core::events::{Event, EventKind};

use super::Cell;
use crate::StoreError;

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "service_events")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = true)]
    pub(crate) id: i64,
    pub(crate) service_id: String,
    pub(crate) at: i64,
    pub(crate) kind: String,
    pub(crate) body: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn event(self) -> Result<Event, StoreError> {
        let row = self.id.to_string();
        let cell = Cell {
            table: "service_events",
            row: &row,
        };
        Ok(Event {
            service: cell.parse("service_id", &self.service_id)?,
            at: Timestamp::from_micros(self.at),
            kind: EventKind::parse(&self.kind).ok_or_else(|| cell.damaged("kind"))?,
            text: self.body,
        })
    }
}
