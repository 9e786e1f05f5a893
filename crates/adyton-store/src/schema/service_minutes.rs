//! What became of each service's requests, by the minute or the quarter of an hour.

use std::collections::BTreeMap;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use adyton_core::id::ServiceId;
use adyton_core::tally::Tally;

use super::{Cell, to_json, to_number};
use crate::StoreError;

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "service_minutes")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) service_id: String,
    /// Seconds.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) span: i64,
    /// When it began, in microseconds.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) at: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) node: i64,
    pub(crate) calls: i64,
    pub(crate) instances: i64,
    pub(crate) failures: String,
    pub(crate) took: String,
    pub(crate) used: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What tells a row from all others: service, span, beginning, node.
pub(crate) type Key = (String, i64, i64, i64);

/// The key of a service's row.
pub(crate) fn key(service: ServiceId, span: i64, at: i64, node: u16) -> Key {
    (service.to_string(), span, at, node.into())
}

impl Model {
    fn cell(&self) -> Cell<'_> {
        Cell {
            table: "service_minutes",
            row: &self.service_id,
        }
    }

    pub(crate) fn tally(&self) -> Result<Tally, StoreError> {
        Ok(Tally {
            used: self.cell().json("used", &self.used)?,
            ..self.calls()?
        })
    }

    /// The same without what instances took.
    pub(crate) fn calls(&self) -> Result<Tally, StoreError> {
        let cell = self.cell();
        Ok(Tally {
            calls: cell.number("calls", self.calls)?,
            failures: cell.json("failures", &self.failures)?,
            took: cell.parse("took", &self.took)?,
            instances: cell.number("instances", self.instances)?,
            used: BTreeMap::new(),
        })
    }
}

/// Counts as a row.
pub(crate) fn row(key: Key, tally: &Tally) -> Result<ActiveModel, StoreError> {
    let (service_id, span, at, node) = key;
    Ok(ActiveModel {
        service_id: Set(service_id),
        span: Set(span),
        at: Set(at),
        node: Set(node),
        calls: Set(to_number(tally.calls)),
        instances: Set(tally.instances.into()),
        failures: Set(to_json(&tally.failures)?),
        took: Set(tally.took.to_string()),
        used: Set(to_json(&tally.used)?),
    })
}
